// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Tests of base/clock and base/hash.
#include "base/clock.h"
#include "base/hash.h"

#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

static void test_rfc3339(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {INT64_C(951782400001), "2000-02-29T00:00:00.001Z"},
        {INT64_C(1769850000123), "2026-01-31T09:00:00.123Z"},
        {INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999Z"},
        {-1, "1970-01-01T00:00:00.000Z"},
    };
    char out[CLOCK_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clock_rfc3339(out, cases[i].ms);
        assert_string_equal(out, cases[i].text);
    }
}

static void test_duration(void **state)
{
    static const struct {
        int64_t s;
        const char *text;
    } cases[] = {
        {-5, "0 s"},        {0, "0 s"},           {59, "59 s"},          {60, "1 min"},
        {3599, "59 min"},   {3600, "1 h 00 min"}, {11100, "3 h 05 min"}, {86399, "23 h 59 min"},
        {86400, "1 d 0 h"}, {187200, "2 d 4 h"},
    };
    char out[CLOCK_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        clock_duration(out, cases[i].s * 1000);
        assert_string_equal(out, cases[i].text);
    }
}

static void test_clocks_run(void **state)
{
    (void)state;
    int64_t before = clock_mono_ms();
    assert_true(clock_mono_ms() >= before);
    assert_true(clock_wall_ms() > INT64_C(1700000000000));
}

// The vectors of draft-eastlake-fnv.
static void test_hash_vectors(void **state)
{
    char text[HASH_TEXT_SIZE];

    (void)state;
    assert_true(hash_bytes("", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(hash_bytes("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(hash_bytes("foobar", 6) == UINT64_C(0x85944171f73967e8));
    assert_true(hash_add(hash_bytes("foo", 3), "bar", 3) == hash_bytes("foobar", 6));
    hash_text(text, UINT64_C(0xabc));
    assert_string_equal(text, "0000000000000abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc3339),
        cmocka_unit_test(test_duration),
        cmocka_unit_test(test_clocks_run),
        cmocka_unit_test(test_hash_vectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
