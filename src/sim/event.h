// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a recent llama-server sends for one answer, in shape, key order and size. Formatted by hand: at 220,000 tokens
// a book this is what the simulator spends its time on.
#ifndef SIM_EVENT_H
#define SIM_EVENT_H

#include "base/buf.h"

#include <stddef.h>
#include <stdint.h>

struct event {
    struct buf tail; // what follows the choices in each event: time, id, model
};

struct event_usage {
    long prompt_tokens, cached_tokens, completion_tokens;
    double prompt_ms, predicted_ms;
};

void event_init(struct event *ev, uint64_t id, const char *model);
void event_release(struct event *ev);

void event_role(const struct event *ev, struct buf *out);
void event_token(const struct event *ev, const char *text, size_t len, struct buf *out);
// The last delta. `usage` may be NULL; if not, its timings ride on it.
void event_finish(const struct event *ev, const char *reason, const struct event_usage *usage, struct buf *out);
void event_usage(const struct event *ev, const struct event_usage *usage, struct buf *out);
void event_done(struct buf *out);

// The same answer as one JSON body. `reason` may be NULL.
void event_body(const struct event *ev, const char *text, size_t len, const char *reason,
                const struct event_usage *usage, struct buf *out);
// A JSON string's inside.
void event_escape(const char *text, size_t len, struct buf *out);

#endif
