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
    H = 8,  // is changed the first time,
    HH = 16 // and the second time
};

enum { NOW = RETRY_NOW, BACKOFF = RETRY_BACKOFF, WAIT = RETRY_WAIT, PAUSE = RETRY_PAUSE };

// The numbers: from which failure in a row on, 0 never.
struct row {
    const char *name;
    enum failure failure;
    int first; // the action of the first one
    int flags;
    int smaller, restart, move, pause;
};

static const struct row rows[] = {
    {"refused", FAIL_REFUSED, BACKOFF, O, 0, 2, 3, 0},
    {"connect_timeout", FAIL_CONNECT_TIMEOUT, BACKOFF, O, 0, 2, 3, 0},
    {"reset", FAIL_RESET, BACKOFF, O | B, 0, 2, 3, 0},
    {"first_token_timeout", FAIL_FIRST_TOKEN, NOW, B, 0, 2, 3, 0},
    {"stall", FAIL_STALL, NOW, B, 0, 2, 3, 0},
    {"total_timeout", FAIL_TOTAL, NOW, B, 2, 0, 0, 0},
    {"truncated", FAIL_TRUNCATED, NOW, B, 0, 0, 4, 0},
    {"error_frame", FAIL_ERROR_FRAME, NOW, B, 0, 3, 4, 0},
    {"garbage", FAIL_GARBAGE, NOW, B, 0, 0, 4, 0},
    {"empty", FAIL_EMPTY, BACKOFF, C, 3, 0, 0, 0},
    {"loading", FAIL_LOADING, WAIT, O, 0, 0, 0, 0},
    {"busy", FAIL_BUSY, WAIT, O, 0, 0, 10, 0},
    {"server_error", FAIL_SERVER, BACKOFF, O, 0, 3, 3, 0},
    {"bad_gateway", FAIL_GATEWAY, BACKOFF, O, 0, 2, 3, 0},
    {"gateway_timeout", FAIL_GATEWAY_TIMEOUT, BACKOFF, O | B, 2, 0, 4, 0},
    {"context_exceeded", FAIL_CONTEXT, NOW, C, 1, 0, 0, 0},
    {"auth", FAIL_AUTH, PAUSE, 0, 0, 0, 1, 1},
    {"not_found", FAIL_NOT_FOUND, PAUSE, 0, 0, 0, 1, 1},
    {"bad_request", FAIL_REQUEST, NOW, H, 2, 0, 3, 3},
    {"not_a_server", FAIL_NOT_A_SERVER, BACKOFF, O, 0, 0, 3, 5},
    {"too_big", FAIL_TOO_BIG, NOW, B, 1, 0, 0, 0},
    {"config", FAIL_CONFIG, PAUSE, 0, 0, 0, 1, 1},
    {"abandoned", FAIL_ABANDONED, NOW, B, 0, 0, 0, 0},
    {"wedged", FAIL_WEDGED, NOW, B, 0, 1, 2, 0},
    {"crashed", FAIL_CRASHED, BACKOFF, O | B, 2, 2, 3, 0},
    {"all_reasoning", FAIL_REASONING, NOW, C | H | HH, 0, 0, 0, 0},
    {"prompt_cut", FAIL_PROMPT_CUT, NOW, C, 1, 0, 0, 0},
    {"bad_parameter", FAIL_PARAM, NOW, H | HH, 0, 0, 3, 3},
    {"no_prefill", FAIL_PREFILL, NOW, H | HH, 0, 0, 3, 3},
    {"no_model", FAIL_MODEL, PAUSE, 0, 0, 0, 1, 1},
    {"request_too_large", FAIL_TOO_LARGE, NOW, C, 1, 0, 3, 3},
    {"model_not_allowed", FAIL_NOT_ALLOWED, PAUSE, 0, 0, 0, 1, 1},
    {"slot_taken", FAIL_SLOT_TAKEN, WAIT, O, 0, 0, 0, 0},
};

enum { IN_A_ROW_MOST = 12 };

static struct retry_decision decide(enum failure f, int in_row, int same_request)
{
    struct retry_input in = {f, in_row, same_request, -1, UINT32_MAX, false, false};
    return retry_decide(&in);
}

// Of a server of ours, and a job with another backend.
static struct retry_decision decide_rich(enum failure f, int in_row)
{
    struct retry_input in = {f, in_row, 0, -1, UINT32_MAX, true, true};
    return retry_decide(&in);
}

static bool reached(int n, int from)
{
    return from > 0 && n >= from;
}

static void assert_alone(const struct row *r, int n)
{
    struct retry_decision d = decide(r->failure, n, 0);
    bool paused = reached(n, r->pause);
    assert_int_equal(d.action == RETRY_PAUSE, paused);
    assert_false(d.restart);
    assert_false(d.move);
    if (paused) {
        assert_false(d.outage || d.charge || d.smaller || d.changed);
        return;
    }
    assert_int_equal(d.outage, (r->flags & O) != 0);
    assert_int_equal(d.charge, (r->flags & C) != 0);
    assert_int_equal(d.need_barrier, (r->flags & B) != 0);
    assert_int_equal(d.smaller, reached(n, r->smaller));
    if (n <= 2) assert_int_equal(d.changed, (r->flags & (n == 1 ? H : HH)) != 0);
}

static void test_rows(void **state)
{
    (void)state;
    assert_int_equal(ARRAY_LEN(rows), FAIL_COUNT - 1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];
        assert_int_equal(r->failure, i + 1);
        assert_string_equal(failure_name(r->failure), r->name);
        assert_int_equal(failure_from_name(r->name), r->failure);
        assert_true(strlen(failure_text(r->failure)) > 0);
        assert_int_equal(decide(r->failure, 1, 0).action, r->first);
        for (int n = 1; n <= IN_A_ROW_MOST; n++) assert_alone(r, n);
    }
}

// A restart needs a server of ours, a move another one. It is paused all the same when it finds the same everywhere.
static void test_other_ways_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];
        for (int n = 1; n <= IN_A_ROW_MOST; n++) {
            struct retry_decision d = decide_rich(r->failure, n);
            bool paused = r->pause > 0 && n >= r->pause + 4;
            assert_int_equal(d.action == RETRY_PAUSE, paused);
            if (paused) continue;
            assert_int_equal(d.move, reached(n, r->move));
            assert_int_equal(d.restart, reached(n, r->restart));
        }
    }
}

static void test_what_needs_a_human_costs_nothing_elsewhere(void **state)
{
    (void)state;
    struct retry_decision d = decide_rich(FAIL_AUTH, 1);
    assert_true(d.move && d.outage && !d.charge);
    assert_int_equal(d.action, RETRY_BACKOFF);
    assert_in_range(decide_rich(FAIL_AUTH, 4).delay_ms, 3900, 4000); // two such servers do not chase the job around
}

static void test_third_failure_of_one_request_costs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct row *r = &rows[i];
        if (reached(3, r->pause)) continue;
        assert_int_equal(decide(r->failure, 2, 2).charge, (r->flags & C) != 0);
        assert_int_equal(decide(r->failure, 3, 3).charge, r->first != WAIT);
    }
}

static void test_delays(void **state)
{
    (void)state;
    assert_in_range(decide(FAIL_REFUSED, 1, 0).delay_ms, 499, 500);
    assert_in_range(decide(FAIL_REFUSED, 4, 0).delay_ms, 3999, 4000);
    assert_in_range(decide(FAIL_REFUSED, 2000000000, 0).delay_ms, 59999, 60000);
    struct retry_input in = {FAIL_REFUSED, 8, 0, -1, 0, false, false};
    assert_int_equal(retry_decide(&in).delay_ms, 0);
    in.jitter = UINT32_C(1) << 31;
    assert_int_equal(retry_decide(&in).delay_ms, 30000);
}

static void test_now_is_now_three_times(void **state)
{
    (void)state;
    for (int n = 1; n <= 3; n++) {
        assert_int_equal(decide(FAIL_STALL, n, 0).action, RETRY_NOW);
        assert_in_range(decide(FAIL_STALL, n, 0).delay_ms, 1, 10);
    }
    assert_int_equal(decide(FAIL_STALL, 4, 0).action, RETRY_BACKOFF);
    assert_in_range(decide(FAIL_STALL, 4, 0).delay_ms, 499, 500);
    assert_in_range(decide(FAIL_STALL, 5, 0).delay_ms, 999, 1000);
    assert_in_range(decide(FAIL_STALL, 1000, 0).delay_ms, 59999, 60000);
}

// What costs an attempt ends by itself: a server that answers everything with nothing must not take days.
static void test_charged_delays_stay_short(void **state)
{
    (void)state;
    assert_in_range(decide(FAIL_EMPTY, 100, 0).delay_ms, 999, 1000);
    assert_in_range(decide(FAIL_REASONING, 100, 0).delay_ms, 999, 1000);
}

static void test_waiting_looks_often_at_first(void **state)
{
    (void)state;
    assert_in_range(decide(FAIL_LOADING, 1, 0).delay_ms, 499, 500);
    assert_in_range(decide(FAIL_LOADING, 60, 0).delay_ms, 999, 1000);
    assert_in_range(decide(FAIL_LOADING, 61, 0).delay_ms, 9999, 10000);
    assert_in_range(decide(FAIL_BUSY, 20, 0).delay_ms, 9999, 10000);
    struct retry_input in = {FAIL_SLOT_TAKEN, 300, 0, -1, 0, false, false};
    assert_int_equal(retry_decide(&in).delay_ms, 500);
}

static void test_retry_after(void **state)
{
    (void)state;
    struct retry_input in = {FAIL_BUSY, 1, 0, 7000, 0, false, false};
    assert_int_equal(retry_decide(&in).delay_ms, 7000);
    in.retry_after_ms = INT64_C(3600) * 1000;
    assert_int_equal(retry_decide(&in).delay_ms, INT64_C(15) * 60 * 1000);
    in.retry_after_ms = 0; // "now", from a server that just failed: our own backoff
    in.jitter = UINT32_MAX;
    assert_in_range(retry_decide(&in).delay_ms, 499, 500);
    in = (struct retry_input){FAIL_STALL, 1, 0, 7000, 0, false, false};
    assert_int_equal(retry_decide(&in).delay_ms, 0); // what is asked again at once was not told to wait
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
        cmocka_unit_test(test_other_ways_out),
        cmocka_unit_test(test_what_needs_a_human_costs_nothing_elsewhere),
        cmocka_unit_test(test_third_failure_of_one_request_costs),
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_now_is_now_three_times),
        cmocka_unit_test(test_charged_delays_stay_short),
        cmocka_unit_test(test_waiting_looks_often_at_first),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
