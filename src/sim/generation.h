// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One answer, from the request's body to the last byte handed out. A stream is pulled: the HTTP server asks for
// bytes when it can send some.
//
//   PREFILL ──▶ ROLE ──▶ TOKENS ──▶ FINISH ──▶ USAGE ──▶ DONE ──▶ END
//                 │       │  ▲        ▲
//                 │       ▼  │ (go on)│ (an answer that is not sent)
//                 └─────▶ FAULT ──────┘
//                           └─▶ SILENT (stall, pings) │ CUT (truncate, exit) │ END (eof, error frame)
//
// Before that it may wait (for its turn, for the model), and be refused: see fault.h.
// In the account a generation is in flight from generation_new to its last byte; if it is freed before that, its
// client has left.
#ifndef SIM_GENERATION_H
#define SIM_GENERATION_H

#include "sim/refusal.h"
#include "sim/sim.h"

#include "base/buf.h"
#include "base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct generation;

// `fd` is the client's socket, watched while the simulator waits. Takes what `ask` owns.
struct generation *generation_new(struct sim *sim, int fd, struct ask *ask, int64_t arrival_ns);
void generation_free(struct generation *g);

// What comes before the headers; false: there will be none, and the connection is to end.
bool generation_wait(struct generation *g);
// Whether an answer of another kind is to go out in its place: then it is over, and `why` says which. `why` lives as long
// as `g`.
bool generation_refuse(struct generation *g, struct refusal *why);
bool generation_streams(const struct generation *g);
bool generation_ends_with_connection(const struct generation *g); // HTTP/1.0, whatever the dialect speaks

enum { GENERATION_EOF = -1, GENERATION_CUT = -2 };
// Up to `max` bytes of the stream (blocks until there is one), or one of the above.
ssize_t generation_read(struct generation *g, char *out, size_t max);
// The whole answer at once, as JSON; false if the client left meanwhile. Of the faults only those of the text play a part.
bool generation_body(struct generation *g, struct buf *out);

#endif
