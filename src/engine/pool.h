// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The pool: who works on what. It holds the workers, one for each slot that is in use, and gives the runnable jobs to
// them in the order of the queue, each on the first of its backends that it may start on now (routes.h). A job that is
// being written is asked at each chapter's start whether one of higher priority waits for its slot; it then goes back
// into the queue, behind that one.
//
//   pool_attach ─▶ turn ──jobs × free slots──▶ worker_take …      a worker is free, the inbox has changed a job ─▶ turn
//                    └── nobody has a job, and none can be given: idle
//
// Which job runs where is never stored but by what the worker writes of it (began_on, the attempts): after a crash the
// same rows give the same jobs to the same backends.
#ifndef ENGINE_POOL_H
#define ENGINE_POOL_H

#include <stdint.h>

#include "engine/engine.h"
#include "io/http.h"
#include "store/store.h"

struct pool;

struct pool_options {
    struct loop *loop;
    struct http *http;
    const struct config *config;
    const char *home, *program, *simulator;
};

struct pool_events {
    void (*settled)(void *arg, int64_t job, enum job_state state); // a job came to rest by a worker's own doing
    void (*idle)(void *arg);                                       // nothing is runnable
    void (*store_failed)(void *arg, const struct err *e);          // drop everything: pool_detach follows
};

struct pool *pool_new(const struct pool_options *o, const struct pool_events *events, void *arg);
void pool_free(struct pool *p);                    // NULL is fine
void pool_attach(struct pool *p, struct store *s); // begins to work in the loop's next turn
void pool_detach(struct pool *p, bool keep_text);  // leaves all requests, forgets what was read
void pool_look(struct pool *p);                    // rows have changed by the inbox

#endif
