// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Figures of variety, and habits of a text.
#include "base/buf.h"
#include "base/mem.h"
#include "text/style.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct style measure(const char *s)
{
    struct style out;
    style_measure(&out, s, strlen(s));
    return out;
}

static void assert_near(double value, double expected, double most)
{
    if (fabs(value - expected) > most + 1e-9) fail_msg("%g instead of %g", value, expected);
}

static void test_sentences(void **state)
{
    (void)state;
    struct style s = measure("One two three. \"Four five six?!\" Seven, Mr. Eight, 9.5!\n\nTen eleven twelve");
    assert_int_equal(s.words, 13);
    assert_int_equal(s.sentences, 4);
    assert_near(s.sentence_cv, 0.1332, 0.001);
    s = measure("One two three. Four five six.");
    assert_near(s.sentence_cv, 0, 0);
    s = measure("Go. One two three four five six seven eight nine.");
    assert_true(s.sentence_cv > 0.5);
    assert_int_equal(measure("Heading\n\nOne two").sentences, 2);
    assert_int_equal(measure("他走了。她没有。").sentences, 2);
    assert_int_equal(measure("").sentences, 0);
    assert_near(measure("One.").sentence_cv, 0, 0);
}

static void test_speech(void **state)
{
    (void)state;
    assert_near(measure("\"Go now,\" he said.").speech, 0.5, 0);
    assert_near(measure("„Geh“, sagte er.\n«Va», dit-il.").speech, 2.0 / 6, 0.04);
    assert_near(measure("— Idę.\nPoszedł sobie.").speech, 1.0 / 3, 0);
    assert_near(measure("「走吧」他说。").speech, 0.5, 0);
    assert_near(measure("It's nobody's.").speech, 0, 0);
    assert_near(measure("").speech, 0, 0);
}

static void test_distinct_pairs(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 799; i++) buf_adds(&b, "tick ");
    assert_near(measure(b.data).distinct_2, 1, 0);
    buf_adds(&b, "Tick ");
    assert_near(measure(b.data).distinct_2, 1.0 / 799, 0);
    for (int i = 0; i < 800; i++) buf_addf(&b, "w%d ", i);
    assert_near(measure(b.data).distinct_2, 800.0 / 1598, 0);
    buf_release(&b);
}

static void test_repeated_runs(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 30; i++) buf_addf(&b, "w%d ", i);
    assert_near(measure(b.data).repeated_8, 0, 0);
    for (int i = 10; i < 27; i++) buf_addf(&b, "W%d, ", i);
    assert_near(measure(b.data).repeated_8, 10.0 / 40, 0);
    assert_near(measure("one two").repeated_8, 0, 0);
    buf_release(&b);
}

// `count` sentences with the phrase, each among ever other words.
static void add_prose(struct buf *out, const char *phrase, int count, int salt)
{
    for (int i = 0; i < count; i++) {
        int n = salt * 1000 + i * 10;
        buf_addf(out, "Word%dly morning came to number%d and %s before supper%d was cold%d. ", n, n + 1, phrase,
                 n + 2, n + 3);
        buf_addf(out, "Quietly%d outside%d, weather%d turned%d. ", n + 4, n + 5, n + 6, n + 7);
    }
}

static char *habits(const struct buf *text, size_t most)
{
    struct buf out;
    buf_init(&out, BUF_MAX_PIECE);
    style_habits(&out, text->data, text->len, most);
    return out.data;
}

static void check_habits(const struct buf *text, size_t most, const char *expected)
{
    char *found = habits(text, most);
    assert_string_equal(found, expected);
    free(found);
}

static void test_a_phrase_that_comes_too_often(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 5; i++) {
        buf_addf(&b, "Somewhere%d took deep\nbreaths, slowly%d. ", i, i);
        buf_addf(&b, "Then%d nothing%d happened%d for%d years%d. ", i, i, i, i, i);
    }
    check_habits(&b, 5, "");
    for (size_t i = 0; i < b.len; i++) b.data[i] = b.data[i] == '\n' ? ' ' : b.data[i];
    check_habits(&b, 5, "\"took deep breaths\"\n");
    check_habits(&b, 0, "");
    buf_release(&b);
}

static void test_three_times_is_no_habit(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 3; i++) buf_addf(&b, "Slowly%d, her knuckles turned white as%d snow%d.\n\n", i, i, i);
    check_habits(&b, 5, "");
    buf_addf(&b, "Her knuckles turned white.\n\n");
    check_habits(&b, 5, "\"her knuckles turned white\"\n");

    // Four times in a long text is no habit either.
    for (int i = 0; i < 6000; i++) buf_addf(&b, "w%d%s", i, i % 12 ? " " : ". ");
    check_habits(&b, 5, "");
    buf_release(&b);
}

static void test_the_worst_first(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 12; i++) {
        buf_addf(&b, "Something%d made his jaw tightened visibly, thing%d. ", i, i);
        if (i < 6) buf_addf(&b, "Other%d hearts were hammering wildly again%d. ", i, i);
    }
    check_habits(&b, 2, "\"made his jaw tightened visibly\"\n\"hearts were hammering wildly\"\n");
    check_habits(&b, 1, "\"made his jaw tightened visibly\"\n");
    buf_release(&b);
}

static void test_names_are_no_habits(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 9; i++) {
        buf_addf(&b, "Yesterday%d somebody%d saw old Tom Carver Hallan%d again%d. ", i, i, i, i);
        buf_addf(&b, "Captain Edda Moor%d was%d away. ", i, i);
        for (int n = 0; n < 30; n++) buf_addf(&b, "w%d%s", i * 30 + n, n < 29 ? " " : ". ");
    }
    check_habits(&b, 5, "");
    buf_release(&b);
}

// German gives all its nouns a capital: that makes no name of "den Kopf".
static void test_capitals_of_nouns(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 9; i++) {
        buf_addf(&b, "Am Morgen%d kam ein Brief%d vom Amt%d. ", i, i, i);
        buf_addf(&b, "Danach%d, schüttelte langsam den Kopf, ohne%d Wort%d. ", i, i, i);
    }
    char *found = habits(&b, 3);
    assert_non_null(strstr(found, "\"schüttelte langsam den Kopf\"\n"));
    free(found);
    buf_release(&b);
}

static void test_words_that_only_hold_together(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 30; i++) buf_addf(&b, "Grey%d birds%d came%d out of the woods%d. ", i, i, i, i);
    check_habits(&b, 5, "");
    buf_clear(&b);
    for (int i = 0; i < 30; i++) buf_addf(&b, "Grey%d birds%d were circling the chimneys of the town%d. ", i, i, i);
    check_habits(&b, 5, "\"were circling the chimneys\"\n");
    buf_release(&b);
}

static void test_openings(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 60; i++) {
        if (i % 10 == 0) buf_addf(&b, "She had seen%d it%d. ", i, i);
        buf_addf(&b, "Thing%d happened%d there%d. ", i, i, i);
    }
    check_habits(&b, 5, "sentences that open with \"She had\"\n");
    buf_clear(&b);
    for (int i = 0; i < 60; i++) {
        if (i % 14 == 0) buf_addf(&b, "She had seen%d it%d. ", i, i);
        buf_addf(&b, "Thing%d happened%d there%d. ", i, i, i);
    }
    check_habits(&b, 5, "");
    buf_release(&b);
}

static void test_habits_of_chinese(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 8; i++) {
        for (int uc = 0x5000 + i * 64; uc < 0x5000 + i * 64 + 60; uc++)
            buf_addf(&b, "%c%c%c", 0xE0 | (uc >> 12), 0x80 | ((uc >> 6) & 0x3F), 0x80 | (uc & 0x3F));
        buf_adds(&b, "，她深深地吸了一口气。");
    }
    check_habits(&b, 1, "\"她深深地吸了一口气\"\n");
    buf_release(&b);
}

static void test_nothing_comes_of_nothing(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    check_habits(&b, 5, "");
    buf_adds(&b, " …\n\xFF");
    check_habits(&b, 5, "");
    buf_clear(&b);
    add_prose(&b, "nothing", 1, 1);
    check_habits(&b, 5, "");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_speech),
        cmocka_unit_test(test_distinct_pairs),
        cmocka_unit_test(test_repeated_runs),
        cmocka_unit_test(test_a_phrase_that_comes_too_often),
        cmocka_unit_test(test_three_times_is_no_habit),
        cmocka_unit_test(test_the_worst_first),
        cmocka_unit_test(test_names_are_no_habits),
        cmocka_unit_test(test_capitals_of_nouns),
        cmocka_unit_test(test_words_that_only_hold_together),
        cmocka_unit_test(test_openings),
        cmocka_unit_test(test_habits_of_chinese),
        cmocka_unit_test(test_nothing_comes_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
