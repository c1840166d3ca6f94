// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The inference log, summed up: for each backend and model, and in all. Twelve bytes an attempt are held while it is
// read, for the percentiles.
#ifndef APP_STATS_H
#define APP_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "io/json.h"
#include "store/store.h"

struct stats_count {
    char *name;
    int64_t count;
};

struct stats_counts { // the most frequent first
    struct stats_count *items;
    size_t count, cap;
};

struct stats_times {
    int64_t count; // 0: none was measured
    int64_t sum_ms, p95_ms;
};

struct stats_sums {
    char *backend, *model; // NULL in the sum of all
    int64_t requests, last_hour, in_flight, accepted;
    int64_t prompt_tokens, cached_tokens, output_tokens, reasoning_bytes; // as far as they are known
    int64_t shared_tokens;                  // of the prompts of which it is known how much of them was cached
    int64_t written_tokens, writing_ms;     // of the answers of which both are known
    struct stats_times first_token;         // of all requests that a token came of
    struct stats_times total;               // of whole answers
    struct stats_counts failures, refusals; // by class, by rule of the gate
};

struct stats_wait { // a job that waits now
    int64_t job;
    char *reason;
};

struct stats {
    int64_t job, since_ms; // as asked
    struct stats_sums all;
    struct stats_sums *backends; // in the order of their first request
    size_t backends_count, backends_cap;
    struct stats_wait *waits;
    size_t waits_count, waits_cap;
};

struct stats_ask {
    int64_t job;      // 0: all
    int64_t since_ms; // wall clock; 0: from the beginning
    int64_t now_ms;
};

// `s` NULL: there is no store yet, and nothing to sum up. On false nothing needs to be released.
bool stats_read(struct stats *out, struct store *s, const struct stats_ask *ask, struct err *e);
void stats_release(struct stats *st);

// Negative: not known.
double stats_cached_share(const struct stats_sums *t); // of the prompts' tokens, where the server told
double stats_tokens_per_s(const struct stats_sums *t); // while it wrote
int64_t stats_mean_ms(const struct stats_times *t);
int64_t stats_count_all(const struct stats_counts *c);

// The document of `--json`. Fields are only ever added. What is not known is null.
struct json *stats_json(const struct stats *st);

#endif
