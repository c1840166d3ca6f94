// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One generation.
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
// What the reply's first byte looks like decides how it is decoded, not what the dialect would send: a server that
// does not stream, or was taken for another, is so understood or refused at once. A reply of JSON that makes no sense
// line by line may be one body over several lines (`one_body`) and is read when it is whole.
//
// The clock is read once for each piece that the socket gives. The watchdog's timer is not moved with every piece,
// which would cost more than reading it: when it fires, the watchdog is asked, and it is set again for what is left.
#include "backend/generation.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "wire/ndjson.h"
#include "wire/sse.h"

#include "dialect.h"
#include "mould.h"
#include "repair.h"
#include "route.h"
#include "sent.h"
#include "watchdog.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { USAGE_WAIT_MS = 2000, REFUSAL_WAIT_MS = 2000, ODD_SHOWN = 100 };

enum gen_state { GEN_OPEN, GEN_ENDED, GEN_REFUSED, GEN_OVER };

struct generation {
    enum gen_state state;
    const struct dialect *dialect;
    bool raw, reasoning_is_text;
    param_set sent;
    int max_tokens;
    const struct gen_events *events;
    void *arg;
    struct http_call *call; // NULL when it is done
    bool looked;            // at the first byte: `framing` holds
    enum framing framing;
    struct sse sse;
    struct ndjson ndjson;
    struct mould mould;
    struct buf text; // of the piece of the reply that is being read
    struct buf body; // the reply as it is, until its first event: errors are no streams
    bool saw_event, one_body;
    bool thought;            // in the piece that is being read
    bool in_data, cancelled; // cancelled while in_data: freed as soon as that has returned
    enum failure verdict;    // FAIL_NONE: undecided
    char odd[ODD_SHOWN];     // FAIL_GARBAGE: how the event began that made no sense
    int64_t start_ms, now_ms;
    struct watchdog watchdog;
    struct timer *idle; // the watchdog's, then of what is awaited after the end
    struct timer *total;
    struct gen_result result;
};

static void gen_free(struct generation *g)
{
    http_cancel(g->call);
    timer_free(g->idle);
    timer_free(g->total);
    sse_release(&g->sse);
    ndjson_release(&g->ndjson);
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

static void gen_say_trouble(struct generation *g, const struct trouble *t)
{
    if (t->message[0] != '\0') gen_say(g, t->message);
}

// What was not understood tells more than that it was not.
static void gen_say_odd(struct generation *g)
{
    if (g->odd[0] == '\0') return;
    char *message = mem_printf("%s: %s", failure_text(FAIL_GARBAGE), g->odd);
    gen_say(g, message);
    free(message);
}

// An error of the server: its words, its class, and what goes with the class.
static enum failure gen_blame(struct generation *g, const struct trouble *t, int status)
{
    enum failure f = trouble_classify(t, status, g->sent, &g->result.refused);
    gen_say_trouble(g, t);
    if (f == FAIL_CONTEXT) g->result.n_ctx_tokens = trouble_context_tokens(t);
    return f;
}

static enum failure gen_blame_body(struct generation *g, int status)
{
    struct trouble t = {.message = ""};
    trouble_from_body(&t, g->body.data, g->body.len);
    return gen_blame(g, &t, status);
}

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

static bool gen_take_reasoning(struct generation *g, const char *text, size_t len)
{
    if (g->reasoning_is_text) return gen_take_text(g, text, len);
    g->result.reasoning_bytes += (int64_t)len;
    g->thought = true;
    return true;
}

static void gen_take_number(int64_t *to, int64_t n)
{
    if (n >= 0) *to = n;
}

static void gen_take_numbers(struct gen_result *r, const struct delta *d)
{
    gen_take_number(&r->prompt_tokens, d->prompt_tokens);
    gen_take_number(&r->cached_tokens, d->cached_tokens);
    gen_take_number(&r->output_tokens, d->output_tokens);
    gen_take_number(&r->prompt_ms, d->prompt_ms);
    gen_take_number(&r->output_ms, d->output_ms);
    r->prompt_cut |= d->prompt_cut;
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
    if (d->is_trouble) return gen_stop(g, gen_blame(g, &d->trouble, 0));
    gen_take_numbers(&g->result, d);
    watchdog_progress(&g->watchdog, d->progress, g->now_ms);
    if (d->reasoning_len > 0 && !gen_take_reasoning(g, d->reasoning, d->reasoning_len)) return false;
    if (d->text_len > 0 && !gen_take_text(g, d->text, d->text_len)) return false;
    if (d->finish != NULL) gen_take_finish(g, d->finish);
    return true;
}

static bool gen_says_more(const struct delta *d)
{
    return d->finish != NULL || d->is_trouble || d->prompt_tokens >= 0 || d->cached_tokens >= 0 ||
           d->output_tokens >= 0 || d->prompt_ms >= 0 || d->output_ms >= 0 || d->progress >= 0 || d->prompt_cut;
}

// An event of text alone gives the next ones their mould.
static void gen_learn(struct generation *g, const char *data, size_t len, const struct delta *d)
{
    if (gen_says_more(d)) return;
    if (d->text_len > 0 && d->reasoning_len == 0) {
        mould_learn(&g->mould, data, len, d->text, d->text_len);
    } else if (g->reasoning_is_text && d->reasoning_len > 0 && d->text_len == 0) {
        mould_learn(&g->mould, data, len, d->reasoning, d->reasoning_len);
    }
}

// False, and nothing is taken: it makes no sense, not even with its broken characters replaced.
static bool gen_parse(struct generation *g, struct delta *d, const char *type, const char *data, size_t len)
{
    if (g->dialect->read_event(d, g->raw, type, data, len)) return true;
    json_free(d->tree);
    d->tree = NULL;
    struct buf mended;
    buf_init(&mended, NDJSON_LINE_MAX);
    bool ok = repair_json(&mended, data, len) && g->dialect->read_event(d, g->raw, type, mended.data, mended.len);
    buf_release(&mended);
    return ok;
}

static bool gen_read(struct generation *g, const char *type, const char *data, size_t len)
{
    struct delta d = {.tree = NULL};
    bool ok = gen_parse(g, &d, type, data, len);
    if (ok) {
        if (g->framing == FRAMING_SSE) gen_learn(g, data, len, &d);
        ok = gen_take_delta(g, &d);
    } else {
        char *begin = mem_strndup(data, len < sizeof(g->odd) ? len : sizeof(g->odd));
        log_mask(g->odd, sizeof(g->odd), begin);
        free(begin);
        gen_stop(g, FAIL_GARBAGE);
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

static void gen_on_comment(void *arg, const char *text, size_t len)
{
    struct generation *g = arg;
    g->result.pings = true;
    if (g->dialect->read_comment == NULL) return;
    watchdog_progress(&g->watchdog, g->dialect->read_comment(text, len), g->now_ms);
}

static const struct sse_events gen_sse_events = {.event = gen_on_event, .comment = gen_on_comment};

static bool gen_on_line(void *arg, const char *data, size_t len)
{
    struct generation *g = arg;
    if (g->one_body) return true;
    bool ok = gen_read(g, "", data, len);
    if (!ok && !g->saw_event && g->verdict == FAIL_GARBAGE) {
        g->verdict = FAIL_NONE;
        return g->one_body = true;
    }
    g->saw_event = true;
    return ok;
}

static const struct ndjson_events gen_ndjson_events = {.line = gen_on_line};

// ---- the reply ---------------------------------------------------------------------------------------------------

static bool gen_status_ok(int status)
{
    return status >= 200 && status < 300;
}

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

// The first byte that is neither blank nor of a byte order mark tells how the reply is framed: '{' begins no field of
// an event, and the names of those begin no JSON. False: it has not come yet.
static bool gen_look(struct generation *g, const char **bytes, size_t *len)
{
    static const char passed[] = {' ', '\t', '\r', '\n', '\xEF', '\xBB', '\xBF'},
                      fields[] = {':', 'd', 'e', 'i', 'r'};
    while (*len > 0 && memchr(passed, **bytes, sizeof(passed)) != NULL) {
        ++*bytes;
        --*len;
    }
    if (*len == 0) return false;
    if (**bytes == '{') g->framing = FRAMING_NDJSON;
    if (memchr(fields, **bytes, sizeof(fields)) != NULL) g->framing = FRAMING_SSE;
    return g->looked = true;
}

static void gen_decode(struct generation *g, const char *bytes, size_t len)
{
    if (!g->looked && !gen_look(g, &bytes, &len)) return;
    bool ok = g->framing == FRAMING_SSE ? sse_feed(&g->sse, bytes, len) : ndjson_feed(&g->ndjson, bytes, len);
    if (!ok) g->verdict = FAIL_TOO_BIG;
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

static bool gen_type_is(const struct http_reply *reply, const char *type)
{
    return strncasecmp(reply->content_type, type, strlen(type)) == 0;
}

// The reply was read, but the answer's own end is not in it.
static enum failure gen_judge_open(struct generation *g)
{
    bool is_answer = g->result.text_bytes > 0 || g->result.reasoning_bytes > 0;
    if (is_answer || g->framing == g->dialect->framing) return FAIL_TRUNCATED;
    char *begin = mem_strndup(g->body.data, g->body.len < ODD_SHOWN ? g->body.len : ODD_SHOWN);
    char *message = mem_printf("the server answers in another format than expected: %s", begin);
    gen_say(g, message);
    free(message);
    free(begin);
    return FAIL_NOT_A_SERVER;
}

// The last byte that is no blank; the first of the text is none.
static char gen_last_byte(const struct buf *b)
{
    size_t at = b->len - 1;
    while (b->data[at] == ' ' || b->data[at] == '\t' || b->data[at] == '\r' || b->data[at] == '\n') at--;
    return b->data[at];
}

// One JSON text: an error, or the answer of a server that does not stream. Nonsense without a brace at its end is one
// that was cut.
static enum failure gen_judge_json(struct generation *g)
{
    const struct buf *b = &g->body;
    if (b->full) return FAIL_TOO_BIG;
    if (!gen_read(g, "", b->data, b->len))
        return g->verdict == FAIL_GARBAGE && gen_last_byte(b) != '}' ? FAIL_TRUNCATED : g->verdict;
    return g->state == GEN_ENDED ? FAIL_NONE : gen_judge_open(g);
}

// A good status and not one event: an error as plain JSON, a server that does not stream, or something else
// altogether.
static enum failure gen_judge_body(struct generation *g, const struct http_reply *reply)
{
    struct buf *b = &g->body;
    if (b->len >= 3 && memcmp(b->data, "\xEF\xBB\xBF", 3) == 0) buf_drop_front(b, 3);
    size_t blank = strspn(b->data, " \t\r\n");
    char first = b->data[blank];
    if (first == '{') return gen_judge_json(g);
    if (first == '\0' || first == ':') return FAIL_TRUNCATED; // nothing, or only pings
    if (gen_type_is(reply, "text/event-stream")) return FAIL_TRUNCATED;
    struct trouble t = {.message = ""};
    trouble_from_body(&t, b->data, b->len);
    gen_say_trouble(g, &t);
    return FAIL_NOT_A_SERVER;
}

static enum failure gen_judge_whole(struct generation *g, const struct http_reply *reply)
{
    if (reply->status == 0) return FAIL_NOT_A_SERVER; // something came that is not HTTP
    if (!gen_status_ok(reply->status)) return gen_blame_body(g, reply->status);
    if (g->state == GEN_ENDED) return FAIL_NONE;
    // A last line without its newline may be left in the decoder. If it makes no sense, it was cut.
    (void)(g->framing == FRAMING_SSE ? sse_end(&g->sse) : ndjson_end(&g->ndjson));
    if (g->verdict != FAIL_NONE && g->verdict != FAIL_GARBAGE) return g->verdict;
    if (g->state == GEN_ENDED) return FAIL_NONE;
    return g->saw_event ? gen_judge_open(g) : gen_judge_body(g, reply);
}

static enum failure gen_judge(struct generation *g, const struct http_reply *reply)
{
    bool is_noise = g->verdict == FAIL_GARBAGE || g->verdict == FAIL_TOO_BIG;
    if (g->state == GEN_ENDED && is_noise) return FAIL_NONE; // behind the answer's own end nothing can spoil it
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

// ---- the start ---------------------------------------------------------------------------------------------------

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
    g->framing = g->dialect->framing;
    g->raw = q->raw != NULL && g->dialect->raw_path != NULL;
    g->reasoning_is_text = q->reasoning_is_text;
    g->sent = sent_params(q, g->dialect->params);
    g->max_tokens = q->max_tokens;
    g->result.prompt_tokens = g->result.cached_tokens = g->result.output_tokens = -1;
    g->result.prompt_ms = g->result.output_ms = -1;
    g->result.first_token_ms = g->result.retry_after_ms = -1;
    sse_init(&g->sse, &gen_sse_events, g);
    ndjson_init(&g->ndjson, &gen_ndjson_events, g);
    mould_init(&g->mould);
    buf_init(&g->text, GEN_TEXT_MAX);
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
