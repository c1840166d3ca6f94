// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Text in flight is committed after a kilobyte at once, and after a second however little it is: what a reader of the
// database sees then is what a killed engine leaves behind. The server holds its answer open behind the text.
#include "engine/flight.h"

#include "base/clock.h"
#include "canned.h"
#include "engine/guard.h"
#include "store_fixture.h"

#include <math.h>

#define HEAD "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define TEXT "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":null}]}\n\n"

enum { KILOBYTE = 1024, TOO_LONG_MS = 10 * 1000, LATE_MS = 700 };

struct scene {
    struct store *store;
    struct loop *loop;
    struct http *http;
    struct canned *server;
    struct timer *limit;
    struct flight flight;
    int64_t came_ms; // until the commit
};

static void on_limit(void *arg)
{
    (void)arg;
    fail_msg("nothing was committed");
}

static void on_committed(void *arg)
{
    struct scene *s = arg;
    s->came_ms = clock_mono_ms() - s->flight.first_ms;
    loop_stop(s->loop);
}

static void on_ended(void *arg, const struct gen_result *r)
{
    (void)arg;
    fail_msg("the answer ended: %s", r->message);
}

static void on_failed(void *arg, const struct err *e)
{
    (void)arg;
    fail_msg("%s", e->text);
}

static const struct flight_events events = {on_committed, on_ended, on_failed};

static void begin_attempt(struct scene *s)
{
    struct err e = ERR_INIT;
    int64_t id, job = fixture_job(s->store, "one");
    const struct attempt_begin row = {.task = {.job = job, .kind = "chunk", .chapter = 1, .seq = 1},
                                      .backend = "box",
                                      .model = "",
                                      .server = "",
                                      .prefix = ""};
    assert_ok(store_attempt_begin(s->store, &row, &id, &e));
    flight_prepare(&s->flight, s->store, id, "", 0, guard_new(NULL, NULL, (size_t)100 * KILOBYTE));
}

// Sends a request that is answered with `text`; returns when something was committed.
static void fly(struct scene *s, const char *text)
{
    static const struct gen_message message = {GEN_USER, "Write.", 6};
    const struct sampling sampling = {NAN, NAN, NAN, NAN, NAN, NAN, -1, NAN, NAN, 0, NAN, NAN};
    char *bytes = mem_printf(HEAD TEXT, text);
    const struct canned_reply reply = {bytes, CANNED_HOLD, false};
    s->store = fixture_open(STORE_READ_WRITE);
    s->loop = loop_new();
    s->http = http_new(s->loop);
    s->limit = timer_new(s->loop, on_limit, NULL);
    timer_set(s->limit, TOO_LONG_MS);
    flight_init(&s->flight, s->loop, &events, s);
    begin_attempt(s);
    s->server = canned_start(&reply, 1);
    const struct gen_request q = {.url = s->server->url,
                                  .messages = &message,
                                  .messages_count = 1,
                                  .max_tokens = 1000,
                                  .seed = -1,
                                  .sampling = &sampling};
    flight_send(&s->flight, s->loop, s->http, &q);
    loop_run(s->loop);
    flight_release(&s->flight);
    http_free(s->http);
    canned_stop(s->server);
    timer_free(s->limit);
    loop_free(s->loop);
    free(bytes);
}

static int64_t bytes_in_store(void)
{
    return fixture_number("SELECT coalesce(sum(length(bytes)), 0) FROM attempt_text");
}

static void test_a_kilobyte_is_committed_at_once(void **state)
{
    struct scene s = {0};
    char text[KILOBYTE + 1];
    (void)state;
    size_t len = 0;
    for (unsigned word = 1; len < KILOBYTE; word++) // no two alike: the guard ends a loop
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%x ", word * 2654435761U);
    fly(&s, text);
    assert_in_range(s.came_ms, 0, LATE_MS);
    assert_int_equal(bytes_in_store(), KILOBYTE);
    store_close(s.store);
}

static void test_a_word_is_committed_after_a_second(void **state)
{
    struct scene s = {0};
    (void)state;
    fly(&s, "The lamp");
    assert_in_range(s.came_ms, LATE_MS, 2 * 1000);
    assert_int_equal(bytes_in_store(), strlen("The lamp"));
    store_close(s.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_kilobyte_is_committed_at_once, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_a_word_is_committed_after_a_second, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
