// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Why this is no guess: before + X + after, with X free of quotes, backslashes and control characters and valid
// UTF-8, is a JSON text whenever it was one with another such X, and has the same tree but for that one string. Which
// string of the event is the text is found by its bytes; where they occur twice, or escaped, nothing is learned.
#include "mould.h"

#include "text/utf8.h"

#include <string.h>

enum { MOULD_MAX = 4096, TEXT_MAX = 256 }; // bytes; a larger event is parsed, which costs it little

void mould_init(struct mould *m)
{
    buf_init(&m->before, MOULD_MAX);
    buf_init(&m->after, MOULD_MAX);
}

void mould_release(struct mould *m)
{
    buf_release(&m->before);
    buf_release(&m->after);
}

static bool mould_is_plain(const char *text, size_t len)
{
    bool ascii = true;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == '"' || c == '\\') return false;
        ascii &= c < 0x80;
    }
    return ascii || utf8_valid(text, len);
}

void mould_learn(struct mould *m, const char *data, size_t len, const char *text, size_t text_len)
{
    char quoted[TEXT_MAX + 2];
    if (text_len == 0 || text_len > TEXT_MAX || !mould_is_plain(text, text_len)) return;
    quoted[0] = quoted[text_len + 1] = '"';
    memcpy(quoted + 1, text, text_len);
    const char *at = memmem(data, len, quoted, text_len + 2);
    if (at == NULL) return;
    size_t before = (size_t)(at - data) + 1, after = before + text_len;
    if (memmem(at + 1, len - before, quoted, text_len + 2) != NULL) return;
    buf_clear(&m->before);
    buf_clear(&m->after);
    if (!buf_add(&m->before, data, before) || !buf_add(&m->after, data + after, len - after)) buf_clear(&m->before);
}

bool mould_read(const struct mould *m, const char *data, size_t len, const char **text, size_t *text_len)
{
    size_t before = m->before.len, after = m->after.len;
    if (before == 0 || len < before + after) return false;
    if (memcmp(data, m->before.data, before) != 0 || memcmp(data + len - after, m->after.data, after) != 0)
        return false;
    *text = data + before;
    *text_len = len - before - after;
    return mould_is_plain(*text, *text_len);
}
