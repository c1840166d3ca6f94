// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One small request: see fetch.h.
#include "fetch.h"

#include "base/buf.h"
#include "base/mem.h"

#include "route.h"

#include <stdlib.h>

struct fetch {
    void (*done)(void *arg, const struct fetch_reply *r);
    void *arg;
    struct http_call *call;
    struct timer *limit;
    struct buf body;
};

static void fetch_free(struct fetch *f)
{
    http_cancel(f->call);
    timer_free(f->limit);
    buf_release(&f->body);
    free(f);
}

void fetch_cancel(struct fetch *f)
{
    if (f != NULL && f->done != NULL) fetch_free(f);
}

static void fetch_end(struct fetch *f, struct fetch_reply *r)
{
    void (*done)(void *arg, const struct fetch_reply *reply) = f->done;
    f->done = NULL; // a cancel from inside the callback finds nothing to do
    r->body = f->body.data;
    r->len = f->body.len;
    done(f->arg, r);
    fetch_free(f);
}

static void fetch_on_limit(void *arg)
{
    struct fetch_reply r = {.failure = FAIL_CONNECT_TIMEOUT, .late = true, .server = "", .message = ""};
    fetch_end(arg, &r);
}

static bool fetch_on_data(void *arg, int status, const char *bytes, size_t len)
{
    struct fetch *f = arg;
    size_t room = f->body.max - f->body.len;
    (void)status;
    buf_add(&f->body, bytes, len < room ? len : room);
    return len <= room;
}

static enum failure fetch_failure(const struct http_reply *reply)
{
    switch (reply->outcome) {
    case HTTP_DONE:
    case HTTP_STOPPED: // by fetch_on_data: there is enough of it
        return FAIL_NONE;
    case HTTP_REFUSED:
        return FAIL_REFUSED;
    case HTTP_CONNECT_TIMEOUT:
        return FAIL_CONNECT_TIMEOUT;
    case HTTP_RESET:
        return FAIL_RESET;
    case HTTP_CUT:
        return reply->status == 0 ? FAIL_NOT_A_SERVER : FAIL_RESET;
    case HTTP_TOO_BIG:
        return FAIL_NOT_A_SERVER;
    case HTTP_LOCAL:
        break;
    }
    return FAIL_CONFIG;
}

static void fetch_on_done(void *arg, const struct http_reply *reply)
{
    struct fetch *f = arg;
    f->call = NULL;
    struct fetch_reply r = {.failure = fetch_failure(reply),
                            .status = reply->status,
                            .cut = reply->outcome == HTTP_STOPPED,
                            .server = reply->server,
                            .message = reply->text};
    fetch_end(f, &r);
}

static const struct http_events fetch_events = {.data = fetch_on_data, .done = fetch_on_done};

struct fetch *fetch_start(struct loop *l, struct http *h, const struct fetch_request *q,
                          void (*done)(void *arg, const struct fetch_reply *r), void *arg)
{
    struct fetch *f = mem_calloc(1, sizeof(*f));
    char *url = route_url(q->url, q->path);
    f->done = done;
    f->arg = arg;
    f->limit = timer_new(l, fetch_on_limit, f);
    if (q->limit_ms > 0) timer_set(f->limit, q->limit_ms);
    buf_init(&f->body, q->reply_max);
    const struct http_request request = {.method = q->body != NULL ? "POST" : "GET",
                                         .url = url,
                                         .bearer = q->bearer,
                                         .body = q->body,
                                         .body_len = q->body_len,
                                         .connect_ms = q->connect_ms};
    f->call = http_start(h, &request, &fetch_events, f);
    free(url);
    return f;
}
