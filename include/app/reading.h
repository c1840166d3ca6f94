// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading a book while it is being written, in reading order: what was accepted, and of the chunk that is streaming
// the words that are whole. Text that was handed out cannot be taken back. Where what stands in the end is something
// else, a mark says so, and the reader goes on behind the last sentence that is the same:
//
//   handed out of the chunk in flight   "The lamp went out. She listened to"
//   accepted                            "The lamp went out. She waited."
//                                        ◀──── same ─────▶ ▲
//                                                          mark, "She waited."
//
// Chunks are handed out once, the front moving through the book. What is written anew behind the front (a redo) has a
// greater id than all that was seen, or is in flight at a place that was read: it is handed out under a mark of its own.
// What is written anew before the front has come there is waited for: the front passes no chapter that is not whole.
#ifndef APP_READING_H
#define APP_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

enum reading_news {
    READING_REWRITTEN, // what was handed out last of this part has become something else
    READING_AGAIN,     // this part stands before what was read, and is written anew
    READING_ONWARD,    // back to where the book is being written
};
struct reading_mark { // no text of the book: it stands on a line of its own
    size_t at;        // in `out`
    enum reading_news news;
    int chapter, seq;
};

struct reading {
    int64_t job;
    int chapter, seq;             // the front: the furthest chunk that was handed out; 0, 0: none
    int from_chapter, from_seq;   // where the reading began; 0, 0: with the first
    int at_chapter, at_seq;       // the one that was handed out last
    bool behind;                  // it stands behind the front
    bool looked;                  // reading_next was called
    int64_t newest;               // the id of the newest chunk that was there then
    int ahead_chapter, ahead_seq; // the chunk in flight that was begun; 0: none
    struct buf ahead;             // its prose as handed out, without the white space before it
    struct buf before;            // the text of the chunk that was handed out last
    bool any;                     // something was handed out
    bool fresh;                   // the next text begins a line: a mark stands before it
    struct buf out;               // what a call of reading_next has found
    struct reading_mark *marks;   // and where it goes on otherwise
    size_t marks_count, marks_cap;
};

void reading_init(struct reading *r, int64_t job);
void reading_release(struct reading *r);
// Before the first call of reading_next: begins with this chunk, as if all before it had been handed out.
void reading_start_at(struct reading *r, int chapter, int seq);
// Fills `out` and `marks` with what is new. `streaming`: also of the chunk in flight.
bool reading_next(struct reading *r, struct store *s, bool streaming, struct err *e);

#endif
