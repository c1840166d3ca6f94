// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Small letters and words without the full algorithms of Unicode: one pass, one look at each character.
#include "text/plain.h"

#include "text/chars.h"

#include <unicase.h>
#include <unistr.h>

static const char *straight(ucs4_t uc)
{
    return uc == 0x2019 || uc == 0x02BC || uc == 0xFF07 ? "'" : NULL;
}

static bool add_small(struct buf *out, ucs4_t uc)
{
    uint8_t bytes[6];
    int n = u8_uctomb(bytes, uc_tolower(uc), sizeof(bytes));
    return n <= 0 || buf_add(out, bytes, (size_t)n);
}

static bool add_ascii(struct buf *out, char c)
{
    return buf_addc(out, (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
}

void plain_add(struct buf *out, const char *s, size_t len)
{
    ucs4_t uc;
    bool room = true;
    for (size_t at = 0, n; room && (n = chars_next(s + at, len - at, &uc)); at += n) {
        if (chars_is_space(uc))
            room = (out->len > 0 && out->data[out->len - 1] == ' ') || buf_addc(out, ' ');
        else if (straight(uc))
            room = buf_adds(out, straight(uc));
        else
            room = uc < 0x80 ? add_ascii(out, (char)uc) : add_small(out, uc);
    }
}

bool plain_word(const char *s, size_t len, size_t *at, size_t *start)
{
    ucs4_t uc;
    size_t n;
    while ((n = chars_next(s + *at, len - *at, &uc)) && !chars_is_letter(uc)) *at += n;
    if (!n) return false;
    *start = *at;
    *at += n;
    if (chars_is_unspaced(uc)) return true;
    while ((n = chars_next(s + *at, len - *at, &uc)) && chars_is_letter(uc) && !chars_is_unspaced(uc)) *at += n;
    return true;
}
