// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Specs are compared in the form in which the store keeps them.
#include "app/same_spec.h"

#include <string.h>

#include "app/observer.h"
#include "base/mem.h"

struct same_spec {
    int64_t *unfinished;
    size_t count, cap;
};

static bool same_spec_on_job(void *arg, const struct job *j)
{
    struct same_spec *s = arg;

    if (job_state_ended(j->state)) return true;
    mem_grow(&s->unfinished, &s->cap, s->count + 1, sizeof *s->unfinished);
    s->unfinished[s->count++] = j->id;
    return true;
}

static bool same_spec_compare(struct store *store, const struct same_spec *s, const char *text, int64_t *job,
                              struct err *e)
{
    for (size_t i = s->count; i-- > 0 && *job == 0;) {
        struct job j;
        enum store_found found = store_job_get(store, s->unfinished[i], &j, e);
        if (found == STORE_ERROR) return false;
        if (found == STORE_FOUND && strcmp(j.spec, text) == 0) *job = j.id;
        if (found == STORE_FOUND) job_release(&j);
    }
    return true;
}

bool same_spec_find(const struct home *h, const struct spec *spec, int64_t *job, struct err *e)
{
    struct same_spec s = {0};
    struct observer o;
    struct buf text;

    *job = 0;
    if (!observer_open_once(&o, h->path, e)) return false;
    buf_init(&text, BUF_MAX_SPEC);
    spec_write(spec, &text);
    bool ok = o.store == NULL || (store_jobs_each(o.store, same_spec_on_job, &s, e) &&
                                  same_spec_compare(o.store, &s, text.data, job, e));
    free(s.unfinished);
    buf_release(&text);
    observer_release(&o);
    return ok;
}
