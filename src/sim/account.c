// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Keeping the account.
#include "sim/account.h"

#include "sim/word.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void account_init(struct account *a, long ctx_tokens)
{
    memset(a, 0, sizeof *a);
    a->ctx_tokens = ctx_tokens;
    buf_init(&a->cached, BUF_MAX_PROMPT + BUF_MAX_PIECE);
}

void account_reset(struct account *a)
{
    struct account fresh = {.in_flight = a->in_flight, .in_flight_max = a->in_flight, .cached = a->cached};
    fresh.busy_until_ns = a->busy_until_ns;
    fresh.left_ns = a->left_ns;
    fresh.window_ns = a->window_ns;
    fresh.wedged = a->wedged;
    fresh.queue = fresh.max_queue = a->queue;
    fresh.ctx_tokens = a->ctx_tokens;
    fresh.meter = a->meter;
    *a = fresh;
}

void account_forget(struct account *a, long ctx_tokens)
{
    a->ctx_tokens = ctx_tokens;
    buf_clear(&a->cached);
    meter_release(&a->meter);
}

bool account_busy(const struct account *a, int64_t now_ns)
{
    return a->in_flight > 0 || now_ns < a->busy_until_ns;
}

static size_t common_prefix(const struct buf *a, const struct buf *b)
{
    size_t n = a->len < b->len ? a->len : b->len, i = 0;
    enum { BLOCK = 256 };
    while (i + BLOCK <= n && memcmp(a->data + i, b->data + i, BLOCK) == 0) i += BLOCK;
    while (i < n && a->data[i] == b->data[i]) i++;
    return i;
}

static void note_fit(struct account *a, long prompt_tokens, long answer_tokens)
{
    long tokens = prompt_tokens + (answer_tokens > 0 ? answer_tokens : 0);
    double fit = a->ctx_tokens > 0 ? (double)tokens / (double)a->ctx_tokens : 0;
    if (fit > a->fit_max) a->fit_max = fit;
    a->over_ctx += fit > 1;
}

static void note_begin(struct account *a, const struct ask *ask, size_t known, int64_t arrival_ns)
{
    a->requests++;
    a->kinds[ask->kind]++;
    if (a->idle_since_ns && !a->in_flight)
        a->idle_ms[a->idle_count++ % ACCOUNT_IDLE_SAMPLES] = (float)(arrival_ns - a->idle_since_ns) / 1e6f;
    a->prompt_chars += (long long)ask->prompt.len;
    a->prompt_chars_evaluated += (long long)(ask->prompt.len - known);
}

struct account_seen account_begin(struct account *a, const struct ask *ask, struct meter *meter, int64_t arrival_ns)
{
    size_t known = common_prefix(&a->cached, &ask->prompt);
    bool overlap = account_busy(a, arrival_ns), early = a->left_ns && arrival_ns - a->left_ns < a->window_ns;
    a->overlaps += overlap;
    a->early += early;
    a->left_ns = 0;
    if (ask->kind == ASK_PROOF)
        a->proofs++;
    else
        note_begin(a, ask, known, arrival_ns);
    a->idle_since_ns = 0;
    if (++a->in_flight > a->in_flight_max) a->in_flight_max = a->in_flight;
    long tokens = meter_count(meter, ask->prompt.data, ask->prompt.len, &a->meter, known);
    note_fit(a, tokens, ask->max_tokens);
    return (struct account_seen){
        .cached_chars = known,
        .prompt_tokens = tokens,
        .cached_tokens = meter_prefix(meter, ask->prompt.data, known),
        .overlap = overlap,
        .early = early,
    };
}

static void note_end(struct account *a, const struct ask *ask, enum account_end how, const char *sent, size_t len,
                     long tokens, int64_t now_ns)
{
    long long words = (long long)word_count(sent, len);
    a->finished += how == ACCOUNT_FINISHED;
    a->disconnects += how == ACCOUNT_DISCONNECTED;
    a->aborted += how == ACCOUNT_BROKEN;
    a->output_chars += (long long)len;
    a->output_tokens += tokens;
    a->words_sent += words;
    a->kind_words[ask->kind] += words;
    // After a fault the client waits on purpose: only what follows a whole answer is idle time.
    a->idle_since_ns = how == ACCOUNT_FINISHED ? now_ns : 0;
}

void account_end(struct account *a, const struct ask *ask, struct meter *meter, enum account_end how,
                 const char *sent, size_t len, long tokens, int64_t now_ns)
{
    a->in_flight--;
    if (how == ACCOUNT_DISCONNECTED) a->left_ns = now_ns;
    if (ask->kind != ASK_PROOF) note_end(a, ask, how, sent, len, tokens, now_ns);
    buf_clear(&a->cached);
    buf_add(&a->cached, ask->prompt.data, ask->prompt.len);
    buf_add(&a->cached, sent, len);
    meter_release(&a->meter);
    a->meter = *meter;
    *meter = (struct meter){0};
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static json_t *idle_json(const struct account *a)
{
    size_t n = a->idle_count < ACCOUNT_IDLE_SAMPLES ? a->idle_count : ACCOUNT_IDLE_SAMPLES;
    float *sorted = mem_calloc(n + 1, sizeof *sorted);
    memcpy(sorted, a->idle_ms, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    // With no samples all three read the one zero.
    json_t *j = json_pack("{s:I, s:f, s:f, s:f}", "n", (json_int_t)a->idle_count, "p50", (double)sorted[n / 2], "p99",
                          (double)sorted[n * 99 / 100], "max", (double)sorted[n ? n - 1 : 0]);
    free(sorted);
    return j;
}

json_t *account_json(const struct account *a)
{
    json_t *kinds = json_object(), *words = json_object();
    for (int i = 0; i < ASK_PROOF; i++) {
        json_object_set_new(kinds, ask_kind_names[i], json_integer(a->kinds[i]));
        json_object_set_new(words, ask_kind_names[i], json_integer(a->kind_words[i]));
    }
    return json_pack(
        "{s:I,s:I,s:I,s:I,s:I, s:o, s:I,s:I, s:I,s:I,s:I, s:I,s:I,s:I, s:f,s:I, s:o,s:o, s:I,s:I,s:I, s:I,s:I,s:I}",
        "requests", (json_int_t)a->requests, "finished", (json_int_t)a->finished, "in_flight",
        (json_int_t)a->in_flight, "in_flight_max", (json_int_t)a->in_flight_max, "overlaps", (json_int_t)a->overlaps,
        "idle_ms", idle_json(a), "prompt_chars", (json_int_t)a->prompt_chars, "prompt_chars_evaluated",
        (json_int_t)a->prompt_chars_evaluated, "output_chars", (json_int_t)a->output_chars, "output_tokens",
        (json_int_t)a->output_tokens, "words_sent", (json_int_t)a->words_sent, "disconnects",
        (json_int_t)a->disconnects, "lost_position", (json_int_t)a->lost_position, "other_requests",
        (json_int_t)a->other_requests, "fit_max", a->fit_max, "over_ctx", (json_int_t)a->over_ctx, "kinds", kinds,
        "kind_words", words, "proofs", (json_int_t)a->proofs, "reloads", (json_int_t)a->reloads, "loads",
        (json_int_t)a->loads, "early", (json_int_t)a->early, "aborted", (json_int_t)a->aborted, "max_queue",
        (json_int_t)a->max_queue);
}
