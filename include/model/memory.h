// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the book remembers, derived from its recaps: who stands where, which threads are open, what must stay true.
// Pure: the recaps are added in order, the answers are lines for a prompt.
#ifndef MODEL_MEMORY_H
#define MODEL_MEMORY_H

#include <stddef.h>

#include "base/buf.h"

struct memory;

struct memory *memory_new(void);
void memory_free(struct memory *m); // NULL is fine
// The lines of one chapter's recap: HAPPENED, CHANGED name: state, OPEN, CLOSED, FACT, DONE.
void memory_add(struct memory *m, int chapter, const char *recap);

// The newest state of each person whose name (or a word of it of three letters or more) stands in `about`, the most
// recently changed first: "- Mara: limps since the fall (chapter 12)\n". At most `most` bytes, whole lines.
void memory_cast(const struct memory *m, const char *about, struct buf *out, size_t most);
// Threads that were opened and not closed, the oldest first. An OPEN is closed by a CLOSED that shares most of its
// words (case folded, words of three letters or more).
void memory_threads(const struct memory *m, struct buf *out, size_t most);
// FACT and DONE lines that share a name or a word with `about`, then the newest others.
void memory_facts(const struct memory *m, const char *about, struct buf *out, size_t most);

#endif
