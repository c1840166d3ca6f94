// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// "What next?": a pure function of the rows of a book.
#ifndef ENGINE_NEXT_H
#define ENGINE_NEXT_H

#include "model/book.h"
#include "model/length.h"

enum step_kind { STEP_BIBLE, STEP_OUTLINE, STEP_BEATS, STEP_CHUNK, STEP_RECAP, STEP_FINISH, STEP_NONE };

struct step {
    enum step_kind kind;
    int chapter;           // beats, chunk, recap; outline: first chapter of the batch
    int to;                // outline: last chapter of the batch
    int seq;               // chunk: from 1
    int parts;             // beats: cards to plan
    struct length_ask ask; // chunk
};

enum { OUTLINE_BATCH = 5 };

struct step next_step(const struct book *b, int chunk_words);

#endif
