// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Where a job may be written: its own backend first, then its fallbacks in their order. And which of them now: pure,
// over what the pool says of each backend.
#ifndef ENGINE_ROUTES_H
#define ENGINE_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

enum { ROUTES_MOST = 17 }; // its own, and as many fallbacks as a spec may give

struct route {
    char *backend;
    char *model; // NULL: the job's own, if the backend has it, else what it has
};

struct routes {
    struct route at[ROUTES_MOST];
    size_t count;
};

// `fallback`: the job's row, JSON ("" none). What makes no sense there is passed over: it was checked at submit.
void routes_read(struct routes *r, const char *backend, const char *fallback);
void routes_release(struct routes *r);
int routes_find(const struct routes *r, const char *backend); // -1: not there

// What the pool knows of a backend.
struct routes_view {
    bool (*is_free)(void *arg, const char *backend); // one of its slots is
    bool (*is_down)(void *arg, const char *backend); // its breaker is open
    void *arg;
};

// The route on which a job may start now; -1: none, it stays in the queue. A job that has begun waits for the backend
// that it began on, whose prefix cache knows it, unless that is down; one that has not takes the first that is free. If
// all are down it waits at its own.
int routes_choose(const struct routes *r, const char *began_on, const struct routes_view *v);
// Where a job goes whose backend `now` has failed: the next one behind it, around the list, that is free, not down,
// and not struck out (bit i of `struck`); -1: it stays.
int routes_next(const struct routes *r, int now, unsigned struck, const struct routes_view *v);

#endif
