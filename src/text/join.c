// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Cutting a broken text where it is surely whole, quoting its end, and what to put behind it.
#include "text/join.h"

#include "base/mem.h"
#include "text/chars.h"
#include "text/fold.h"
#include "text/sentence.h"
#include "text/utf8.h"
#include "text/words.h"

#include <unictype.h>
#include <uniwbrk.h>

#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES = 400 }; // a word is not longer

void join_quote(struct buf *out, const char *s, size_t len, size_t words)
{
    len = chars_trim_tail(s, len);
    size_t from = words_tail(s, len, words);
    from += chars_space_head(s + from, len - from);
    fold_add(out, s + from, len - from);
}

// The last border in s[from..len) between a character of an unspaced script and whatever follows it; `from` if none.
static size_t unspaced_border(const char *s, size_t from, size_t len)
{
    size_t size = len - from;
    if (!size) return from;
    char *breaks = mem_alloc(size);
    u8_wordbreaks((const uint8_t *)s + from, size, breaks);
    size_t at = size - 1;
    ucs4_t uc;
    while (at && !(breaks[at] && chars_prev(s + from, at, &uc) && chars_is_unspaced(uc))) at--;
    free(breaks);
    return from + at;
}

// A word at the very end may go on; only white space behind it, or for unspaced scripts another word, shows that it
// is whole.
size_t join_clean_word(const char *s, size_t len)
{
    size_t whole = chars_trim_tail(s, utf8_whole(s, len));
    if (whole < utf8_whole(s, len)) return whole;
    size_t from = whole, n;
    ucs4_t uc;
    while (from && whole - from < WORD_BYTES && (n = chars_prev(s, from, &uc)) && !chars_is_space(uc)) from -= n;
    size_t border = unspaced_border(s, from, whole);
    return border > from ? border : chars_trim_tail(s, from);
}

// How much of the white space at the end of a text that broke off is surely there: a break between paragraphs, up to
// its last line feed. Less than that may become anything.
static size_t paragraph_break(const char *s, size_t space)
{
    if (!memmem(s, space, "\n\n", 2)) return 0;
    while (s[space - 1] != '\n') space--;
    return space;
}

size_t join_clean_sentence(const char *s, size_t len)
{
    len = utf8_whole(s, len);
    size_t end = sentence_sure(s, len);
    if (!end) return 0;
    size_t space = chars_space_head(s + end, len - end);
    return end + (end + space < len ? space : paragraph_break(s + end, space));
}

// Whether `uc` stands right behind a word, without a blank.
static bool clings(ucs4_t uc)
{
    if (uc < 0x80) return uc && strchr(",.;:!?)]}", (int)uc);
    bool arabic = uc == 0x060C || uc == 0x061B || uc == 0x061F || uc == 0x06D4;
    return arabic || uc == 0x2026 || uc == 0x0964 ||
           uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_Pe | UC_CATEGORY_MASK_M);
}

const char *join_separator(const char *before, size_t before_len, const char *next, size_t next_len, bool paragraph)
{
    ucs4_t left, right;
    if (!chars_prev(before, before_len, &left) || !chars_next(next, next_len, &right)) return "";
    if (chars_is_space(left) || chars_is_space(right)) return "";
    if (paragraph) return "\n\n";
    if (chars_is_unspaced(left) || chars_is_unspaced(right)) return "";
    return clings(right) && !sentence_ends(before, before_len) ? "" : " ";
}

void join_pieces(struct buf *out, const struct buf *before, const struct buf *next)
{
    buf_add(out, before->data, before->len);
    if (next->len == 0) return;
    size_t again = before->len > 0 ? join_overlap(before->data, before->len, next->data, next->len) : 0;
    const char *rest = next->data + again;
    size_t len = next->len - again;
    if (before->len > 0 && len > 0) buf_adds(out, join_separator(before->data, before->len, rest, len, false));
    buf_add(out, rest, len);
}
