// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The retry policy, row by row: the table here says again, in other words, what model/failure.c decides.
#include "model/failure.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

enum {
    O = 1,  // an outage
    C = 2,  // charges an attempt the first time
    B = 4,  // needs the barrier
    S = 8,  // asks for less the first time
    P = 16, // pauses the first time
};

struct row {
    const char *name;
    enum failure failure;
    int flags;
};

static const struct row rows[] = {
    {"refused", FAIL_REFUSED, O},
    {"connect_timeout", FAIL_CONNECT_TIMEOUT, O},
    {"reset", FAIL_RESET, O | B},
    {"first_token_timeout", FAIL_FIRST_TOKEN, B},
    {"stall", FAIL_STALL, B},
    {"total_timeout", FAIL_TOTAL, B},
    {"truncated", FAIL_TRUNCATED, B},
    {"error_frame", FAIL_ERROR_FRAME, B},
    {"garbage", FAIL_GARBAGE, B},
    {"empty", FAIL_EMPTY, C},
    {"loading", FAIL_LOADING, O},
    {"busy", FAIL_BUSY, O},
    {"server_error", FAIL_SERVER, O},
    {"bad_gateway", FAIL_GATEWAY, O},
    {"gateway_timeout", FAIL_GATEWAY_TIMEOUT, O | B},
    {"context_exceeded", FAIL_CONTEXT, C | S},
    {"auth", FAIL_AUTH, P},
    {"not_found", FAIL_NOT_FOUND, P},
    {"bad_request", FAIL_REQUEST, P},
    {"not_a_server", FAIL_NOT_A_SERVER, O},
    {"too_big", FAIL_TOO_BIG, B | S},
    {"config", FAIL_CONFIG, P},
    {"abandoned", FAIL_ABANDONED, B},
};

static struct retry_decision decide(enum failure f, int in_row, int same_request)
{
    struct retry_input in = {f, in_row, same_request, -1, UINT32_MAX};
    return retry_decide(&in);
}

static void test_rows(void **state)
{
    (void)state;
    assert_int_equal(ARRAY_LEN(rows), FAIL_COUNT - 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];
        struct retry_decision d = decide(r->failure, 1, 1);
        assert_int_equal(r->failure, i + 1);
        assert_string_equal(failure_name(r->failure), r->name);
        assert_int_equal(failure_from_name(r->name), r->failure);
        assert_true(strlen(failure_text(r->failure)) > 0);
        assert_int_equal(d.action == RETRY_PAUSE, (r->flags & P) != 0);
        assert_int_equal(d.outage, (r->flags & O) != 0);
        assert_int_equal(d.charge, (r->flags & C) != 0);
        assert_int_equal(d.need_barrier, (r->flags & B) != 0);
        assert_int_equal(d.smaller, (r->flags & S) != 0);
    }
}

static void test_third_failure_of_one_request_costs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].flags & P) continue;
        assert_int_equal(decide(rows[i].failure, 2, 2).charge, (rows[i].flags & C) != 0);
        assert_true(decide(rows[i].failure, 3, 3).charge);
    }
}

static void test_from_the_nth_in_a_row(void **state)
{
    (void)state;
    assert_false(decide(FAIL_GATEWAY_TIMEOUT, 1, 0).smaller);
    assert_true(decide(FAIL_GATEWAY_TIMEOUT, 2, 0).smaller);
    assert_int_equal(decide(FAIL_NOT_A_SERVER, 4, 0).action, RETRY_AFTER);
    assert_int_equal(decide(FAIL_NOT_A_SERVER, 5, 0).action, RETRY_PAUSE);
    assert_int_equal(decide(FAIL_REFUSED, 1000000, 0).action, RETRY_AFTER);
}

static void test_delays(void **state)
{
    (void)state;
    assert_in_range(decide(FAIL_REFUSED, 1, 0).delay_ms, 499, 500);
    assert_in_range(decide(FAIL_REFUSED, 4, 0).delay_ms, 3999, 4000);
    assert_in_range(decide(FAIL_REFUSED, 2000000000, 0).delay_ms, 59999, 60000);
    assert_in_range(decide(FAIL_STALL, 1, 0).delay_ms, 0, 100);
    struct retry_input in = {FAIL_REFUSED, 8, 0, -1, 0};
    assert_int_equal(retry_decide(&in).delay_ms, 0);
    in.jitter = UINT32_C(1) << 31;
    assert_int_equal(retry_decide(&in).delay_ms, 30000);
}

static void test_retry_after(void **state)
{
    (void)state;
    struct retry_input in = {FAIL_BUSY, 1, 0, 7000, 0};
    assert_int_equal(retry_decide(&in).delay_ms, 7000);
    in.retry_after_ms = INT64_C(3600) * 1000;
    assert_int_equal(retry_decide(&in).delay_ms, INT64_C(15) * 60 * 1000);
    in.retry_after_ms = 0; // "now", from a server that just failed: our own backoff
    in.jitter = UINT32_MAX;
    assert_in_range(retry_decide(&in).delay_ms, 499, 500);
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(failure_from_name("no such failure"), FAIL_NONE);
    assert_string_equal(failure_name(FAIL_NONE), "none");
    assert_string_equal(failure_name(FAIL_COUNT), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_third_failure_of_one_request_costs),
        cmocka_unit_test(test_from_the_nth_in_a_row),
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
