// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The breaker of a backend: when it opens and closes, and how often a server that is down is looked at.
#include "model/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { MINUTE_MS = 60 * 1000 };

static void opens_on_the_fifth_in_a_row(void **state)
{
    struct breaker b = {0};
    (void)state;
    for (int i = 1; i < BREAKER_OPENS_AT; i++) assert_false(breaker_fail(&b, 1000 + i));
    assert_false(b.open);
    assert_true(breaker_fail(&b, 2000));
    assert_true(b.open);
    assert_false(breaker_fail(&b, 3000)); // it is open already
    assert_int_equal(b.down_since_ms, 1001);
}

static void an_answer_forgets_all(void **state)
{
    struct breaker b = {0};
    (void)state;
    for (int i = 0; i < BREAKER_OPENS_AT - 1; i++) assert_false(breaker_fail(&b, 1));
    breaker_succeed(&b);
    assert_int_equal(b.down_since_ms, 0);
    for (int i = 0; i < BREAKER_OPENS_AT - 1; i++) assert_false(breaker_fail(&b, 7));
    assert_int_equal(b.down_since_ms, 7);
    assert_true(breaker_fail(&b, 8));
    breaker_succeed(&b);
    assert_false(b.open);
}

// Ready is not yet an answer: a server that says so and fails is not asked five times again.
static void ready_is_tried_once(void **state)
{
    struct breaker b = {0};
    (void)state;
    for (int i = 0; i < BREAKER_OPENS_AT; i++) breaker_fail(&b, 1);
    breaker_ready(&b);
    assert_false(b.open);
    assert_true(breaker_fail(&b, 2));
    assert_true(b.open);
}

static void ready_without_an_outage_changes_nothing(void **state)
{
    struct breaker b = {0};
    (void)state;
    breaker_ready(&b);
    assert_int_equal(b.failures, 0);
    breaker_fail(&b, 1);
    breaker_ready(&b);
    assert_int_equal(b.failures, 1);
}

// An outage of ten hours, looked at as the breaker says.
static void looks_get_rarer(void **state)
{
    struct breaker b = {0};
    int64_t start = 5000, now = start, last = 0;
    int first_minute = 0, looks = 0;
    (void)state;
    assert_int_equal(breaker_look_ms(&b, now), 250);
    breaker_fail(&b, now);
    while (now < start + INT64_C(600) * MINUTE_MS) {
        int64_t wait = breaker_look_ms(&b, now);
        assert_in_range(wait, last, now - start < MINUTE_MS ? 1000 : 10000);
        last = wait;
        now += wait;
        looks++;
        if (now - start <= MINUTE_MS) first_minute++;
    }
    assert_int_equal(last, 10000);
    assert_in_range(first_minute, 60, 150);
    assert_in_range(looks, 3600, 4000);
}

static void a_clock_of_zero_counts(void **state)
{
    struct breaker b = {0};
    (void)state;
    breaker_fail(&b, 0);
    assert_true(b.down_since_ms > 0);
    assert_int_equal(breaker_look_ms(&b, 0), 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_on_the_fifth_in_a_row),
        cmocka_unit_test(an_answer_forgets_all),
        cmocka_unit_test(ready_is_tried_once),
        cmocka_unit_test(ready_without_an_outage_changes_nothing),
        cmocka_unit_test(looks_get_rarer),
        cmocka_unit_test(a_clock_of_zero_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
