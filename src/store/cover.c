// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What an edition has besides its text.
#include "store/handle.h"

#include <inttypes.h>

bool store_cover_put(struct store *s, int64_t job, const char *name, const void *bytes, size_t len, struct err *e)
{
    return store_write(s, "job", job, e, SQL_COVER_PUT, "lsx", job, name, bytes, len);
}

enum store_found store_cover_get(struct store *s, int64_t job, char **name, struct buf *out, struct err *e)
{
    *name = NULL;
    return store_found_of(db_get(s->db, SQL_COVER_GET, e, "l:SB", job, name, out));
}

bool store_job_changed(struct store *s, int64_t job, int64_t *ms, struct err *e)
{
    switch (db_get(s->db, SQL_JOB_CHANGED, e, "l:l", job, ms)) {
    case DB_FOUND:
        return true;
    case DB_NONE:
        return err_set(e, ERR_NO_JOB, "no job %" PRId64, job);
    default:
        return false;
    }
}
