// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// For tests of generations: one after the other against a canned server, with what came out of the last of them; and
// the events that servers send.
#ifndef TESTS_GENERATION_FIXTURE_H
#define TESTS_GENERATION_FIXTURE_H

#include "backend/generation.h"

#include "canned.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>

#define SSE_HEAD     "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define JSON_HEAD    "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
#define HTML_HEAD    "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n"
#define STATUS(line) "HTTP/1.0 " line "\r\n\r\n"
#define ROLE                                                                                                         \
    "data: "                                                                                                         \
    "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null},\"finish_reason\":null}]}\n\n"
#define TEXT(t) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" t "\"},\"finish_reason\":null}]}\n\n"
#define THOUGHT(t)                                                                                                   \
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"" t "\"},\"finish_reason\":null}]}\n\n"
#define FINISH(f) "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" f "\"}]}\n\n"
#define USAGE                                                                                                        \
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":7,"                                 \
    "\"prompt_tokens_details\":{\"cached_tokens\":60}}}\n\n"
#define DONE "data: [DONE]\n\n"

struct run {
    struct loop *loop;
    struct http *http;
    struct canned *server;
    struct timer *guard;
    struct generation *generation;
    struct gen_request request;
    struct sampling sampling;
    struct gen_message messages[2];
    struct buf text;
    int ends, texts;
    struct gen_result result;
    void (*on_text)(struct run *r);
    void (*on_end)(struct run *r);
};

static void run_guard(void *arg)
{
    (void)arg;
    fail_msg("the loop did not end");
}

static void run_text(void *arg, const char *bytes, size_t len)
{
    struct run *r = arg;
    buf_add(&r->text, bytes, len);
    r->texts++;
    if (r->on_text != NULL) r->on_text(r);
}

static void run_end(void *arg, const struct gen_result *result)
{
    struct run *r = arg;
    r->result = *result;
    r->ends++;
    if (r->on_end != NULL) {
        r->on_end(r);
    } else {
        loop_stop(r->loop);
    }
}

static const struct gen_events run_events = {run_text, run_end};

static void run_open(struct run *r, const struct canned_reply *replies, int count)
{
    memset(r, 0, sizeof(*r));
    r->loop = loop_new();
    r->http = http_new(r->loop);
    r->server = canned_start(replies, count);
    r->guard = timer_new(r->loop, run_guard, NULL);
    timer_set(r->guard, 60000);
    buf_init(&r->text, BUF_MAX_REPLY);
    r->messages[0] = (struct gen_message){GEN_USER, "Write.", 6};
    r->messages[1] = (struct gen_message){GEN_ASSISTANT, "It was", 6};
    r->sampling = (struct sampling){NAN, NAN, NAN, NAN, NAN, NAN, -1, NAN, NAN, 0, NAN, NAN};
    r->request = (struct gen_request){.url = r->server->url,
                                      .messages = r->messages,
                                      .messages_count = 1,
                                      .max_tokens = 100,
                                      .seed = -1,
                                      .sampling = &r->sampling};
}

static void run_start(struct run *r)
{
    r->generation = gen_start(r->loop, r->http, &r->request, &run_events, r);
}

static void run_close(struct run *r)
{
    http_free(r->http);
    timer_free(r->guard);
    loop_free(r->loop);
    canned_stop(r->server);
    buf_release(&r->text);
}

#endif
