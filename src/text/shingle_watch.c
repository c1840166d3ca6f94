// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A stream compared with the set of shingles: see include/text/shingle.h. The bytes of a character that is not whole
// yet are held back, so that the split of the stream makes no difference.
#include "base/mem.h"
#include "text/shingle_set.h"
#include "text/utf8.h"

#include <stdlib.h>
#include <string.h>

struct shingle_watch {
    const struct shingles *set;
    struct shingle_scan scan;
    struct shingle_run run;
    char held[4];
    size_t held_len;
    bool found;
};

struct shingle_watch *shingle_watch_new(const struct shingles *s)
{
    struct shingle_watch *w = mem_calloc(1, sizeof(*w));
    w->set = s;
    shingle_scan_init(&w->scan);
    return w;
}

void shingle_watch_free(struct shingle_watch *w)
{
    free(w);
}

size_t shingle_watch_from(const struct shingle_watch *w)
{
    return w->run.from;
}

static void watch_whole(struct shingle_watch *w, const char *text, size_t len)
{
    struct shingle one;
    size_t at = 0;
    while (!w->found && shingle_scan_next(&w->scan, text, len, &at, &one))
        w->found = shingle_run_take(&w->run, &one, shingles_have(w->set, one.key));
    w->scan.base += len;
}

// Completes the character that is held back; how many bytes of `text` that took.
static size_t complete_held(struct shingle_watch *w, const char *text, size_t len)
{
    size_t used = 0;
    while (used < len && w->held_len < sizeof(w->held)) {
        w->held[w->held_len++] = text[used++];
        if (utf8_whole(w->held, w->held_len) == w->held_len) break;
    }
    if (w->held_len < sizeof(w->held) && utf8_whole(w->held, w->held_len) < w->held_len) return used;
    watch_whole(w, w->held, w->held_len);
    w->held_len = 0;
    return used;
}

bool shingle_watch_feed(struct shingle_watch *w, const char *text, size_t len)
{
    if (w->found || !len) return w->found;
    size_t at = w->held_len ? complete_held(w, text, len) : 0;
    if (w->held_len) return w->found;
    size_t whole = utf8_whole(text + at, len - at);
    watch_whole(w, text + at, whole);
    w->held_len = len - at - whole;
    memcpy(w->held, text + at + whole, w->held_len);
    return w->found;
}
