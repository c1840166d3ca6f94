// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Counting words, and finding the first and the last of them.
#include "text/words.h"

#include "base/library.h"
#include "text/walk.h"

#include <unistring/version.h>

#include <stdio.h>

enum { TAIL_BYTES_PER_WORD = 12, TAIL_BYTES_LEAST = 256 };

size_t words_count(const char *s, size_t len)
{
    struct word_walk w;
    size_t count = 0, start, end;
    word_walk_init(&w, s, len);
    while (word_walk_next(&w, &start, &end)) count++;
    word_walk_release(&w);
    return count;
}

size_t words_head(const char *s, size_t len, size_t words)
{
    if (!words) return 0;
    struct word_walk w;
    size_t start, end;
    word_walk_init(&w, s, len);
    while (words && word_walk_next(&w, &start, &end)) words--;
    word_walk_release(&w);
    return words ? len : end;
}

// Where word number `index` (from 0) begins, or `len`.
static size_t nth_start(const char *s, size_t len, size_t index)
{
    struct word_walk w;
    size_t start, end, at = len;
    word_walk_init(&w, s, len);
    for (size_t i = 0; word_walk_next(&w, &start, &end); i++) {
        if (i < index) continue;
        at = start;
        break;
    }
    word_walk_release(&w);
    return at;
}

// The start of a window of about `want` bytes at the end: in front of ASCII white space, where words always break
// (see walk.c). 0 where no such place is near.
static size_t window_start(const char *s, size_t len, size_t want)
{
    if (want >= len) return 0;
    for (size_t at = len - want; at < len - want / 2; at++) {
        if (s[at] == ' ' || s[at] == '\n' || s[at] == '\t') return at;
    }
    return want < len / 2 ? window_start(s, len, want * 2) : 0;
}

size_t words_tail(const char *s, size_t len, size_t words)
{
    if (!words) return len;
    for (size_t want = words * TAIL_BYTES_PER_WORD + TAIL_BYTES_LEAST;; want *= 2) {
        size_t from = window_start(s, len, want);
        size_t count = words_count(s + from, len - from);
        if (count >= words) return from + nth_start(s + from, len - from, count - words);
        if (!from) return 0;
    }
}

void words_library(struct library *out)
{
    char built[16], running[16];
    int b = _LIBUNISTRING_VERSION, r = _libunistring_version; // 0xMMmmss
    (void)snprintf(built, sizeof(built), "%d.%d.%d", b >> 16, b >> 8 & 0xff, b & 0xff);
    (void)snprintf(running, sizeof(running), "%d.%d.%d", r >> 16, r >> 8 & 0xff, r & 0xff);
    library_set(out, "libunistring", built, running);
}
