// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The idle barrier by a status route: after a broken request the next one waits until the server itself says that it
// is at rest. llama.cpp looks once a second whether its client is still there, so the questions get rarer quickly. A
// server whose decoder hangs may go on answering everything but this route: that is told apart from a busy one.
#include "backend/idle.h"

#include "base/buf.h"
#include "base/mem.h"

#include "dialect.h"
#include "fetch.h"

#include <stdlib.h>

enum { IDLE_FIRST_MS = 20, IDLE_MOST_MS = 500, IDLE_HUNG_MS = 5000 };

struct idle_wait {
    struct loop *loop;
    struct http *http;
    const struct dialect *dialect;
    char *url, *bearer;
    int slot;
    void (*done)(void *arg, enum idle_end how);
    void *arg;
    struct fetch *fetch;
    struct timer *next, *limit;
    int64_t pause_ms, hung_ms;
};

bool idle_has_route(enum dialect_kind d)
{
    return dialect_get(d)->idle_path != NULL;
}

static void idle_free(struct idle_wait *w)
{
    fetch_cancel(w->fetch);
    timer_free(w->next);
    timer_free(w->limit);
    free(w->url);
    free(w->bearer);
    free(w);
}

void idle_wait_cancel(struct idle_wait *w)
{
    if (w != NULL && w->done != NULL) idle_free(w);
}

static void idle_finish(struct idle_wait *w, enum idle_end how)
{
    void (*done)(void *arg, enum idle_end end) = w->done;
    w->done = NULL; // a cancel from inside the callback finds nothing to do
    done(w->arg, how);
    idle_free(w);
}

static void idle_on_limit(void *arg)
{
    idle_finish(arg, IDLE_BUSY);
}

static void idle_ask_later(struct idle_wait *w)
{
    timer_set(w->next, w->pause_ms);
    w->pause_ms = w->pause_ms * 3 / 2 < IDLE_MOST_MS ? w->pause_ms * 3 / 2 : IDLE_MOST_MS;
}

static void idle_on_reply(void *arg, const struct fetch_reply *r)
{
    struct idle_wait *w = arg;
    w->fetch = NULL;
    if (r->late) {
        idle_finish(w, IDLE_HUNG);
        return;
    }
    int idle = fetch_ok(r) && !r->cut ? w->dialect->read_idle(r->body, r->len, w->slot) : -1;
    if (idle == 0) {
        idle_ask_later(w);
    } else {
        idle_finish(w, idle > 0 ? IDLE_IDLE : IDLE_UNKNOWN);
    }
}

static void idle_ask(void *arg)
{
    struct idle_wait *w = arg;
    const struct fetch_request q = {.url = w->url,
                                    .path = w->dialect->idle_path,
                                    .bearer = w->bearer,
                                    .reply_max = BUF_MAX_REPLY, // older llama.cpp puts each slot's prompt into it
                                    .limit_ms = w->hung_ms};
    w->fetch = fetch_start(w->loop, w->http, &q, idle_on_reply, w);
}

static void idle_has_none(void *arg)
{
    idle_finish(arg, IDLE_UNKNOWN);
}

struct idle_wait *idle_wait_start(struct loop *l, struct http *h, const struct idle_options *o,
                                  void (*done)(void *arg, enum idle_end how), void *arg)
{
    struct idle_wait *w = mem_calloc(1, sizeof(*w));
    *w = (struct idle_wait){
        .loop = l, .http = h, .slot = o->slot, .done = done, .arg = arg, .pause_ms = IDLE_FIRST_MS};
    w->hung_ms = o->hung_ms > 0 ? o->hung_ms : IDLE_HUNG_MS;
    w->dialect = dialect_get(o->dialect);
    w->url = mem_strdup(o->url);
    w->bearer = mem_strdup_opt(o->bearer);
    bool has_route = w->dialect->idle_path != NULL;
    w->next = timer_new(l, has_route ? idle_ask : idle_has_none, w);
    w->limit = timer_new(l, idle_on_limit, w);
    timer_set(w->limit, o->limit_ms);
    if (has_route && o->settle_ms <= 0) {
        idle_ask(w);
    } else {
        timer_set(w->next, has_route ? o->settle_ms : 0);
    }
    return w;
}
