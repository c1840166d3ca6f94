// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// UTF-8 from outside.
#include "base/buf.h"
#include "text/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_valid(void **state)
{
    (void)state;
    assert_true(utf8_valid("", 0));
    assert_true(utf8_valid("a走\u0301", 6));
    assert_false(utf8_valid("\xC0\x80", 2));
    assert_false(utf8_valid("\xED\xA0\x80", 3));
    assert_false(utf8_valid("\xE2\x80", 2));
}

static void test_whole(void **state)
{
    (void)state;
    assert_int_equal(utf8_whole("", 0), 0);
    assert_int_equal(utf8_whole("ab", 2), 2);
    assert_int_equal(utf8_whole("a\xE2", 2), 1);
    assert_int_equal(utf8_whole("a\xE2\x80", 3), 1);
    assert_int_equal(utf8_whole("a\xE2\x80\xA6", 4), 4);
    assert_int_equal(utf8_whole("a\xF0\x9F\x91", 4), 1);
    assert_int_equal(utf8_whole("a\xFF", 2), 2); // broken, and no byte will mend it
    assert_int_equal(utf8_whole("\x80\x80\x80\x80", 4), 4);
}

static void assert_prose(const char *in, size_t len, const char *expected)
{
    struct buf b;
    bool pending = false;
    buf_init(&b, BUF_MAX_LINE);
    utf8_prose(&b, in, len, &pending);
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void test_prose(void **state)
{
    (void)state;
    assert_prose("a\r\nb\rc\n", 7, "a\nb\nc\n");
    assert_prose("a\r\r\nb", 5, "a\n\nb");
    assert_prose("a\x1B[31mb\x07\x00"
                 "c\x7F",
                 11, "a[31mbc");
    assert_prose("a\tb\xC2\x85"
                 "c\xC2\x9B"
                 "d",
                 9, "a\tbcd"); // C1
    static const char bidi[] = "a\u202Eb\u2066c\uFEFFd\u200Ee";
    assert_prose(bidi, sizeof bidi - 1, "abcde");
    assert_prose("a\u2028b", 5, "a\nb");
    assert_prose("a\xFF\xC3"
                 "b",
                 4, "a\uFFFD\uFFFDb");
    static const char kept[] = "👩‍🚀 e\u0301 می‌خواهم";
    assert_prose(kept, sizeof kept - 1, kept);
}

// A stream may be split anywhere: each piece is fed up to its last whole character, the rest with the next one.
static void test_any_split_gives_the_same(void **state)
{
    static const char in[] = "a\r\n走\r\re\u0301\xFF\xE2\x80z\xE0\x80\x80 \u2028\r\n\n👩‍🚀\xF0\x9F\r\nend";
    size_t len = sizeof in - 1;
    struct buf whole, parts;
    bool pending = false;
    (void)state;
    buf_init(&whole, BUF_MAX_LINE);
    buf_init(&parts, BUF_MAX_LINE);
    utf8_prose(&whole, in, len, &pending);
    for (size_t a = 0; a <= len; a++) {
        for (size_t b = a; b <= len; b++) {
            size_t first = utf8_whole(in, a), second = first + utf8_whole(in + first, b - first);
            bool cr = false;
            buf_clear(&parts);
            utf8_prose(&parts, in, first, &cr);
            utf8_prose(&parts, in + first, second - first, &cr);
            utf8_prose(&parts, in + second, len - second, &cr);
            assert_string_equal(parts.data, whole.data);
        }
    }
    buf_release(&whole);
    buf_release(&parts);
}

static void test_terminal(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_LINE);
    buf_adds(&b, "\n");
    utf8_terminal(&b, "a\x1B]0;x\x07\tb\r\nc\r", 14, true);
    assert_string_equal(b.data, "\na]0;x b c ");
    buf_clear(&b);
    utf8_terminal(&b, "a\tb\n", 4, false);
    assert_string_equal(b.data, "a\tb\n");
    buf_release(&b);
}

static void test_terminal_json(void **state)
{
    static const char json[] = "{\n\t\"a\": \"x\\u001B \x7f \xC2\x9B \u202e \u2028 \u00fc \u6f22 \"\n}\n";
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_LINE);
    utf8_terminal_json(&b, json, sizeof json - 1);
    assert_string_equal(b.data, "{\n\t\"a\": \"x\\u001B \\u007F \\u009B \\u202E \\u2028 \u00fc \u6f22 \"\n}\n");
    buf_release(&b);
}

static void test_columns(void **state)
{
    const char *s = "ae\u0301走b";
    (void)state;
    assert_int_equal(utf8_columns(s, strlen(s)), 5);
    assert_int_equal(utf8_fit(s, strlen(s), 2), 4); // the accent stays with its letter
    assert_int_equal(utf8_fit(s, strlen(s), 3), 4); // half of a wide character does not fit
    assert_int_equal(utf8_fit(s, strlen(s), 4), 7);
    assert_int_equal(utf8_fit(s, strlen(s), 99), strlen(s));
    assert_int_equal(utf8_fit(s, strlen(s), 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),         cmocka_unit_test(test_whole),
        cmocka_unit_test(test_prose),         cmocka_unit_test(test_any_split_gives_the_same),
        cmocka_unit_test(test_terminal),      cmocka_unit_test(test_columns),
        cmocka_unit_test(test_terminal_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
