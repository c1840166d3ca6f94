// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is being written of a job right now: the task of the request in flight and the text that has come of it.
#ifndef APP_CURRENT_H
#define APP_CURRENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/job.h"
#include "store/store.h"

struct current {
    bool in_flight;
    bool broken; // nothing is in flight, and the last request failed: its text may be continued
    int64_t attempt;
    char kind[16]; // "bible", "outline", "beats", "chunk", "recap"
    int chapter, seq;
    int64_t started_ms;  // wall clock
    int64_t words;       // so far, of a chunk only, beyond those of a text that stands in its place; also of one that
                         // was broken off and is to be continued
    double tokens_per_s; // of the last answer that said how long it was; negative: none did
    size_t bytes;        // streamed by this attempt
    int max_tokens;      // that this attempt may stream
    size_t carried;      // of `text`: what came from attempts before
    struct buf text;     // of a chunk: carried over and streamed, joined
};

void current_init(struct current *c);
void current_release(struct current *c);
// Whether the words of the request at hand are to be added to a job's own. One that is cancelled may be resumed in the
// middle of a part, so they are its text; what a job that is done has left over is not.
bool current_counts(enum job_state s);
// Nothing in flight is no error.
bool current_read(struct current *c, struct store *s, int64_t job, struct err *e);

#endif
