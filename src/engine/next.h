// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// "What next?": a pure function of the rows of a book.
#ifndef ENGINE_NEXT_H
#define ENGINE_NEXT_H

#include <stdbool.h>

#include "model/book.h"
#include "model/length.h"

enum step_kind {
    STEP_BIBLE,
    STEP_ACTS,
    STEP_OUTLINE,
    STEP_MERGE,
    STEP_BEATS,
    STEP_CHUNK,
    STEP_RECAP,
    STEP_FINISH,
    STEP_NONE
};

struct step {
    enum step_kind kind;
    int chapter;           // beats, chunk, recap; outline: first of the batch; acts: first act; merge: the act
    int to;                // outline, acts: last of the batch
    int act;               // outline: whose chapters they are, 0 in a book of one act
    int conversation;      // 0: the planning's; else a chapter's
    int seq;               // chunk: from 1
    int parts;             // beats: cards to plan
    struct length_ask ask; // chunk
    bool lines;            // a plan is asked for as lines: this model gives no JSON
    bool flat;             // chunk: the conversation begins anew with it
    bool again;            // chunk: one stands in its place until this one is accepted
    bool fills_gap;        // … and that is a gap
};

enum { OUTLINE_BATCH = 5, PLAN_MISSES = 2 };

struct next_limits {
    int chunk_words;  // of an ordinary chunk
    int cards_most;   // of a chapter
    int memory_bytes; // that recaps of earlier acts may take before the oldest are merged
};

struct step next_step(const struct book *b, const struct next_limits *limits);

// Whether the chapter needs no more prose.
bool next_chapter_is_full(const struct book *b, int chapter, int chunk_words);

#endif
