// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Template sets: the prompts that a job began with, word for word.
#include "store/handle.h"

bool store_templates_set(struct store *s, int64_t job, const char *hash, const char *text, size_t len, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = db_run(s->db, SQL_TEMPLATES_ADD, e, "st", hash, text, len) &&
              db_run(s->db, SQL_JOB_SET_TEMPLATES, e, "ls", job, hash) && store_touched(s, "job", job, e);
    return store_leave(s, &scope, ok, e);
}

enum store_found store_templates_get(struct store *s, int64_t job, struct buf *out, struct err *e)
{
    return store_found_of(db_get(s->db, SQL_TEMPLATES_GET, e, "l:B", job, out));
}
