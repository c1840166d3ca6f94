// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// JSON values: what is refused, walking down foreign trees, and bytes in equal bytes out.
#include "io/json.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

static struct json *read_ok(const char *text)
{
    struct err e = ERR_INIT;
    struct json *v = json_read(text, strlen(text), &e);
    assert_non_null(v);
    assert_int_equal(e.code, ERR_NONE);
    return v;
}

static void assert_refused(const char *text, size_t len, const char *part)
{
    struct err e = ERR_INIT;
    assert_null(json_read(text, len, &e));
    assert_int_equal(e.code, ERR_USAGE);
    if (!strstr(e.text, part)) fail_msg("\"%s\" lacks \"%s\"", e.text, part);
    assert_null(strchr(e.text, '\n'));
}

static void assert_writes(const struct json *v, int indent, const char *expected)
{
    struct buf out;
    buf_init(&out, BUF_MAX_PIECE);
    assert_true(json_write(v, &out, indent));
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

static void refuses_what_is_not_one_value(void **state)
{
    (void)state;
    assert_refused("", 0, "line 1, column 0");
    assert_refused("{\n\"a\": 1,\n\"a\": 2}", 18, "line 3, column 3: duplicate object key near '\"a\"'");
    assert_refused("{} x", 4, "end of file expected");
    assert_refused("\"\xff\"", 3, "line 1");
    assert_refused("\"a\0b\"", 5, "line 1");
    assert_refused("\"\\u0000\"", 8, "\\u0000");
    assert_refused("\"\\ud800\"", 8, "line 1");
    assert_refused("{\"a\":true\0}", 11, "NUL");
    assert_refused("{\"a\":12\0,\"b\":1}", 15, "NUL");
    assert_refused("123456789012345678901234567890", 30, "too big");
    assert_refused("{\"a\": 'b'}", 10, "line 1, column 7");
}

static void refuses_deep_nesting(void **state)
{
    (void)state;
    enum { DEPTH = 10000 };
    char *text = mem_alloc(DEPTH);
    memset(text, '[', DEPTH);
    assert_refused(text, DEPTH, "maximum parsing depth");
    free(text);
}

static void masks_foreign_bytes_in_errors(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    assert_null(json_read("{\x1b[31m", 6, &e));
    assert_null(strchr(e.text, 0x1b));
}

static void walks_down_without_tests(void **state)
{
    (void)state;
    struct json *v = read_ok(" {\"choices\": [{\"delta\": {\"content\": \"Zażółć\"}}], \"n\": 3.0, \"t\": true} ");
    size_t len;
    const struct json *delta = json_get(json_at(json_get(v, "choices"), 0), "delta");
    assert_string_equal(json_str(json_get(delta, "content"), &len), "Zażółć");
    assert_int_equal(len, 10);
    assert_null(json_str(json_get(json_at(json_get(v, "n"), 7), "content"), &len));
    assert_int_equal(len, 0);
    assert_int_equal(json_int(json_get(v, "n"), -1), 3);
    assert_true(json_bool(json_get(v, "t"), false));
    assert_true(json_bool(json_get(v, "none"), true));
    assert_int_equal(json_int(json_get(v, "t"), -1), -1);
    assert_int_equal(json_count(v), 3);
    assert_int_equal(json_count(json_get(v, "choices")), 1);
    assert_int_equal(json_count(NULL), 0);
    assert_int_equal(json_kind(NULL), JSON_NONE);
    assert_string_equal(json_kind_name(json_kind(v)), "an object");
    json_free(v);
    json_free(NULL);
}

static void numbers_keep_their_borders(void **state)
{
    (void)state;
    struct json *v = read_ok("[9223372036854775807, 1.5, 1e300, -9223372036854775808, 9.3e18, \"7\"]");
    assert_true(json_int(json_at(v, 0), 0) == INT64_MAX);
    assert_int_equal(json_int(json_at(v, 1), -1), -1);
    assert_int_equal(json_int(json_at(v, 2), -1), -1);
    assert_true(json_int(json_at(v, 3), 0) == INT64_MIN);
    assert_int_equal(json_int(json_at(v, 4), -1), -1);
    assert_true(isnan(json_num(json_at(v, 5), NAN)));
    json_free(v);
}

static bool collect(void *arg, const char *key, const struct json *v)
{
    (void)v;
    buf_adds(arg, key);
    return *key != 'y';
}

static void members_keep_their_order(void **state)
{
    (void)state;
    struct json *v = read_ok("{\"z\": 1, \"a\": 2, \"y\": 3, \"b\": 4}");
    struct buf keys;
    buf_init(&keys, 16);
    json_each(v, collect, &keys);
    assert_string_equal(keys.data, "zay");
    assert_writes(v, 0, "{\"z\":1,\"a\":2,\"y\":3,\"b\":4}");
    buf_release(&keys);
    json_free(v);
}

static void builds_and_writes(void **state)
{
    (void)state;
    struct json *v = json_new_object(), *list = json_new_array();
    json_set_str(v, "text", "a \"b\"\n\x01 ż");
    json_set_str(v, "none", NULL);
    json_set_num(v, "t", 0.8);
    json_set_num(v, "nan", NAN);
    json_set_bool(v, "yes", true);
    json_set_strn(v, "n", "abcdef", 3);
    json_push(list, json_new_int(-7));
    json_push(list, json_new_str("x"));
    json_set(v, "list", list);
    const char *text = "{\"text\":\"a \\\"b\\\"\\n\\u0001 "
                       "ż\",\"none\":null,\"t\":0.8,\"nan\":null,\"yes\":true,\"n\":\"abc\",\"list\":[-7,\"x\"]}";
    assert_writes(v, 0, text);
    struct json *copy = json_clone(v);
    json_set_int(v, "t", 1);
    json_free(v);
    assert_writes(copy, 0, text);
    assert_writes(json_get(copy, "list"), 2, "[\n  -7,\n  \"x\"\n]");
    json_free(copy);
}

static void repairs_broken_text(void **state)
{
    (void)state;
    struct json *v = json_new_array(), *o = json_new_object();
    json_push(v, json_new_str("a\xff\xc5ż\xe2\x82"));
    assert_writes(v, 0, "[\"a\xEF\xBF\xBD\xEF\xBF\xBDż\xEF\xBF\xBD\xEF\xBF\xBD\"]");
    json_set_strn(o, "s", "x\0y", 3);
    assert_writes(o, 0, "{\"s\":\"x\xEF\xBF\xBDy\"}");
    json_free(v);
    json_free(o);
}

static void writing_stops_at_the_ceiling(void **state)
{
    (void)state;
    struct json *v = json_new_str("longer than eight");
    struct buf out;
    buf_init(&out, 8);
    assert_false(json_write(v, &out, 0));
    assert_true(out.full);
    buf_release(&out);
    json_free(v);
}

static void writes_a_string_alone(void **state)
{
    (void)state;
    static const char *const samples[] = {
        "", "plain", "\"q\" \\ \n\t\r\b\f", "\x01\x1f\x7f", "łódź 日本 🙂", "a\u2028b"};
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct buf whole, alone;
        buf_init(&whole, BUF_MAX_LINE);
        buf_init(&alone, BUF_MAX_LINE);
        struct json *v = json_new_str(samples[i]);
        assert_true(json_write(v, &whole, 0));
        assert_true(json_write_str(&alone, samples[i], strlen(samples[i])));
        assert_string_equal(alone.data, whole.data);
        json_free(v);
        buf_release(&whole);
        buf_release(&alone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_one_value),
        cmocka_unit_test(refuses_deep_nesting),
        cmocka_unit_test(masks_foreign_bytes_in_errors),
        cmocka_unit_test(walks_down_without_tests),
        cmocka_unit_test(numbers_keep_their_borders),
        cmocka_unit_test(members_keep_their_order),
        cmocka_unit_test(builds_and_writes),
        cmocka_unit_test(repairs_broken_text),
        cmocka_unit_test(writing_stops_at_the_ceiling),
        cmocka_unit_test(writes_a_string_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
