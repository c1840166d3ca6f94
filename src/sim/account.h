// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the simulator saw: requests in flight, idle times, and what a server with one cached prefix would have had to
// evaluate. Not locked: the caller holds the simulator's mutex.
#ifndef SIM_ACCOUNT_H
#define SIM_ACCOUNT_H

#include "sim/ask.h"
#include "sim/meter.h"

#include "base/buf.h"

#include <jansson.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ACCOUNT_IDLE_SAMPLES = 65536 };

struct account {
    long requests, finished, disconnects, overlaps, lost_position, other_requests;
    long proofs; // requests that are tests of the server: in no other figure but overlaps, in flight and context
    long reloads, loads;   // Ollama's, for another num_ctx; models that were loaded because a request named them
    long early;            // requests that came within window_ns after a client had left
    long aborted;          // answers that the server broke off
    long queue, max_queue; // requests that wait for one that goes on without its client
    long in_flight, in_flight_max;
    long ctx_tokens;
    double fit_max; // the greatest (prompt + answer asked for) / ctx_tokens
    long over_ctx;  // how many of them were above 1
    long long prompt_chars, prompt_chars_evaluated, output_chars, output_tokens, words_sent;
    long kinds[ASK_KINDS];
    long long kind_words[ASK_KINDS];
    float idle_ms[ACCOUNT_IDLE_SAMPLES]; // a ring
    size_t idle_count;
    int64_t idle_since_ns; // 0: nothing finished before
    int64_t busy_until_ns; // a client left, and the server does not know yet
    int64_t left_ns;       // when a client left, and nobody has come since; 0: none did
    int64_t window_ns;     // so soon after it is early
    bool wedged;           // the decoder hangs, for good
    struct buf cached;     // previous prompt + previous answer
    struct meter meter;    // of the previous prompt
};

enum account_end { ACCOUNT_FINISHED, ACCOUNT_BROKEN, ACCOUNT_DISCONNECTED };

void account_init(struct account *a, long ctx_tokens);
void account_reset(struct account *a); // the figures; not the cache, nor what is in flight
// The model goes, and with it what it had read: another one is loaded, or the same with another context.
void account_forget(struct account *a, long ctx_tokens);
bool account_busy(const struct account *a, int64_t now_ns);

struct account_seen {
    size_t cached_chars; // of the prompt
    long prompt_tokens, cached_tokens;
    bool overlap, early; // another is in flight; a client has left just now
};

// Fills `meter` with the prompt's.
struct account_seen account_begin(struct account *a, const struct ask *ask, struct meter *meter, int64_t arrival_ns);
// `sent` is the part of the answer that was handed out. Takes the meter.
void account_end(struct account *a, const struct ask *ask, struct meter *meter, enum account_end how,
                 const char *sent, size_t len, long tokens, int64_t now_ns);
json_t *account_json(const struct account *a);

#endif
