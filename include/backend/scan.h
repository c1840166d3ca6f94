// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Asking several addresses at once what they are: the well-known local ports, or those of a config.
#ifndef BACKEND_SCAN_H
#define BACKEND_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "backend/probe.h"

enum { SCAN_LIMIT_MS = 1200 };

// Where people's servers listen on their own machine, in the order in which they are preferred; NULL-terminated URLs.
extern const char *const scan_local_urls[];

struct scan_target {
    const char *url, *bearer, *model; // as in probe_options; copied
    int dialect;
};

struct scan;
// `found` for each target as soon as it is known, in any order; `done` once, at the latest after `limit_ms`: what has not
// answered by then was told to `found` as FAIL_CONNECT_TIMEOUT. Either may cancel the scan. `first`: `done` comes as soon
// as the first target that answers, in the order of the list, is certain (those before it have all failed); the rest is
// not told.
struct scan *scan_start(struct loop *l, struct http *h, const struct scan_target *targets, size_t count,
                        int64_t limit_ms, bool first,
                        void (*found)(void *arg, size_t index, const struct backend_facts *facts),
                        void (*done)(void *arg), void *arg);
void scan_cancel(struct scan *s); // NULL is fine

#endif
