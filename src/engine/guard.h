// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The guard over a streaming answer: it ends one that can come to nothing more, so that no hours are burnt on it. It only
// ends early; what is kept of the answer is the gate's to say, which sees the same things in the whole text.
#ifndef ENGINE_GUARD_H
#define ENGINE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "model/language.h"
#include "text/shingle.h"

struct guard;

// `said`: all accepted prose, borrowed; NULL: copies are not looked for. `most_bytes`: far beyond the token limit that
// was asked for, because some servers ignore it.
// `language`: of prose, to know thinking aloud by; NULL: it is not looked for.
struct guard *guard_new(const struct shingles *said, const struct language *language, size_t most_bytes);
void guard_free(struct guard *w); // NULL is fine
// What is to be said of why the answer must end here, or NULL while it may go on.
const char *guard_feed(struct guard *w, const char *text, size_t len);
// Whether the head of the answer was looked at, as gate_thinks does, and is none.
bool guard_saw_head(const struct guard *w);

#endif
