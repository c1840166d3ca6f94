// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a backend says about itself without generating: is it there, is it ready, how much context, which model, may an
// answer be prefilled, is there a route that tells whether it is idle. GET /props, /v1/models, /health; judged by body,
// not by status.
#ifndef BACKEND_PROBE_H
#define BACKEND_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "io/http.h"
#include "io/loop.h"
#include "model/failure.h"

struct backend_facts {
    enum failure failure; // FAIL_NONE: it answers and is ready; FAIL_LOADING; FAIL_REFUSED; FAIL_NOT_A_SERVER; …
    int n_ctx_tokens;     // 0: not said
    bool prefill;         // llama.cpp (GET /props with default_generation_settings)
    bool schema;          // holds an answer to a JSON Schema (llama.cpp)
    bool dry;             // knows the DRY sampler (llama.cpp)
    bool slots_route;     // GET /slots answers with a list that holds is_processing
    char model[160];      // first of /v1/models, or "" (masked)
    char message[256];
};

struct probe;
// Answers within 3 s. The callback comes once, from the loop.
struct probe *probe_start(struct loop *l, struct http *h, const char *url, const char *bearer,
                          void (*done)(void *arg, const struct backend_facts *facts), void *arg);
void probe_cancel(struct probe *p); // NULL is fine

// Asks GET /slots every 20 ms (growing to 500 ms) until no slot is processing, at most `limit_ms`. `idle` false: the
// limit passed or the route failed.
struct idle_wait;
struct idle_wait *idle_wait_start(struct loop *l, struct http *h, const char *url, const char *bearer,
                                  int64_t limit_ms, void (*done)(void *arg, bool idle), void *arg);
void idle_wait_cancel(struct idle_wait *w);

#endif
