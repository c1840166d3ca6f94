// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See routes.h.
#include "engine/routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "model/config.h"
#include "model/job.h"

static void add(struct routes *r, const char *backend, const char *model)
{
    if (!backend || !*backend || r->count == ROUTES_MOST || routes_find(r, backend) >= 0) return;
    r->at[r->count++] = (struct route){.backend = mem_strdup(backend), .model = mem_strdup_opt(model)};
}

void routes_read(struct routes *r, const char *backend, const char *fallback)
{
    struct err e = ERR_INIT;
    struct fallback *list = NULL;
    size_t count = 0;
    *r = (struct routes){.count = 0};
    add(r, backend, NULL);
    if (!job_fallback_read(fallback ? fallback : "", &list, &count, &e)) return;
    for (size_t i = 0; i < count; i++) add(r, list[i].backend, list[i].model);
    job_fallback_free(list, count);
}

void routes_release(struct routes *r)
{
    for (size_t i = 0; i < r->count; i++) {
        free(r->at[i].backend);
        free(r->at[i].model);
    }
    r->count = 0;
}

int routes_find(const struct routes *r, const char *backend)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->at[i].backend, backend) == 0) return (int)i;
    return -1;
}

static bool is_good(const struct routes *r, int i, const struct routes_view *v)
{
    return v->is_free(v->arg, r->at[i].backend) && !v->is_down(v->arg, r->at[i].backend);
}

int routes_choose(const struct routes *r, const char *began_on, const struct routes_view *v)
{
    int home = routes_find(r, began_on), count = (int)r->count;
    if (home >= 0 && !v->is_down(v->arg, r->at[home].backend))
        return v->is_free(v->arg, r->at[home].backend) ? home : -1;
    for (int i = 0; i < count; i++)
        if (is_good(r, i, v)) return i;
    if (home < 0) home = 0;
    return count > 0 && v->is_free(v->arg, r->at[home].backend) ? home : -1;
}

int routes_next(const struct routes *r, int now, unsigned struck, const struct routes_view *v)
{
    int count = (int)r->count;
    for (int step = 1; step < count; step++) {
        int i = (now + step) % count;
        if (!(struck >> i & 1) && is_good(r, i, v)) return i;
    }
    return -1;
}
