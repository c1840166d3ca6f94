// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What can go wrong with a request, by name, and what follows from it. The policy is a pure table: see retry_decide.
// Sources: the failure catalogue of the inference servers, one line per class in model/failure.c.
#ifndef MODEL_FAILURE_H
#define MODEL_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

enum failure {
    FAIL_NONE,
    FAIL_REFUSED,         // nobody listens
    FAIL_CONNECT_TIMEOUT, // no connection in time
    FAIL_RESET,           // broke before the first byte
    FAIL_FIRST_TOKEN,     // no text within the first-token limit
    FAIL_STALL,           // text stopped coming, and so did everything else
    FAIL_TOTAL,           // the whole answer took too long
    FAIL_TRUNCATED,       // ended without the protocol's own marker
    FAIL_ERROR_FRAME,     // an error inside the stream
    FAIL_GARBAGE,         // a line that is not what the protocol has
    FAIL_EMPTY,           // a proper end, no text
    FAIL_LOADING,         // 503: the model is being loaded
    FAIL_BUSY,            // 429, 503 otherwise
    FAIL_SERVER,          // 500 and the rest of 5xx
    FAIL_GATEWAY,         // 502
    FAIL_GATEWAY_TIMEOUT, // 504, 524, 522
    FAIL_CONTEXT,         // the prompt does not fit
    FAIL_AUTH,            // 401, 403
    FAIL_NOT_FOUND,       // 404: model or route
    FAIL_REQUEST,         // 400, 413, 422 and the rest of 4xx
    FAIL_NOT_A_SERVER,    // 200 with HTML or plain text
    FAIL_TOO_BIG,         // beyond a ceiling
    FAIL_CONFIG,          // a URL or key that cannot work
    FAIL_ABANDONED,       // the engine died or was stopped while it was in flight
    FAIL_WEDGED,          // signs of life keep coming, but no text: the decoder hangs
    FAIL_CRASHED,         // out of memory, compute error, "model runner has unexpectedly stopped"
    FAIL_REASONING,       // a proper end, and all of it thinking
    FAIL_PROMPT_CUT,      // the server has cut our prompt without a word
    FAIL_PARAM,           // 400, 422: it refuses an optional parameter
    FAIL_PREFILL,         // 400: it refuses to continue an answer
    FAIL_MODEL,           // 404, 400: it does not have the model
    FAIL_TOO_LARGE,       // 413: the request's body is larger than it takes
    FAIL_NOT_ALLOWED,     // the model is not among models.allow
    FAIL_SLOT_TAKEN,      // another novelgen, or another job of this one, is using the server
    FAIL_COUNT
};

const char *failure_name(enum failure f); // "first_token_timeout", … : stored and printed; never renamed
const char *failure_text(enum failure f); // for people: "the server sent no text in time"
enum failure failure_from_name(const char *name);

// What follows, in the terms of the decision table (one row for each class, in failure.c).
enum retry_action {
    RETRY_NOW,     // ask again as soon as the server is idle (a few ms of jitter); the first three in a row
    RETRY_BACKOFF, // full jitter over min(60 s, 0.5 s · 2^(n-1)); Retry-After wins
    RETRY_WAIT,    // poll until it is ready: it loads, is busy, is taken; never costs an attempt
    RETRY_PAUSE,   // only a human can help: the job is paused with the reason, others go on
};

struct retry_input {
    enum failure failure;
    int in_row;       // failures of this class one after the other on this backend, this one included
    int same_request; // failures of this very request in a row while the backend was answering, this one included
    int64_t retry_after_ms; // -1: the server said nothing
    uint32_t jitter;        // uniform 0 … UINT32_MAX
    bool managed;           // we have started the server
    bool others;            // the job has another backend to go to
};

struct retry_decision {
    enum retry_action action;
    int64_t delay_ms;  // how long this backend is left alone; with `move` the job need not wait for it
    bool outage;       // the job waits meanwhile, and no attempt is consumed
    bool charge;       // an attempt of the task is consumed
    bool need_barrier; // the old request may still burn: prove idle first
    bool smaller;      // ask for less next time
    bool changed; // ask in another way: thinking off, without the parameter, without prefill (which, the class says)
    bool restart; // managed: end the server and start it again
    bool move;    // go to the job's next backend
};

// Pure. Retry-After is clamped to 0 … 15 minutes. `move` only with `others`, `restart` only with `managed`.
struct retry_decision retry_decide(const struct retry_input *in);

#endif
