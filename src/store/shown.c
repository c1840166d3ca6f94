// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Steering: how far a book has gone, a new plan for what has not begun, and what prompts have shown of the old one.
#include "store/handle.h"

bool store_begun_get(struct store *s, int64_t job, bool runs, int *first, bool *written, struct err *e)
{
    return db_get(s->db, SQL_BEGUN_GET, e, "lb:ib", job, runs, first, written) == DB_FOUND;
}

bool store_plan_cut(struct store *s, int64_t job, int first, int chapters_total, double factor, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    // A chapter that has chunks cannot go: their foreign key refuses it.
    bool ok = db_run(s->db, SQL_CHAPTER_DROP_BEYOND, e, "li", job, first - 1) &&
              db_run(s->db, SQL_CHAPTER_WEIGH, e, "ld", job, factor) && db_run(s->db, SQL_ACT_DROP, e, "l", job) &&
              db_run(s->db, SQL_TASK_PLAN_ANEW, e, "li", job, first) &&
              db_run(s->db, SQL_JOB_SET_CHAPTERS, e, "li", job, chapters_total) && store_touched(s, "job", job, e);
    return store_leave(s, &scope, ok, e);
}

bool store_job_retitle(struct store *s, int64_t job, const char *title, struct err *e)
{
    return store_write(s, "job", job, e, SQL_JOB_RETITLE, "ls", job, title);
}

bool store_job_set_spec(struct store *s, int64_t job, const char *spec, struct err *e)
{
    return store_write(s, "job", job, e, SQL_JOB_SET_SPEC, "ls", job, spec);
}

bool store_shown_keep(struct store *s, int64_t job, int place, const char *text, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = db_run(s->db, SQL_SHOWN_KEEP, e, "lis", job, place, text);
    return store_leave(s, &scope, ok, e);
}

struct shown_reader {
    bool (*each)(void *arg, int place, const char *text);
    void *arg;
};

static bool shown_on_row(void *arg, const struct db_row *row)
{
    struct shown_reader *r = arg;
    const char *text;
    int place;

    db_read(row, "is", &place, &text);
    return r->each(r->arg, place, text);
}

bool store_shown_each(struct store *s, int64_t job, bool (*each)(void *arg, int place, const char *text), void *arg,
                      struct err *e)
{
    struct shown_reader r = {.each = each, .arg = arg};

    return store_listed(db_each(s->db, SQL_SHOWN_EACH, shown_on_row, &r, e, "l", job));
}
