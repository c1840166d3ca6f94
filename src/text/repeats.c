// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Repeated stretches: a run of known shingles is told when it ends.
#include "text/repeats.h"

#include <stdbool.h>

#include "text/keyset.h"
#include "text/shingle_set.h"

struct repeats {
    struct keyset seen;
    struct shingle_run run;
    bool open; // the run is long enough
    size_t from, to;
    void (*found)(void *arg, size_t from, size_t to);
    void *arg;
};

static void close_run(struct repeats *r)
{
    if (r->open) r->found(r->arg, r->from, r->to);
    r->open = false;
}

static void take(struct repeats *r, const struct shingle *one)
{
    bool known = !keyset_add(&r->seen, one->key);
    if (!shingle_run_take(&r->run, one, known)) {
        close_run(r);
        return;
    }
    r->from = r->run.from;
    r->to = one->to;
    r->open = true;
}

void repeats_find(const char *s, size_t len, void (*found)(void *arg, size_t from, size_t to), void *arg)
{
    struct repeats r = {.found = found, .arg = arg};
    struct shingle_scan scan;
    struct shingle one;
    size_t at = 0;
    keyset_init(&r.seen, len + 1);
    shingle_scan_init(&scan);
    while (shingle_scan_next(&scan, s, len, &at, &one)) take(&r, &one);
    if (shingle_scan_end(&scan, &one)) take(&r, &one);
    close_run(&r);
    keyset_release(&r.seen);
}
