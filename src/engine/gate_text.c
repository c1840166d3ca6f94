// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Lines, ends and views of text for the gate's rules.
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/gate_rules.h"
#include "text/plain.h"

size_t gate_blanks(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && isspace((unsigned char)s[n])) n++;
    return n;
}

size_t gate_trim(const char *s, size_t len)
{
    while (len > 0 && isspace((unsigned char)s[len - 1])) len--;
    return len;
}

size_t gate_line(const char *s, size_t len)
{
    const char *newline = memchr(s, '\n', len);
    return newline ? (size_t)(newline - s) : len;
}

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xC0) != 0x80;
}

size_t gate_first(const char *s, size_t len, size_t characters)
{
    size_t at = 0;
    for (; at < len; at++)
        if (begins_character(s[at]) && characters-- == 0) break;
    return at;
}

size_t gate_last(const char *s, size_t len, size_t characters)
{
    while (len > 0 && characters > 0)
        if (begins_character(s[--len])) characters--;
    return len;
}

// Marks that models set around lines that are not story.
static const char *const marks[] = {"*",  "_",  "#",  "~",  "=",  "-",  "(",  ")",  "[", "]", "{",
                                    "}",  "<",  ">",  "|",  "`",  " ",  "\t", "\r", "—", "–", "―",
                                    "【", "】", "（", "）", "「", "」", "　", "…",  "."};

static size_t mark_head(const char *s, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t n = strlen(marks[i]);
        if (n <= len && memcmp(s, marks[i], n) == 0) return n;
    }
    return 0;
}

static size_t mark_tail(const char *s, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        size_t n = strlen(marks[i]);
        if (n <= len && memcmp(s + len - n, marks[i], n) == 0) return n;
    }
    return 0;
}

size_t gate_bare(const char **s, size_t len)
{
    size_t n;
    while ((n = mark_head(*s, len)) > 0) {
        *s += n;
        len -= n;
    }
    while ((n = mark_tail(*s, len)) > 0) len -= n;
    return len;
}

bool gate_matches(const struct language *l, enum language_pattern kind, const char *s, size_t len)
{
    return gate_matches_head(l, kind, s, len, SIZE_MAX);
}

bool gate_matches_head(const struct language *l, enum language_pattern kind, const char *s, size_t len,
                       size_t characters)
{
    if (!l) return false;
    struct buf silent;
    size_t first = gate_first(s, len, characters);
    buf_init(&silent, BUF_MAX_PIECE);
    plain_without_speech(&silent, s, first + gate_line(s + first, len - first)); // by lines: speech is whole in them
    const char *bare = silent.data;
    size_t bare_len = gate_bare(&bare, gate_first(silent.data, silent.len, characters));
    char *folded = language_fold(bare, bare_len);
    bool found = language_matches(l, kind, folded);
    free(folded);
    buf_release(&silent);
    return found;
}
