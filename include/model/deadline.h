// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A deadline: how long the book can become by then, at the speed that was measured. Pure; `now` is an argument.
#ifndef MODEL_DEADLINE_H
#define MODEL_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/book.h"
#include "model/job.h"

// However late it is, there is room for so many words that end the book.
enum { DEADLINE_ENDING_WORDS = 150 };

struct deadline_plan {
    int64_t words; // what the book should aim at: never more than was asked for, never less than what stands
    int chapters;  // and how many chapters it should have; the last of them ends it
};

// `chapter` is the one at hand (it stays), whose first `done` words stand. Before any speed is known: what was asked for.
struct deadline_plan deadline_plan(const struct job *j, const struct book *b, int chapter, int64_t now_ms);

// "07:00" (the next time it is that o'clock, local), "2026-11-22 07:00", "2026-11-22T07:00:00Z"; and "6h", "90m", "1h30m",
// "45s" from now. Wall clock ms; false with a line that says what was found and expected.
bool deadline_by(const char *text, int64_t now_ms, int64_t *out, struct err *e);
bool deadline_within(const char *text, int64_t now_ms, int64_t *out, struct err *e);
// The other way: "24h" ago, "07:00" (the last time it was), "2026-11-22", "2026-11-22 07:00". Never a time to come.
bool deadline_since(const char *text, int64_t now_ms, int64_t *out, struct err *e);

#endif
