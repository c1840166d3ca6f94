// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading a book while it is being written, in reading order: what was accepted, and of the chunk that is streaming
// the sentences that are whole. Text that was handed out cannot be taken back:
//
//   handed out of the chunk in flight   "The lamp went out. She lis"
//   accepted                            "The lamp went out. She waited."
//                                        ◀──── common ────▶└─ goes on here
#ifndef APP_READING_H
#define APP_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

struct reading {
    int64_t job;
    int chapter, seq;             // the last accepted chunk that was handed out; 0, 0: none
    int ahead_chapter, ahead_seq; // the chunk in flight that was begun; 0: none
    struct buf ahead;             // its prose as handed out, without the white space before it
    bool any;                     // something was handed out
    struct buf out;               // what a call of reading_next has found
};

void reading_init(struct reading *r, int64_t job);
void reading_release(struct reading *r);
// Fills `out` with what is new. `streaming`: also of the chunk in flight.
bool reading_next(struct reading *r, struct store *s, bool streaming, struct err *e);

#endif
