// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Zip files: order, dates, no extra fields, the same bytes every time and in every time zone. The headers are read here
// by hand (APPNOTE.TXT 4.3.7 and 4.3.12); tests/e2e/test_epub.py asks Python's zipfile too.
#include "base/mem.h"
#include "io/zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static unsigned number_at(const struct buf *b, size_t at, int bytes)
{
    unsigned n = 0;
    assert_true(at + (size_t)bytes <= b->len);
    while (bytes-- > 0) n = n << 8 | (unsigned char)b->data[at + (size_t)bytes];
    return n;
}

static void make(struct buf *out, int64_t modified_s)
{
    struct err e = ERR_INIT;
    char *zeros = mem_calloc(1, 5000);
    struct zip_out *z = zip_out_new(modified_s, &e);
    assert_non_null(z);
    assert_true(zip_out_add(z, "mimetype", "application/epub+zip", 20, true, &e));
    assert_true(zip_out_add(z, "b/second.txt", zeros, 5000, false, &e));
    assert_true(zip_out_add(z, "a/third.txt", "", 0, false, &e));
    assert_true(zip_out_finish(z, out, &e));
    free(zeros);
}

static struct buf made(int64_t modified_s)
{
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    make(&b, modified_s);
    return b;
}

static size_t central_of(const struct buf *b)
{
    assert_memory_equal(b->data + b->len - 22, "PK\5\6", 4);
    return number_at(b, b->len - 22 + 16, 4);
}

static void assert_entry(const struct buf *b, size_t *at, const char *name, unsigned method, unsigned date,
                         unsigned time)
{
    assert_memory_equal(b->data + *at, "PK\1\2", 4);
    size_t local = number_at(b, *at + 42, 4), len = strlen(name);
    assert_memory_equal(b->data + local, "PK\3\4", 4);
    assert_int_equal(number_at(b, *at + 10, 2), method);
    assert_int_equal(number_at(b, local + 8, 2), method);
    assert_int_equal(number_at(b, *at + 12, 2), time);
    assert_int_equal(number_at(b, local + 10, 2), time);
    assert_int_equal(number_at(b, *at + 14, 2), date);
    assert_int_equal(number_at(b, local + 12, 2), date);
    assert_int_equal(number_at(b, *at + 28, 2), len);
    assert_int_equal(number_at(b, *at + 30, 2), 0); // extra fields
    assert_int_equal(number_at(b, local + 28, 2), 0);
    assert_int_equal(number_at(b, *at + 32, 2), 0); // comment
    assert_memory_equal(b->data + *at + 46, name, len);
    assert_memory_equal(b->data + local + 30, name, len);
    *at += 46 + len;
}

static void assert_entries(const struct buf *b, unsigned date, unsigned time)
{
    size_t at = central_of(b);
    assert_int_equal(number_at(b, b->len - 22 + 10, 2), 3);
    assert_entry(b, &at, "mimetype", 0, date, time);
    assert_entry(b, &at, "b/second.txt", 8, date, time);
    assert_entry(b, &at, "a/third.txt", (unsigned)number_at(b, at + 10, 2), date, time);
    assert_int_equal(at, b->len - 22);
}

static void test_entries(void **state)
{
    (void)state;
    struct buf b = made(1000000000); // 2001-09-09T01:46:40Z
    assert_entries(&b, 21 << 9 | 9 << 5 | 9, 1 << 11 | 46 << 5 | 20);
    assert_memory_equal(b.data + 30 + 8, "application/epub+zip", 20); // readers look for it at byte 38
    assert_true(b.len < 1000);                                        // 5,000 zeros were compressed
    buf_release(&b);
}

static void test_dates_outside(void **state)
{
    (void)state;
    static const int64_t early[] = {INT64_MIN, -1, 0, 315532799, 315532800};
    for (size_t i = 0; i < ARRAY_LEN(early); i++) {
        struct buf b = made(early[i]);
        assert_entries(&b, 1 << 5 | 1, 0);
        buf_release(&b);
    }
    struct buf b = made(INT64_MAX);
    assert_entries(&b, 127u << 9 | 12 << 5 | 31, 23u << 11 | 59 << 5 | 29);
    buf_release(&b);
}

// 2011-12-30 did not take place in Apia, and 02:30 of 2026-03-29 not in Warsaw.
static void test_time_zones(void **state)
{
    static const char *const zones[] = {"UTC", "Pacific/Apia", "Europe/Warsaw", "America/New_York", "XXX-14"};
    static const int64_t times[] = {1325245500, 1774751400, 1000000000};
    (void)state;
    for (size_t t = 0; t < ARRAY_LEN(times); t++) {
        struct buf first = {0};
        for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
            assert_int_equal(setenv("TZ", zones[i], 1), 0);
            tzset();
            struct buf b = made(times[t]);
            if (i == 0) {
                first = b;
                continue;
            }
            assert_int_equal(b.len, first.len);
            assert_memory_equal(b.data, first.data, b.len);
            buf_release(&b);
        }
        buf_release(&first);
    }
}

static void test_appends(void **state)
{
    struct buf b;
    (void)state;
    struct buf alone = made(1000000000);
    buf_init(&b, BUF_MAX_PIECE);
    buf_adds(&b, "before");
    make(&b, 1000000000);
    assert_int_equal(b.len, alone.len + 6);
    assert_memory_equal(b.data + 6, alone.data, alone.len);
    buf_release(&alone);
    buf_release(&b);
}

static void test_ceilings(void **state)
{
    struct err e = ERR_INIT;
    struct buf b;
    (void)state;
    buf_init(&b, 100);
    struct zip_out *z = zip_out_new(0, &e);
    assert_true(zip_out_add(z, "name", "data", 4, true, &e));
    assert_false(zip_out_finish(z, &b, &e));
    assert_int_equal(e.code, ERR_CEILING);
    assert_int_equal(b.len, 0);
    buf_release(&b);
}

static void test_the_same_name_twice(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    struct zip_out *z = zip_out_new(0, &e);
    assert_true(zip_out_add(z, "name", "data", 4, true, &e));
    assert_false(zip_out_add(z, "name", "data", 4, true, &e));
    assert_non_null(strstr(e.text, "cannot put 'name' into a zip file"));
    zip_out_drop(z);
    zip_out_drop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),    cmocka_unit_test(test_dates_outside),
        cmocka_unit_test(test_time_zones), cmocka_unit_test(test_appends),
        cmocka_unit_test(test_ceilings),   cmocka_unit_test(test_the_same_name_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
