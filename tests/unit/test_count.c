// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Counting tokens against canned servers of each kind that counts, and against those that fail at it.
#include "backend/count.h"

#include "canned.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define OK "HTTP/1.0 200 OK\r\n\r\n"

struct counted {
    struct loop *loop;
    struct http *http;
    struct canned *server;
    struct timer *guard;
    struct count *count;
    int64_t tokens;
    int answers;
};

static void counted_guard(void *arg)
{
    (void)arg;
    fail_msg("the loop did not end");
}

static void counted_done(void *arg, int64_t tokens)
{
    struct counted *c = arg;
    c->tokens = tokens;
    c->answers++;
    count_cancel(c->count); // it is over: nothing happens
    loop_stop(c->loop);
}

static void counted_open(struct counted *c, const struct canned_reply *replies, int count)
{
    memset(c, 0, sizeof(*c));
    c->loop = loop_new();
    c->http = http_new(c->loop);
    c->server = canned_start(replies, count);
    c->guard = timer_new(c->loop, counted_guard, NULL);
    timer_set(c->guard, 60000);
}

static void counted_start(struct counted *c, enum dialect_kind d, const char *text, size_t len)
{
    c->count = count_start(c->loop, c->http, d, c->server->url, "sesame", "tiny", text, len, counted_done, c);
}

static void counted_close(struct counted *c)
{
    http_free(c->http);
    timer_free(c->guard);
    loop_free(c->loop);
    canned_stop(c->server);
}

struct count_case {
    enum dialect_kind dialect;
    const char *reply, *asked; // asked: a part of the request; NULL: none
    int64_t tokens;
};

#define NO_COUNT "POST /tokenize ", -1

static const struct count_case cases[] = {
    {DIALECT_LLAMACPP, OK "{\"tokens\":[5,6,7]}", "POST /tokenize ", 3},
    {DIALECT_LLAMACPP, OK "{\"tokens\":[]}", "\"content\":\"a \\\"b\\\"\"", 0},
    {DIALECT_VLLM, OK "{\"count\":4,\"max_model_len\":4096,\"tokens\":[1,2,3,4]}", "POST /tokenize ", 4},
    {DIALECT_VLLM, OK "{\"count\":4}", "\"model\":\"tiny\"", 4},
    {DIALECT_KOBOLDCPP, OK "{\"value\":9}", "POST /api/extra/tokencount ", 9},
    {DIALECT_LLAMACPP, OK "{\"tokens\":\"many\"}", NO_COUNT},
    {DIALECT_LLAMACPP, OK "<html>", NO_COUNT},
    {DIALECT_LLAMACPP, OK, NO_COUNT},
    {DIALECT_LLAMACPP, "HTTP/1.0 404 X\r\n\r\n{\"tokens\":[1]}", NO_COUNT},
    {DIALECT_LLAMACPP, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"tokens\":[1]}", NO_COUNT},
    {DIALECT_LLAMACPP, "", NO_COUNT},
    {DIALECT_OLLAMA, OK, NULL, -1},
    {DIALECT_MLX, OK, NULL, -1},
    {DIALECT_OPENAI, OK, NULL, -1},
};

static void test_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct canned_reply reply = {cases[i].reply, CANNED_CLOSE, false};
        struct counted c;
        counted_open(&c, &reply, 1);
        counted_start(&c, cases[i].dialect, "a \"b\" and more", 5);
        loop_run(c.loop);
        assert_int_equal(c.answers, 1);
        if (c.tokens != cases[i].tokens) fail_msg("case %zu: %lld tokens", i, (long long)c.tokens);
        assert_int_equal(count_has_route(cases[i].dialect), cases[i].asked != NULL);
        assert_int_equal(c.server->requests, cases[i].asked != NULL ? 1 : 0);
        if (cases[i].asked != NULL) {
            assert_non_null(strstr(c.server->last.data, cases[i].asked));
            assert_non_null(strstr(c.server->last.data, "Authorization: Bearer sesame\r\n"));
        }
        counted_close(&c);
    }
}

// The answer to a whole prompt is a long list; one that no prompt can have is refused.
static void test_long_lists(void **state)
{
    (void)state;
    static const struct {
        int tokens;
        int64_t expected;
    } lists[] = {{200 * 1000, 200 * 1000L}, {5 * 1000 * 1000, -1}};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct buf body;
        struct counted c;
        buf_init(&body, BUF_MAX_BOOK);
        buf_adds(&body, OK "{\"tokens\":[1");
        for (int n = 1; n < lists[i].tokens; n++) buf_adds(&body, ",1");
        buf_adds(&body, "]}");
        struct canned_reply reply = {body.data, CANNED_CLOSE, false};
        counted_open(&c, &reply, 1);
        counted_start(&c, DIALECT_LLAMACPP, "a", 1);
        loop_run(c.loop);
        assert_int_equal(c.tokens, lists[i].expected);
        counted_close(&c);
        buf_release(&body);
    }
}

static void test_text_too_large_for_a_request(void **state)
{
    (void)state;
    struct counted c;
    char *text = mem_calloc(1, BUF_MAX_PROMPT);
    memset(text, 'a', BUF_MAX_PROMPT);
    counted_open(&c, NULL, 0);
    counted_start(&c, DIALECT_LLAMACPP, text, BUF_MAX_PROMPT);
    loop_run(c.loop);
    assert_int_equal(c.tokens, -1);
    assert_int_equal(c.server->connections, 0);
    counted_close(&c);
    free(text);
}

static void test_no_answer(void **state)
{
    (void)state;
    static const struct canned_reply hangs = {"", CANNED_HOLD, false};
    struct counted c;
    counted_open(&c, &hangs, 1);
    counted_start(&c, DIALECT_LLAMACPP, "a", 1);
    loop_run(c.loop);
    assert_int_equal(c.tokens, -1);
    counted_close(&c);
}

static void test_cancel(void **state)
{
    (void)state;
    struct counted c;
    counted_open(&c, NULL, 0);
    counted_start(&c, DIALECT_LLAMACPP, "a", 1);
    count_cancel(c.count);
    counted_start(&c, DIALECT_OPENAI, "a", 1);
    count_cancel(c.count);
    count_cancel(NULL);
    assert_int_equal(c.answers, 0);
    counted_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_long_lists),
        cmocka_unit_test(test_text_too_large_for_a_request),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
