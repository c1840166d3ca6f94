// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The archive of a job, for a reader of the store.
#include "app/archive.h"

#include <inttypes.h>

#include "app/observer.h"
#include "engine/archive.h"

bool archive_export(const struct home *h, int64_t job, const char *path, struct err *e)
{
    struct observer o;

    if (!observer_open_once(&o, h->path, e)) return false;
    bool ok = o.store != NULL ? archive_book(o.store, job, path, e)
                              : err_set(e, ERR_NO_JOB, "there is no job %" PRId64, job);
    observer_release(&o);
    return ok;
}
