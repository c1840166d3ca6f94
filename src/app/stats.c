// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Summing up the inference log: see include/app/stats.h.
//
// One pass over the rows. Sums are kept by backend and model, and added up in the end; what percentiles need is put
// aside, a sample an attempt, and sorted once for each line.
#include "app/stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { HOUR_MS = 3600 * 1000 };

#define TOKENS_MOST (INT64_C(1) << 40) // a server may say anything

#define UNKNOWN_MS UINT32_MAX

struct sample {
    uint32_t line, first_ms, total_ms;
};

struct gathering {
    struct stats *out;
    const struct stats_ask *ask;
    struct sample *samples;
    size_t samples_count, samples_cap;
    size_t line; // of the row before: most are of one backend
};

// ---- one row ----------------------------------------------------------------------------------------------------

static bool stats_is_line(const struct stats_sums *t, const struct attempt_row *a)
{
    return strcmp(t->backend, a->backend) == 0 && strcmp(t->model, a->model) == 0;
}

static struct stats_sums *stats_line(struct gathering *g, const struct attempt_row *a)
{
    struct stats *st = g->out;

    if (g->line < st->backends_count && stats_is_line(&st->backends[g->line], a)) return &st->backends[g->line];
    for (g->line = 0; g->line < st->backends_count; g->line++)
        if (stats_is_line(&st->backends[g->line], a)) return &st->backends[g->line];
    mem_grow(&st->backends, &st->backends_cap, st->backends_count + 1, sizeof *st->backends);
    st->backends[st->backends_count] =
        (struct stats_sums){.backend = mem_strdup(a->backend), .model = mem_strdup(a->model)};
    return &st->backends[st->backends_count++];
}

static void stats_count(struct stats_counts *c, const char *name, int64_t more)
{
    size_t at = 0;

    while (at < c->count && strcmp(c->items[at].name, name) != 0) at++;
    if (at == c->count) {
        mem_grow(&c->items, &c->cap, c->count + 1, sizeof *c->items);
        c->items[c->count++] = (struct stats_count){.name = mem_strdup(name)};
    }
    c->items[at].count += more;
}

static int64_t stats_known(int64_t n)
{
    return n > 0 && n < TOKENS_MOST ? n : 0;
}

static void stats_add_tokens(struct stats_sums *t, const struct attempt_row *a)
{
    t->prompt_tokens += stats_known(a->prompt_tokens);
    t->cached_tokens += stats_known(a->cached_tokens);
    t->output_tokens += stats_known(a->output_tokens);
    t->reasoning_bytes += stats_known(a->reasoning_bytes);
    if (a->cached_tokens >= 0) t->shared_tokens += stats_known(a->prompt_tokens);
    int64_t written = stats_known(a->output_tokens);
    if (written == 0 || a->first_token_ms < 0 || a->total_ms <= a->first_token_ms) return;
    t->written_tokens += written;
    t->writing_ms += a->total_ms - a->first_token_ms;
}

static void stats_add_verdict(struct stats_sums *t, const struct attempt_row *a)
{
    if (strcmp(a->verdict, "accepted") == 0)
        t->accepted++;
    else if (strcmp(a->failure, "none") != 0)
        stats_count(&t->failures, a->failure, 1);
    else if (a->verdict[0] != '\0')
        stats_count(&t->refusals, a->verdict, 1);
}

static uint32_t stats_ms(struct stats_times *t, int64_t ms)
{
    if (ms < 0) return UNKNOWN_MS;
    t->count++;
    t->sum_ms += ms;
    return ms < UNKNOWN_MS ? (uint32_t)ms : UNKNOWN_MS - 1;
}

static void stats_add_times(struct gathering *g, struct stats_sums *t, const struct attempt_row *a)
{
    bool whole = strcmp(a->failure, "none") == 0;
    struct sample s = {.line = (uint32_t)g->line};

    s.first_ms = stats_ms(&t->first_token, a->first_token_ms);
    s.total_ms = stats_ms(&t->total, whole ? a->total_ms : -1);
    mem_grow(&g->samples, &g->samples_cap, g->samples_count + 1, sizeof *g->samples);
    g->samples[g->samples_count++] = s;
}

static bool stats_on_attempt(void *arg, const struct attempt_row *a)
{
    struct gathering *g = arg;
    struct stats_sums *t = stats_line(g, a);

    if (a->started_ms > g->ask->now_ms - HOUR_MS) t->last_hour++;
    if (a->started_ms < g->ask->since_ms) return true; // it counts for the hour only
    t->requests++;
    if (!a->ended) {
        t->in_flight++;
        return true;
    }
    stats_add_tokens(t, a);
    stats_add_verdict(t, a);
    stats_add_times(g, t, a);
    return true;
}

// ---- percentiles ------------------------------------------------------------------------------------------------

static int stats_order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

// The least value that 95 of 100 do not exceed.
static int64_t stats_p95(uint32_t *values, size_t count)
{
    if (count == 0) return 0;
    qsort(values, count, sizeof *values, stats_order);
    return values[(count * 95 + 99) / 100 - 1];
}

// `line` NULL: of all.
static void stats_rank(const struct gathering *g, const uint32_t *line, uint32_t *scratch, struct stats_sums *t)
{
    size_t first = 0, total = 0;

    for (size_t i = 0; i < g->samples_count; i++)
        if ((line == NULL || g->samples[i].line == *line) && g->samples[i].first_ms != UNKNOWN_MS)
            scratch[first++] = g->samples[i].first_ms;
    t->first_token.p95_ms = stats_p95(scratch, first);
    for (size_t i = 0; i < g->samples_count; i++)
        if ((line == NULL || g->samples[i].line == *line) && g->samples[i].total_ms != UNKNOWN_MS)
            scratch[total++] = g->samples[i].total_ms;
    t->total.p95_ms = stats_p95(scratch, total);
}

static void stats_rank_all(const struct gathering *g)
{
    uint32_t *scratch = mem_calloc(g->samples_count + 1, sizeof *scratch);

    for (uint32_t i = 0; i < g->out->backends_count; i++) stats_rank(g, &i, scratch, &g->out->backends[i]);
    stats_rank(g, NULL, scratch, &g->out->all);
    free(scratch);
}

// ---- the sum of all ---------------------------------------------------------------------------------------------

static void stats_merge_times(struct stats_times *all, const struct stats_times *t)
{
    all->count += t->count;
    all->sum_ms += t->sum_ms;
}

static void stats_merge_counts(struct stats_counts *all, const struct stats_counts *c)
{
    for (size_t i = 0; i < c->count; i++) stats_count(all, c->items[i].name, c->items[i].count);
}

static void stats_merge(struct stats_sums *all, const struct stats_sums *t)
{
    all->requests += t->requests;
    all->last_hour += t->last_hour;
    all->in_flight += t->in_flight;
    all->accepted += t->accepted;
    all->prompt_tokens += t->prompt_tokens;
    all->cached_tokens += t->cached_tokens;
    all->output_tokens += t->output_tokens;
    all->reasoning_bytes += t->reasoning_bytes;
    all->shared_tokens += t->shared_tokens;
    all->written_tokens += t->written_tokens;
    all->writing_ms += t->writing_ms;
    stats_merge_times(&all->first_token, &t->first_token);
    stats_merge_times(&all->total, &t->total);
    stats_merge_counts(&all->failures, &t->failures);
    stats_merge_counts(&all->refusals, &t->refusals);
}

static int stats_order_counts(const void *a, const void *b)
{
    const struct stats_count *x = a, *y = b;

    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return strcmp(x->name, y->name);
}

static void stats_sort(struct stats_sums *t)
{
    if (t->failures.count > 0)
        qsort(t->failures.items, t->failures.count, sizeof *t->failures.items, stats_order_counts);
    if (t->refusals.count > 0)
        qsort(t->refusals.items, t->refusals.count, sizeof *t->refusals.items, stats_order_counts);
}

// ---- who waits --------------------------------------------------------------------------------------------------

static bool stats_on_job(void *arg, const struct job *j)
{
    struct stats *st = arg;

    if (j->state != JOB_WAITING || (st->job != 0 && j->id != st->job)) return true;
    mem_grow(&st->waits, &st->waits_cap, st->waits_count + 1, sizeof *st->waits);
    st->waits[st->waits_count++] = (struct stats_wait){.job = j->id, .reason = mem_strdup(j->reason)};
    return true;
}

// ---- the whole --------------------------------------------------------------------------------------------------

static bool stats_gather(struct gathering *g, struct store *s, struct err *e)
{
    int64_t hour_ms = g->ask->now_ms - HOUR_MS;
    int64_t from_ms = g->ask->since_ms < hour_ms ? g->ask->since_ms : hour_ms;

    if (!store_attempts_since(s, g->ask->job, from_ms, stats_on_attempt, g, e)) return false;
    for (size_t i = 0; i < g->out->backends_count; i++) stats_merge(&g->out->all, &g->out->backends[i]);
    stats_rank_all(g);
    for (size_t i = 0; i < g->out->backends_count; i++) stats_sort(&g->out->backends[i]);
    stats_sort(&g->out->all);
    return store_jobs_each(s, stats_on_job, g->out, e);
}

bool stats_read(struct stats *out, struct store *s, const struct stats_ask *ask, struct err *e)
{
    struct gathering g = {.out = out, .ask = ask};

    *out = (struct stats){.job = ask->job, .since_ms = ask->since_ms};
    bool ok = s == NULL || stats_gather(&g, s, e);
    free(g.samples);
    if (!ok) stats_release(out);
    return ok;
}

static void stats_release_sums(struct stats_sums *t)
{
    for (size_t i = 0; i < t->failures.count; i++) free(t->failures.items[i].name);
    for (size_t i = 0; i < t->refusals.count; i++) free(t->refusals.items[i].name);
    free(t->failures.items);
    free(t->refusals.items);
    free(t->backend);
    free(t->model);
}

void stats_release(struct stats *st)
{
    for (size_t i = 0; i < st->backends_count; i++) stats_release_sums(&st->backends[i]);
    for (size_t i = 0; i < st->waits_count; i++) free(st->waits[i].reason);
    stats_release_sums(&st->all);
    free(st->backends);
    free(st->waits);
    *st = (struct stats){0};
}

// ---- what they come to ------------------------------------------------------------------------------------------

double stats_cached_share(const struct stats_sums *t)
{
    return t->shared_tokens > 0 ? (double)t->cached_tokens / (double)t->shared_tokens : -1;
}

double stats_tokens_per_s(const struct stats_sums *t)
{
    return t->writing_ms > 0 ? (double)t->written_tokens * 1000 / (double)t->writing_ms : -1;
}

int64_t stats_mean_ms(const struct stats_times *t)
{
    return t->count > 0 ? (t->sum_ms + t->count / 2) / t->count : -1;
}

int64_t stats_count_all(const struct stats_counts *c)
{
    int64_t sum = 0;

    for (size_t i = 0; i < c->count; i++) sum += c->items[i].count;
    return sum;
}
