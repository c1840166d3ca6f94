// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What was said before, word for word: the set, the comparison, the watch on a stream.
#include "base/buf.h"
#include "base/mem.h"
#include "text/shingle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct shingle_report compare(const struct shingles *s, const char *text)
{
    struct shingle_report r;
    shingles_compare(s, text, strlen(text), &r);
    return r;
}

static void add(struct shingles *s, const char *text)
{
    shingles_add(s, text, strlen(text));
}

// Words "w7 w8 …", all different.
static void add_words(struct buf *out, int from, int to)
{
    for (int i = from; i < to; i++) buf_addf(out, "w%d ", i);
}

static void test_case_and_punctuation_do_not_count(void **state)
{
    struct shingles *s = shingles_new(1000);
    (void)state;
    add(s, "She didn't look back; the Żuraw, at last, was gone.");
    struct shingle_report r = compare(s, "she didn’t look… Back \"the żuraw\" at last was -- GONE");
    assert_int_equal(r.words, 10);
    assert_int_equal(r.seen, 3);
    assert_int_equal(r.repeated, 0);
    assert_false(r.has_run);
    assert_int_equal(compare(s, "she did not look back the żuraw at last was gone").seen, 1);
    assert_int_equal(compare(s, "she didn't look back").seen, 0);
    shingles_free(s);
    shingles_free(NULL);
}

static void test_texts_are_not_joined(void **state)
{
    struct shingles *s = shingles_new(1000);
    (void)state;
    add(s, "one two three four");
    add(s, "five six seven eight nine ten eleven twelve");
    assert_int_equal(compare(s, "one two three four five six seven eight nine ten eleven twelve").seen, 1);
    shingles_clear(s);
    assert_int_equal(compare(s, "five six seven eight nine ten eleven twelve").seen, 0);
    assert_int_equal(compare(NULL, "five six seven eight nine ten eleven twelve").seen, 0);
    shingles_free(s);
}

static void test_characters_without_blanks_are_half_words(void **state)
{
    struct shingles *s = shingles_new(1000);
    (void)state;
    add(s, "他慢慢地走到了窗前，看见了海上的光。"); // 16 characters are eight words
    assert_int_equal(compare(s, "他慢慢地走到了窗前").words, 9);
    assert_int_equal(compare(s, "他慢慢地走到了窗前").seen, 0);
    assert_int_equal(compare(s, "“他慢慢地，走到了窗前！看见了海上的光”").seen, 1);
    assert_int_equal(compare(s, "カタカナ2000年abc東京").words, 9);
    shingles_free(s);
}

static void test_repeated_inside(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    add_words(&text, 0, 40);
    add_words(&text, 10, 30);
    struct shingle_report r = compare(NULL, text.data);
    assert_int_equal(r.words, 60);
    assert_int_equal(r.repeated, 13);
    buf_release(&text);
}

// A run of `words` known words among others; whether it is told.
static struct shingle_report compare_run(const struct shingles *s, int words, struct buf *text)
{
    buf_clear(text);
    add_words(text, 5000, 5030);
    add_words(text, 100, 100 + words);
    add_words(text, 6000, 6030);
    return compare(s, text->data);
}

static void test_run_is_told_from_25_words(void **state)
{
    struct shingles *s = shingles_new(10000);
    struct buf book, text;
    (void)state;
    buf_init(&book, BUF_MAX_PIECE);
    buf_init(&text, BUF_MAX_PIECE);
    add_words(&book, 0, 1000);
    shingles_add(s, book.data, book.len);
    assert_false(compare_run(s, 24, &text).has_run);
    struct shingle_report r = compare_run(s, 25, &text);
    assert_true(r.has_run);
    assert_ptr_equal(text.data + r.run_from, strstr(text.data, "w100 "));
    assert_ptr_equal(text.data + r.run_to, strstr(text.data, " w6000 "));
    r = compare_run(s, 60, &text);
    assert_ptr_equal(text.data + r.run_to, strstr(text.data, " w6000 "));
    assert_int_equal(r.seen, 53);

    // The first of two.
    add_words(&text, 300, 400);
    r = compare(s, text.data);
    assert_ptr_equal(text.data + r.run_from, strstr(text.data, "w100 "));
    assert_ptr_equal(text.data + r.run_to, strstr(text.data, " w6000 "));
    buf_release(&book);
    buf_release(&text);
    shingles_free(s);
}

static bool is_known(const struct shingles *s, int from, int to)
{
    struct buf text;
    buf_init(&text, BUF_MAX_PIECE);
    add_words(&text, from, to);
    struct shingle_report r = compare(s, text.data);
    buf_release(&text);
    return r.seen == r.words - 7;
}

static void test_the_oldest_are_forgotten(void **state)
{
    struct shingles *s = shingles_new(2000);
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    add_words(&text, 0, 9000);
    shingles_add(s, text.data, text.len);
    assert_true(is_known(s, 8000, 9000));
    assert_false(is_known(s, 0, 1000));
    struct shingle_report r = compare(s, text.data);
    assert_in_range(r.seen, 1000, 2000);

    // What is said again is young again.
    for (int i = 0; i < 4; i++) {
        buf_clear(&text);
        add_words(&text, 20000 + i * 900, 20900 + i * 900);
        shingles_add(s, text.data, text.len);
        buf_clear(&text);
        add_words(&text, 8500, 8600);
        shingles_add(s, text.data, text.len);
    }
    assert_true(is_known(s, 8500, 8600));
    assert_false(is_known(s, 8600, 8700));
    buf_release(&text);
    shingles_free(s);
}

static void test_smallest_set(void **state)
{
    struct shingles *s = shingles_new(0);
    (void)state;
    add(s, "one two three four five six seven eight nine ten");
    assert_int_equal(compare(s, "three four five six seven eight nine ten").seen, 1);
    assert_int_equal(compare(s, "one two three four five six seven eight").seen, 0);
    shingles_free(s);
}

struct alarm {
    size_t told, from; // bytes; told 0: never
};

static struct alarm watch(const struct shingles *s, const struct buf *text, size_t step)
{
    struct shingle_watch *w = shingle_watch_new(s);
    struct alarm a = {0};
    for (size_t at = 0; at < text->len && !a.told; at += step) {
        size_t n = text->len - at < step ? text->len - at : step;
        if (shingle_watch_feed(w, text->data + at, n)) a.told = at + n;
    }
    a.from = shingle_watch_from(w);
    if (a.told) {
        assert_true(shingle_watch_feed(w, "other words that end the run", 28));
        assert_int_equal(shingle_watch_from(w), a.from);
    }
    shingle_watch_free(w);
    return a;
}

static void check_watch(const char *before, const char *copied, const char *behind)
{
    struct shingles *s = shingles_new(10000);
    struct buf text;
    buf_init(&text, BUF_MAX_PIECE);
    buf_addf(&text, "%s%s%s", before, copied, behind);
    add(s, copied);
    struct alarm whole = watch(s, &text, text.len);
    assert_true(whole.told);
    assert_int_equal(whole.from, strlen(before));
    for (size_t step = 1; step < 12; step++) assert_int_equal(watch(s, &text, step).from, whole.from);
    struct alarm bytewise = watch(s, &text, 1);
    size_t end = strlen(before) + strlen(copied);
    assert_in_range(bytewise.told, end, end + 1); // a word ends where something else follows

    // One word of it is another one.
    char *middle = strstr(text.data + strlen(before), "9");
    assert_non_null(middle);
    *middle = '8';
    assert_false(watch(s, &text, text.len).told);
    assert_false(watch(s, &text, 1).told);
    buf_release(&text);
    shingles_free(s);
}

static void test_watch_in_any_split(void **state)
{
    (void)state;
    check_watch("Nothing here, “nothing” at all. ",
                "He carried the lamp up, step by step, to the room at the top where she had kept 9 letters, and read "
                "them all twice",
                " again.");
    check_watch("Żaden wiersz się nie powtórzył — aż do dziś. ",
                "Gęślą jaźń, źdźbło, ćma, łódź, świt, ślad, 9 żółtych łąk, pięść, gałąź, więź, kość, sól, źrebię, "
                "wąż, mąż, dąb, ząb, rąbek, pąk, bąk, łęk, sęk",
                " dalej.");
    check_watch(
        "他走了。",
        "月亮慢慢地升到了海面上，9点钟的钟声从远处的教堂里来，她想起了父亲说过的话，那时候他们还住在山脚下的小屋里",
        "。她");
}

static void test_watch_knows_no_short_run(void **state)
{
    struct shingles *s = shingles_new(1000);
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    add_words(&text, 0, 100);
    shingles_add(s, text.data, text.len);
    buf_clear(&text);
    for (int i = 0; i < 5; i++) add_words(&text, 10, 34);
    assert_int_equal(watch(s, &text, 3).told, 0);
    buf_release(&text);
    shingles_free(s);
}

// A broken byte ends a word and no more, wherever the stream is split.
static void test_watch_survives_broken_bytes(void **state)
{
    struct shingles *s = shingles_new(1000);
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    add_words(&text, 0, 30);
    shingles_add(s, text.data, text.len);
    buf_clear(&text);
    buf_adds(&text, "\xE2\x80 \xF0\x9F\x98 \xC3(\xFF\xFF\xE2\x80");
    size_t from = text.len;
    add_words(&text, 0, 30);
    for (size_t step = 1; step < 9; step++) {
        struct alarm a = watch(s, &text, step);
        assert_true(a.told);
        assert_int_equal(a.from, from);
    }
    buf_release(&text);
    shingles_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_and_punctuation_do_not_count),
        cmocka_unit_test(test_texts_are_not_joined),
        cmocka_unit_test(test_characters_without_blanks_are_half_words),
        cmocka_unit_test(test_repeated_inside),
        cmocka_unit_test(test_run_is_told_from_25_words),
        cmocka_unit_test(test_the_oldest_are_forgotten),
        cmocka_unit_test(test_smallest_set),
        cmocka_unit_test(test_watch_in_any_split),
        cmocka_unit_test(test_watch_knows_no_short_run),
        cmocka_unit_test(test_watch_survives_broken_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
