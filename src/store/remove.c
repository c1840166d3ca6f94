// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Taking a job out of the store. Its rows go by the list below, those that refer to others first; a table that is made
// later and has rows of jobs belongs into it (a test looks at the schema). What stays are the answers to its messages:
// a message whose file is still there must not be taken in a second time.
#include "store/handle.h"

#include "base/mem.h"

static const enum store_statement remove_rows[] = {
    SQL_REMOVE_ATTEMPT_TEXT, SQL_REMOVE_ATTEMPT_SENT,  SQL_REMOVE_ATTEMPT,   SQL_REMOVE_TASK,      SQL_REMOVE_TURN,
    SQL_REMOVE_CHUNK_TEXT,   SQL_REMOVE_CHUNK,         SQL_REMOVE_CHUNK_OLD, SQL_REMOVE_CHAPTER,   SQL_REMOVE_ACT,
    SQL_REMOVE_BIBLE,        SQL_REMOVE_OUTLINE_SHOWN, SQL_REMOVE_COVER,     SQL_REMOVE_DIRECTION, SQL_REMOVE_EVENT,
    SQL_REMOVE_FILE,         SQL_REMOVE_JOB_SPEC,
};

bool store_job_remove(struct store *s, int64_t id, struct err *e)
{
    struct store_scope scope;
    bool ok = true;

    if (!store_enter(s, &scope, true, e)) return false;
    for (size_t i = 0; ok && i < ARRAY_LEN(remove_rows); i++) ok = db_run(s->db, remove_rows[i], e, "l", id);
    ok = ok && db_run(s->db, SQL_REMOVE_JOB, e, "l", id) && store_touched(s, "job", id, e) &&
         db_run(s->db, SQL_REMOVE_TEMPLATES, e, ""); // several jobs may share a set
    return store_leave(s, &scope, ok, e);
}

enum store_found store_job_left(struct store *s, int64_t id, int64_t *started_ms, int *max_tokens, struct err *e)
{
    return store_found_of(db_get(s->db, SQL_ATTEMPT_LEFT_OF_JOB, e, "l:li", id, started_ms, max_tokens));
}
