// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Taking speech out of prose, a line at a time. A quote that more than one language uses may open in one and close in
// another („so“, “so”; «so», »so«), so what closes depends on what opened.
#include "text/plain.h"

#include <string.h>

#include "base/mem.h"
#include "text/chars.h"

enum {
    STRAIGHT = 0x22,
    APOSTROPHE = 0x27,
    LEFT_SINGLE = 0x2018,
    RIGHT_SINGLE = 0x2019,
};

static const struct {
    ucs4_t open, close, close_too;
} quotes[] = {
    {STRAIGHT, STRAIGHT, 0x201D},
    {0x201C, 0x201D, STRAIGHT}, // “ ”
    {0x201E, 0x201C, 0x201D},   // „ “ or „ ”
    {0x201D, 0x201D, 0x201D},   // ” ”
    {0xAB, 0xBB, 0xBB},         // « »
    {0xBB, 0xAB, 0xBB},         // » « or » »
    {0x300C, 0x300D, 0x300D},   // 「 」
    {0x300E, 0x300F, 0x300F},   // 『 』
    {0x201A, LEFT_SINGLE, RIGHT_SINGLE},
};

// Behind the first `close` or `close_too` in s[at..len), or `len`.
static size_t behind_close(const char *s, size_t len, size_t at, ucs4_t close, ucs4_t close_too)
{
    ucs4_t uc;
    for (size_t n; (n = chars_next(s + at, len - at, &uc)); at += n)
        if (uc == close || uc == close_too) return at + n;
    return len;
}

// A single quote closes only behind punctuation: between letters, and behind a plural, it is an apostrophe. 0 if none.
static size_t behind_single(const char *s, size_t len, size_t at, ucs4_t close)
{
    ucs4_t uc, last = 'x';
    for (size_t n; (n = chars_next(s + at, len - at, &uc)); at += n, last = uc)
        if (uc == close && !chars_is_letter_digit(last) && !chars_is_space(last)) return at + n;
    return 0;
}

// The end of the speech that the character `uc` in s[at..behind) opens; 0 if it opens none.
static size_t speech_end(const char *s, size_t len, size_t at, size_t behind, ucs4_t uc)
{
    for (size_t i = 0; i < ARRAY_LEN(quotes); i++)
        if (quotes[i].open == uc) return behind_close(s, len, behind, quotes[i].close, quotes[i].close_too);
    if (uc != APOSTROPHE && uc != LEFT_SINGLE) return 0;
    ucs4_t beside;
    if (at > 0 && chars_prev(s, at, &beside) && chars_is_letter_digit(beside)) return 0;
    size_t end = behind_single(s, len, behind, uc == APOSTROPHE ? APOSTROPHE : RIGHT_SINGLE);
    return end == 0 && uc == LEFT_SINGLE ? len : end;
}

static bool is_dash(ucs4_t uc)
{
    return uc == '-' || (uc >= 0x2010 && uc <= 0x2015);
}

// A line that a dash opens is speech ("— Idę."), but for a rule ("---") and an ornament on both sides ("— End —").
static bool is_spoken_line(const char *s, size_t len)
{
    size_t from = chars_space_head(s, len), end = chars_trim_tail(s, len);
    ucs4_t first = 0, second = 0, last = 0;
    size_t n = chars_next(s + from, len - from, &first);
    if (!n || !is_dash(first) || end <= from + n) return false;
    (void)chars_next(s + from + n, len - from - n, &second);
    (void)chars_prev(s, end, &last);
    return !is_dash(second) && !is_dash(last) && (first != '-' || chars_is_space(second));
}

static void add_line(struct buf *out, const char *s, size_t len)
{
    ucs4_t uc;
    size_t kept = 0;
    for (size_t at = 0, n; (n = chars_next(s + at, len - at, &uc));) {
        size_t end = speech_end(s, len, at, at + n, uc);
        if (end) {
            buf_add(out, s + kept, at - kept);
            buf_addc(out, '"');
            kept = end;
        }
        at = end ? end : at + n;
    }
    buf_add(out, s + kept, len - kept);
}

void plain_without_speech(struct buf *out, const char *s, size_t len)
{
    for (size_t at = 0; at < len && !out->full;) {
        const char *newline = memchr(s + at, '\n', len - at);
        size_t end = newline ? (size_t)(newline - s) : len;
        if (is_spoken_line(s + at, end - at))
            buf_addc(out, '"');
        else
            add_line(out, s + at, end - at);
        if (newline) buf_addc(out, '\n');
        at = end + 1;
    }
}
