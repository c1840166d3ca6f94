// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The answers that are not prose: bible, outline, cards, recap. Functions of the book seed and of what is asked.
#ifndef SIM_NOTES_H
#define SIM_NOTES_H

#include "sim/ask.h"
#include "sim/grammar.h"

#include "base/buf.h"

void notes_write(const struct ask *ask, const struct grammar *g, uint64_t book_seed, struct buf *out);

#endif
