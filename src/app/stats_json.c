// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The sums of the inference log as a document. What is not known is null; fields are only ever added.
#include "app/stats.h"

#include "base/clock.h"

static void stats_set_number(struct json *o, const char *key, double n, double digits)
{
    if (n >= 0)
        json_set_num(o, key, (double)(int64_t)(n * digits + 0.5) / digits);
    else
        json_set_str(o, key, NULL);
}

static void stats_set_times(struct json *o, const char *mean, const char *p95, const struct stats_times *t)
{
    if (t->count > 0) {
        json_set_int(o, mean, stats_mean_ms(t));
        json_set_int(o, p95, t->p95_ms);
    } else {
        json_set_str(o, mean, NULL);
        json_set_str(o, p95, NULL);
    }
}

static void stats_set_counts(struct json *o, const char *key, const struct stats_counts *c)
{
    struct json *counts = json_new_object();

    for (size_t i = 0; i < c->count; i++) json_set_int(counts, c->items[i].name, c->items[i].count);
    json_set(o, key, counts);
}

static void stats_set_sums(struct json *o, const struct stats_sums *t)
{
    json_set_int(o, "requests", t->requests);
    json_set_int(o, "requests_last_hour", t->last_hour);
    json_set_int(o, "in_flight", t->in_flight);
    json_set_int(o, "accepted", t->accepted);
    json_set_int(o, "failed", stats_count_all(&t->failures));
    json_set_int(o, "refused", stats_count_all(&t->refusals));
    json_set_int(o, "prompt_tokens", t->prompt_tokens);
    json_set_int(o, "cached_tokens", t->cached_tokens);
    json_set_int(o, "output_tokens", t->output_tokens);
    json_set_int(o, "reasoning_bytes", t->reasoning_bytes);
    stats_set_number(o, "cached_share", stats_cached_share(t), 1000);
    stats_set_number(o, "tokens_per_s", stats_tokens_per_s(t), 100);
    stats_set_times(o, "first_token_ms_mean", "first_token_ms_p95", &t->first_token);
    stats_set_times(o, "total_ms_mean", "total_ms_p95", &t->total);
    stats_set_counts(o, "errors", &t->failures);
    stats_set_counts(o, "refusals", &t->refusals);
}

static struct json *stats_json_backend(const struct stats_sums *t)
{
    struct json *o = json_new_object();

    json_set_str(o, "backend", t->backend);
    json_set_str(o, "model", t->model[0] != '\0' ? t->model : NULL);
    stats_set_sums(o, t);
    return o;
}

static struct json *stats_json_wait(const struct stats_wait *w)
{
    struct json *o = json_new_object();

    json_set_int(o, "job", w->job);
    json_set_str(o, "reason", w->reason);
    return o;
}

static void stats_set_ask(struct json *o, const struct stats *st)
{
    char since[CLOCK_TEXT_SIZE];

    if (st->job > 0)
        json_set_int(o, "job", st->job);
    else
        json_set_str(o, "job", NULL);
    if (st->since_ms > 0) clock_rfc3339(since, st->since_ms);
    json_set_str(o, "since", st->since_ms > 0 ? since : NULL);
}

struct json *stats_json(const struct stats *st)
{
    struct json *o = json_new_object(), *backends = json_new_array(), *waits = json_new_array();

    stats_set_ask(o, st);
    stats_set_sums(o, &st->all);
    for (size_t i = 0; i < st->backends_count; i++) json_push(backends, stats_json_backend(&st->backends[i]));
    for (size_t i = 0; i < st->waits_count; i++) json_push(waits, stats_json_wait(&st->waits[i]));
    json_set(o, "backends", backends);
    json_set(o, "waiting", waits);
    return o;
}
