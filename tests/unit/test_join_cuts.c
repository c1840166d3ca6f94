// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The texts of tests/data/join, each cut behind every character, cleaned as the engine does it, and continued in every
// way that servers and models have: what comes out is the uncut text. Where white space was not known at the cut, it
// may differ there, and nothing else may.
#include "base/buf.h"
#include "base/mem.h"
#include "text/chars.h"
#include "text/join.h"
#include "text/utf8.h"
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"english", "short_speeches", "polish",     "german", "french", "japanese",
                                    "chinese", "arabic",         "vietnamese", "hindi",  "signs"};

static void read_text(struct buf *out, const char *name)
{
    char *path = mem_printf("tests/data/join/%s.txt", name), piece[1024];
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("cannot read '%s'; run from the top folder", path);
    buf_init(out, BUF_MAX_PIECE);
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;) buf_add(out, piece, n);
    assert_int_equal(fclose(f), 0);
    assert_true(out->len > 300 && utf8_valid(out->data, out->len));
    free(path);
}

typedef void each_text(const char *name, const struct buf *text);

static void for_each_text(each_text *test)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct buf text;
        read_text(&text, names[i]);
        test(names[i], &text);
        buf_release(&text);
    }
}

// ---- how a text is gone on with --------------------------------------------------------------------------------------

// The start of the last sentence of s[0..len).
static size_t last_sentence(const char *s, size_t len)
{
    len = chars_trim_tail(s, len);
    size_t start = len;
    do {
        size_t behind = start;
        if (behind) chars_prev(s, behind, &(ucs4_t){0});
        start = sentence_whole(s, behind ? behind - 1 : 0);
        if (start == behind) break;
    } while (start && words_count(s + start, len - start) == 0);
    return start + chars_space_head(s + start, len - start);
}

enum manner { EXACT, BARE, PARAGRAPH, RESTATED, RESTATED_PARAGRAPH, MANNERS };

// Writes what comes behind `carried`, of which `rest` is the true continuation.
static void answer(struct buf *out, enum manner m, const struct buf *carried, const char *rest, size_t len)
{
    buf_clear(out);
    size_t blank = chars_space_head(rest, len);
    if (m == BARE || m == PARAGRAPH) rest += blank, len -= blank;
    if (m == PARAGRAPH || m == RESTATED_PARAGRAPH) buf_adds(out, "\n\n");
    if (m == RESTATED || m == RESTATED_PARAGRAPH) {
        size_t from = last_sentence(carried->data, carried->len);
        buf_add(out, carried->data + from, carried->len - from);
    }
    buf_add(out, rest, len);
}

// What is repeated here may as well be a stammer or a refrain, and is left alone: a sentence of less than two words
// (three characters where words have no blanks between them), less than half a dozen words in the middle of one, or
// something that the text says more than once.
static bool is_honest(const struct buf *text, const char *s, size_t len)
{
    ucs4_t uc;
    size_t bytes = chars_trim_tail(s, len), words = words_count(s, bytes);
    bool unspaced = false, sentence = sentence_ends(s, bytes);
    for (size_t at = 0, n; (n = chars_next(s + at, bytes - at, &uc)); at += n)
        unspaced = unspaced || (uc > 0xFF && chars_is_unspaced(uc));
    size_t least = sentence ? 2 : 6;
    if (words < (unspaced ? least * 3 / 2 : least)) return true;
    const char *first = memmem(text->data, text->len, s, bytes);
    return first && memmem(first + 1, text->len - (size_t)(first + 1 - text->data), s, bytes);
}

// ---- comparing -----------------------------------------------------------------------------------------------------------

struct walk {
    size_t a, b;
    int differing; // runs of white space that are not the same; -1: something else is not
};

// Walks both texts side by side, up to `most` bytes of a.
static struct walk compare(const char *a, size_t most, size_t a_len, const char *b, size_t b_len)
{
    struct walk w = {0};
    while (w.a < most && w.differing >= 0) {
        size_t x = chars_space_head(a + w.a, a_len - w.a), y = chars_space_head(b + w.b, b_len - w.b);
        if (w.a + x >= most) { // a may have had no more of it yet
            x = most - w.a;
            if (y > x && !memcmp(a + w.a, b + w.b, x)) y = x;
        }
        w.differing += x != y || memcmp(a + w.a, b + w.b, x) != 0;
        w.a += x, w.b += y;
        if (w.a >= most) break;
        bool same = w.b < b_len && a[w.a] == b[w.b];
        if (!same) w.differing = -1;
        w.a++, w.b++;
    }
    return w;
}

static int white_differences(const struct buf *a, const struct buf *b)
{
    struct walk w = compare(a->data, a->len, a->len, b->data, b->len);
    return w.differing < 0 || chars_space_head(b->data + w.b, b->len - w.b) + w.b < b->len ? -1 : w.differing;
}

static void assert_joined(const char *name, size_t cut, int manner, const struct buf *out, const struct buf *text,
                          int most)
{
    int differing = white_differences(out, text);
    bool words = words_count(out->data, out->len) == words_count(text->data, text->len);
    if (differing >= 0 && differing <= most && words) return;
    size_t from = cut > 60 ? cut - 60 : 0;
    fail_msg("%s, cut at %zu, manner %d: %d differences\n%.*s|%.60s\n-> %.160s", name, cut, manner, differing,
             (int)(cut - from), text->data + from, text->data + cut, out->data + (from < out->len ? from : 0));
}

static bool ends_white(const struct buf *s)
{
    return chars_trim_tail(s->data, s->len) < s->len;
}

// The white space at the join itself is all that may be different.
static void check_one(const char *name, const struct buf *text, const struct buf *carried, enum manner m)
{
    struct buf next, out;
    size_t cut = carried->len;
    buf_init(&next, BUF_MAX_PIECE);
    buf_init(&out, BUF_MAX_PIECE);
    answer(&next, m, carried, text->data + cut, text->len - cut);
    join_pieces(&out, carried, &next);
    bool known = ends_white(carried) && !chars_space_head(text->data + cut, text->len - cut);
    bool third_feed = ends_white(carried) && text->data[cut] == '\n'; // taken for a repetition of the two before it
    bool brings = m == EXACT || m == RESTATED || m == RESTATED_PARAGRAPH;
    int most = known || (brings && !third_feed) ? 0 : 1;
    assert_joined(name, cut, (int)m, &out, text, most);
    size_t trimmed = chars_trim_tail(text->data, cut);
    assert_memory_equal(out.data, text->data, trimmed);
    size_t rest = text->len - cut - chars_space_head(text->data + cut, text->len - cut);
    assert_memory_equal(out.data + out.len - rest, text->data + text->len - rest, rest);
    buf_release(&next);
    buf_release(&out);
}

typedef size_t cleaner(const char *s, size_t len);

static void carry(struct buf *out, cleaner *clean, const char *s, size_t cut)
{
    buf_clear(out);
    buf_add(out, s, clean(s, utf8_whole(s, cut)));
}

// Returns how many different cuts were gone on with by an answer that restates, if `manners` has such.
static size_t check_cuts(const char *name, const struct buf *text, cleaner *clean, const enum manner *manners,
                         size_t n)
{
    struct buf carried;
    size_t restated = 0, last = 0;
    buf_init(&carried, BUF_MAX_PIECE);
    for (size_t cut = 1; cut <= text->len; cut++) {
        carry(&carried, clean, text->data, cut);
        if (carried.len == last) continue; // as the cut before
        last = carried.len;
        size_t from = last_sentence(carried.data, carried.len);
        bool honest = is_honest(text, carried.data + from, carried.len - from);
        for (size_t i = 0; i < n; i++) {
            bool restates = manners[i] == RESTATED || manners[i] == RESTATED_PARAGRAPH;
            if (!restates || !honest) check_one(name, text, &carried, manners[i]);
        }
        restated += !honest;
    }
    buf_release(&carried);
    return restated;
}

// ---- tests ---------------------------------------------------------------------------------------------------------------

static void prefill_text(const char *name, const struct buf *text)
{
    static const enum manner all[] = {EXACT, BARE, PARAGRAPH, RESTATED};
    assert_true(check_cuts(name, text, join_clean_word, all, ARRAY_LEN(all)) >= 12);
}

static void test_prefilled_at_every_character(void **state)
{
    (void)state;
    for_each_text(prefill_text);
}

static void quote_text(const char *name, const struct buf *text)
{
    static const enum manner all[] = {EXACT, BARE, PARAGRAPH, RESTATED, RESTATED_PARAGRAPH};
    assert_true(check_cuts(name, text, join_clean_sentence, all, ARRAY_LEN(all)) >= 6);
}

static void test_quoted_at_every_character(void **state)
{
    (void)state;
    for_each_text(quote_text);
}

// Little is given up at a cut. Behind a sentence all white space is kept, or it ended with the text and was no break
// between paragraphs.
static void lost_text(const char *name, const struct buf *text)
{
    for (size_t cut = 1; cut <= text->len; cut++) {
        size_t whole = utf8_whole(text->data, cut);
        size_t word = join_clean_word(text->data, cut), sentence = join_clean_sentence(text->data, cut);
        if (whole - word >= 40 || whole - sentence >= 220) fail_msg("%s: %zu: %zu %zu", name, cut, word, sentence);
        assert_true(word <= whole && sentence <= whole);
        assert_true(word == chars_trim_tail(text->data, word));
        if (!sentence) continue;
        assert_true(sentence_ends(text->data, sentence));
        size_t left = chars_space_head(text->data + sentence, whole - sentence);
        assert_true(!left || sentence + left == whole);
        assert_null(memmem(text->data + sentence, left, "\n\n", 2));
    }
}

static void test_little_is_lost(void **state)
{
    (void)state;
    for_each_text(lost_text);
}

// A text that was cut, gone on with, and cut again: the second piece, too, is joined in every manner.
static void check_two(const char *name, const struct buf *text, cleaner *clean, size_t cut, size_t again,
                      enum manner m1, enum manner m2)
{
    struct buf carried, next, out, whole;
    buf_init(&carried, BUF_MAX_PIECE);
    buf_init(&next, BUF_MAX_PIECE);
    buf_init(&out, BUF_MAX_PIECE);
    buf_init(&whole, BUF_MAX_PIECE);
    carry(&carried, clean, text->data, cut);
    again = utf8_whole(text->data, carried.len + again < text->len ? carried.len + again : text->len);
    answer(&next, m1, &carried, text->data + carried.len, again - carried.len);
    join_pieces(&out, &carried, &next);
    carry(&carried, clean, out.data, out.len);
    struct walk at = compare(carried.data, carried.len, carried.len, text->data, text->len);
    size_t from = last_sentence(carried.data, carried.len);
    bool restates = m2 == RESTATED || m2 == RESTATED_PARAGRAPH;
    if (at.differing < 0) fail_msg("%s: %zu, %zu, %d:\n%s", name, cut, again, (int)m1, carried.data);
    if (!restates || !is_honest(text, carried.data + from, carried.len - from)) {
        answer(&next, m2, &carried, text->data + at.b, text->len - at.b);
        join_pieces(&whole, &carried, &next);
        assert_joined(name, at.b, (int)(m1 * 10 + m2), &whole, text, 2);
    }
    buf_release(&carried);
    buf_release(&next);
    buf_release(&out);
    buf_release(&whole);
}

static void two_cuts(const char *name, const struct buf *text, cleaner *clean, enum manner most)
{
    static const size_t later[] = {5, 38, 170};
    for (size_t cut = 30; cut < text->len; cut += 13) {
        size_t first = clean(text->data, utf8_whole(text->data, cut)), from = last_sentence(text->data, first);
        if (!first) continue;
        bool honest = is_honest(text, text->data + from, first - from);
        for (size_t i = 0; i < ARRAY_LEN(later) * most; i++) {
            enum manner m1 = (enum manner)(i % most), m2 = (enum manner)((cut + i / most + i) % most);
            if (m1 >= RESTATED && honest) continue;
            check_two(name, text, clean, cut, later[i / most], m1, m2);
        }
    }
}

static void two_cuts_text(const char *name, const struct buf *text)
{
    two_cuts(name, text, join_clean_word, RESTATED);
    two_cuts(name, text, join_clean_sentence, MANNERS);
}

static void test_cut_twice(void **state)
{
    (void)state;
    for_each_text(two_cuts_text);
}

// A stammer, a refrain, and the end of a sentence said once more are what a text says itself.
static void test_honest_repetition_is_not_eaten(void **state)
{
    static const char *const cases[][2] = {
        {"\"No. No.", " No. He went."},
        {"I can't. I can't.", " I can't go on."},
        {"\"I can't.", " I can't. I can't go."},
        {"Calm. The sea is", " calm. The sea is calm."},
        {"They all had to go home.", " Go home. Go!"},
        {"They all had to go home.", " go home. Go!"},
        {"「はい。", "はい。今すぐに。"},
        {"それは", "それは静かな夜だった"},
        {"走吧。", "走吧。走吧。他"},
        {"慢慢", "慢慢地走"},
        {"لا. لا.", " لا. ثم"},
        {"नहीं। नहीं।", " नहीं। वह"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *before = cases[i][0], *next = cases[i][1];
        size_t eaten = join_overlap(before, strlen(before), next, strlen(next));
        if (eaten) fail_msg("%s|%s: %zu", before, next, eaten);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefilled_at_every_character),
        cmocka_unit_test(test_quoted_at_every_character),
        cmocka_unit_test(test_little_is_lost),
        cmocka_unit_test(test_cut_twice),
        cmocka_unit_test(test_honest_repetition_is_not_eaten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
