// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a server says about itself without generating: which dialect it speaks, is it ready, which models, how much
// context, how many slots. Judged by bodies, not by statuses. A few GETs one after the other on one connection.
#ifndef BACKEND_PROBE_H
#define BACKEND_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/http.h"
#include "io/loop.h"
#include "model/dialects.h"
#include "model/failure.h"

enum { BACKEND_MODELS_MOST = 64, BACKEND_NAME_SIZE = 160 };

struct backend_model {
    char name[BACKEND_NAME_SIZE]; // masked
    bool loaded;
};

struct backend_facts {
    enum failure failure; // FAIL_NONE: it answers and is ready; FAIL_LOADING; FAIL_REFUSED; FAIL_NOT_A_SERVER; …
    int dialect;          // enum dialect_kind; DIALECT_UNKNOWN with a failure before it was known
    char version[64];     // "" if it says none
    int n_ctx_tokens;     // of one slot, of the model that will answer; 0: not said
    int n_ctx_most;       // what the model was made for; 0: not said
    int slots;            // 0: not said
    // Assumed of the dialect until proved (backend/proof.h).
    bool prefill, schema, dry;
    bool idle_route;   // a route answered that tells whether the server is busy
    bool tokens_route; // it counts tokens
    bool thinking;     // the model can think (said by Ollama, LM Studio)
    // The models: complete only if `models_whole`; a server that loads what is asked for may have others.
    struct backend_model models[BACKEND_MODELS_MOST];
    size_t models_count;
    bool models_whole;
    char
        model[BACKEND_NAME_SIZE]; // that would answer if none is named: the loaded one, else the only one; "" unknown
    bool model_loaded;            // the one that was asked about (`model` of the options, else the one above)
    char message[256];
};

struct probe_options {
    const char *url, *bearer; // bearer NULL: none
    const char *model;        // that the job wants, or NULL
    int dialect;              // DIALECT_UNKNOWN: found out
    int guess;        // asked about first, with DIALECT_UNKNOWN: what it was the last time; DIALECT_UNKNOWN: none
    int64_t limit_ms; // 0: 3000
};

struct probe;
// The callback comes once, from the loop.
struct probe *probe_start(struct loop *l, struct http *h, const struct probe_options *o,
                          void (*done)(void *arg, const struct backend_facts *facts), void *arg);
void probe_cancel(struct probe *p); // NULL is fine

// The model of that name in the facts, however it is written ("llama3" is Ollama's "llama3:latest"); NULL: not there.
const struct backend_model *backend_facts_model(const struct backend_facts *f, const char *name);

#endif
