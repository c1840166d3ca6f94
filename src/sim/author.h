// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Who writes the answers: the two languages, the chapters written so far, and how obedient the model is.
#ifndef SIM_AUTHOR_H
#define SIM_AUTHOR_H

#include "sim/ask.h"

#include <stdbool.h>
#include <stdint.h>

struct author_habits {
    uint64_t seed;
    double length_ratio;    // words delivered per word asked
    long stop_early_tokens; // prose stops at the first sentence end after so many; 0: as asked
    bool no_prefill;
    bool restate; // with no_prefill: the last sentence of the quoted tail is said again first
};

struct author;

struct author *author_new(const struct author_habits *habits);
void author_free(struct author *a);

// Appends the text that answers. False if the place to go on from was not found (the answer begins the chapter).
bool author_answer(struct author *a, const struct ask *ask, struct buf *out);

#endif
