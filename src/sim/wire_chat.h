// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The chunks of OpenAI's chat completions, as all but llama.cpp order them. One chunk:
//
//   data: {"id":…,"model":…,⟨top⟩"choices":[{"index":0,"delta":{⟨each⟩"content":"word"⟨rest⟩},⟨after⟩"finish_reason":null}]}
//   head ─────────────────────────────────────────────────────┘               └ tail ──────────────────┘
//                           └ to_choices              └ to_delta                    └ past_delta
#ifndef SIM_WIRE_CHAT_H
#define SIM_WIRE_CHAT_H

#include "sim/wire.h"

struct chat_shape {
    const char *top;   // members before the choices, each with a comma behind it
    const char *each;  // members of each delta before its text, likewise
    const char *rest;  // and behind it, each with a comma before it
    const char *after; // members between delta and finish_reason, with a comma behind them
};

void chat_begin(struct event *ev, const struct chat_shape *shape);
void chat_role(const struct event *ev, struct buf *out);
void chat_token(const struct event *ev, const char *text, size_t len, struct buf *out);
void chat_reasoning(const struct event *ev, const char *text, size_t len, struct buf *out);         // "reasoning"
void chat_reasoning_content(const struct event *ev, const char *text, size_t len, struct buf *out); // …"_content"
void chat_finish(const struct event *ev, const char *reason, const struct event_usage *usage, struct buf *out);
void chat_usage(const struct event *ev, const struct event_usage *usage, struct buf *out);
void chat_done(const struct event *ev, struct buf *out);
void chat_ping(struct buf *out);
void chat_body(const struct event *ev, const char *text, size_t len, size_t thought, const char *reason,
               const struct event_usage *usage, struct buf *out);

// The id, of the usual kind: others use it too.
void chat_add_id(const struct event *ev, struct buf *out);

#endif
