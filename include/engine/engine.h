// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The engine: the one writer of a home. Whoever holds home/engine.lock runs it inside its event loop. It works the
// queue in order, one request in flight per backend slot, and takes in the inbox ten times a second.
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "io/loop.h"
#include "model/config.h"
#include "model/job.h"

struct engine;

struct engine_options {
    const char *home; // absolute path, exists
    const struct config *config;
    const char *program;   // absolute path of this program (the keeper is started from it)
    const char *simulator; // absolute path of novelgen-sim, NULL if it is not installed
    struct loop *loop;
};

struct engine_events {
    // A job has come to rest: done, paused, cancelled. After the commit. The engine must not be stopped from inside.
    void (*settled)(void *arg, int64_t job, enum job_state state);
    // Nothing is runnable, and the inbox is empty. May be called again and again.
    void (*idle)(void *arg);
    // The store or the disk failed in a way that reopening did not mend. The engine has stopped working.
    void (*failed)(void *arg, const struct err *e);
};

// The caller holds the lock. Opens the store (creating or migrating it), takes in the inbox once before it returns, and
// begins to work in the loop's next turn. The options' strings and config must outlive the engine.
struct engine *engine_start(const struct engine_options *o, const struct engine_events *events, void *arg,
                            struct err *e);
// Commits what has streamed, leaves the request (its row says so), ends managed backends, closes the store. The caller
// may then release the lock. NULL is fine.
void engine_stop(struct engine *en);

#endif
