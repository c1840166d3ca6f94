// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The way to a job's backend: which server it is, started if it is ours to start, its slot locked against every other
// novelgen of this user, and asked what it is.
//
//   closed ──link_open──▶ resolving ─▶ starting (managed) ─▶ slot ─▶ probing ──▶ ready
//      ▲                      │             │                 │         │          │
//      └──────────────────────┴── failure (with its class) ◀──┴─────────┘◀──suspect┘
//
// A ready link stays ready until a request fails on it (link_suspect) or another backend is opened.
#ifndef ENGINE_LINK_H
#define ENGINE_LINK_H

#include <stdbool.h>

#include "backend/probe.h"
#include "io/http.h"
#include "io/loop.h"
#include "model/config.h"
#include "model/failure.h"

struct link;

struct link_options {
    struct loop *loop;
    struct http *http;
    const struct config *config;
    const char *home, *program, *simulator;
};

struct link_result {
    enum failure failure; // FAIL_NONE: ready
    bool fatal;           // only a human can help
    bool no_backend;      // "auto" has found no server at all
    bool fresh;           // this link has just started the server: nothing of an earlier engine can run on it
    char message[400];
};

struct link *link_new(const struct link_options *o, void (*opened)(void *arg, const struct link_result *r),
                      void *arg);
void link_free(struct link *k); // ends a managed backend

// `backend`: "auto", "sim", a configured name, or a URL. The answer comes from the loop.
void link_open(struct link *k, const char *backend);
void link_suspect(struct link *k);    // the next link_open probes again
void link_no_prefill(struct link *k); // the server has refused to continue an answer: it is quoted from now on
void link_cancel(struct link *k);     // no answer follows

// Of a ready link.
const char *link_url(const struct link *k);
const char *link_bearer(const struct link *k); // or NULL
const char *link_name(const struct link *k);   // for rows and people
const char *link_model(const struct link *k);  // configured, else what it reported, else ""
const struct backend_facts *link_facts(const struct link *k);
int link_n_ctx(const struct link *k); // discovered, else configured, else 8192; less if the server has refused that
// The server has refused a prompt as too long for its context: what its message says it has, else three quarters of what
// was believed. False: it cannot be less.
bool link_learn_context(struct link *k, const char *message);
void link_know_context(struct link *k,
                       int n_ctx_tokens); // as it was learnt earlier, where the server does not say it

#endif
