// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the pieces of a reply say.
//
//   bytes ─▶ gen_look ─▶ SSE or NDJSON ─▶ mould (text alone, as before) ──────▶ text
//                                     └─▶ dialect ─▶ delta ─▶ numbers, thoughts, text, the end, an error
//
// What the reply's first byte looks like decides how it is decoded, not what the dialect would send: a server that
// does not stream, or was taken for another, is so understood or refused at once. A reply of JSON that makes no sense
// line by line may be one body over several lines (`one_body`) and is read when it is whole.
#include "generation_state.h"

#include "base/log.h"
#include "base/mem.h"

#include "repair.h"

#include <stdlib.h>
#include <string.h>

enum { USAGE_WAIT_MS = 2000 };

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

bool gen_read(struct generation *g, const char *type, const char *data, size_t len)
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

// ---- the bytes ----------------------------------------------------------------------------------------------------

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

void gen_decode(struct generation *g, const char *bytes, size_t len)
{
    if (!g->looked && !gen_look(g, &bytes, &len)) return;
    bool ok = g->framing == FRAMING_SSE ? sse_feed(&g->sse, bytes, len) : ndjson_feed(&g->ndjson, bytes, len);
    if (!ok) g->verdict = FAIL_TOO_BIG;
}

void gen_events_init(struct generation *g)
{
    g->framing = g->dialect->framing;
    sse_init(&g->sse, &gen_sse_events, g);
    ndjson_init(&g->ndjson, &gen_ndjson_events, g);
    mould_init(&g->mould);
    buf_init(&g->text, GEN_TEXT_MAX);
}

void gen_events_release(struct generation *g)
{
    sse_release(&g->sse);
    ndjson_release(&g->ndjson);
    mould_release(&g->mould);
    buf_release(&g->text);
}
