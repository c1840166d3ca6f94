// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From arguments to jobs.
#include "cli/target.h"

#include <inttypes.h>
#include <stdlib.h>

#include "app/observer.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "cli/settings.h"

// A job that is named twice is meant once.
static void targets_add(struct targets *t, int64_t id)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->ids[i] == id) return;
    t->ids[t->count++] = id;
}

static bool targets_default(struct store *s, bool undone, int64_t *id, struct err *e)
{
    return undone ? observer_find_undone(s, id, e) : observer_find_job(s, NULL, id, e);
}

bool targets_find(struct targets *t, const struct home *h, const struct args *a, bool undone, struct err *e)
{
    struct observer o;
    size_t count = a->count > 0 ? a->count : 1;
    int64_t id = 0;

    *t = (struct targets){.ids = mem_calloc(count, sizeof *t->ids)};
    bool ok = observer_open_once(&o, h->path, e);
    for (size_t i = 0; ok && i < count; i++) {
        ok =
            a->count > 0 ? observer_find_job(o.store, a->items[i], &id, e) : targets_default(o.store, undone, &id, e);
        if (ok) targets_add(t, id);
    }
    observer_release(&o);
    if (!ok) targets_release(t);
    return ok;
}

struct targets_choice {
    struct targets *t;
    size_t cap;
    bool (*wanted)(const struct job *j);
};

static bool targets_on_job(void *arg, const struct job *j)
{
    struct targets_choice *c = arg;

    if (!c->wanted(j)) return true;
    mem_grow(&c->t->ids, &c->cap, c->t->count + 1, sizeof *c->t->ids);
    c->t->ids[c->t->count++] = j->id;
    return true;
}

bool targets_all(struct targets *t, const struct home *h, bool (*wanted)(const struct job *j), struct err *e)
{
    struct targets_choice c = {.t = t, .wanted = wanted};
    struct observer o;

    *t = (struct targets){0};
    bool ok =
        observer_open_once(&o, h->path, e) && (o.store == NULL || store_jobs_each(o.store, targets_on_job, &c, e));
    observer_release(&o);
    if (!ok) targets_release(t);
    return ok;
}

void targets_release(struct targets *t)
{
    free(t->ids);
    *t = (struct targets){0};
}

static bool target_is_gone(int64_t id, struct err *e)
{
    return err_set(e, ERR_NO_JOB, "job %" PRId64 " was removed; see what there is: novelgen list%s", id,
                   settings_home_hint());
}

bool target_read(struct store *s, int64_t id, struct job *out, struct err *e)
{
    enum store_found found = s != NULL ? store_job_get(s, id, out, e) : STORE_NONE;

    return found == STORE_FOUND || (found == STORE_NONE && target_is_gone(id, e));
}

int target_removed(int64_t id)
{
    struct err e = ERR_INIT;

    (void)target_is_gone(id, &e);
    return exit_fail(&e);
}
