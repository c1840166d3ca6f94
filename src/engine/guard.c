// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Three reasons to end an answer early.
#include "engine/guard.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/cycle.h"

struct guard {
    struct cycle *cycle;
    struct shingle_watch *copies; // NULL: not looked for
    size_t bytes, most_bytes;
};

struct guard *guard_new(const struct shingles *said, size_t most_bytes)
{
    struct guard *w = mem_calloc(1, sizeof(*w));
    w->cycle = cycle_new();
    w->copies = said ? shingle_watch_new(said) : NULL;
    w->most_bytes = most_bytes;
    return w;
}

void guard_free(struct guard *w)
{
    if (!w) return;
    cycle_free(w->cycle);
    shingle_watch_free(w->copies);
    free(w);
}

const char *guard_feed(struct guard *w, const char *text, size_t len)
{
    w->bytes += len;
    if (cycle_feed(w->cycle, text, len)) return "it repeats itself in a loop";
    if (w->copies && shingle_watch_feed(w->copies, text, len)) return "it copies earlier text of the book";
    if (w->bytes > w->most_bytes) return "it is far longer than the limit that the server was given";
    return NULL;
}
