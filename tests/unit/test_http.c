// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The loop and the HTTP client against a canned server: outcomes, ceilings, headers, reuse of connections, and what a
// callback may do to the call it comes from, to another, and to the client.
#include "io/http.h"

#include "base/clock.h"

#include "canned.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
#define HELLO   OK_HEAD "Content-Length: 5\r\n\r\nhello"

struct bench;

struct seen { // what one call did
    struct bench *bench;
    struct http_call *call;
    int heads, status, done;
    struct buf body;
    struct http_reply reply;
    bool (*on_data)(struct seen *s);
    void (*on_done)(struct seen *s);
};

struct bench {
    struct loop *loop;
    struct http *http;
    struct canned *server;
    struct timer *guard;
    struct seen a, b;
};

static void bench_guard(void *arg)
{
    (void)arg;
    fail_msg("the loop did not end");
}

static void seen_head(void *arg, int status)
{
    struct seen *s = arg;
    s->heads++;
    s->status = status;
}

static bool seen_data(void *arg, int status, const char *bytes, size_t len)
{
    struct seen *s = arg;
    assert_int_equal(s->heads, 1);
    assert_int_equal(status, s->status);
    buf_add(&s->body, bytes, len);
    return s->on_data == NULL || s->on_data(s);
}

static void seen_done(void *arg, const struct http_reply *reply)
{
    struct seen *s = arg;
    s->done++;
    s->reply = *reply;
    if (s->on_done != NULL) {
        s->on_done(s);
    } else {
        loop_stop(s->bench->loop);
    }
}

static const struct http_events seen_events = {seen_head, seen_data, seen_done};

static void seen_start_at(struct seen *s, const char *url, const char *body)
{
    struct http_request q = {.method = body != NULL ? "POST" : "GET", .url = url, .body = body, .connect_ms = 1000};
    q.body_len = body != NULL ? strlen(body) : 0;
    q.bearer = body != NULL ? "sesame" : NULL;
    q.body_max = 4096;
    s->call = http_start(s->bench->http, &q, &seen_events, s);
}

static void seen_start(struct seen *s, const char *body)
{
    seen_start_at(s, s->bench->server->url, body);
}

static void bench_open(struct bench *b, const struct canned_reply *replies, int count)
{
    memset(b, 0, sizeof(*b));
    b->loop = loop_new();
    b->http = http_new(b->loop);
    b->server = canned_start(replies, count);
    b->guard = timer_new(b->loop, bench_guard, NULL);
    timer_set(b->guard, 60000);
    b->a.bench = b->b.bench = b;
    buf_init(&b->a.body, BUF_MAX_PIECE);
    buf_init(&b->b.body, BUF_MAX_PIECE);
}

static void bench_close(struct bench *b)
{
    http_free(b->http);
    timer_free(b->guard);
    loop_free(b->loop);
    canned_stop(b->server);
    buf_release(&b->a.body);
    buf_release(&b->b.body);
}

// ---- one reply, one outcome --------------------------------------------------------------------------------------

struct outcome_case {
    struct canned_reply reply;
    enum http_outcome outcome;
    int status;
    const char *body;
};

static const struct outcome_case outcomes[] = {
    {{HELLO, CANNED_KEEP, false}, HTTP_DONE, 200, "hello"},
    {{HELLO, CANNED_KEEP, true}, HTTP_DONE, 200, "hello"},
    {{"HTTP/1.1 100 Continue\r\n\r\n" HELLO, CANNED_KEEP, false}, HTTP_DONE, 200, "hello"},
    {{OK_HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Late: 1\r\n\r\n", CANNED_KEEP, true},
     HTTP_DONE,
     200,
     "hello"},
    {{"HTTP/1.0 200 OK\r\n\r\nhello", CANNED_CLOSE, false}, HTTP_DONE, 200, "hello"},
    {{"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", CANNED_KEEP, false}, HTTP_DONE, 404, "no"},
    {{"HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", CANNED_KEEP, false}, HTTP_DONE, 301, ""},
    {{"", CANNED_CLOSE, false}, HTTP_RESET, 0, ""},
    {{"", CANNED_RESET, false}, HTTP_RESET, 0, ""},
    {{OK_HEAD "Content-Length: 9\r\n\r\nhello", CANNED_CLOSE, false}, HTTP_CUT, 200, "hello"},
    {{OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", CANNED_CLOSE, false}, HTTP_CUT, 200, "hello"},
    {{OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n", CANNED_KEEP, false}, HTTP_CUT, 200, "hello"},
    {{OK_HEAD "Content-Le", CANNED_CLOSE, false}, HTTP_CUT, 0, ""},
    {{"SSH-2.0-OpenSSH_9.2\r\n", CANNED_CLOSE, false}, HTTP_CUT, 0, ""},
};

static void test_outcomes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        struct bench b;
        bench_open(&b, &outcomes[i].reply, 1);
        seen_start(&b.a, NULL);
        loop_run(b.loop);
        assert_int_equal(b.a.reply.outcome, outcomes[i].outcome);
        assert_int_equal(b.a.reply.status, outcomes[i].status);
        assert_string_equal(b.a.body.data, outcomes[i].body);
        assert_int_equal(b.a.reply.text[0] == '\0', outcomes[i].outcome == HTTP_DONE);
        assert_int_equal(b.a.reply.retry_after_ms, -1);
        bench_close(&b);
    }
}

static void test_no_server_and_no_url(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        enum http_outcome outcome;
    } cases[] = {
        {"http://127.0.0.1:1", HTTP_REFUSED},
        {"http://no-such-host.invalid", HTTP_REFUSED},
        {"ftp://127.0.0.1", HTTP_LOCAL},
        {"file:///etc/passwd", HTTP_LOCAL},
        {"http://", HTTP_LOCAL},
    };
    setenv("http_proxy", "http://127.0.0.1:1", 1); // must not matter anywhere in this file
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;
        bench_open(&b, NULL, 0);
        seen_start_at(&b.a, cases[i].url, NULL);
        loop_run(b.loop);
        assert_int_equal(b.a.reply.outcome, cases[i].outcome);
        assert_true(strlen(b.a.reply.text) > 0);
        bench_close(&b);
    }
}

// A listener whose queue is full answers no SYN: that is how a connection times out on this machine.
static void test_connect_timeout(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0), fill[4];
    char url[64];
    struct bench b;
    assert_int_equal(bind(listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(listener, 0), 0);
    getsockname(listener, (struct sockaddr *)&at, &len);
    for (size_t i = 0; i < ARRAY_LEN(fill); i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fill[i], (struct sockaddr *)&at, len);
    }
    (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", ntohs(at.sin_port));
    bench_open(&b, NULL, 0);
    struct http_request q = {.method = "GET", .url = url, .connect_ms = 100};
    http_start(b.http, &q, &seen_events, &b.a);
    loop_run(b.loop);
    assert_int_equal(b.a.reply.outcome, HTTP_CONNECT_TIMEOUT);
    bench_close(&b);
    for (size_t i = 0; i < ARRAY_LEN(fill); i++) close(fill[i]);
    close(listener);
}

// ---- headers and ceilings ----------------------------------------------------------------------------------------

static void test_retry_after(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        int64_t ms;
    } cases[] = {
        {"Retry-After: 120\r\n", 120000},
        {"retry-after: 1.5\r\n", 1500},
        {"Retry-After: 3600\r\n", 900000},
        {"Retry-After: 6m0s\r\n", 360000},
        {"Retry-After: 2.5s\r\n", 2500},
        {"Retry-After: 900ms\r\n", 900},
        {"Retry-After: 3 minutes\r\n", -1},
        {"Retry-After: -5\r\n", 0},
        {"Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", 0},
        {"Retry-After: Fri, 31 Dec 2100 23:59:59 GMT\r\n", 900000},
        {"Retry-After: soon\r\n", -1},
        {"Retry-After:\r\n", -1},
        {"Retry-After-Ms: 250\r\nRetry-After: 1\r\n", 250},
        {"Retry-After: 1\r\nretry-after-ms: 250\r\n", 250},
        {"", -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;
        char *text = mem_printf("HTTP/1.1 429 Slow\r\n%sContent-Length: 0\r\n\r\n", cases[i].lines);
        struct canned_reply reply = {text, CANNED_KEEP, false};
        bench_open(&b, &reply, 1);
        seen_start(&b.a, NULL);
        loop_run(b.loop);
        assert_int_equal(b.a.reply.status, 429);
        assert_int_equal(b.a.reply.retry_after_ms, cases[i].ms);
        bench_close(&b);
        free(text);
    }
}

static void test_what_is_sent(void **state)
{
    (void)state;
    static const struct canned_reply reply = {HELLO, CANNED_KEEP, false};
    enum { BIG = 2 * 1024 * 1024 }; // from 1 MiB libcurl would ask with "Expect: 100-continue"
    struct bench b;
    char *body = mem_calloc(1, BIG + 1);
    memset(body, 'x', BIG);
    bench_open(&b, &reply, 1);
    seen_start(&b.a, body);
    loop_run(b.loop);
    const char *sent = b.server->last.data, *end = strstr(sent, "\r\n\r\n");
    assert_int_equal(b.a.reply.outcome, HTTP_DONE);
    assert_string_equal(b.a.reply.content_type, "text/plain; charset=utf-8");
    assert_int_equal(strncmp(sent, "POST / HTTP/1.1\r\n", 17), 0);
    assert_non_null(strstr(sent, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(sent, "\r\nAuthorization: Bearer sesame\r\n"));
    assert_null(strstr(sent, "Expect:"));
    assert_null(strstr(sent, "Accept-Encoding:"));
    assert_string_equal(end + 4, body);
    bench_close(&b);
    free(body);
}

static void test_ceilings(void **state)
{
    (void)state;
    enum { FLOOD = 400 * 1024 };
    char *flood = mem_calloc(1, FLOOD + 1);
    struct buf lines;
    buf_init(&lines, BUF_MAX_PIECE);
    memset(flood, 'x', FLOOD);
    char *body = mem_printf("HTTP/1.0 200 OK\r\n\r\n%s", flood);
    buf_adds(&lines, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 10000; i++) buf_addf(&lines, "X-Header-%d: twenty bytes of it\r\n", i);
    const struct canned_reply replies[] = {{body, CANNED_CLOSE, false}, {lines.data, CANNED_CLOSE, false}};
    for (int i = 0; i < 2; i++) {
        struct bench b;
        bench_open(&b, &replies[i], 1);
        seen_start(&b.a, NULL);
        loop_run(b.loop);
        assert_int_equal(b.a.reply.outcome, HTTP_TOO_BIG);
        assert_in_range(b.a.body.len, 0, 4096);
        bench_close(&b);
    }
    buf_release(&lines);
    free(body);
    free(flood);
}

// ---- connections -------------------------------------------------------------------------------------------------

static void start_next(struct seen *s)
{
    struct bench *b = s->bench;
    if (s->done < 3) {
        s->heads = 0;
        seen_start(s, "{}");
    } else {
        loop_stop(b->loop);
    }
}

static void test_connection_is_reused(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {
        {HELLO, CANNED_KEEP, false}, {HELLO, CANNED_KEEP, false}, {HELLO, CANNED_KEEP, false}};
    struct bench b;
    bench_open(&b, replies, 3);
    b.a.on_done = start_next;
    int64_t start_ms = clock_mono_ms();
    seen_start(&b.a, "{}");
    loop_run(b.loop);
    assert_int_equal(b.server->requests, 3);
    assert_int_equal(b.server->connections, 1);
    assert_string_equal(b.a.body.data, "hellohellohello");
    assert_in_range(clock_mono_ms() - start_ms, 0, 10000);
    bench_close(&b);
}

// A kept connection breaks after the second request was sent. libcurl would send it again by itself, and the server
// might generate twice.
static void test_post_is_never_sent_twice(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {
        {HELLO, CANNED_KEEP, false}, {"", CANNED_CLOSE, false}, {HELLO, CANNED_KEEP, false}};
    struct bench b;
    bench_open(&b, replies, 3);
    seen_start(&b.a, "{}");
    loop_run(b.loop);
    seen_start(&b.b, "{}");
    loop_run(b.loop);
    assert_int_equal(b.b.reply.outcome, HTTP_RESET);
    assert_int_equal(b.server->requests, 2);
    bench_close(&b);
}

// ---- what callbacks may do ---------------------------------------------------------------------------------------

static bool data_stops(struct seen *s)
{
    (void)s;
    return false;
}

static bool data_cancels_itself(struct seen *s)
{
    http_cancel(s->call);
    loop_stop(s->bench->loop);
    return true;
}

static bool data_cancels_itself_and_starts(struct seen *s)
{
    http_cancel(s->call);
    seen_start(&s->bench->b, NULL);
    return true;
}

static bool data_cancels_one_it_started(struct seen *s)
{
    seen_start(&s->bench->b, NULL);
    http_cancel(s->bench->b.call);
    return true;
}

static bool data_frees_client(struct seen *s)
{
    http_free(s->bench->http);
    s->bench->http = NULL;
    loop_stop(s->bench->loop);
    return true;
}

static void done_frees_client(struct seen *s)
{
    http_cancel(s->call); // it is over: nothing happens
    http_free(s->bench->http);
    s->bench->http = NULL;
    loop_stop(s->bench->loop);
}

static void done_cancels_other(struct seen *s)
{
    http_cancel(s->bench->b.call);
    loop_stop(s->bench->loop);
}

struct reentry_case {
    bool (*on_data)(struct seen *s);
    void (*on_done)(struct seen *s);
    int done_a, done_b;
};

static void test_reentry(void **state)
{
    (void)state;
    static const struct reentry_case cases[] = {
        {data_stops, NULL, 1, 0},
        {data_cancels_itself, NULL, 0, 0},
        {data_cancels_itself_and_starts, NULL, 0, 1},
        {data_cancels_one_it_started, NULL, 1, 0},
        {data_frees_client, NULL, 0, 0},
        {NULL, done_frees_client, 1, 0},
    };
    static const struct canned_reply replies[] = {{HELLO, CANNED_KEEP, false}, {HELLO, CANNED_KEEP, false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;
        bench_open(&b, replies, 2);
        b.a.on_data = cases[i].on_data;
        b.a.on_done = cases[i].on_done;
        seen_start(&b.a, "{}");
        loop_run(b.loop);
        assert_int_equal(b.a.done, cases[i].done_a);
        assert_int_equal(b.b.done, cases[i].done_b);
        if (cases[i].on_data == data_stops) assert_int_equal(b.a.reply.outcome, HTTP_STOPPED);
        bench_close(&b);
    }
}

static void test_done_cancels_other(void **state)
{
    (void)state;
    static const struct canned_reply reply = {HELLO, CANNED_KEEP, false};
    struct bench b;
    bench_open(&b, &reply, 1);
    b.a.on_done = done_cancels_other;
    seen_start(&b.a, NULL);
    seen_start_at(&b.b, "http://127.0.0.1:1", NULL);
    b.b.on_done = start_next; // would count
    loop_run(b.loop);
    assert_int_equal(b.a.done, 1);
    bench_close(&b);
}

static void test_cancel_before_it_left(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, NULL, 0);
    seen_start(&b.a, NULL);
    http_cancel(b.a.call);
    http_cancel(NULL);
    bench_close(&b);
    assert_int_equal(b.a.done, 0);
}

// ---- the loop ----------------------------------------------------------------------------------------------------

struct ticker {
    struct loop *loop;
    struct timer *own, *other;
    int fired;
};

static void ticker_frees_both(void *arg)
{
    struct ticker *t = arg;
    t->fired++;
    timer_free(t->own);
    timer_free(t->other); // due in the same turn
    loop_stop(t->loop);
}

static void test_timer_frees_itself_and_another(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms < 2; ms++) {
        struct ticker t = {.loop = loop_new()};
        t.own = timer_new(t.loop, ticker_frees_both, &t);
        t.other = timer_new(t.loop, ticker_frees_both, &t);
        timer_set(t.own, ms);
        timer_set(t.other, ms + 1000);
        assert_true(timer_active(t.own));
        loop_run(t.loop);
        assert_int_equal(t.fired, 1);
        loop_free(t.loop);
    }
}

static void ticker_counts(void *arg)
{
    struct ticker *t = arg;
    t->fired++;
    loop_stop(t->loop);
}

static void test_timer_moves_and_stops(void **state)
{
    (void)state;
    struct ticker t = {.loop = loop_new()};
    t.own = timer_new(t.loop, ticker_counts, &t);
    t.other = timer_new(t.loop, ticker_counts, &t);
    int64_t start_ms = clock_mono_ms();
    timer_set(t.own, 60000);
    timer_set(t.own, 30);
    timer_set(t.other, 1);
    timer_stop(t.other);
    assert_false(timer_active(t.other));
    loop_run(t.loop);
    assert_int_equal(t.fired, 1);
    assert_in_range(clock_mono_ms() - start_ms, 29, 10000);
    assert_false(timer_active(t.own));
    timer_free(t.own);
    timer_free(t.other);
    timer_free(NULL);
    loop_free(t.loop);
}

// The name of a server is told as it stands there, but for what a terminal would obey.
static void test_server_header(void **state)
{
    (void)state;
    static const struct {
        const char *header, *server;
    } cases[] = {
        {"Server: BaseHTTP/0.6 Python/3.12\r\n", "BaseHTTP/0.6 Python/3.12"},
        {"server:llama.cpp  \r\n", "llama.cpp"},
        {"Server: \x1b[2J\r\n", "?[2J"},
        {"Server:\r\n", ""},
        {"X-Server: no\r\nServers: no\r\n", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct bench b;
        char *bytes = mem_printf("HTTP/1.1 200 OK\r\n%sContent-Length: 0\r\n\r\n", cases[i].header);
        struct canned_reply reply = {bytes, CANNED_CLOSE, false};
        bench_open(&b, &reply, 1);
        seen_start(&b.a, NULL);
        loop_run(b.loop);
        assert_string_equal(b.a.reply.server, cases[i].server);
        bench_close(&b);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_server_and_no_url),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_connect_timeout),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_server_header),
        cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_ceilings),
        cmocka_unit_test(test_connection_is_reused),
        cmocka_unit_test(test_post_is_never_sent_twice),
        cmocka_unit_test(test_reentry),
        cmocka_unit_test(test_done_cancels_other),
        cmocka_unit_test(test_cancel_before_it_left),
        cmocka_unit_test(test_timer_frees_itself_and_another),
        cmocka_unit_test(test_timer_moves_and_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
