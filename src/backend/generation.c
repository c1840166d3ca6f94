// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One generation.
//
//   gen_start ─▶ WAITING ──first text──▶ WRITING ──finish_reason──▶ ENDED ──end of reply, or 2 s──▶ OVER
//                   │                       │                         │
//                   └── first token ────────┴── stall ────────────────┴── total, error frame, break: OVER
//
//   WAITING  the request is on its way or the server reads the prompt; pings and reasoning do not count as text
//   WRITING  text comes; `last_text_ms` says when it did last
//   ENDED    the protocol's own end was seen; only usage may still come
//   OVER     `end` is being called; nothing follows
//
// Inside curl's callbacks (gen_on_data) an end is only noted in `verdict` and the call stopped; http then calls
// gen_on_done with curl off the stack, and the end is told from there. So `end` may start the next generation, on the
// same connection. Text of one piece of the reply is handed on in one call, after the decoder has returned: so the
// receiver may cancel the generation. The JSON reader refuses what is not UTF-8, so every text is whole characters.
//
// The stall timer is not moved with every token, which would cost more than reading it: when it fires it looks at
// `last_text_ms` and is set again for what is left.
#include "backend/generation.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "wire/sse.h"

#include "dialect.h"
#include "mould.h"
#include "route.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { USAGE_WAIT_MS = 2000 };

enum gen_state { GEN_WAITING, GEN_WRITING, GEN_ENDED, GEN_OVER };

struct generation {
    enum gen_state state;
    const struct dialect *dialect;
    bool raw;
    const struct gen_events *events;
    void *arg;
    struct http_call *call; // NULL when it is done
    struct sse sse;
    struct mould mould;
    struct buf text; // of the piece of the reply that is being read
    struct buf body; // the reply as it is, until its first event: errors are no streams
    bool saw_event;
    bool in_data, cancelled; // cancelled while in_data: freed as soon as that has returned
    enum failure verdict;    // FAIL_NONE: undecided
    int max_tokens;
    int64_t start_ms, last_text_ms, stall_ms;
    struct timer *idle; // first token, then stall, then usage
    struct timer *total;
    struct gen_result result;
};

static void gen_free(struct generation *g)
{
    http_cancel(g->call);
    timer_free(g->idle);
    timer_free(g->total);
    sse_release(&g->sse);
    mould_release(&g->mould);
    buf_release(&g->text);
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

// ---- the end -----------------------------------------------------------------------------------------------------

static void gen_say(struct generation *g, const char *message)
{
    if (g->result.message[0] == '\0') log_mask(g->result.message, sizeof(g->result.message), message);
}

static void gen_finish(struct generation *g, enum failure f)
{
    struct gen_result *r = &g->result;
    if (f == FAIL_NONE && r->text_bytes == 0) f = FAIL_EMPTY;
    if (f != FAIL_NONE) gen_say(g, failure_text(f));
    r->failure = f;
    r->cut_by_limit = strcmp(r->finish, "length") == 0 || (g->max_tokens > 0 && r->output_tokens >= g->max_tokens);
    r->total_ms = clock_mono_ms() - g->start_ms;
    g->state = GEN_OVER;
    g->events->end(g->arg, r);
    gen_free(g);
}

static void gen_on_total(void *arg)
{
    struct generation *g = arg;
    gen_finish(g, g->state == GEN_ENDED ? FAIL_NONE : FAIL_TOTAL);
}

static void gen_on_idle(void *arg)
{
    struct generation *g = arg;
    if (g->state == GEN_ENDED) {
        gen_finish(g, FAIL_NONE);
        return;
    }
    if (g->state == GEN_WAITING) {
        gen_finish(g, FAIL_FIRST_TOKEN);
        return;
    }
    int64_t left_ms = g->last_text_ms + g->stall_ms - clock_mono_ms();
    if (left_ms > 0) {
        timer_set(g->idle, left_ms);
    } else {
        gen_finish(g, FAIL_STALL);
    }
}

// ---- events of the stream ----------------------------------------------------------------------------------------

static bool gen_stop(struct generation *g, enum failure verdict)
{
    g->verdict = verdict;
    return false;
}

static bool gen_take_text(struct generation *g, const char *text, size_t len)
{
    g->result.text_bytes += (int64_t)len;
    if (g->result.text_bytes > GEN_TEXT_MAX || !buf_add(&g->text, text, len)) return gen_stop(g, FAIL_TOO_BIG);
    return true;
}

static void gen_take_numbers(struct generation *g, const struct delta *d)
{
    if (d->prompt_tokens >= 0) g->result.prompt_tokens = d->prompt_tokens;
    if (d->cached_tokens >= 0) g->result.cached_tokens = d->cached_tokens;
    if (d->output_tokens >= 0) g->result.output_tokens = d->output_tokens;
    g->result.reasoning_bytes += (int64_t)d->reasoning_len;
}

static void gen_take_finish(struct generation *g, const char *finish)
{
    if (g->state == GEN_ENDED) return;
    log_mask(g->result.finish, sizeof(g->result.finish), finish);
    g->state = GEN_ENDED;
    timer_set(g->idle, USAGE_WAIT_MS);
}

static bool gen_take_delta(struct generation *g, const struct delta *d)
{
    if (d->is_trouble) {
        gen_say(g, d->trouble.message);
        return gen_stop(g, trouble_classify_frame(&d->trouble));
    }
    gen_take_numbers(g, d);
    if (d->text_len > 0 && !gen_take_text(g, d->text, d->text_len)) return false;
    if (d->finish != NULL) gen_take_finish(g, d->finish);
    return true;
}

static bool gen_is_only_text(const struct delta *d)
{
    return d->text_len > 0 && d->finish == NULL && !d->is_trouble && d->reasoning_len == 0 && d->prompt_tokens < 0 &&
           d->cached_tokens < 0 && d->output_tokens < 0;
}

static bool gen_read(struct generation *g, const char *type, const char *data, size_t len)
{
    struct delta d;
    bool ok = g->dialect->read_event(&d, g->raw, type, data, len);
    if (!ok) {
        gen_stop(g, FAIL_GARBAGE);
    } else {
        if (gen_is_only_text(&d)) mould_learn(&g->mould, data, len, d.text, d.text_len);
        ok = gen_take_delta(g, &d);
    }
    json_free(d.tree);
    return ok;
}

static bool gen_on_event(void *arg, const char *type, const char *data, size_t len)
{
    struct generation *g = arg;
    const char *text;
    size_t text_len;
    g->saw_event = true;
    if (*type == '\0' && mould_read(&g->mould, data, len, &text, &text_len)) return gen_take_text(g, text, text_len);
    return gen_read(g, type, data, len);
}

static const struct sse_events gen_sse_events = {.event = gen_on_event};

// ---- the reply ---------------------------------------------------------------------------------------------------

static bool gen_status_ok(int status)
{
    return status >= 200 && status < 300;
}

static void gen_note_text(struct generation *g)
{
    g->last_text_ms = clock_mono_ms();
    if (g->result.first_token_ms >= 0) return;
    g->result.first_token_ms = g->last_text_ms - g->start_ms;
    if (g->state != GEN_WAITING) return; // it ended in the same piece
    g->state = GEN_WRITING;
    if (g->stall_ms > 0) {
        timer_set(g->idle, g->stall_ms);
    } else {
        timer_stop(g->idle);
    }
}

// Hands on what the decoder collected. The receiver may cancel us.
static void gen_hand_on(struct generation *g)
{
    if (g->text.len == 0) return;
    gen_note_text(g);
    g->events->text(g->arg, g->text.data, g->text.len);
    buf_clear(&g->text);
}

static bool gen_on_data(void *arg, int status, const char *bytes, size_t len)
{
    struct generation *g = arg;
    g->result.http_status = status;
    if (!g->saw_event) buf_add(&g->body, bytes, len); // beyond its ceiling it says no more than what it holds
    if (!gen_status_ok(status)) return true;
    g->in_data = true;
    if (!sse_feed(&g->sse, bytes, len)) g->verdict = FAIL_TOO_BIG;
    gen_hand_on(g);
    g->in_data = false;
    if (g->cancelled) {
        gen_free(g);
        return false;
    }
    return g->verdict == FAIL_NONE;
}

static enum failure gen_judge_status(struct generation *g, int status)
{
    struct trouble t = {.message = ""};
    trouble_from_body(&t, g->body.data, g->body.len);
    if (t.message[0] != '\0') gen_say(g, t.message);
    return trouble_classify_status(status, &t);
}

static bool gen_type_is(const struct http_reply *reply, const char *type)
{
    return strncasecmp(reply->content_type, type, strlen(type)) == 0;
}

// A good status and not one event: an error as plain JSON, a server that does not stream, or something else
// altogether.
static enum failure gen_judge_body(struct generation *g, const struct http_reply *reply)
{
    const struct buf *b = &g->body;
    if (gen_type_is(reply, "text/event-stream")) return FAIL_TRUNCATED;
    if (gen_type_is(reply, "text/html") || trouble_looks_like_html(b->data, b->len)) {
        (void)gen_judge_status(g, reply->status);
        return FAIL_NOT_A_SERVER;
    }
    size_t blank = strspn(b->data, " \t\r\n");
    if (b->data[blank] == '\0' || b->data[blank] == ':') return FAIL_TRUNCATED; // nothing, or only pings
    if (b->data[blank] != '{') return FAIL_NOT_A_SERVER;
    if (!gen_read(g, "", b->data, b->len)) return g->verdict;
    return g->state == GEN_ENDED ? FAIL_NONE : FAIL_TRUNCATED;
}

// What is left in the decoder when the reply is over: a last line without its newline. If it makes no sense, it was
// cut; so was an answer whose own end did not come.
static enum failure gen_judge_stream(struct generation *g)
{
    if (g->state == GEN_ENDED) return FAIL_NONE;
    (void)sse_end(&g->sse);
    if (g->verdict != FAIL_NONE && g->verdict != FAIL_GARBAGE) return g->verdict;
    return g->state == GEN_ENDED ? FAIL_NONE : FAIL_TRUNCATED;
}

static enum failure gen_judge_whole(struct generation *g, const struct http_reply *reply)
{
    if (reply->status == 0) return FAIL_NOT_A_SERVER; // something came that is not HTTP
    if (!gen_status_ok(reply->status)) return gen_judge_status(g, reply->status);
    enum failure f = gen_judge_stream(g);
    return g->saw_event ? f : gen_judge_body(g, reply);
}

static enum failure gen_judge(struct generation *g, const struct http_reply *reply)
{
    if (g->verdict != FAIL_NONE) return g->verdict;
    switch (reply->outcome) {
    case HTTP_REFUSED:
        return FAIL_REFUSED;
    case HTTP_CONNECT_TIMEOUT:
        return FAIL_CONNECT_TIMEOUT;
    case HTTP_RESET:
        return FAIL_RESET;
    case HTTP_TOO_BIG:
        return FAIL_TOO_BIG;
    case HTTP_LOCAL:
        return FAIL_CONFIG;
    case HTTP_CUT:
    case HTTP_STOPPED:
    case HTTP_DONE:
        break;
    }
    return gen_judge_whole(g, reply);
}

static void gen_on_done(void *arg, const struct http_reply *reply)
{
    struct generation *g = arg;
    g->call = NULL;
    g->result.http_status = reply->status;
    g->result.retry_after_ms = reply->retry_after_ms;
    g->in_data = true;
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

static const struct http_events gen_http_events = {.data = gen_on_data, .done = gen_on_done};

// ---- the start ---------------------------------------------------------------------------------------------------

static void gen_send(struct generation *g, struct http *h, const struct gen_request *q)
{
    struct buf body;
    buf_init(&body, BUF_MAX_PROMPT);
    char *url = route_url(q->url, g->dialect->path);
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

static void gen_arm(struct generation *g, struct loop *l, const struct gen_request *q)
{
    g->stall_ms = q->stall_ms;
    g->idle = timer_new(l, gen_on_idle, g);
    g->total = timer_new(l, gen_on_total, g);
    if (q->first_token_ms > 0) timer_set(g->idle, q->first_token_ms);
    if (q->total_ms > 0) timer_set(g->total, q->total_ms);
}

struct generation *gen_start(struct loop *l, struct http *h, const struct gen_request *q,
                             const struct gen_events *events, void *arg)
{
    struct generation *g = mem_calloc(1, sizeof(*g));
    g->dialect = dialect_get(q->dialect);
    g->raw = q->raw != NULL;
    g->events = events;
    g->arg = arg;
    g->max_tokens = q->max_tokens;
    g->start_ms = clock_mono_ms();
    g->result.prompt_tokens = g->result.cached_tokens = g->result.output_tokens = -1;
    g->result.first_token_ms = g->result.retry_after_ms = -1;
    sse_init(&g->sse, &gen_sse_events, g);
    mould_init(&g->mould);
    buf_init(&g->text, GEN_TEXT_MAX);
    buf_init(&g->body, BUF_MAX_PIECE);
    gen_arm(g, l, q);
    gen_send(g, h, q);
    return g;
}
