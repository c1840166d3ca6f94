// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a book will take, before it is begun: the very function that decides what is next is asked again and again, and
// every answer is taken to be what was asked for. Pure. A real model needs a few requests more (refused and short
// answers) or less.
#ifndef ENGINE_FORECAST_H
#define ENGINE_FORECAST_H

#include <stdint.h>

#include "model/book.h"
#include "model/deadline.h"
#include "model/spec.h"

struct forecast {
    int64_t words; // that are to be written: without chapters that came with the spec
    int chapters, acts;
    int requests;                       // of all kinds
    int planning, cards, parts, recaps; // of these
    int64_t output_tokens;              // written by the model
    int64_t prompt_tokens;              // that the server has to read, when its prefix cache holds from turn to turn
};

// The requests that a book which has begun still needs; `chunk_words` as they came so far. The book is changed: every step
// of it is done.
int forecast_rest(struct book *b, int chunk_words);

struct forecast forecast_book(const struct spec *s, int n_ctx_tokens, int chunk_words);

// What of it a deadline leaves, if all of it takes `time_ms`: planned by the function that plans it while it is written.
struct deadline_plan forecast_by(const struct spec *s, const struct forecast *f, int64_t time_ms, int64_t deadline_ms,
                                 int64_t now_ms);

#endif
