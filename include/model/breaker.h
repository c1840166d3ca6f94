// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The circuit breaker of one backend. Five failures in a row open it: from then on nothing is asked of the server but
// whether it is ready, at least once a second for the first minute, then every 10 s at the most. Ready closes it.
//
//   CLOSED ──5th failure in a row──▶ OPEN ──ready──▶ CLOSED (the count stands at 4: the next failure opens it again)
//     ▲                                                │
//     └────────────── an answer: the count is 0 ◀──────┘
#ifndef MODEL_BREAKER_H
#define MODEL_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_OPENS_AT = 5 };

struct breaker {
    int failures; // in a row
    bool open;
    int64_t down_since_ms; // monotonic: of the first failure in a row; 0: none
};

void breaker_succeed(struct breaker *b);              // an answer came to its proper end
void breaker_ready(struct breaker *b);                // it says that it is ready: it may be asked again
bool breaker_fail(struct breaker *b, int64_t now_ms); // true: this failure has opened it
// How long to wait before the next look whether the server is ready: 250 ms growing to 800 ms within the first minute
// since it went down (with the look itself and the request it is a second), then growing to 10 s.
int64_t breaker_look_ms(const struct breaker *b, int64_t now_ms);

#endif
