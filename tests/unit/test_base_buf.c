// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Tests of base/buf and base/mem.
#include "base/buf.h"
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

static void test_ceiling_is_exact(void **state)
{
    struct buf b;

    (void)state;
    for (size_t max = 0; max < 200; max++) {
        buf_init(&b, max);
        for (size_t i = 0; i < max; i++) assert_true(buf_addc(&b, 'x'));
        assert_false(b.full);
        assert_false(buf_addc(&b, 'y'));
        assert_true(b.full);
        assert_int_equal(b.len, max);
        assert_int_equal(strlen(b.data), max);
        assert_true(b.cap <= max + 1);
        buf_release(&b);
    }
}

static void test_too_long_adds_nothing(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 8);
    assert_true(buf_adds(&b, "12345"));
    assert_false(buf_adds(&b, "6789"));
    assert_false(buf_addf(&b, "%s", "6789"));
    assert_false(buf_add(&b, "", SIZE_MAX));
    assert_string_equal(b.data, "12345");
    assert_true(buf_addf(&b, "%d", 678));
    assert_string_equal(b.data, "12345678");
    assert_true(b.full);
    buf_clear(&b);
    assert_false(b.full);
    assert_string_equal(b.data, "");
    buf_release(&b);
}

static void test_cut_and_drop(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, BUF_MAX_LINE);
    assert_true(buf_add(&b, "one\0two", 7));
    buf_drop_front(&b, 4);
    assert_string_equal(b.data, "two");
    buf_cut(&b, 9);
    assert_int_equal(b.len, 3);
    buf_cut(&b, 1);
    assert_string_equal(b.data, "t");
    buf_drop_front(&b, 9);
    assert_int_equal(b.len, 0);
    assert_string_equal(b.data, "");
    buf_release(&b);
}

static void test_grow_keeps_items(void **state)
{
    int *items = NULL;
    size_t cap = 0;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        mem_grow(&items, &cap, i + 1, sizeof *items);
        assert_true(cap > i);
        items[i] = (int)i;
    }
    for (size_t i = 0; i < 1000; i++) assert_int_equal(items[i], i);
    free(items);
    char *text = mem_printf("%s %d", "a", 1);
    assert_string_equal(text, "a 1");
    free(text);
    assert_null(mem_strdup_opt(NULL));
}

// A length that was taken over with a copy that ended at a NUL read beyond it: a server's reply can bring one.
static void test_dup_takes_a_nul(void **state)
{
    (void)state;
    char *all = mem_dup("one\0two", 7), *head = mem_strndup("one\0two", 7), *none = mem_dup(NULL, 0);
    assert_memory_equal(all, "one\0two", 8);
    assert_string_equal(head, "one");
    assert_string_equal(none, "");
    free(all);
    free(head);
    free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ceiling_is_exact), cmocka_unit_test(test_too_long_adds_nothing),
        cmocka_unit_test(test_cut_and_drop),     cmocka_unit_test(test_grow_keeps_items),
        cmocka_unit_test(test_dup_takes_a_nul),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
