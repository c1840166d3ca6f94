// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The idle barrier against canned servers of each kind that has one, busy ones, broken ones, and one that hangs.
#include "backend/idle.h"

#include "base/clock.h"

#include "canned.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define OK                "HTTP/1.0 200 OK\r\n\r\n"
#define QUIET             OK "[{\"id\":0,\"is_processing\":false},{\"id\":1,\"is_processing\":false}]"
#define BUSY_1            OK "[{\"id\":0,\"is_processing\":false},{\"id\":1,\"is_processing\":true}]"
#define PERF(idle, queue) OK "{\"idle\":" idle ",\"queue\":" queue "}"
#define METRICS(running, waiting)                                                                                    \
    OK "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{model_name=\"m\"} " running                \
       "\nvllm:num_requests_waiting{model_name=\"m\"} " waiting "\n"

struct wait {
    struct loop *loop;
    struct http *http;
    struct canned *server;
    struct timer *guard;
    struct idle_wait *idle;
    struct idle_options options;
    enum idle_end how;
    int answers;
    int64_t took_ms;
};

static void wait_guard(void *arg)
{
    (void)arg;
    fail_msg("the loop did not end");
}

static void wait_done(void *arg, enum idle_end how)
{
    struct wait *w = arg;
    w->how = how;
    w->answers++;
    idle_wait_cancel(w->idle); // it is over: nothing happens
    loop_stop(w->loop);
}

static void wait_open(struct wait *w, const struct canned_reply *replies, int count)
{
    memset(w, 0, sizeof(*w));
    w->loop = loop_new();
    w->http = http_new(w->loop);
    w->server = canned_start(replies, count);
    w->guard = timer_new(w->loop, wait_guard, NULL);
    timer_set(w->guard, 60000);
    w->options = (struct idle_options){
        .dialect = DIALECT_LLAMACPP, .url = w->server->url, .bearer = "sesame", .slot = -1, .limit_ms = 300};
}

static void wait_run(struct wait *w)
{
    int64_t start_ms = clock_mono_ms();
    w->idle = idle_wait_start(w->loop, w->http, &w->options, wait_done, w);
    loop_run(w->loop);
    w->took_ms = clock_mono_ms() - start_ms;
    assert_int_equal(w->answers, 1);
}

static void wait_close(struct wait *w)
{
    http_free(w->http);
    timer_free(w->guard);
    loop_free(w->loop);
    canned_stop(w->server);
}

struct idle_case {
    enum dialect_kind dialect;
    int slot;
    const char *replies[4];
    enum idle_end how;
    int requests; // 0: any number
};

static const struct idle_case cases[] = {
    {DIALECT_LLAMACPP, -1, {QUIET}, IDLE_IDLE, 1},
    {DIALECT_LLAMACPP, -1, {BUSY_1, BUSY_1, QUIET}, IDLE_IDLE, 3},
    {DIALECT_LLAMACPP, 0, {BUSY_1}, IDLE_IDLE, 1},
    {DIALECT_LLAMACPP, 1, {BUSY_1, QUIET}, IDLE_IDLE, 2},
    {DIALECT_LLAMACPP, -1, {BUSY_1, "HTTP/1.0 404 X\r\n\r\nno"}, IDLE_UNKNOWN, 2},
    {DIALECT_LLAMACPP, -1, {"HTTP/1.0 501 X\r\n\r\n{}"}, IDLE_UNKNOWN, 1},
    {DIALECT_LLAMACPP, -1, {"HTTP/1.0 500 X\r\n\r\n[{\"id\":0,\"is_processing\":false}]"}, IDLE_UNKNOWN, 1},
    {DIALECT_LLAMACPP, -1, {OK "[]"}, IDLE_UNKNOWN, 1},
    {DIALECT_LLAMACPP, -1, {OK "[{\"id\":0,\"is_processing\":7}]"}, IDLE_UNKNOWN, 1},
    {DIALECT_LLAMACPP, -1, {OK "<html>"}, IDLE_UNKNOWN, 1},
    {DIALECT_LLAMACPP, -1, {""}, IDLE_UNKNOWN, 0},
    {DIALECT_KOBOLDCPP, -1, {PERF("0", "0"), PERF("1", "1"), PERF("1", "0")}, IDLE_IDLE, 3},
    {DIALECT_VLLM, -1, {METRICS("1.0", "0.0"), METRICS("0.0", "2.0"), METRICS("0.0", "0.0")}, IDLE_IDLE, 3},
    {DIALECT_VLLM, -1, {OK "process_cpu_seconds_total 3\n"}, IDLE_UNKNOWN, 1},
    {DIALECT_OPENAI, -1, {NULL}, IDLE_UNKNOWN, 0},
    {DIALECT_OLLAMA, -1, {NULL}, IDLE_UNKNOWN, 0},
};

static void test_idle(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct idle_case *c = &cases[i];
        struct canned_reply replies[4];
        int count = 0;
        for (; count < 4 && c->replies[count] != NULL; count++)
            replies[count] = (struct canned_reply){c->replies[count], CANNED_CLOSE, false};
        struct wait w;
        wait_open(&w, replies, count);
        w.options.dialect = c->dialect;
        w.options.slot = c->slot;
        w.options.limit_ms = 5000;
        wait_run(&w);
        if (w.how != c->how) fail_msg("case %zu ended as %d", i, w.how);
        if (c->requests > 0) assert_int_equal(w.server->requests, c->requests);
        if (c->requests > 0) assert_non_null(strstr(w.server->last.data, "Authorization: Bearer sesame\r\n"));
        if (!idle_has_route(c->dialect)) assert_int_equal(w.server->connections, 0);
        wait_close(&w);
    }
}

// A request was left as soon as it was sent: asked at once, the server had not read it yet, and called itself idle.
static void test_it_is_not_asked_before_it_has_settled(void **state)
{
    (void)state;
    const struct canned_reply replies[] = {{QUIET, CANNED_CLOSE, false}};
    struct wait w;
    wait_open(&w, replies, 1);
    w.options.settle_ms = 60;
    wait_run(&w);
    assert_int_equal(w.how, IDLE_IDLE);
    assert_true(w.took_ms >= 60);
    wait_close(&w);
}

static void test_busy_until_the_limit(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {{"*\n" BUSY_1, CANNED_CLOSE, false}};
    struct wait w;
    wait_open(&w, replies, 1);
    wait_run(&w);
    assert_int_equal(w.how, IDLE_BUSY);
    assert_true(w.server->requests >= 3 && w.server->requests <= 8); // rarer and rarer
    assert_true(w.took_ms >= 290);
    wait_close(&w);
}

// What may go on beyond what was read says nothing.
static void test_body_without_an_end(void **state)
{
    (void)state;
    static const char head[] = METRICS("0.0", "0.0");
    char *body = mem_calloc(1, sizeof(head) + BUF_MAX_REPLY);
    memcpy(body, head, sizeof(head) - 1);
    memset(body + sizeof(head) - 1, '#', BUF_MAX_REPLY);
    const struct canned_reply reply = {body, CANNED_DRIP, false};
    struct wait w;
    wait_open(&w, &reply, 1);
    w.options.dialect = DIALECT_VLLM;
    w.options.limit_ms = 8000;
    wait_run(&w);
    assert_int_equal(w.how, IDLE_UNKNOWN);
    wait_close(&w);
    free(body);
}

static void test_nobody_listens(void **state)
{
    (void)state;
    struct wait w;
    wait_open(&w, NULL, 0);
    w.options.url = "http://127.0.0.1:1";
    wait_run(&w);
    assert_int_equal(w.how, IDLE_UNKNOWN);
    wait_close(&w);
}

// The wedged decoder of a llama.cpp: /health goes on answering, /slots never does. Busy if the limit is shorter.
static void test_hung(void **state)
{
    (void)state;
    static const struct canned_reply hangs[] = {{"", CANNED_HOLD, false}};
    static const struct canned_reply drips[] = {{OK, CANNED_DRIP, false}};
    static const struct {
        const struct canned_reply *reply;
        int64_t limit_ms;
        enum idle_end how;
    } hung[] = {{hangs, 60000, IDLE_HUNG}, {hangs, 100, IDLE_BUSY}, {drips, 100, IDLE_BUSY}};
    for (size_t i = 0; i < ARRAY_LEN(hung); i++) {
        struct wait w;
        wait_open(&w, hung[i].reply, 1);
        w.options.limit_ms = hung[i].limit_ms;
        wait_run(&w);
        assert_int_equal(w.how, hung[i].how);
        assert_true(w.took_ms < 8000);
        wait_close(&w);
    }
}

static void test_cancel(void **state)
{
    (void)state;
    struct wait w;
    wait_open(&w, NULL, 0);
    idle_wait_cancel(idle_wait_start(w.loop, w.http, &w.options, wait_done, &w));
    w.options.dialect = DIALECT_OPENAI;
    idle_wait_cancel(idle_wait_start(w.loop, w.http, &w.options, wait_done, &w));
    idle_wait_cancel(NULL);
    assert_int_equal(w.answers, 0);
    wait_close(&w);
}

static void test_who_has_a_route(void **state)
{
    (void)state;
    assert_true(idle_has_route(DIALECT_LLAMACPP));
    assert_true(idle_has_route(DIALECT_VLLM));
    assert_true(idle_has_route(DIALECT_KOBOLDCPP));
    assert_false(idle_has_route(DIALECT_OPENAI));
    assert_false(idle_has_route(DIALECT_OLLAMA));
    assert_false(idle_has_route(DIALECT_MLX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_it_is_not_asked_before_it_has_settled),
        cmocka_unit_test(test_busy_until_the_limit),
        cmocka_unit_test(test_body_without_an_end),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_hung),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_who_has_a_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
