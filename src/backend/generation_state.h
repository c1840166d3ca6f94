// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One generation, as its files share it:
//
//   generation.c        its life: the request leaves, pieces of the reply come, limits pass, the end is told
//   generation_event.c  what the pieces say: decoded, read by the dialect, taken
//   generation_judge.c  what the whole of it comes to, when the reply is over
//
// `state` is set by the first two alone, and `end` is called by the first alone.
#ifndef BACKEND_GENERATION_STATE_H
#define BACKEND_GENERATION_STATE_H

#include "backend/generation.h"

#include "base/buf.h"
#include "wire/ndjson.h"
#include "wire/sse.h"

#include "dialect.h"
#include "mould.h"
#include "trouble.h"
#include "watchdog.h"

enum { ODD_SHOWN = 100 };

enum gen_state { GEN_OPEN, GEN_ENDED, GEN_REFUSED, GEN_OVER };

struct generation {
    enum gen_state state;
    const struct dialect *dialect;
    bool raw, reasoning_is_text;
    param_set sent;
    int max_tokens;
    const struct gen_events *events;
    void *arg;
    struct http_call *call; // NULL when it is done
    bool looked;            // at the first byte: `framing` holds
    enum framing framing;
    struct sse sse;
    struct ndjson ndjson;
    struct mould mould;
    struct buf text; // of the piece of the reply that is being read
    struct buf body; // the reply as it is, until its first event: errors are no streams
    bool saw_event, one_body;
    bool thought;            // in the piece that is being read
    bool in_data, cancelled; // cancelled while in_data: freed as soon as that has returned
    enum failure verdict;    // FAIL_NONE: undecided
    char odd[ODD_SHOWN];     // FAIL_GARBAGE: how the event began that made no sense
    int64_t start_ms, now_ms;
    struct watchdog watchdog;
    struct timer *idle; // the watchdog's, then of what is awaited after the end
    struct timer *total;
    struct gen_result result;
};

static inline bool gen_status_ok(int status)
{
    return status >= 200 && status < 300;
}

// generation_event.c
void gen_events_init(struct generation *g); // the decoders, before the first piece
void gen_events_release(struct generation *g);
// A piece of the reply. Its text is collected in `text`, the end in `state`; what ends the call at once in `verdict`.
void gen_decode(struct generation *g, const char *bytes, size_t len);
// One event, or a body of JSON that is one. False: `verdict` says why.
bool gen_read(struct generation *g, const char *type, const char *data, size_t len);

// generation_judge.c
// The message of the result: the first one stays.
void gen_say(struct generation *g, const char *message);
void gen_say_odd(struct generation *g); // how the event began that made no sense, if there was one
// An error of the server: its words, its class, and what goes with the class.
enum failure gen_blame(struct generation *g, const struct trouble *t, int status);
enum failure gen_blame_body(struct generation *g, int status);
// The reply is over; what is still in the decoders may be text. FAIL_NONE: a proper end.
enum failure gen_judge(struct generation *g, const struct http_reply *reply);

#endif
