// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Word segments by libunistring. Its u8_wordbreaks wants the whole text at once; it gets blocks that end in front of
// ASCII white space, where UAX #29 always breaks and beyond which no rule of it looks, so that the blocks together
// say exactly what one call would.
#include "text/walk.h"

#include "base/mem.h"
#include "text/chars.h"

#include <unistr.h>
#include <uniwbrk.h>

#include <stdlib.h>

enum { WALK_BLOCK_BYTES = 8 * 1024 };

void word_walk_init(struct word_walk *w, const char *s, size_t len)
{
    *w = (struct word_walk){.s = s, .len = len};
}

void word_walk_release(struct word_walk *w)
{
    free(w->breaks);
    w->breaks = NULL;
}

static bool is_border(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

// The length of a block at s: up to the last border in its second half; where there is none (a script without
// blanks, rubbish), twice as long.
static size_t block_length(const char *s, size_t len)
{
    for (size_t want = WALK_BLOCK_BYTES; want < len; want *= 2) {
        for (size_t i = want; i > want / 2; i--) {
            if (is_border(s[i])) return i;
        }
    }
    return len;
}

static bool next_block(struct word_walk *w)
{
    w->block += w->block_len;
    w->in = 0;
    w->block_len = block_length(w->s + w->block, w->len - w->block);
    if (!w->block_len) return false;
    mem_grow(&w->breaks, &w->cap, w->block_len, 1);
    u8_wordbreaks((const uint8_t *)w->s + w->block, w->block_len, w->breaks);
    return true;
}

static bool holds_word(const char *s, size_t len)
{
    ucs4_t uc;
    for (size_t at = 0, n; (n = chars_next(s + at, len - at, &uc)); at += n) {
        if (chars_is_letter_digit(uc)) return true;
    }
    return false;
}

bool word_walk_next(struct word_walk *w, size_t *start, size_t *end)
{
    for (;;) {
        if (w->in == w->block_len && !next_block(w)) return false;
        size_t from = w->in++;
        while (w->in < w->block_len && !w->breaks[w->in]) w->in++;
        *start = w->block + from;
        *end = w->block + w->in;
        if (holds_word(w->s + *start, *end - *start)) return true;
    }
}
