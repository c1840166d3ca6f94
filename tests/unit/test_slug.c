// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// File names from titles.
#include "base/mem.h"
#include "text/slug.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_slug(const char *title, size_t max_words, const char *expected)
{
    char out[SLUG_MAX + 1];
    slug_make(out, title, max_words);
    assert_string_equal(out, expected);
}

static void test_letters(void **state)
{
    (void)state;
    assert_slug("The Salt Engine", 0, "the-salt-engine");
    assert_slug("  Mara's — Choice!  (II)", 0, "maras-choice-ii");
    assert_slug("Zażółć gęślą jaźń", 0, "zazolc-gesla-jazn");
    assert_slug("Straße, Æsir & Œuvre; İstanbul Øre", 0, "strasse-aesir-oeuvre-istanbul-ore");
    assert_slug("cafe\u0301 Ệ", 0, "cafe-e");
    assert_slug("走 Book 了 Two", 0, "走-book-了-two");
    assert_slug("Война и мир", 0, "война-и-мир");
    assert_slug("Ὀδύσσεια", 0, "ὀδύσσεια");
    assert_slug("../../etc/passwd", 0, "etc-passwd");
    assert_slug("\x1B[31m\xFFred\xC3", 0, "31m-red");
}

static void test_never_empty_never_a_device(void **state)
{
    (void)state;
    assert_slug("", 0, "book");
    assert_slug("「。」", 0, "book");
    assert_slug("!!!", 0, "book");
    assert_slug("CON", 0, "con-book");
    assert_slug("nul.", 0, "nul-book");
    assert_slug("Com1", 0, "com1-book");
    assert_slug("Com 1", 0, "com-1");
    assert_slug("Console", 0, "console");
}

static void test_words_and_length(void **state)
{
    (void)state;
    assert_slug("A storm breaks over the town", 3, "a-storm-breaks");
    assert_slug("abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi", 0,
                "abcdefghi-abcdefghi-abcdefghi-abcdefghi-abcdefghi-abcdefghi");
    assert_slug("abcdefghi abcdefghi abcdefghi abcdefghi abcdefghi abcdefghijk", 0,
                "abcdefghi-abcdefghi-abcdefghi-abcdefghi-abcdefghi");
    assert_slug("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0,
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_never_empty_never_a_device),
        cmocka_unit_test(test_words_and_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
