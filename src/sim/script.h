// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A fault script: a JSON array of rules, each with a `when` and a `do`, checked as a whole when it is loaded.
//
//   {"when": {"at": 3}, "do": "status", "status": 502}              at: a number or a list, counted from 1
//   {"when": {"every": 7}, "do": "stall", "after_tokens": 40, "pings": true}
//   {"when": {"from": 2, "to": 4}, "do": "truncate", "after_tokens": 10}
//   {"when": {"percent": 30}, "do": "empty"}                        chosen by the seed and the request's number
//
// Only generation requests count. The first rule that holds is played.
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum fault_kind {
    FAULT_STATUS,      // an HTTP error: status, body, retry_after
    FAULT_STALL,       // silence after_tokens, with pings if asked, until the client leaves
    FAULT_TRUNCATE,    // the socket closes inside the chunked body
    FAULT_EOF,         // a clean end without finish_reason, with [DONE] if `done`
    FAULT_EMPTY,       // 200, a role, finish_reason stop, no text
    FAULT_GARBAGE,     // one event that is not JSON, then the rest
    FAULT_ERROR_FRAME, // an error object as an event, then the end
    FAULT_EXIT,        // the process dies with code 137
    FAULT_DELAY,       // ms before the headers
    FAULT_ZOMBIE,      // busy for ms after the client left; with after_tokens, silent from there on
    FAULT_KINDS
};

struct fault {
    enum fault_kind kind;
    long status;
    char *body, *retry_after; // NULL: the usual
    long after_tokens;        // -1: not given
    long ms;
    bool pings, done;
};

struct script;

struct script *script_load(const char *path, struct err *e); // NULL on error
void script_free(struct script *s);
// The fault of the generation request with this number, or NULL. `s` may be NULL.
const struct fault *script_find(const struct script *s, long number, uint64_t seed);

#endif
