// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A worker's way to its backend: which server it is, started if it is ours to start, one of its slots locked against
// every other novelgen of this user, and asked what it is.
//
//   closed ──link_open──▶ taken ─▶ started (managed) ─▶ found (auto) ─▶ slot ─▶ probed ──▶ ready
//      ▲                    │           │                  │              │        │         │
//      └────────────────────┴── failure (with its class) ◀─┴──────────────┴────────┘◀─suspect┘
//
// A ready server stays ready until a request fails on it (link_suspect) or another backend is opened.
#ifndef ENGINE_LINK_H
#define ENGINE_LINK_H

#include <stdbool.h>

#include "engine/server.h"
#include "io/http.h"
#include "io/loop.h"
#include "model/failure.h"

struct link;

struct link_result {
    enum failure failure; // FAIL_NONE: ready
    bool fatal;           // only a human can help
    bool nobody;          // nothing listens there, or "auto" has found no server at all
    int64_t wait_ms;      // > 0: it makes no sense to look again before
    char message[400];
};

struct link *link_new(struct loop *l, struct http *h, struct servers *servers,
                      void (*opened)(void *arg, const struct link_result *r), void *arg);
void link_free(struct link *k); // lets go of the server

// `backend`: "auto", "sim", a configured name, or a URL; `model`: that the job wants, or NULL; `slot`: which of the
// server's. The answer comes from the loop.
void link_open(struct link *k, const char *backend, const char *model, int slot);
void link_close(struct link *k);   // lets go of the server
void link_suspect(struct link *k); // the next link_open asks again
void link_cancel(struct link *k);  // no answer follows

// NULL: closed.
struct server *link_server(const struct link *k);
// For rows and people: the name asked for; what "auto" has found.
const char *link_name(const struct link *k);

#endif
