// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prose as Markdown that means nothing but prose, line by line:
//
//   "  - No, he said."  a dash that is no bullet      "\- No, he said."
//   "1984. A year."     a sentence, no list of 1984   "1984\. A year."
//   "* * *", "---"      a scene break                 "***" with blank lines around: never the line under a heading
#include "out/typeset.h"

#include <ctype.h>
#include <string.h>

static bool is_scene_break(const char *s, size_t len)
{
    size_t marks = 0;
    if (!len || !strchr("*-_", *s)) return false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] == *s) marks++;
        if (s[i] != *s && s[i] != ' ' && s[i] != '\t') return false;
    }
    return marks >= 3;
}

static bool is_all(const char *s, size_t len, char c)
{
    while (len && s[len - 1] == c) len--;
    return len == 0;
}

static bool is_blank_at(const char *s, size_t len, size_t at)
{
    return at >= len || s[at] == ' ' || s[at] == '\t';
}

// "12." or "12)" before a blank: the offset of its mark, or 0.
static size_t number_mark(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && isdigit((unsigned char)s[n])) n++;
    bool mark = n > 0 && n < len && (s[n] == '.' || s[n] == ')') && is_blank_at(s, len, n + 1);
    return mark ? n : 0;
}

static bool begins_block(const char *s, size_t len)
{
    switch (*s) {
    case '#':
    case '>':
        return true;
    case '*':
    case '+':
        return is_blank_at(s, len, 1);
    case '-':
        return is_blank_at(s, len, 1) || is_all(s, len, '-');
    case '=':
        return is_all(s, len, '=');
    case '`':
    case '~':
        return len >= 3 && s[1] == *s && s[2] == *s;
    case '[': // of a link, or of a definition, which prints nothing
        return memmem(s, len, "](", 2) == NULL;
    default:
        return false;
    }
}

static void add_line(struct buf *out, const char *s, size_t len)
{
    while (len && (*s == ' ' || *s == '\t')) s++, len--; // four would begin code
    if (is_scene_break(s, len)) {
        buf_adds(out, "\n***\n\n");
        return;
    }
    size_t at = number_mark(s, len);
    buf_add(out, s, at);
    if (at || (len && begins_block(s, len))) buf_addc(out, '\\');
    buf_add(out, s + at, len - at);
    buf_addc(out, '\n');
}

void typeset_prose(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c)
{
    const char *s = c->text.data, *end = s + c->text.len;
    if (m->markup) {
        buf_add(out, s, c->text.len);
        return;
    }
    while (s < end) {
        const char *newline = memchr(s, '\n', (size_t)(end - s)), *stop = newline ? newline : end;
        add_line(out, s, (size_t)(stop - s));
        s = stop + 1;
    }
}
