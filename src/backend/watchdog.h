// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The watchdog of one generation: is it still alive? Pure: `now` is an argument, and the caller sets the timer.
//
//   start ──┬─ progress of the prompt ─┐                content: at most first_token_ms from the start or the last
//           │◀────────────────────────┘                 progress, then at most stall_ms between texts or thoughts
//           └─ text or thinking ──▶ text or thinking …
//   head ──▶ byte ──▶ byte …                            silence: at most silence_ms between bytes of any kind
//
// Pings are bytes but no content. Where the content limit passes although bytes came in the second half of it, the
// server lives and its decoder does not: it is wedged.
#ifndef BACKEND_WATCHDOG_H
#define BACKEND_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "model/failure.h"

struct watchdog {
    int64_t first_token_ms, stall_ms, silence_ms; // limits; 0: none
    int64_t content_ms;                           // when content came last, or progress, or it began
    int64_t byte_ms;                              // when a byte came last, or the head; -1: no head yet
    int64_t progress;                             // the most tokens of the prompt that the server told; -1: none
    bool has_content;
};

void watchdog_init(struct watchdog *w, int64_t first_token_ms, int64_t stall_ms, int64_t silence_ms, int64_t now_ms);
void watchdog_bytes(struct watchdog *w, int64_t now_ms); // some came, or the head
void watchdog_content(struct watchdog *w, int64_t now_ms);
void watchdog_progress(struct watchdog *w, int64_t tokens, int64_t now_ms); // counts only if it has grown
// When it must be looked at next, if nothing comes meanwhile; INT64_MAX: never. Content and bytes move it back, but the
// first content and the head may bring it nearer.
int64_t watchdog_due_ms(const struct watchdog *w);
enum failure watchdog_judge(const struct watchdog *w, int64_t now_ms); // FAIL_NONE: it may go on

#endif
