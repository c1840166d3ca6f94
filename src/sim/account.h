// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the simulator saw: requests in flight, idle times, and what a server with one cached prefix would have had to
// evaluate. Not locked: the caller holds the simulator's mutex.
#ifndef SIM_ACCOUNT_H
#define SIM_ACCOUNT_H

#include "sim/ask.h"

#include "base/buf.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACCOUNT_IDLE_SAMPLES = 65536 };

struct account {
    long requests, finished, disconnects, overlaps, lost_position, other_requests;
    long in_flight, in_flight_max;
    long long prompt_chars, prompt_chars_evaluated, output_chars, output_tokens, words_sent;
    long kinds[ASK_KINDS];
    long long kind_words[ASK_KINDS];
    float idle_ms[ACCOUNT_IDLE_SAMPLES]; // a ring
    size_t idle_count;
    int64_t idle_since_ns; // 0: nothing finished before
    int64_t busy_until_ns; // a client left, and the server does not know yet
    struct buf cached;     // previous prompt + previous answer
};

enum account_end { ACCOUNT_FINISHED, ACCOUNT_BROKEN, ACCOUNT_DISCONNECTED };

void account_init(struct account *a);
void account_reset(struct account *a); // the figures; not the cache, nor what is in flight
bool account_busy(const struct account *a, int64_t now_ns);

// Returns how many characters of the prompt were in the cache.
size_t account_begin(struct account *a, const struct ask *ask, bool lost_position, int64_t arrival_ns);
// `sent` is the part of the answer that was handed out.
void account_end(struct account *a, const struct ask *ask, enum account_end how, const char *sent, size_t len,
                 long tokens, int64_t now_ns);
json_t *account_json(const struct account *a);

#endif
