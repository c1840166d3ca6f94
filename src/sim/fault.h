// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What can go wrong with one answer, as data. Each kind strikes in one place:
//
//   request ─▶ WAIT ─▶ REFUSAL ─▶ headers ─▶ HEAD ─▶ role ─▶ tokens ─▶ … ─▶ finish ─▶ [DONE]
//               │         │                   │                │              │
//               │         status, overflow…   quiet, pings…    stall, eof…    finish, no_newline
//               delay, mute, load, down
//
// TEXT faults change what the model says (reasoning, repetition, a cut prompt); WIRE faults only how it is written.
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include "base/err.h"

#include <jansson.h>

#include <stdbool.h>

enum fault_kind {
    // WAIT
    FAULT_DELAY, // ms before the headers
    FAULT_MUTE,  // never answers; after ms, if given, the connection ends
    FAULT_LOAD,  // the model is loaded again: ms, and anew from the start if the client leaves meanwhile
    FAULT_DOWN,  // the connection ends without a byte, and for ms nobody listens
    // REFUSAL
    FAULT_STATUS,        // an HTTP error after ms of silence: status, body, retry_after, retry_date_s, headers
    FAULT_BUSY,          // 503 as a full queue says it
    FAULT_AUTH,          // 401
    FAULT_UNKNOWN_MODEL, // 404
    FAULT_HTML,          // 200, and a page
    FAULT_OVERFLOW,      // the prompt does not fit, in the words of `as` (overflow.h)
    FAULT_ERROR_EVENT,   // 200, and `event: error` as the only event
    // HEAD: headers, but no role
    FAULT_PINGS,     // pings and nothing else; after ms, if given, the connection ends
    FAULT_QUIET,     // silence for ms, then `body` and a clean end
    FAULT_RESET,     // a reset right behind the headers
    FAULT_NO_DELTAS, // finish and usage, as if all had been said
    // TOKENS: after_tokens, or at the end
    FAULT_STALL,       // silence, with pings if asked, until the client leaves or ms are over
    FAULT_TRUNCATE,    // the socket closes inside the body
    FAULT_EOF,         // a clean end without finish_reason, with [DONE] if `done`
    FAULT_GARBAGE,     // one event that is not JSON, then the rest
    FAULT_SURROGATE,   // one event with \ud83d\ude00, or half of it if `lone`, then the rest; as `reasoning` if asked
    FAULT_ERROR_FRAME, // an error of the dialect as an event, then the end; [DONE] if `done`
    FAULT_ERROR_LINE,  // `error: {…}`, [DONE]
    FAULT_CRASH_FRAME, // error_frame, in the words of a server whose runner died
    FAULT_EXIT,        // the process dies with code 137
    FAULT_ZOMBIE,      // busy for ms after the client left; silent from after_tokens on, if given
    FAULT_WEDGE,       // pings for ever, and busy until the process ends
    // FINISH
    FAULT_FINISH,     // another `reason`
    FAULT_NO_NEWLINE, // the last line has no end
    // TEXT
    FAULT_EMPTY,            // no text
    FAULT_REASONING_ONLY,   // thought up to the limit
    FAULT_UNOPENED_THINK,   // thought, </think>, the answer
    FAULT_HIDDEN_ANSWER,    // the answer as thought
    FAULT_REPEAT,           // from after_tokens on the same words up to the limit
    FAULT_FLOOD,            // line ends up to the limit
    FAULT_PREFILL_IGNORED,  // a new turn
    FAULT_PREFILL_RESTATED, // the partial answer once more, then the rest
    FAULT_PROMPT_CUT,       // ctx / 2 + 2 tokens of the prompt are read, if there are more
    // WIRE
    FAULT_REFRAME, // crlf, comments, escapes, lines, pieces: see reframe.h
    FAULT_SLOW,    // the rate (1000 tokens a second, if it is flat out) divided by factor; from now on if `lasting`
    FAULT_KINDS
};

enum fault_place {
    FAULT_WAITS,
    FAULT_REFUSES,
    FAULT_AT_HEAD,
    FAULT_AT_TOKEN,
    FAULT_AT_FINISH,
    FAULT_IN_TEXT,
    FAULT_ON_WIRE
};

// The texts and headers belong to the JSON value that it was read from.
struct fault {
    enum fault_kind kind;
    const char *body, *message, *retry_after, *as, *reason;
    const json_t *headers;                                       // more of them: an object of strings
    long status, retry_date_s, after_tokens, ms, factor, pieces; // -1: not given
    bool pings, done, crlf, comments, escapes, lines, http10, lasting, reasoning, lone;
};

// Reads an object, but for the keys of its rule ("when", "kinds").
bool fault_read(struct fault *f, const json_t *object, struct err *e);
enum fault_place fault_place(const struct fault *f);

#endif
