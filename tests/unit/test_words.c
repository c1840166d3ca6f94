// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Words, sentences and paragraphs.
#include "base/buf.h"
#include "base/mem.h"
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static size_t count(const char *s)
{
    return words_count(s, strlen(s));
}

static void test_counts(void **state)
{
    (void)state;
    assert_int_equal(count(""), 0);
    assert_int_equal(count(" \n—… !"), 0);
    assert_int_equal(count("Hello, world! It's 3.5 km."), 5);
    assert_int_equal(count("word—word and well-known"), 5);
    assert_int_equal(count("cafe\u0301 au lait"), 3);
    assert_int_equal(count("他走了。"), 3);
    assert_int_equal(count("カタカナ"), 1);
    assert_int_equal(count("Zażółć gęślą jaźń"), 3);
    assert_int_equal(count("👩‍🚀 🇵🇱🇩🇪"), 0);
    assert_int_equal(words_count("a b", 1), 1);
}

static void test_broken_bytes_are_passed_over(void **state)
{
    (void)state;
    assert_int_equal(count("one \xFF\xC3 two \xE2\x80"), 2);
    char *exact = mem_alloc(3);    // a sanitizer sees a step beyond it
    memcpy(exact, "a\xE2\x80", 3); // NOLINT(bugprone-not-null-terminated-result): bytes, not a string
    assert_int_equal(words_count(exact, 3), 1);
    assert_int_equal(words_tail(exact, 3, 1), 0);
    assert_int_equal(sentence_whole(exact, 3), 0);
    free(exact);
}

// The walk goes in blocks of 8 KB: no word may be counted twice or split at their borders.
static void test_blocks(void **state)
{
    static const char *const units[] = {"one two\tthree\n", "走", "word ", "e\u0301e\u0301 ", "don't. "};
    static const size_t words[] = {3, 1, 1, 1, 1};
    (void)state;
    for (size_t u = 0; u < ARRAY_LEN(units); u++) {
        struct buf b;
        buf_init(&b, BUF_MAX_PIECE);
        for (size_t i = 1; i <= 12000; i++) buf_adds(&b, units[u]);
        assert_int_equal(words_count(b.data, b.len), 12000 * words[u]);
        size_t head = words_head(b.data, b.len, 9000);
        assert_int_equal(words_count(b.data, head), 9000);
        size_t tail = words_tail(b.data, b.len, 9000);
        assert_int_equal(words_count(b.data + tail, b.len - tail), 9000);
        buf_release(&b);
    }
}

static void test_tail_and_head(void **state)
{
    const char *s = "One, two. \"Three?\" four";
    size_t len = strlen(s);
    (void)state;
    assert_string_equal(s + words_tail(s, len, 1), "four");
    assert_string_equal(s + words_tail(s, len, 2), "Three?\" four");
    assert_int_equal(words_tail(s, len, 9), 0);
    assert_int_equal(words_tail(s, len, 0), len);
    assert_string_equal(s + words_head(s, len, 2), ". \"Three?\" four");
    assert_int_equal(words_head(s, len, 0), 0);
    assert_int_equal(words_head(s, len, 9), len);
}

// "…|" marks where the longest whole-sentence prefix must end.
static void assert_whole(const char *marked)
{
    size_t expected = strcspn(marked, "|"), len = strlen(marked) - 1;
    char *s = mem_printf("%.*s%s", (int)expected, marked, marked + expected + 1);
    if (sentence_whole(s, len) != expected) fail_msg("'%s': %zu, not %zu", s, sentence_whole(s, len), expected);
    free(s);
}

static void test_sentence_whole(void **state)
{
    static const char *const cases[] = {
        "|",
        "|no end",
        "He left.|",
        "He left.| She",
        "He left.|\n\n",
        "He left...| Sh",
        "\"Stop!\"| he sai",
        "“Stop!”| he",
        "(It was late.)| And",
        "*Go!*| Then",
        "What?!| I",
        "|Mr. Smith",
        "He paid.| Then 3.5 mor",
        "Hi.| I met Dr. No",
        "It was I.| Yes",
        "|by J. R. Tolk",
        "So.| It cost approx. five",
        "|Well… no",
        "Well…| No",
        "He ran.|\nthen",
        "他走了。|她",
        "「走！」|他说",
        "他说：“走。”|她",
        "走了。|“你",
        "« Oui. »| Il",
        "« Oui.\u00A0»| Il",
        "Er ging.| »Nein",
        "„Halt!“| rief",
        "هل رأيته؟| ن",
        "वह गया।| व",
        "No. No.| N",
        "Plan B.|\nHe",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) assert_whole(cases[i]);
}

static void test_sentence_ends(void **state)
{
    (void)state;
    assert_true(sentence_ends("He left. \n", 10));
    assert_true(sentence_ends("\"Go!\"", 5));
    assert_true(sentence_ends("« Oui. »", strlen("« Oui. »")));
    assert_true(sentence_ends("走。", strlen("走。")));
    assert_false(sentence_ends("He left. She", 12));
    assert_false(sentence_ends("Ask Mr.", 7));
    assert_false(sentence_ends("and then,", 9));
    assert_false(sentence_ends("", 0));
    assert_false(sentence_ends(" \n", 2));
}

static void test_paragraph_whole(void **state)
{
    (void)state;
    assert_int_equal(paragraph_whole("one\n\ntwo", 8), 3);
    assert_int_equal(paragraph_whole("one\n \t\ntwo\nthree", 16), 3);
    assert_int_equal(paragraph_whole("one\r\n\r\ntwo", 10), 3);
    assert_int_equal(paragraph_whole("a\n\nb \n\n", 7), 4);
    assert_int_equal(paragraph_whole("one\ntwo", 7), 0);
    assert_int_equal(paragraph_whole("\n\n", 2), 0);
}

// Words are counted as text is committed: behind a sentence and its white space the counts must add up.
static void test_counts_add_up(void **state)
{
    const char *s = "He said: \"It's 3.5 km.\" Mr. Fox ran.\n\n他走了。 She did too... Café! “Où?” — Là. "
                    "👩‍🚀 "
                    "Fin.\nEnd. ";
    size_t len = strlen(s), whole = words_count(s, len), cuts = 0;
    (void)state;
    for (size_t at = 1; at < len; at++) {
        if ((s[at - 1] != ' ' && s[at - 1] != '\n') || !sentence_ends(s, at)) continue;
        assert_int_equal(words_count(s, at) + words_count(s + at, len - at), whole);
        cuts++;
    }
    assert_true(cuts >= 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),          cmocka_unit_test(test_broken_bytes_are_passed_over),
        cmocka_unit_test(test_blocks),          cmocka_unit_test(test_tail_and_head),
        cmocka_unit_test(test_sentence_whole),  cmocka_unit_test(test_sentence_ends),
        cmocka_unit_test(test_paragraph_whole), cmocka_unit_test(test_counts_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
