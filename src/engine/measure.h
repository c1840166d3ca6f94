// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How varied the prose is: a chapter when it is complete (an event of type "style"), the book when it is finished (in
// report.json).
#ifndef ENGINE_MEASURE_H
#define ENGINE_MEASURE_H

#include "engine/prompt.h"
#include "io/json.h"

// Inside a transaction.
bool measure_chapter(const struct desk *d, int chapter, struct err *e);

// {"distinct_2", "repeated_8", "sentence_cv", "speech", "chapters": [{"chapter", …}], "habits": ["…"]}; NULL on failure.
struct json *measure_book(struct store *s, int64_t job, struct err *e);

#endif
