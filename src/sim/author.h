// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Who writes the answers: the two languages and the chapters written so far. How obedient it is, habits.h says.
#ifndef SIM_AUTHOR_H
#define SIM_AUTHOR_H

#include "sim/ask.h"
#include "sim/habits.h"

#include <stdbool.h>

struct author;

struct author *author_new(const struct habits *habits);

// Appends the text that answers, which a caller cuts at `limit_tokens`: an answer without end is a little longer. Its
// first `*thought` bytes are reasoning. False if the place to go on from was not found (the answer begins the chapter).
bool author_answer(struct author *a, const struct ask *ask, long limit_tokens, struct buf *out, size_t *thought);

#endif
