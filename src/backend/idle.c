// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The idle barrier by a status route: after a broken request the next one waits until GET /slots of a llama.cpp shows
// no slot that is processing. llama.cpp looks once a second whether its client is still there, so the questions get
// rarer quickly.
#include "backend/idle.h"

#include "base/buf.h"
#include "base/mem.h"
#include "io/json.h"

#include "route.h"

#include <stdlib.h>

enum { IDLE_FIRST_MS = 20, IDLE_MOST_MS = 500 };

struct idle_wait {
    struct http *http;
    char *url, *bearer;
    void (*done)(void *arg, enum idle_end how);
    void *arg;
    struct http_call *call;
    struct timer *next, *limit;
    int64_t pause_ms;
    struct buf body;
};

static void idle_free(struct idle_wait *w)
{
    http_cancel(w->call);
    timer_free(w->next);
    timer_free(w->limit);
    buf_release(&w->body);
    free(w->url);
    free(w->bearer);
    free(w);
}

void idle_wait_cancel(struct idle_wait *w)
{
    if (w != NULL && w->done != NULL) idle_free(w);
}

static void idle_finish(struct idle_wait *w, bool idle)
{
    void (*done)(void *arg, enum idle_end how) = w->done;
    w->done = NULL; // a cancel from inside the callback finds nothing to do
    done(w->arg, idle ? IDLE_IDLE : IDLE_BUSY);
    idle_free(w);
}

static void idle_on_limit(void *arg)
{
    idle_finish(arg, false);
}

static bool idle_on_data(void *arg, int status, const char *bytes, size_t len)
{
    struct idle_wait *w = arg;
    (void)status;
    return buf_add(&w->body, bytes, len);
}

enum idle_answer { IDLE_YES, IDLE_NO, IDLE_NOT_SAID };

static enum idle_answer idle_read(const struct json *slots)
{
    size_t count = json_count(slots);
    if (json_kind(slots) != JSON_KIND_ARRAY || count == 0) return IDLE_NOT_SAID;
    for (size_t i = 0; i < count; i++) {
        const struct json *processing = json_get(json_at(slots, i), "is_processing");
        if (json_kind(processing) != JSON_KIND_BOOL) return IDLE_NOT_SAID;
        if (json_bool(processing, true)) return IDLE_NO;
    }
    return IDLE_YES;
}

static void idle_on_done(void *arg, const struct http_reply *reply)
{
    struct idle_wait *w = arg;
    struct err e = ERR_INIT;
    w->call = NULL;
    enum idle_answer answer = IDLE_NOT_SAID;
    if (reply->outcome == HTTP_DONE && reply->status == 200) {
        struct json *slots = json_read(w->body.data, w->body.len, &e);
        answer = idle_read(slots);
        json_free(slots);
    }
    if (answer != IDLE_NO) {
        idle_finish(w, answer == IDLE_YES);
        return;
    }
    timer_set(w->next, w->pause_ms);
    w->pause_ms = w->pause_ms * 3 / 2 < IDLE_MOST_MS ? w->pause_ms * 3 / 2 : IDLE_MOST_MS;
}

static const struct http_events idle_http_events = {.data = idle_on_data, .done = idle_on_done};

static void idle_ask(void *arg)
{
    struct idle_wait *w = arg;
    char *url = route_url(w->url, "/slots");
    struct http_request q = {.method = "GET", .url = url, .bearer = w->bearer};
    buf_clear(&w->body);
    w->call = http_start(w->http, &q, &idle_http_events, w);
    free(url);
}

struct idle_wait *idle_wait_start(struct loop *l, struct http *h, const struct idle_options *o,
                                  void (*done)(void *arg, enum idle_end how), void *arg)
{
    struct idle_wait *w = mem_calloc(1, sizeof(*w));
    *w = (struct idle_wait){.http = h, .done = done, .arg = arg, .pause_ms = IDLE_FIRST_MS};
    w->url = mem_strdup(o->url);
    w->bearer = mem_strdup_opt(o->bearer);
    buf_init(&w->body, BUF_MAX_REPLY);
    w->next = timer_new(l, idle_ask, w);
    w->limit = timer_new(l, idle_on_limit, w);
    timer_set(w->limit, o->limit_ms);
    idle_ask(w);
    return w;
}
