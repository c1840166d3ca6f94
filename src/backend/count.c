// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Counting tokens by the server: one POST. The list of a long text's tokens is itself long, hence the large reply.
#include "backend/count.h"

#include "base/buf.h"
#include "base/mem.h"

#include "dialect.h"
#include "fetch.h"

#include <stdlib.h>

enum { COUNT_LIMIT_MS = 5000 };

struct count {
    const struct dialect *dialect;
    void (*done)(void *arg, int64_t tokens);
    void *arg;
    struct fetch *fetch;
    struct timer *none; // answers where there is nothing to ask
};

bool count_has_route(enum dialect_kind d)
{
    return dialect_get(d)->count_path != NULL;
}

static void count_free(struct count *c)
{
    fetch_cancel(c->fetch);
    timer_free(c->none);
    free(c);
}

void count_cancel(struct count *c)
{
    if (c != NULL && c->done != NULL) count_free(c);
}

static void count_finish(struct count *c, int64_t tokens)
{
    void (*done)(void *arg, int64_t n) = c->done;
    c->done = NULL; // a cancel from inside the callback finds nothing to do
    done(c->arg, tokens);
    count_free(c);
}

static void count_on_none(void *arg)
{
    count_finish(arg, -1);
}

static void count_on_reply(void *arg, const struct fetch_reply *r)
{
    struct count *c = arg;
    struct err e = ERR_INIT;
    c->fetch = NULL;
    struct json *v = fetch_ok(r) ? json_read(r->body, r->len, &e) : NULL;
    int64_t tokens = v != NULL ? c->dialect->read_count(v) : -1;
    json_free(v);
    count_finish(c, tokens);
}

// False: the text is larger than any request may be.
static bool count_ask(struct count *c, struct loop *l, struct http *h, struct fetch_request *q, const char *model,
                      const char *text, size_t len)
{
    struct buf body;
    buf_init(&body, BUF_MAX_PROMPT);
    c->dialect->write_count(&body, model, text, len);
    bool fits = !body.full;
    q->body = body.data;
    q->body_len = body.len;
    if (fits) c->fetch = fetch_start(l, h, q, count_on_reply, c);
    buf_release(&body);
    return fits;
}

struct count *count_start(struct loop *l, struct http *h, enum dialect_kind d, const char *url, const char *bearer,
                          const char *model, const char *text, size_t len, void (*done)(void *arg, int64_t tokens),
                          void *arg)
{
    struct count *c = mem_calloc(1, sizeof(*c));
    *c = (struct count){.dialect = dialect_get(d), .done = done, .arg = arg};
    c->none = timer_new(l, count_on_none, c);
    struct fetch_request q = {.url = url,
                              .path = c->dialect->count_path,
                              .bearer = bearer,
                              .reply_max = BUF_MAX_REPLY,
                              .limit_ms = COUNT_LIMIT_MS};
    if (q.path == NULL || !count_ask(c, l, h, &q, model, text, len)) timer_set(c->none, 0);
    return c;
}
