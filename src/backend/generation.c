// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One generation: its life. What the pieces of the reply say is in generation_event.c, what they come to in
// generation_judge.c.
//
//   gen_start ─▶ OPEN ──finish_reason, done:true──▶ ENDED ──end of reply, or 2 s──▶ OVER
//                 │ └──head with an error status──▶ REFUSED ──end of reply, or 2 s──▶ OVER
//                 └── watchdog, total, error frame, nonsense, break: OVER
//
//   OPEN     the request is on its way, the server reads the prompt, thinks, or text comes; watchdog.h says how long
//   ENDED    the protocol's own end was seen; only usage may still come
//   REFUSED  the reply is an error; its body says which
//   OVER     `end` is being called; nothing follows
//
// Inside curl's callbacks (gen_on_data) an end is only noted in `verdict` and the call stopped; http then calls
// gen_on_done with curl off the stack, and the end is told from there. So `end` may start the next generation, on the
// same connection. Text of one piece of the reply is handed on in one call, after the decoder has returned: so the
// receiver may cancel the generation. The JSON reader refuses what is not UTF-8, so every text is whole characters.
//
// The clock is read once for each piece that the socket gives. The watchdog's timer is not moved with every piece,
// which would cost more than reading it: when it fires, the watchdog is asked, and it is set again for what is left.
#include "generation_state.h"

#include "base/clock.h"
#include "base/mem.h"

#include "route.h"
#include "sent.h"

#include <stdlib.h>
#include <string.h>

enum { REFUSAL_WAIT_MS = 2000 };

static void gen_free(struct generation *g)
{
    http_cancel(g->call);
    timer_free(g->idle);
    timer_free(g->total);
    gen_events_release(g);
    buf_release(&g->body);
    free(g);
}

void gen_cancel(struct generation *g)
{
    if (g == NULL || g->state == GEN_OVER) return; // OVER: we are in its own `end`
    if (!g->in_data) {
        gen_free(g);
        return;
    }
    g->cancelled = true;
    timer_stop(g->idle);
    timer_stop(g->total);
    http_cancel(g->call);
    g->call = NULL;
}

// ---- the end ------------------------------------------------------------------------------------------------------

static void gen_finish(struct generation *g, enum failure f)
{
    struct gen_result *r = &g->result;
    if (f == FAIL_NONE && r->text_bytes == 0) f = r->reasoning_bytes > 0 ? FAIL_REASONING : FAIL_EMPTY;
    if (f == FAIL_GARBAGE) gen_say_odd(g);
    if (f != FAIL_NONE) gen_say(g, failure_text(f));
    r->failure = f;
    r->cut_by_limit = strcmp(r->finish, "length") == 0 || (g->max_tokens > 0 && r->output_tokens >= g->max_tokens);
    r->total_ms = clock_mono_ms() - g->start_ms;
    g->state = GEN_OVER;
    g->events->end(g->arg, r);
    gen_free(g);
}

// What the state makes of a limit that has passed.
static void gen_give_up(struct generation *g, enum failure f)
{
    if (g->state == GEN_ENDED) f = FAIL_NONE;
    if (g->state == GEN_REFUSED) f = gen_blame_body(g, g->result.http_status);
    gen_finish(g, f);
}

static void gen_on_total(void *arg)
{
    gen_give_up(arg, FAIL_TOTAL);
}

static void gen_watch(struct generation *g, int64_t now_ms)
{
    int64_t due_ms = watchdog_due_ms(&g->watchdog);
    if (due_ms == INT64_MAX) {
        timer_stop(g->idle);
    } else {
        timer_set(g->idle, due_ms > now_ms ? due_ms - now_ms : 0);
    }
}

static void gen_on_idle(void *arg)
{
    struct generation *g = arg;
    int64_t now_ms = clock_mono_ms();
    enum failure f = watchdog_judge(&g->watchdog, now_ms);
    if (g->state == GEN_OPEN && f == FAIL_NONE) {
        gen_watch(g, now_ms);
    } else {
        gen_give_up(g, f);
    }
}

// ---- the reply ----------------------------------------------------------------------------------------------------

static void gen_on_head(void *arg, int status)
{
    struct generation *g = arg;
    int64_t now_ms = clock_mono_ms();
    g->result.http_status = status;
    watchdog_bytes(&g->watchdog, now_ms);
    if (gen_status_ok(status)) {
        gen_watch(g, now_ms);
    } else {
        g->state = GEN_REFUSED;
        timer_set(g->idle, REFUSAL_WAIT_MS);
    }
}

// Text or thoughts came. The first of them change the limit, so the timer is set anew; later it is not.
static void gen_note_content(struct generation *g)
{
    bool first = !g->watchdog.has_content;
    if (g->text.len > 0 && g->result.first_token_ms < 0) g->result.first_token_ms = g->now_ms - g->start_ms;
    watchdog_content(&g->watchdog, g->now_ms);
    if (first && g->state == GEN_OPEN) gen_watch(g, g->now_ms);
}

// Hands on what the decoder collected. The receiver may cancel us.
static void gen_hand_on(struct generation *g)
{
    if (g->text.len > 0 || g->thought) gen_note_content(g);
    g->thought = false;
    if (g->text.len == 0) return;
    g->events->text(g->arg, g->text.data, g->text.len);
    buf_clear(&g->text);
}

static bool gen_on_data(void *arg, int status, const char *bytes, size_t len)
{
    struct generation *g = arg;
    g->now_ms = clock_mono_ms();
    watchdog_bytes(&g->watchdog, g->now_ms);
    if (!g->saw_event) buf_add(&g->body, bytes, len); // beyond its ceiling it says no more than what it holds
    if (!gen_status_ok(status)) return true;
    g->in_data = true;
    gen_decode(g, bytes, len);
    gen_hand_on(g);
    g->in_data = false;
    if (g->cancelled) {
        gen_free(g);
        return false;
    }
    return g->verdict == FAIL_NONE;
}

static void gen_on_done(void *arg, const struct http_reply *reply)
{
    struct generation *g = arg;
    g->call = NULL;
    g->result.http_status = reply->status;
    g->result.retry_after_ms = reply->retry_after_ms;
    g->in_data = true;
    g->now_ms = clock_mono_ms();
    enum failure f = gen_judge(g, reply);
    gen_hand_on(g);
    g->in_data = false;
    if (g->cancelled) {
        gen_free(g);
        return;
    }
    if (f != FAIL_NONE && reply->text[0] != '\0') gen_say(g, reply->text);
    gen_finish(g, f);
}

static const struct http_events gen_http_events = {.head = gen_on_head, .data = gen_on_data, .done = gen_on_done};

// ---- the start ----------------------------------------------------------------------------------------------------

static void gen_send(struct generation *g, struct http *h, const struct gen_request *q)
{
    struct buf body;
    buf_init(&body, BUF_MAX_PROMPT);
    char *url = route_url(q->url, g->raw ? g->dialect->raw_path : g->dialect->path);
    g->dialect->write_body(&body, q);
    struct http_request request = {.method = "POST",
                                   .url = url,
                                   .bearer = q->bearer,
                                   .body = body.data,
                                   .body_len = body.len,
                                   .connect_ms = q->connect_ms};
    g->call = http_start(h, &request, &gen_http_events, g);
    free(url);
    buf_release(&body);
}

static void gen_init(struct generation *g, const struct gen_request *q)
{
    g->dialect = dialect_get(q->dialect);
    g->raw = q->raw != NULL && g->dialect->raw_path != NULL;
    g->reasoning_is_text = q->reasoning_is_text;
    g->sent = sent_params(q, g->dialect->params);
    g->max_tokens = q->max_tokens;
    g->result.prompt_tokens = g->result.cached_tokens = g->result.output_tokens = -1;
    g->result.prompt_ms = g->result.output_ms = -1;
    g->result.first_token_ms = g->result.retry_after_ms = -1;
    gen_events_init(g);
    buf_init(&g->body, BUF_MAX_PIECE);
}

static void gen_arm(struct generation *g, struct loop *l, const struct gen_request *q)
{
    g->start_ms = clock_mono_ms();
    g->idle = timer_new(l, gen_on_idle, g);
    g->total = timer_new(l, gen_on_total, g);
    watchdog_init(&g->watchdog, q->first_token_ms, q->stall_ms, q->silence_ms, g->start_ms);
    gen_watch(g, g->start_ms);
    if (q->total_ms > 0) timer_set(g->total, q->total_ms);
}

struct generation *gen_start(struct loop *l, struct http *h, const struct gen_request *q,
                             const struct gen_events *events, void *arg)
{
    struct generation *g = mem_calloc(1, sizeof(*g));
    g->events = events;
    g->arg = arg;
    gen_init(g, q);
    gen_arm(g, l, q);
    gen_send(g, h, q);
    return g;
}
