// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The probe: the questions of the dialects, one after the other on one connection, since there are servers that serve
// only one. Bodies count, not statuses: LM Studio says 200 to any path, llama.cpp lists its model while it still loads
// it, KoboldCpp answers as half of the others do.
//
//   not known   the guess, then each dialect's own question ──first yes──▶ its other questions ──▶ facts
//               nobody says yes: a list under /v1/models is that of some OpenAI-compatible server
//   given       all questions of that dialect; a list of models is proof enough, since somebody has said so
//
// A path that several dialects ask about is asked once. Of the statuses only those are believed that speak of the
// whole server: it loads its model, it is down behind its proxy, it wants another key.
#include "backend/probe.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

#include "dialect_facts.h"
#include "fetch.h"
#include "models.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBE_LIMIT_MS = 3000, PROBE_CONNECT_MS = 2000, PROBE_REPLY_MAX = 1024 * 1024 };
enum { PROBE_KEPT = 8, PROBE_KEPT_MAX = 64 * 1024 };

#define LIST_PATH   "/v1/models"
#define HEALTH_PATH "/health"

// Who emulates others comes before them, who has the least of its own comes last.
static const enum dialect_kind probe_order[] = {
    DIALECT_KOBOLDCPP, DIALECT_OLLAMA,   DIALECT_LLAMACPP, DIALECT_SGLANG,
    DIALECT_VLLM,      DIALECT_LMSTUDIO, DIALECT_MLX,      DIALECT_OPENAI,
};

struct probe_reply {
    const char *path; // NULL: nothing is kept here
    int status;
    char server[64];
    char *body;
    size_t len;
};

struct probe {
    struct loop *loop;
    struct http *http;
    char *url, *bearer, *model;
    void (*done)(void *arg, const struct backend_facts *facts);
    void *arg;
    bool given; // the dialect is not to be found out
    int guess;
    const struct dialect *dialect; // whose question is the next
    int question;
    size_t next; // in probe_order
    bool identified, listed;
    struct fetch *fetch;
    struct timer *limit;
    enum failure refusal; // of the list of models, should nothing else be said
    struct probe_reply kept[PROBE_KEPT];
    size_t kept_count;
    struct backend_facts facts;
};

static void probe_free(struct probe *p)
{
    fetch_cancel(p->fetch);
    timer_free(p->limit);
    for (size_t i = 0; i < p->kept_count; i++) free(p->kept[i].body);
    free(p->url);
    free(p->bearer);
    free(p->model);
    free(p);
}

void probe_cancel(struct probe *p)
{
    if (p != NULL && p->done != NULL) probe_free(p);
}

// ---- the end -------------------------------------------------------------------------------------------------------

static void probe_say(struct probe *p, const char *message)
{
    if (p->facts.message[0] == '\0') log_mask(p->facts.message, sizeof(p->facts.message), message);
}

static void probe_end(struct probe *p, enum failure f)
{
    void (*done)(void *arg, const struct backend_facts *facts) = p->done;
    p->done = NULL; // a cancel from inside the callback finds nothing to do
    p->facts.failure = f;
    if (f == FAIL_NONE) p->facts.message[0] = '\0';
    if (f != FAIL_NONE) probe_say(p, failure_text(f));
    models_settle(&p->facts, p->model);
    done(p->arg, &p->facts);
    probe_free(p);
}

static void probe_on_limit(void *arg)
{
    struct probe *p = arg;
    const struct dialect_question *q = &p->dialect->questions[p->question];
    char message[128];
    (void)snprintf(message, sizeof(message), "no answer to %s %s in time", q->body != NULL ? "POST" : "GET", q->path);
    p->facts.message[0] = '\0';
    probe_say(p, message);
    probe_end(p, FAIL_CONNECT_TIMEOUT);
}

static void probe_end_unknown(struct probe *p)
{
    bool told = p->refusal != FAIL_NONE && p->refusal != FAIL_NOT_FOUND && p->refusal != FAIL_REQUEST;
    if (!told) {
        p->facts.message[0] = '\0';
        if (p->given)
            (void)snprintf(p->facts.message, sizeof(p->facts.message), "it does not answer as %s does",
                           dialect_title(p->dialect->kind));
    }
    probe_end(p, told ? p->refusal : FAIL_NOT_A_SERVER);
}

static void probe_conclude(struct probe *p)
{
    bool believed = p->given && p->listed && p->refusal != FAIL_AUTH;
    if (p->identified || believed)
        probe_end(p, FAIL_NONE);
    else
        probe_end_unknown(p);
}

// ---- what a reply says ---------------------------------------------------------------------------------------------

static const char *probe_model(const struct probe *p)
{
    if (p->model != NULL) return p->model;
    return p->facts.model[0] != '\0' ? p->facts.model : NULL;
}

static void probe_refused(struct probe *p, enum failure f, const char *message)
{
    p->refusal = f;
    p->facts.message[0] = '\0';
    if (message[0] != '\0') probe_say(p, message);
}

// The server is asked whether it still is what it was. One that fails here has not said no, and whoever answers next on
// the same address would be taken for another kind: Ollama answers on OpenAI's routes too.
static bool probe_guesses(const struct probe *p)
{
    return !p->identified && p->guess != DIALECT_UNKNOWN && (int)p->dialect->kind == p->guess;
}

// An error status matters if it speaks of the whole server. That this one route is missing or shut says nothing.
static enum failure probe_status(struct probe *p, const struct probe_reply *r)
{
    struct trouble t = {.message = ""};
    if (r->status >= 200 && r->status < 300) return FAIL_NONE;
    trouble_from_body(&t, r->body, r->len);
    enum failure f = trouble_classify_status(r->status, &t);
    bool is_list = strcmp(r->path, LIST_PATH) == 0, known = p->identified || p->given;
    bool is_llamacpp = !known && strcasestr(r->server, "llama.cpp") != NULL; // its list is open, even without a key
    bool whole = f == FAIL_GATEWAY || f == FAIL_GATEWAY_TIMEOUT || (f == FAIL_LOADING && r->status >= 500) ||
                 (f == FAIL_AUTH && is_llamacpp) || (probe_guesses(p) && r->status >= 500) ||
                 (known && r->status >= 500 && strcmp(r->path, HEALTH_PATH) == 0);
    if (whole || is_list || (p->given && p->refusal == FAIL_NONE)) probe_refused(p, f, t.message);
    if (whole && is_llamacpp) p->facts.dialect = DIALECT_LLAMACPP;
    return whole ? f : FAIL_NONE;
}

static bool probe_is_list(const struct probe_reply *r, const struct json *v)
{
    return strcmp(r->path, LIST_PATH) == 0 && json_kind(json_get(v, "data")) == JSON_KIND_ARRAY;
}

static void probe_read(struct probe *p, const struct dialect_question *q, const struct probe_reply *r)
{
    struct err e = ERR_INIT;
    struct json *v = json_read(r->body, r->len, &e);
    const struct dialect_reply reply = {
        .json = v, .text = r->body, .len = r->len, .server = r->server, .model = p->model};
    bool asks = p->question < p->dialect->identify;
    if (q->read(&p->facts, &reply) && asks) p->identified = true;
    p->listed = p->listed || probe_is_list(r, v);
    json_free(v);
    if (p->facts.model[0] == '\0') facts_choose(&p->facts);
}

// False: the probe is over.
static bool probe_take(struct probe *p, const struct probe_reply *r)
{
    enum failure f = probe_status(p, r);
    if (f != FAIL_NONE) {
        probe_end(p, f);
        return false;
    }
    if (r->status >= 200 && r->status < 300) probe_read(p, &p->dialect->questions[p->question], r);
    p->question++;
    return true;
}

// ---- asking --------------------------------------------------------------------------------------------------------

static bool probe_next_dialect(struct probe *p)
{
    p->question = 0;
    while (p->next < ARRAY_LEN(probe_order)) {
        enum dialect_kind kind = probe_order[p->next++];
        if ((int)kind == p->guess) continue; // it was the first
        p->dialect = dialect_get(kind);
        return true;
    }
    return false;
}

// Moves on to the next question that there is; false: there is none.
static bool probe_seek(struct probe *p)
{
    for (;;) {
        bool all = p->identified || p->given;
        const struct dialect_question *q = &p->dialect->questions[p->question];
        if (p->question >= (all ? DIALECT_QUESTIONS : p->dialect->identify) || q->path == NULL) {
            if (all || !probe_next_dialect(p)) return false;
        } else if (q->body != NULL && strstr(q->body, "%s") != NULL && probe_model(p) == NULL) {
            p->question++;
        } else {
            return true;
        }
    }
}

static const struct probe_reply *probe_find(const struct probe *p, const struct dialect_question *q)
{
    for (size_t i = 0; q->body == NULL && i < p->kept_count; i++)
        if (strcmp(p->kept[i].path, q->path) == 0) return &p->kept[i];
    return NULL;
}

static void probe_keep(struct probe *p, const struct dialect_question *q, const struct probe_reply *r)
{
    if (q->body != NULL || r->len > PROBE_KEPT_MAX || p->kept_count == PROBE_KEPT) return;
    struct probe_reply *kept = &p->kept[p->kept_count++];
    *kept = *r;
    kept->body = mem_dup(r->body, r->len);
}

static void probe_ask(struct probe *p);

static void probe_go_on(struct probe *p)
{
    while (probe_seek(p)) {
        const struct probe_reply *r = probe_find(p, &p->dialect->questions[p->question]);
        if (r == NULL) {
            probe_ask(p);
            return;
        }
        if (!probe_take(p, r)) return;
    }
    probe_conclude(p);
}

// A connection that is closed instead of a reply is how some servers say that they have no such route.
static void probe_broke(struct probe *p, const struct fetch_reply *r)
{
    if (p->refusal == FAIL_NONE || r->failure != FAIL_RESET) probe_refused(p, r->failure, r->message);
    if (r->failure != FAIL_RESET || p->identified || p->given || probe_guesses(p)) {
        probe_end(p, r->failure);
        return;
    }
    p->question++;
    probe_go_on(p);
}

static void probe_on_reply(void *arg, const struct fetch_reply *r)
{
    struct probe *p = arg;
    const struct dialect_question *q = &p->dialect->questions[p->question];
    p->fetch = NULL;
    if (r->failure != FAIL_NONE) {
        probe_broke(p, r);
        return;
    }
    struct probe_reply reply = {.path = q->path, .status = r->status, .len = r->len};
    reply.body = mem_dup(r->body, r->len);
    (void)snprintf(reply.server, sizeof(reply.server), "%s", r->server);
    probe_keep(p, q, &reply);
    bool more = probe_take(p, &reply);
    free(reply.body);
    if (more) probe_go_on(p);
}

static void probe_write_body(const struct probe *p, const char *shape, struct buf *out)
{
    const char *name = probe_model(p), *hole = strstr(shape, "%s");
    if (hole == NULL || name == NULL) {
        buf_adds(out, shape);
        return;
    }
    buf_add(out, shape, (size_t)(hole - shape));
    json_write_str(out, name, strlen(name));
    buf_adds(out, hole + 2);
}

static void probe_ask(struct probe *p)
{
    const struct dialect_question *q = &p->dialect->questions[p->question];
    struct buf body;
    buf_init(&body, BUF_MAX_LINE);
    if (q->body != NULL) probe_write_body(p, q->body, &body);
    const struct fetch_request request = {.url = p->url,
                                          .path = q->path,
                                          .bearer = p->bearer,
                                          .body = q->body != NULL ? body.data : NULL,
                                          .body_len = body.len,
                                          .reply_max = PROBE_REPLY_MAX,
                                          .connect_ms = PROBE_CONNECT_MS};
    p->fetch = fetch_start(p->loop, p->http, &request, probe_on_reply, p);
    buf_release(&body);
}

static void probe_begin(struct probe *p, const struct probe_options *o)
{
    p->given = o->dialect != DIALECT_UNKNOWN;
    // That it spoke the common dialect is what every server would still say yes to.
    p->guess = p->given || o->guess == DIALECT_OPENAI ? DIALECT_UNKNOWN : o->guess;
    p->facts.dialect = DIALECT_UNKNOWN;
    if (p->given) {
        p->dialect = dialect_get((enum dialect_kind)o->dialect);
        facts_assume(&p->facts, p->dialect->kind);
    } else if (p->guess != DIALECT_UNKNOWN) {
        p->dialect = dialect_get((enum dialect_kind)p->guess);
    } else {
        probe_next_dialect(p);
    }
}

struct probe *probe_start(struct loop *l, struct http *h, const struct probe_options *o,
                          void (*done)(void *arg, const struct backend_facts *facts), void *arg)
{
    struct probe *p = mem_calloc(1, sizeof(*p));
    *p = (struct probe){.loop = l, .http = h, .done = done, .arg = arg};
    p->url = mem_strdup(o->url);
    p->bearer = mem_strdup_opt(o->bearer);
    p->model = mem_strdup_opt(o->model);
    p->limit = timer_new(l, probe_on_limit, p);
    timer_set(p->limit, o->limit_ms > 0 ? o->limit_ms : PROBE_LIMIT_MS);
    probe_begin(p, o);
    if (probe_seek(p)) probe_ask(p);
    return p;
}
