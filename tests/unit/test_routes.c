// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which backend a job starts on, and where it goes from there.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/routes.h"

// Backends by their first letters: in `busy` all slots are used, in `down` the breaker is open.
struct scene {
    const char *busy, *down;
};

static bool is_free(void *arg, const char *backend)
{
    return strchr(((struct scene *)arg)->busy, backend[0]) == NULL;
}

static bool is_down(void *arg, const char *backend)
{
    return strchr(((struct scene *)arg)->down, backend[0]) != NULL;
}

static const char list[] = "[{\"backend\":\"b\",\"model\":\"small\"},{\"backend\":\"c\"}]";

static int choose(const char *began_on, const char *busy, const char *down)
{
    struct scene s = {busy, down};
    const struct routes_view v = {is_free, is_down, &s};
    struct routes r;
    routes_read(&r, "a", list);
    int route = routes_choose(&r, began_on, &v);
    routes_release(&r);
    return route;
}

static int next_but(unsigned struck, int now, const char *busy, const char *down)
{
    struct scene s = {busy, down};
    const struct routes_view v = {is_free, is_down, &s};
    struct routes r;
    routes_read(&r, "a", list);
    int route = routes_next(&r, now, struck, &v);
    routes_release(&r);
    return route;
}

static int next(int now, const char *busy, const char *down)
{
    return next_but(0, now, busy, down);
}

static void test_read(void **state)
{
    (void)state;
    struct routes r;
    routes_read(&r, "a", "[{\"backend\":\"a\"},{\"backend\":\"b\",\"model\":\"small\"}]");
    assert_int_equal(r.count, 2); // its own once
    assert_string_equal(r.at[1].backend, "b");
    assert_string_equal(r.at[1].model, "small");
    assert_int_equal(routes_find(&r, "b"), 1);
    assert_int_equal(routes_find(&r, "x"), -1);
    routes_release(&r);
    routes_read(&r, "a", "");
    assert_int_equal(r.count, 1);
    routes_release(&r);
    routes_read(&r, "a", "{broken");
    assert_int_equal(r.count, 1);
    routes_release(&r);
}

static void test_a_new_job_takes_the_first_that_is_free(void **state)
{
    (void)state;
    assert_int_equal(choose("", "", ""), 0);
    assert_int_equal(choose("", "a", ""), 1);
    assert_int_equal(choose("", "ab", ""), 2);
    assert_int_equal(choose("", "abc", ""), -1);
    assert_int_equal(choose("", "b", "a"), 2);
}

static void test_a_job_that_began_waits_for_its_own(void **state)
{
    (void)state;
    assert_int_equal(choose("b", "", ""), 1);
    assert_int_equal(choose("b", "b", ""), -1);
    assert_int_equal(choose("b", "", "b"), 0);
    assert_int_equal(choose("b", "a", "b"), 2);
    assert_int_equal(choose("gone", "", ""), 0); // its list was changed meanwhile
}

static void test_all_down(void **state)
{
    (void)state;
    assert_int_equal(choose("", "", "abc"), 0);
    assert_int_equal(choose("c", "", "abc"), 2); // it waits at its own
    assert_int_equal(choose("c", "c", "abc"), -1);
}

static void test_next(void **state)
{
    (void)state;
    assert_int_equal(next(0, "", ""), 1);
    assert_int_equal(next(1, "", ""), 2);
    assert_int_equal(next(2, "", ""), 0);
    assert_int_equal(next(0, "b", ""), 2);
    assert_int_equal(next(0, "", "bc"), -1);
    assert_int_equal(next_but(1 << 1, 0, "", ""), 2); // what only its owner can mend is not tried again
    assert_int_equal(next_but(1 << 1 | 1 << 2, 0, "", ""), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_a_new_job_takes_the_first_that_is_free),
        cmocka_unit_test(test_a_job_that_began_waits_for_its_own),
        cmocka_unit_test(test_all_down),
        cmocka_unit_test(test_next),
    };
    return cmocka_run_group_tests_name("routes", tests, NULL, NULL);
}
