// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The shape of a chat template. Two conversations of marks are rendered, and what stands around the marks is the
// template:
//
//   [U]           before U open
//   [U, A, U2]    before U open A glue U2 open
//                          ▲
//                          └─ here templates of thinking models lack the empty block of thinking that stands at the
//                             end of every `open`: the turn is re-rendered, and the prefix cache ends there
//
// The raw conversation has `open` in both places: it keeps what the model has seen. A rendering that differs in
// anything else is not understood, and gives no template: a book would otherwise be written in a broken one.
#include "backend/render.h"

#include "base/buf.h"
#include "base/mem.h"

#include "dialect.h"
#include "fetch.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { RENDER_LIMIT_MS = 5000, RENDER_REPLY_MAX = 1024 * 1024 };

// Plain words to a template, and to nobody else: no template changes them or has them itself.
static const char mark_user[] = "Kw7question1Zx", mark_assistant[] = "Kw7answer2Zx", mark_next[] = "Kw7question3Zx";

// ---- the template from the renderings ------------------------------------------------------------------------------

void gen_template_free(struct gen_template *t)
{
    if (t == NULL) return;
    free(t->before);
    free(t->open);
    free(t->glue);
    free(t);
}

static const char *render_only_place(const char *text, const char *mark)
{
    const char *at = strstr(text, mark);
    return at != NULL && strstr(at + 1, mark) == NULL ? at : NULL;
}

static const char *render_skip_blank(const char *s)
{
    while (isspace((unsigned char)*s)) s++;
    return s;
}

static const struct {
    const char *begin, *end;
} render_thoughts[] = {
    {"<think>", "</think>"},
    {"<thinking>", "</thinking>"},
    {"<thought>", "</thought>"},
    {"<reasoning>", "</reasoning>"},
    {"<seed:think>", "</seed:think>"},
    {"[THINK]", "[/THINK]"},
    {"<|START_THINKING|>", "<|END_THINKING|>"},
};

// Nothing but one empty block of thinking, with blanks anywhere.
static bool render_is_no_thought(const char *s)
{
    s = render_skip_blank(s);
    for (size_t i = 0; i < ARRAY_LEN(render_thoughts); i++) {
        const char *begin = render_thoughts[i].begin, *end = render_thoughts[i].end;
        if (strncmp(s, begin, strlen(begin)) != 0) continue;
        s = render_skip_blank(s + strlen(begin));
        return strncmp(s, end, strlen(end)) == 0 && *render_skip_blank(s + strlen(end)) == '\0';
    }
    return false;
}

// A block that is opened and left to the model: what follows is no prose, and what is kept of it is not what it saw.
static bool render_ends_in_thought(const char *open)
{
    size_t len = strlen(open);
    while (len > 0 && isspace((unsigned char)open[len - 1])) len--;
    for (size_t i = 0; i < ARRAY_LEN(render_thoughts); i++) {
        size_t n = strlen(render_thoughts[i].begin);
        if (len >= n && memcmp(open + len - n, render_thoughts[i].begin, n) == 0) return true;
    }
    return false;
}

static bool render_opens_alike(const char *open, const char *past, size_t past_len)
{
    if (strncmp(open, past, past_len) != 0 || strlen(open) < past_len) return false;
    return open[past_len] == '\0' || render_is_no_thought(open + past_len);
}

struct gen_template *gen_template_from(const char *one, const char *three, const char *u, const char *a,
                                       const char *u2)
{
    const char *at = render_only_place(one, u);
    const char *u_at = render_only_place(three, u), *a_at = render_only_place(three, a);
    const char *u2_at = render_only_place(three, u2);
    if (at == NULL || strstr(one, a) != NULL || strstr(one, u2) != NULL) return NULL;
    if (u_at == NULL || a_at == NULL || u2_at == NULL) return NULL;

    const char *open = at + strlen(u), *past = u_at + strlen(u), *glue = a_at + strlen(a);
    size_t before_len = (size_t)(at - one);
    if (past > a_at || glue >= u2_at) return NULL; // in another order, or with nothing between two turns
    if ((size_t)(u_at - three) != before_len || memcmp(one, three, before_len) != 0) return NULL;
    if (strcmp(u2_at + strlen(u2), open) != 0 || !render_opens_alike(open, past, (size_t)(a_at - past))) return NULL;
    if (*open == '\0' || render_ends_in_thought(open)) return NULL;

    struct gen_template *t = mem_alloc(sizeof(*t));
    *t = (struct gen_template){.before = mem_strndup(one, before_len),
                               .open = mem_strdup(open),
                               .glue = mem_strndup(glue, (size_t)(u2_at - glue)),
                               .reopens = open[a_at - past] != '\0'};
    return t;
}

// ---- asking for them -----------------------------------------------------------------------------------------------

struct render {
    struct loop *loop;
    struct http *http;
    const struct dialect *dialect;
    char *url, *bearer, *model;
    struct render_options options; // its texts are the three above
    void (*done)(void *arg, struct gen_template *t);
    void *arg;
    struct fetch *fetch;
    struct timer *limit;
    char *one; // NULL: not rendered yet
};

static void render_free(struct render *r)
{
    fetch_cancel(r->fetch);
    timer_free(r->limit);
    free(r->url);
    free(r->bearer);
    free(r->model);
    free(r->one);
    free(r);
}

void render_cancel(struct render *r)
{
    if (r != NULL && r->done != NULL) render_free(r);
}

static void render_finish(struct render *r, struct gen_template *t)
{
    void (*done)(void *arg, struct gen_template *found) = r->done;
    r->done = NULL; // a cancel from inside the callback finds nothing to do
    done(r->arg, t);
    render_free(r);
}

static void render_on_limit(void *arg)
{
    render_finish(arg, NULL);
}

static void render_ask(struct render *r, size_t turns);

static void render_take(struct render *r, const char *text)
{
    if (text == NULL) {
        render_finish(r, NULL);
    } else if (r->one != NULL) {
        render_finish(r, gen_template_from(r->one, text, mark_user, mark_assistant, mark_next));
    } else {
        r->one = mem_strdup(text);
        render_ask(r, 3);
    }
}

static void render_on_reply(void *arg, const struct fetch_reply *reply)
{
    struct render *r = arg;
    struct err e = ERR_INIT;
    r->fetch = NULL;
    struct json *v = fetch_ok(reply) ? json_read(reply->body, reply->len, &e) : NULL;
    const char *said = v != NULL ? r->dialect->read_render(v) : NULL;
    char *text = mem_strdup_opt(said);
    json_free(v);
    render_take(r, text);
    free(text);
}

static void render_ask(struct render *r, size_t turns)
{
    static const struct gen_message messages[] = {
        {GEN_USER, mark_user, sizeof(mark_user) - 1},
        {GEN_ASSISTANT, mark_assistant, sizeof(mark_assistant) - 1},
        {GEN_USER, mark_next, sizeof(mark_next) - 1},
    };
    struct buf body;
    buf_init(&body, BUF_MAX_PIECE);
    r->dialect->write_render(&body, &r->options, messages, turns);
    const struct fetch_request q = {.url = r->url,
                                    .path = r->dialect->render_path,
                                    .bearer = r->bearer,
                                    .body = body.data,
                                    .body_len = body.len,
                                    .reply_max = RENDER_REPLY_MAX};
    r->fetch = fetch_start(r->loop, r->http, &q, render_on_reply, r);
    buf_release(&body);
}

struct render *render_start(struct loop *l, struct http *h, const struct render_options *o,
                            void (*done)(void *arg, struct gen_template *t), void *arg)
{
    struct render *r = mem_calloc(1, sizeof(*r));
    *r = (struct render){.loop = l, .http = h, .options = *o, .done = done, .arg = arg};
    r->dialect = dialect_get(o->dialect);
    r->options.url = r->url = mem_strdup(o->url);
    r->options.bearer = r->bearer = mem_strdup_opt(o->bearer);
    r->options.model = r->model = mem_strdup_opt(o->model);
    r->limit = timer_new(l, render_on_limit, r);
    timer_set(r->limit, r->dialect->render_path != NULL ? RENDER_LIMIT_MS : 0);
    if (r->dialect->render_path != NULL) render_ask(r, 1);
    return r;
}
