// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One request in flight: its text as it streams, and the commits that keep it. The attempt's row was committed before
// the request left; text is committed at the latest every kilobyte or every second (what one read of the socket gave,
// together). An answer that the guard ends is told as one that a limit ended: `stopped` says why.
#ifndef ENGINE_FLIGHT_H
#define ENGINE_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/generation.h"
#include "base/buf.h"
#include "base/err.h"
#include "engine/guard.h"
#include "io/http.h"
#include "io/loop.h"
#include "store/store.h"

// U+FFFD is longer than the byte it stands for, so that the text may be longer than what came.
enum { FLIGHT_COMMIT_BYTES = 1024, FLIGHT_COMMIT_MS = 1000, FLIGHT_TEXT_MAX = 3 * GEN_TEXT_MAX };

struct flight_events {
    void (*committed)(void *arg); // more text is safe
    void (*ended)(void *arg,
                  const struct gen_result *result);       // its last text is not committed yet: see flight_commit
    void (*store_failed)(void *arg, const struct err *e); // a commit failed; the request was cancelled
};

struct flight {
    struct store *store;
    const struct flight_events *events;
    void *arg;
    struct generation *generation; // NULL: nothing is in flight
    struct timer *timer;
    int64_t attempt;
    struct buf prefix; // carried over from earlier attempts
    struct buf text;   // streamed by this one
    size_t committed;  // bytes of text
    bool pending_cr;
    struct guard *guard;
    const char *stopped;                 // why the guard ended the answer; NULL: it did not
    int64_t start_ms, first_ms, last_ms; // monotonic; first, last: of its text, 0 before
};

void flight_init(struct flight *f, struct loop *l, const struct flight_events *events, void *arg);
void flight_release(struct flight *f);
// The attempt's row stands (in the caller's transaction). Takes the guard.
void flight_prepare(struct flight *f, struct store *s, int64_t attempt, const char *prefix, size_t prefix_len,
                    struct guard *guard);
void flight_send(struct flight *f, struct loop *l, struct http *h, const struct gen_request *q);
bool flight_commit(struct flight *f, struct err *e); // what is not committed yet; inside or outside a transaction
void flight_cancel(struct flight *f);                // closes the connection; harmless if nothing is in flight

#endif
