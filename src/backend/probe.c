// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The probe: a few GETs one after the other on one connection, since there are servers that serve only one. Bodies
// count, not statuses: LM Studio says 200 to any path, llama.cpp lists its model while it still loads it.
//
//   /health     503 while a llama.cpp loads or a vLLM is dead; its absence says nothing
//   /v1/models  what everyone has
//   /props      llama.cpp, with what only it can do: the context of one slot
//   /slots      llama.cpp: whether it is idle
#include "backend/probe.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "io/json.h"

#include "route.h"
#include "trouble.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBE_LIMIT_MS = 3000, PROBE_CONNECT_MS = 2000 };

struct probe {
    struct http *http;
    char *url, *bearer;
    void (*done)(void *arg, const struct backend_facts *facts);
    void *arg;
    size_t step;
    struct http_call *call;
    struct timer *limit;
    struct buf body;
    bool is_server;       // some body was an inference server's
    enum failure refusal; // of /v1/models, should nothing else be said
    struct backend_facts facts;
};

struct probe_step {
    const char *path;
    // Reads a reply with a good status (v NULL: its body is no JSON).
    void (*read)(struct probe *p, const struct json *v);
};

static void probe_read_health(struct probe *p, const struct json *v)
{
    (void)p;
    (void)v;
}

static void probe_set_n_ctx(struct probe *p, const struct json *v)
{
    int64_t n = json_int(v, 0);
    if (n > 0 && n <= INT_MAX) p->facts.n_ctx_tokens = (int)n;
}

static void probe_read_models(struct probe *p, const struct json *v)
{
    const struct json *list = json_get(v, "data");
    if (json_kind(list) != JSON_KIND_ARRAY) return;
    p->is_server = true;
    const struct json *first = json_at(list, 0);
    const char *id = json_str(json_get(first, "id"), NULL);
    if (id != NULL) log_mask(p->facts.model, sizeof(p->facts.model), id);
    probe_set_n_ctx(p, json_get(first, "max_model_len"));
}

static void probe_read_props(struct probe *p, const struct json *v)
{
    const struct json *settings = json_get(v, "default_generation_settings");
    if (json_kind(settings) != JSON_KIND_OBJECT) return;
    p->is_server = p->facts.prefill = p->facts.schema = p->facts.dry = true;
    probe_set_n_ctx(p, json_get(settings, "n_ctx"));
}

static void probe_read_slots(struct probe *p, const struct json *v)
{
    p->facts.idle_route = json_get(json_at(v, 0), "is_processing") != NULL;
}

static const struct probe_step probe_steps[] = {
    {"/health", probe_read_health},
    {"/v1/models", probe_read_models},
    {"/props", probe_read_props},
    {"/slots", probe_read_slots},
};

static void probe_free(struct probe *p)
{
    http_cancel(p->call);
    timer_free(p->limit);
    buf_release(&p->body);
    free(p->url);
    free(p->bearer);
    free(p);
}

void probe_cancel(struct probe *p)
{
    if (p != NULL && p->done != NULL) probe_free(p);
}

static void probe_end(struct probe *p, enum failure f, const char *message)
{
    void (*done)(void *arg, const struct backend_facts *facts) = p->done;
    p->done = NULL; // a cancel from inside the callback finds nothing to do
    p->facts.failure = f;
    if (f != FAIL_NONE)
        log_mask(p->facts.message, sizeof(p->facts.message), message != NULL ? message : failure_text(f));
    done(p->arg, &p->facts);
    probe_free(p);
}

static void probe_on_limit(void *arg)
{
    struct probe *p = arg;
    char message[128];
    (void)snprintf(message, sizeof(message), "no answer to GET %s in time", probe_steps[p->step].path);
    probe_end(p, FAIL_CONNECT_TIMEOUT, message);
}

static bool probe_on_data(void *arg, int status, const char *bytes, size_t len)
{
    struct probe *p = arg;
    (void)status;
    return buf_add(&p->body, bytes, len);
}

static enum failure probe_transport_failure(const struct http_reply *reply)
{
    switch (reply->outcome) {
    case HTTP_REFUSED:
        return FAIL_REFUSED;
    case HTTP_CONNECT_TIMEOUT:
        return FAIL_CONNECT_TIMEOUT;
    case HTTP_RESET:
        return FAIL_RESET;
    case HTTP_LOCAL:
        return FAIL_CONFIG;
    case HTTP_CUT:
        return reply->status == 0 ? FAIL_NOT_A_SERVER : FAIL_RESET;
    case HTTP_TOO_BIG:
    case HTTP_STOPPED:
        return FAIL_NOT_A_SERVER;
    case HTTP_DONE:
        break;
    }
    return FAIL_NONE;
}

// An error status matters if it speaks of the whole server (it loads, it is down, the key is wrong). That this one
// route is missing or shut says nothing.
static enum failure probe_status_failure(struct probe *p, int status, struct trouble *t)
{
    if (status >= 200 && status < 300) return FAIL_NONE;
    trouble_from_body(t, p->body.data, p->body.len);
    enum failure f = trouble_classify_status(status, t);
    if (strcmp(probe_steps[p->step].path, "/v1/models") == 0) p->refusal = f;
    if (f == FAIL_LOADING || f == FAIL_GATEWAY || f == FAIL_GATEWAY_TIMEOUT) return f;
    if (p->step == 0) return f == FAIL_BUSY || f == FAIL_SERVER ? f : FAIL_NONE;
    return f == FAIL_AUTH && !p->is_server ? f : FAIL_NONE;
}

static void probe_conclude(struct probe *p)
{
    if (p->is_server) {
        probe_end(p, FAIL_NONE, NULL);
    } else {
        bool told = p->refusal != FAIL_NONE && p->refusal != FAIL_NOT_FOUND && p->refusal != FAIL_REQUEST;
        probe_end(p, told ? p->refusal : FAIL_NOT_A_SERVER, NULL);
    }
}

static void probe_ask(struct probe *p);

static void probe_on_done(void *arg, const struct http_reply *reply)
{
    struct probe *p = arg;
    p->call = NULL;
    enum failure f = probe_transport_failure(reply);
    if (f != FAIL_NONE) {
        probe_end(p, f, reply->text[0] != '\0' ? reply->text : NULL);
        return;
    }
    struct trouble t = {.message = ""};
    f = probe_status_failure(p, reply->status, &t);
    if (f != FAIL_NONE) {
        probe_end(p, f, t.message[0] != '\0' ? t.message : NULL);
        return;
    }
    if (reply->status >= 200 && reply->status < 300) {
        struct err e = ERR_INIT;
        struct json *v = json_read(p->body.data, p->body.len, &e);
        probe_steps[p->step].read(p, v);
        json_free(v);
    }
    if (++p->step < ARRAY_LEN(probe_steps)) {
        probe_ask(p);
    } else {
        probe_conclude(p);
    }
}

static const struct http_events probe_http_events = {.data = probe_on_data, .done = probe_on_done};

static void probe_ask(struct probe *p)
{
    char *url = route_url(p->url, probe_steps[p->step].path);
    struct http_request q = {.method = "GET", .url = url, .bearer = p->bearer, .connect_ms = PROBE_CONNECT_MS};
    buf_clear(&p->body);
    p->call = http_start(p->http, &q, &probe_http_events, p);
    free(url);
}

struct probe *probe_start(struct loop *l, struct http *h, const struct probe_options *o,
                          void (*done)(void *arg, const struct backend_facts *facts), void *arg)
{
    struct probe *p = mem_calloc(1, sizeof(*p));
    p->http = h;
    p->url = mem_strdup(o->url);
    p->bearer = mem_strdup_opt(o->bearer);
    p->done = done;
    p->arg = arg;
    buf_init(&p->body, BUF_MAX_REPLY);
    p->limit = timer_new(l, probe_on_limit, p);
    timer_set(p->limit, PROBE_LIMIT_MS);
    probe_ask(p);
    return p;
}
