// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Half characters in JSON: what is replaced, and that nothing else is touched.
#include "backend/repair.h"

#include "base/mem.h"
#include "io/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define FFFD "\xEF\xBF\xBD"

struct repair_case {
    const char *in, *want; // want NULL: there is nothing to repair
};

static const struct repair_case cases[] = {
    {"\"plain\"", NULL},
    {"\"\\u0142 \\ud83d\\ude00 \\n \xC5\x82 \xF0\x9F\x98\x80\"", NULL},
    {"\"\\\\ud83d\"", NULL}, // a backslash and five letters
    {"\"\\ud83\"", NULL},    // no escape at all: that is another fault
    {"\"\\u", NULL},
    {"\"\\", NULL},
    {"\"a\\ud83d\"", "\"a" FFFD "\""},
    {"\"\\ud83dx\"", "\"" FFFD "x\""},
    {"\"\\ude00a\"", "\"" FFFD "a\""},
    {"\"\\ud83d\\ud83d\\ude00\"", "\"" FFFD "\\ud83d\\ude00\""},
    {"\"\\ud83d\\u0041\"", "\"" FFFD "\\u0041\""},
    {"\"\\uD83D\\n\"", "\"" FFFD "\\n\""},
    {"\"\\\\\\ud83d\"", "\"\\\\" FFFD "\""},
    {"\"\\u0000\"", "\"" FFFD "\""},
    {"\"a\xC5\"", "\"a" FFFD "\""},
    {"\"\x82 b\"", "\"" FFFD " b\""},
    {"\"\xF0\x9F\x98\"", "\"" FFFD "\""}, // replaced once
    {"\"\xE2\x82\xC5\x82\"", "\"" FFFD "\xC5\x82\""},
    {"\"\xED\xA0\xBD\"", "\"" FFFD "\""}, // a surrogate in bytes
    {"\"\xC0\x80\xFF\"", "\"" FFFD FFFD "\""},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf out;
        buf_init(&out, BUF_MAX_LINE);
        bool changed = repair_json(&out, cases[i].in, strlen(cases[i].in));
        assert_int_equal(changed, cases[i].want != NULL);
        assert_string_equal(out.data, changed ? cases[i].want : cases[i].in);
        struct err e = ERR_INIT;
        struct json *v = json_read(out.data, out.len, &e);
        if (changed) assert_non_null(v);
        json_free(v);
        buf_release(&out);
    }
}

static void test_ceiling(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4);
    assert_false(repair_json(&out, "\"\xC5\x41\x41\"", 5));
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
