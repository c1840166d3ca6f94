// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading along: see include/app/observer.h.
#include "app/observer.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/lock.h"

void observer_init(struct observer *o, const char *home)
{
    *o = (struct observer){.home = home};
}

void observer_release(struct observer *o)
{
    store_close(o->store);
    o->store = NULL;
}

bool observer_stumble(struct observer *o, const struct err *cause, struct err *e)
{
    int64_t now_ms = clock_mono_ms();

    observer_release(o);
    if (o->failing_ms == 0) o->failing_ms = now_ms;
    if (now_ms - o->failing_ms < OBSERVER_PATIENCE_MS) return true;
    return err_set(e, cause->code, "%s", cause->text);
}

// An older store is brought up to date by whoever finds it while nobody writes.
static bool observer_migrate(const struct observer *o, struct err *e)
{
    char path[1024];
    struct lock lock = LOCK_INIT;
    struct store *s = NULL;

    (void)snprintf(path, sizeof path, "%s/engine.lock", o->home);
    if (lock_try(&lock, path, false, e) != LOCK_HELD) return e->code == ERR_NONE;
    bool ok = store_open(&s, o->home, STORE_READ_WRITE, e) == STORE_OPENED;
    store_close(s);
    lock_release(&lock);
    return ok;
}

static enum observed observer_fail(struct observer *o, const struct err *cause, struct err *e)
{
    return observer_stumble(o, cause, e) ? OBSERVED_NOTHING : OBSERVED_FAILED;
}

static enum observed observer_open(struct observer *o, struct err *e)
{
    struct err cause = ERR_INIT;

    switch (store_open(&o->store, o->home, STORE_READ_ONLY, &cause)) {
    case STORE_OPENED:
        break;
    case STORE_ABSENT:
        return OBSERVED_NOTHING;
    case STORE_OLD:
        return observer_migrate(o, &cause) ? OBSERVED_NOTHING : observer_fail(o, &cause, e);
    case STORE_FAILED:
        return observer_fail(o, &cause, e);
    }
    if (!store_version(o->store, &o->version, &cause)) return observer_fail(o, &cause, e);
    o->failing_ms = 0;
    return OBSERVED_NEWS;
}

enum observed observer_look(struct observer *o, struct err *e)
{
    struct err cause = ERR_INIT;
    int64_t version;

    if (o->store == NULL) return observer_open(o, e);
    if (!store_version(o->store, &version, &cause)) return observer_fail(o, &cause, e);
    bool same = version == o->version;
    o->version = version;
    return same ? OBSERVED_SAME : OBSERVED_NEWS;
}

bool observer_open_once(struct observer *o, const char *home, struct err *e)
{
    observer_init(o, home);
    enum store_opened opened = store_open(&o->store, home, STORE_READ_ONLY, e);
    if (opened != STORE_OLD) return opened != STORE_FAILED;
    if (!observer_migrate(o, e)) return false;
    opened = store_open(&o->store, home, STORE_READ_ONLY, e);
    if (opened == STORE_OLD)
        err_set(e, ERR_STORE, "the store of '%s' is of an older version, and its writer has not renewed it yet",
                home);
    return opened == STORE_OPENED || opened == STORE_ABSENT;
}

bool observer_find_job(struct store *s, const char *ref, int64_t *id, struct err *e)
{
    enum store_found found = s != NULL ? store_job_find(s, ref, id, e) : STORE_NONE;

    switch (found) {
    case STORE_FOUND:
        return true;
    case STORE_ERROR:
        return false;
    case STORE_AMBIGUOUS:
        return err_set(e, ERR_NO_JOB, "more than one job begins with '%s': give its id", ref);
    case STORE_NONE:
        break;
    }
    if (ref == NULL) return err_set(e, ERR_NO_JOB, "there is no job yet");
    return err_set(e, ERR_NO_JOB, "there is no job '%s'; see: novelgen list", ref);
}

bool observer_find_undone(struct store *s, int64_t *id, struct err *e)
{
    enum store_found found = s != NULL ? store_job_undone(s, id, e) : STORE_NONE;

    if (found == STORE_NONE) return observer_find_job(s, NULL, id, e);
    return found == STORE_FOUND;
}
