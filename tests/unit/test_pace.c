// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How fast a server is, in scenes of real machines.
#include "model/pace.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

// An answer as a streaming client sees it, of a server that tells what it had cached.
static struct pace_sample answer(int64_t read, double read_per_s, int64_t written, double written_per_s)
{
    int64_t first_ms = (int64_t)((double)read * 1000 / read_per_s);
    return (struct pace_sample){
        .prompt_tokens = read + 3000,
        .cached_tokens = 3000,
        .output_tokens = written,
        .first_token_ms = first_ms,
        .total_ms = first_ms + (int64_t)((double)written * 1000 / written_per_s),
        .prompt_ms = -1,
        .output_ms = -1,
    };
}

static void note(struct pace *p, int64_t read, double read_per_s, int64_t written, double written_per_s)
{
    struct pace_sample s = answer(read, read_per_s, written, written_per_s);
    pace_note(p, &s);
}

static struct pace_limits limits(const struct pace *p, int64_t prompt, int64_t most)
{
    struct pace_ask ask = {.prompt_tokens = prompt, .max_tokens = most};
    return pace_limits(p, &ask);
}

static void assert_near(double value, double expected)
{
    if (!(fabs(value - expected) <= expected / 50)) fail_msg("found %g, expected about %g", value, expected);
}

// A small board that reads 10 tokens a second and writes one: its prompt of 12,000 tokens takes 20 minutes.
static void a_slow_machine_is_waited_for(void **state)
{
    struct pace p = {0};
    (void)state;
    assert_true(limits(&p, 12000, 1000).first_token_ms > 30 * MINUTE); // not measured yet
    for (int i = 0; i < 5; i++) {
        note(&p, 1000, 10, 300, 1);
        assert_true(limits(&p, 12000, 1000).first_token_ms > 30 * MINUTE);
    }
    assert_near(p.prefill_per_s, 10);
    assert_near(p.decode_per_s, 1);
    struct pace_limits l = limits(&p, 12000, 1000);
    assert_int_equal(l.stall_ms, MINUTE);
    assert_near((double)l.total_ms, 4.0 * (1200 + 1000) * SECOND);
}

static void a_fast_server_is_missed_soon(void **state)
{
    struct pace p = {0};
    (void)state;
    note(&p, 4000, 2000, 1000, 80);
    struct pace_limits l = limits(&p, 4000, 1500);
    assert_int_equal(l.stall_ms, 20 * SECOND);
    assert_int_equal(l.first_token_ms, 2 * MINUTE);
    assert_int_equal(l.total_ms, HOUR);
}

static void limits_before_any_measure(void **state)
{
    struct pace p = {0};
    (void)state;
    struct pace_limits l = limits(&p, 1000, 1000);
    assert_int_equal(l.first_token_ms, 330 * SECOND);
    assert_int_equal(l.stall_ms, 2 * MINUTE);
    assert_near((double)l.total_ms, 4.0 * 2100 * SECOND);
    assert_int_equal(limits(&p, 1000000, 1000).first_token_ms, 4 * HOUR);
    assert_int_equal(limits(&p, 1000000, 100000).total_ms, 24 * HOUR);
    assert_int_equal(limits(&p, -1, -1).first_token_ms, 2 * MINUTE);
}

static void a_model_may_have_to_be_loaded(void **state)
{
    struct pace p = {0};
    struct pace_ask ask = {.prompt_tokens = 100, .max_tokens = 100, .cold = true};
    (void)state;
    assert_int_equal(pace_limits(&p, &ask).first_token_ms, 22 * MINUTE);
}

static void what_the_user_says_holds(void **state)
{
    struct pace p = {0};
    struct pace_ask ask = {.prompt_tokens = 100000, .max_tokens = 10, .first_token_s = 5, .stall_s = 1, .cold = true};
    (void)state;
    struct pace_limits l = pace_limits(&p, &ask);
    assert_int_equal(l.first_token_ms, 5 * SECOND);
    assert_int_equal(l.stall_ms, SECOND);
    ask.total_s = 7;
    assert_int_equal(pace_limits(&p, &ask).total_ms, 7 * SECOND);
    ask = (struct pace_ask){.max_tokens = 10, .first_token_s = 36000};
    assert_int_equal(pace_limits(&p, &ask).total_ms, 10 * HOUR); // the learnt total does not cut the wait short
}

// A laptop gets hot in the middle of the night, and cools down again.
static void half_the_speed_is_said_once(void **state)
{
    struct pace p = {0};
    int slower = 0, recovered = 0;
    (void)state;
    for (int i = 0; i < 20; i++) {
        note(&p, 500, 300, 500, 40 + i % 3);
        assert_int_equal(pace_look(&p), PACE_SAME);
    }
    assert_near(pace_median(&p), 41);
    for (int i = 0; i < 100; i++) {
        note(&p, 500, 300, 500, 18);
        enum pace_change change = pace_look(&p);
        slower += change == PACE_SLOWER;
        assert_true(change != PACE_RECOVERED); // slow for long is not usual
    }
    assert_int_equal(slower, 1);
    assert_true(p.slow);
    for (int i = 0; i < 10; i++) {
        note(&p, 500, 300, 500, 40);
        recovered += pace_look(&p) == PACE_RECOVERED;
    }
    assert_int_equal(recovered, 1);
    assert_false(p.slow);
}

// Answers that came within two milliseconds or four were told as a server that slows down and recovers, again and again.
static void a_server_that_answers_at_once_is_never_slow(void **state)
{
    struct pace p = {0};
    (void)state;
    for (int i = 0; i < 12; i++) note(&p, 500, 300, 500, 270000);
    for (int i = 0; i < 12; i++) {
        note(&p, 500, 300, 500, 60000);
        assert_int_equal(pace_look(&p), PACE_SAME);
    }
}

// A proxy kept a minute of text back and sent it at once: taken for a speed, the next request would have left while the
// server still wrote for one that was broken off.
static void text_that_was_kept_back_is_no_speed(void **state)
{
    struct pace p = {0};
    struct pace_sample s = {.prompt_tokens = -1,
                            .cached_tokens = -1,
                            .output_tokens = 800,
                            .first_token_ms = 60000,
                            .total_ms = 60002,
                            .prompt_ms = -1,
                            .output_ms = -1};
    (void)state;
    pace_note(&p, &s);
    assert_near(p.decode_per_s, 800.0 / 60);
    p = (struct pace){0};
    s.first_token_ms = s.total_ms = 0; // and one that is as fast as that is not taken for slow
    pace_note(&p, &s);
    assert_true(p.decode_per_s >= 800000);
}

static void one_slow_answer_is_no_news(void **state)
{
    struct pace p = {0};
    (void)state;
    for (int i = 0; i < 12; i++) note(&p, 500, 300, 500, 40);
    note(&p, 500, 300, 500, 17);
    assert_int_equal(pace_look(&p), PACE_SAME);
    note(&p, 500, 300, 500, 40);
    assert_int_equal(pace_look(&p), PACE_SAME);
}

static void few_answers_are_not_usual_yet(void **state)
{
    struct pace p = {0};
    (void)state;
    for (int i = 0; i < 8; i++) note(&p, 500, 300, 500, 40);
    note(&p, 500, 300, 500, 1);
    assert_true(fabs(pace_median(&p)) < 1e-9);
    assert_int_equal(pace_look(&p), PACE_SAME);
}

// The speeds of an earlier run stand for the usual one from the first answer on.
static void earlier_runs_count(void **state)
{
    struct pace p = {0};
    (void)state;
    for (int i = 0; i < 200; i++) pace_seed(&p, 50);
    pace_seed(&p, -3);
    pace_seed(&p, NAN);
    assert_int_equal(p.speeds_count, PACE_SPEEDS);
    assert_near(pace_median(&p), 50);
    assert_int_equal(limits(&p, 0, 0).stall_ms, 20 * SECOND);
    note(&p, 500, 300, 500, 10);
    note(&p, 500, 300, 500, 10);
    assert_int_equal(pace_look(&p), PACE_SLOWER);
}

static void estimates_fall_faster_than_they_rise(void **state)
{
    struct pace falls = {0}, rises = {0};
    (void)state;
    note(&falls, 1000, 100, 500, 40);
    note(&falls, 1000, 50, 500, 20);
    note(&rises, 1000, 50, 500, 20);
    note(&rises, 1000, 100, 500, 40);
    assert_true(100 - falls.prefill_per_s > rises.prefill_per_s - 50);
    assert_true(40 - falls.decode_per_s > rises.decode_per_s - 20);
    for (int i = 0; i < 6; i++) note(&rises, 1000, 100, 500, 40);
    assert_true(rises.decode_per_s > 38);
}

static void the_servers_own_clock_is_better(void **state)
{
    struct pace p = {0};
    struct pace_sample s = answer(1000, 100, 500, 40);
    (void)state;
    s.prompt_ms = 2000; // the rest of the ten seconds it stood in a queue
    s.output_ms = 5000;
    pace_note(&p, &s);
    assert_near(p.prefill_per_s, 500);
    assert_near(p.decode_per_s, 100);
}

// Ollama does not say what it had cached: 8,000 tokens in 50 ms were not read.
static void what_may_have_been_cached_is_doubted(void **state)
{
    struct pace p = {0};
    struct pace_sample s = answer(5000, 100000, 500, 40);
    (void)state;
    s.cached_tokens = -1;
    pace_note(&p, &s);
    assert_near(p.prefill_per_s, 50);
    note(&p, 4000, 1000, 500, 40); // one that says it
    double measured = p.prefill_per_s;
    pace_note(&p, &s);
    assert_near(p.prefill_per_s, measured);
    s.first_token_ms = 8000 * SECOND / 100; // so slow it was at the most
    s.total_ms = s.first_token_ms + 10 * SECOND;
    for (int i = 0; i < 6; i++) pace_note(&p, &s);
    assert_near(p.prefill_per_s, 100);
}

static bool is_same(const struct pace *a, const struct pace *b)
{
    bool same = a->prefill_per_s == b->prefill_per_s && a->decode_per_s == b->decode_per_s && a->slow == b->slow &&
                a->speeds_count == b->speeds_count && a->speeds_next == b->speeds_next;
    for (int i = 0; i < PACE_SPEEDS; i++) same = same && a->speeds[i] == b->speeds[i];
    return same;
}

static void absurd_samples_change_nothing(void **state)
{
    static const struct pace_sample samples[] = {
        {-1, -1, -1, -1, -1, -1, -1},
        {0, 0, 0, 0, 0, 0, 0},
        {-5000, 0, -500, 100, 200, -1, -1},
        {1000000000, 0, 1000000000, 1000, 2000, -1, -1},
        {INT64_MAX, 0, INT64_MAX, 1, 2, 1, 1},
        {INT64_MIN, 1, INT64_MIN, 1, 2, 1, 1},
        {500, 4000, 10, 1000, 1200, -1, -1}, // more cached than there was
        {199, 0, 29, 1000, 2000, -1, -1},    // too short to say anything
        {0, 0, 500, 10, -10, -1, -1},
    };
    struct pace p = {0};
    (void)state;
    note(&p, 1000, 1000, 500, 40);
    const struct pace before = p;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        pace_note(&p, &samples[i]);
        if (!is_same(&p, &before)) fail_msg("sample %zu changed something", i);
    }
}

static void what_may_still_burn(void **state)
{
    struct pace p = {0};
    (void)state;
    assert_int_equal(pace_burn_ms(&p, 100), 5 * SECOND);
    assert_int_equal(pace_burn_ms(&p, 0), 500);
    assert_int_equal(pace_burn_ms(&p, -7), 500);
    assert_int_equal(pace_burn_ms(&p, INT64_MAX), 15 * MINUTE);
    note(&p, 1000, 100, 500, 2);
    assert_int_equal(pace_burn_ms(&p, 100), 50 * SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slow_machine_is_waited_for),
        cmocka_unit_test(a_fast_server_is_missed_soon),
        cmocka_unit_test(limits_before_any_measure),
        cmocka_unit_test(a_model_may_have_to_be_loaded),
        cmocka_unit_test(what_the_user_says_holds),
        cmocka_unit_test(half_the_speed_is_said_once),
        cmocka_unit_test(a_server_that_answers_at_once_is_never_slow),
        cmocka_unit_test(text_that_was_kept_back_is_no_speed),
        cmocka_unit_test(one_slow_answer_is_no_news),
        cmocka_unit_test(few_answers_are_not_usual_yet),
        cmocka_unit_test(earlier_runs_count),
        cmocka_unit_test(estimates_fall_faster_than_they_rise),
        cmocka_unit_test(the_servers_own_clock_is_better),
        cmocka_unit_test(what_may_have_been_cached_is_doubted),
        cmocka_unit_test(absurd_samples_change_nothing),
        cmocka_unit_test(what_may_still_burn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
