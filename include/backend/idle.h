// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The idle barrier by a status route, never by a generation: llama.cpp's /slots (is_processing), KoboldCpp's
// /api/extra/perf (idle), vLLM's /metrics (vllm:num_requests_running and _waiting).
#ifndef BACKEND_IDLE_H
#define BACKEND_IDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "io/http.h"
#include "io/loop.h"
#include "model/dialects.h"

bool idle_has_route(enum dialect_kind d);

struct idle_options {
    enum dialect_kind dialect;
    const char *url, *bearer;
    int slot;         // the one that counts; -1: all must be idle
    int64_t limit_ms; // in all
    int64_t hung_ms;  // for one answer; 0: 5000
    // Before the first question: a server that has not even read the request that was just left calls itself idle.
    int64_t settle_ms;
};

enum idle_end {
    IDLE_IDLE,
    IDLE_BUSY /* the limit passed */,
    IDLE_UNKNOWN /* the route failed */,
    IDLE_HUNG /* it did not answer within 5 s */
};

// Asks every 20 ms, growing to 500 ms. The callback comes once, from the loop.
struct idle_wait;
struct idle_wait *idle_wait_start(struct loop *l, struct http *h, const struct idle_options *o,
                                  void (*done)(void *arg, enum idle_end how), void *arg);
void idle_wait_cancel(struct idle_wait *w);

#endif
