// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the start of a continuation repeats of the text before it.
//
// An overlap is a run of text that ends `before` and begins `next`, white space folded. Prose repeats itself honestly
// ("No. No. No."), a model that restates repeats more than that; so a run counts only if it holds three different
// words, or is one whole sentence of at least two; and a short one counts only if it is no refrain. In scripts without
// blanks between words each character is half a word, which is what words have there on average.
#include "text/join.h"

#include "text/chars.h"
#include "text/fold.h"
#include "text/walk.h"
#include "text/words.h"

#include <unictype.h>

#include <string.h>
#include <strings.h>

enum {
    OVERLAP_BYTES = 2000, // how far back `before` is looked at
    WORD = 2,             // in half words, as all that follows
    SENTENCE = 3,        // different ones that make a whole sentence more than chance: two words, or three characters
    OVERLAP = 3 * WORD,  // different ones that make a run more than chance
    LONG_RUN = 8 * WORD, // from here on even a refrain is taken for a restatement
};

struct run_words {
    size_t all, different; // in half words
};

static size_t word_weight(const char *s, size_t len)
{
    ucs4_t uc = 0;
    size_t n = chars_next(s, len, &uc);
    return n == len && chars_is_unspaced(uc) ? 1 : WORD;
}

// Counts the words of a run, up to LONG_RUN of them.
static struct run_words count_words(const char *s, size_t len)
{
    struct run_words count = {0};
    size_t starts[LONG_RUN], lens[LONG_RUN], start, end, known = 0;
    struct word_walk w;
    word_walk_init(&w, s, len);
    while (count.all < LONG_RUN && word_walk_next(&w, &start, &end)) {
        size_t i = 0, weight = word_weight(s + start, end - start);
        while (i < known && (lens[i] != end - start || strncasecmp(s + starts[i], s + start, lens[i]) != 0)) i++;
        if (i == known) {
            starts[i] = start;
            lens[i] = end - start;
            count.different += weight;
            known++;
        }
        count.all += weight;
    }
    word_walk_release(&w);
    return count;
}

// Whether a word, or a letter and its mark, goes on over the place between a[..a_len) and b.
static bool inside_word(const char *a, size_t a_len, const char *b, size_t b_len)
{
    ucs4_t left, right;
    if (!chars_prev(a, a_len, &left) || !chars_next(b, b_len, &right)) return false;
    if (uc_is_general_category_withtable(right, UC_CATEGORY_MASK_M)) return true;
    if (!chars_is_letter_digit(left) || !chars_is_letter_digit(right)) return false;
    return !chars_is_unspaced(left) && !chars_is_unspaced(right);
}

// The length of s without what stands behind its last word.
static size_t trim_signs(const char *s, size_t len)
{
    ucs4_t uc;
    for (size_t n; (n = chars_prev(s, len, &uc)); len -= n) {
        if (chars_is_letter_digit(uc) || uc_is_general_category_withtable(uc, UC_CATEGORY_MASK_M)) break;
    }
    return len;
}

// Whether a sentence may begin at s[at]. A speech in 「」 ends with its line, which cannot be seen when it is folded.
static bool begins_sentence(const char *s, size_t at)
{
    ucs4_t uc;
    size_t before = chars_trim_tail(s, at);
    if (!before || sentence_ends(s, before)) return true;
    return before < at && chars_prev(s, before, &uc) && (uc == 0x300D || uc == 0x300F);
}

// Whether the last `run` bytes of the folded s are one whole sentence.
static bool is_last_sentence(const char *s, size_t len, size_t run)
{
    const char *last = s + len - run;
    return begins_sentence(s, len - run) && sentence_ends(last, run) && !sentence_whole(last, trim_signs(last, run));
}

// Whether the run is part of a refrain, which has to stay: what stands before it and behind its repetition goes on
// in the same way, together for a third time. ("Calm. The sea is calm. The sea" + "is calm. The sea is calm. Then")
// How the third one ends does not matter. ("I can't." + "I can't. I can't go.")
static bool is_refrain(const struct buf *s, const struct buf *next, size_t run)
{
    const char *text = next->data;
    size_t words = trim_signs(text, run), signs = run - words;
    size_t left = 0, first = trim_signs(s->data, s->len - run);
    size_t right = 0, second = run + chars_space_head(text + run, next->len - run);
    while (left < words && left < first && s->data[first - 1 - left] == text[words - 1 - left]) left++;
    while (right < run && second + right < next->len && text[second + right] == text[right]) right++;
    return left + signs + right >= run;
}

// Whether the last `run` bytes of the folded s, which `next` begins with too, are more than honest repetition.
static bool is_restated(const struct buf *s, const struct buf *next, size_t run)
{
    size_t start = s->len - run;
    if (inside_word(s->data, start, s->data + start, run)) return false;
    if (inside_word(next->data, run, next->data + run, next->len - run)) return false;
    struct run_words words = count_words(s->data + start, run);
    if (words.all >= LONG_RUN && words.different >= OVERLAP) return true;
    if (is_refrain(s, next, run)) return false;
    if (words.different >= OVERLAP) return true;
    return words.different >= SENTENCE && is_last_sentence(s->data, s->len, run);
}

static size_t longest_run(const struct buf *before, const struct buf *next)
{
    for (size_t run = before->len < next->len ? before->len : next->len; run; run--) {
        const char *end = before->data + before->len - run;
        if (*end != *next->data || memcmp(end, next->data, run) != 0) continue;
        if (is_restated(before, next, run)) return run;
    }
    return 0;
}

// The start of the last OVERLAP_BYTES, at a whole character.
static size_t overlap_window(const char *s, size_t len)
{
    size_t from = len > OVERLAP_BYTES ? len - OVERLAP_BYTES : 0;
    while (from && from < len && ((unsigned char)s[from] & 0xC0) == 0x80) from++;
    return from;
}

// How much of the white space next[0..space) stands at the end of `before` already. Ideographic blanks that indent a
// paragraph do not, as long as `before` ends with line feeds.
static size_t repeated_space(const char *before, size_t before_len, const char *next, size_t space)
{
    if (!before_len || before[before_len - 1] != '\n') return space;
    ucs4_t uc = 0;
    for (size_t n; (n = chars_prev(next, space, &uc)) && uc == 0x3000;) space -= n;
    return space;
}

size_t join_overlap(const char *before, size_t before_len, const char *next, size_t next_len)
{
    size_t head = chars_space_head(next, next_len), whole = chars_trim_tail(before, before_len);
    bool spaced = whole && whole < before_len;
    size_t from = overlap_window(before, whole);
    struct buf b, n;
    buf_init(&b, OVERLAP_BYTES);
    buf_init(&n, OVERLAP_BYTES + 4); // a character more than can match, to see whether a word goes on
    fold_add(&b, before + from, whole - from);
    fold_add(&n, next + head, next_len - head);
    size_t run = longest_run(&b, &n);
    buf_release(&b);
    buf_release(&n);

    // White space that `before` ends with is repeated as well, with or without words.
    size_t end = run ? head + fold_source(next + head, next_len - head, run) : 0;
    size_t space = spaced ? chars_space_head(next + end, next_len - end) : 0;
    return end + repeated_space(before, before_len, next + end, space);
}
