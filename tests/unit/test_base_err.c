// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Tests of base/err and of the masking of bytes from outside.
#include "base/err.h"
#include "base/log.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static void test_first_error_wins(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    assert_false(err_prefix(&e, "nothing is set"));
    assert_int_equal(e.code, ERR_NONE);
    assert_false(err_set(&e, ERR_USAGE, "bad key '%s'", "wrods"));
    assert_false(err_set(&e, ERR_STORE, "cannot clean up"));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.text, "bad key 'wrods'");
    assert_false(err_prefix(&e, "line %d", 4));
    assert_string_equal(e.text, "line 4: bad key 'wrods'");
    err_clear(&e);
    assert_false(err_set(&e, ERR_STORE, "new"));
    assert_string_equal(e.text, "new");
}

static void test_errno_is_told_and_kept(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    errno = ENOSPC;
    assert_false(err_set_errno(&e, ERR_STORE, "cannot write '%s'", "x"));
    assert_string_equal(e.text, "cannot write 'x': No space left on device");
    assert_int_equal(errno, ENOSPC);
}

static void test_long_text_is_cut_whole(void **state)
{
    struct err e = ERR_INIT;
    char text[4 * ERR_TEXT_MAX];

    (void)state;
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_false(err_set(&e, ERR_USAGE, "%s", text));
    assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
    assert_false(err_prefix(&e, "x"));
    assert_int_equal(strlen(e.text), ERR_TEXT_MAX - 1);
    assert_memory_equal(e.text, "x: aaa", 6);
}

static void test_mask(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"caf\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x90\x8b", "caf\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x90\x8b"},
        {"a\x1b[31mb\r\n\tc\x7f", "a?[31mb???c?"},
        {"\xc2\x9b"
         "31m",
         "?31m"}, // C1 CSI
        {"\xe2\x80\xae"
         "abc \xe2\x81\xa6",
         "?abc ?"},                              // bidi override and isolate
        {"\x80 \xc3 \xe6\xbc \xf5", "? ? ?? ?"}, // broken UTF-8
        {"\xc0\xaf \xe0\x80\xaf", "?? ???"},     // overlong
        {"\xed\xa0\x80", "?"},                   // surrogate
        {"\xf4\x90\x80\x80", "?"},               // past U+10FFFF
    };
    char out[64];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        log_mask(out, sizeof out, cases[i].in);
        assert_string_equal(out, cases[i].out);
    }
}

static void test_mask_never_splits_a_character(void **state)
{
    char out[8];

    (void)state;
    log_mask(out, 5, "abc\xc3\xa9");
    assert_string_equal(out, "abc");
    log_mask(out, 6, "abc\xc3\xa9");
    assert_string_equal(out, "abc\xc3\xa9");
    log_mask(out, 1, "abc");
    assert_string_equal(out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_error_wins),
        cmocka_unit_test(test_errno_is_told_and_kept),
        cmocka_unit_test(test_long_text_is_cut_whole),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_mask_never_splits_a_character),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
