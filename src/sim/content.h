// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What stands in the answers that are not prose, as JSON values: functions of the book's seed and of what is asked. The
// bible, the acts and the outline have the keys of the templates; how they are put into words is notes.c's.
//
//   beats   {"cards": [{"state", "events": [...], "end"}, ...]}
//   recap   {"happened", "changed": [{"name", "state"}, ...], "open": [...], "closed": [...], "facts": [...],
//            "done": [...]}; merged notes are the same without the threads
#ifndef SIM_CONTENT_H
#define SIM_CONTENT_H

#include "sim/ask.h"
#include "sim/grammar.h"

#include "base/buf.h"

#include <jansson.h>

// NULL for what has no form (prose, small talk).
json_t *content_new(const struct ask *ask, const struct grammar *g, uint64_t book_seed);
// A text of such an object; "" if it has none of that name.
const char *content_text(const json_t *object, const char *key);
// The title that the outline gives to a chapter.
void content_title(const struct grammar *g, uint64_t book_seed, long number, struct buf *out);

#endif
