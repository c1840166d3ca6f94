// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Jobs in the store.
#include "store/handle.h"

#include "base/clock.h"
#include "base/mem.h"
#include "io/json.h"
#include "text/amount.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

// ---- one job, and all

// The columns of JOB_COLUMNS in sql.c.
static bool job_columns(const struct db_row *row, struct job *j)
{
    const char *state;
    int approve;

    *j = (struct job){0};
    db_read(row, "lSSSsSSSSSSSSSSblliliillllllllllllllllii", &j->id, &j->uuid, &j->slug, &j->title, &state,
            &j->reason, &j->spec, &j->backend, &j->fallback, &j->began_on, &j->model, &j->templates,
            &j->templates_dir, &j->out_dir, &j->out_parent, &j->detached, &j->seed, &j->words_target,
            &j->chapters_total, &j->words_done, &j->chapters_done, &j->gaps, &j->requests, &j->retries,
            &j->prompt_tokens, &j->cached_tokens, &j->output_tokens, &j->generating_ms, &j->busy_ms, &j->prompt_bytes,
            &j->common_bytes, &j->prefix_breaks, &j->words_planned, &j->deadline_ms, &j->created_ms, &j->begun_ms,
            &j->ended_ms, &j->touched_ms, &j->priority, &approve);
    j->approve = (enum job_approve)approve;
    return job_state_from_name(state, &j->state);
}

struct job_reader {
    struct job *out; // or each:
    bool (*each)(void *arg, const struct job *j);
    void *arg;
    struct err *err;
};

static bool job_bad_state(int64_t id, struct err *e)
{
    return err_set(e, ERR_DAMAGED, "job %" PRId64 " is in a state that this program does not know", id);
}

static bool job_on_row(void *arg, const struct db_row *row)
{
    struct job_reader *r = arg;

    if (job_columns(row, r->out)) return true;
    (void)job_bad_state(r->out->id, r->err);
    job_release(r->out); // who gets an error releases nothing
    return false;
}

enum store_found store_job_get(struct store *s, int64_t id, struct job *out, struct err *e)
{
    struct job_reader r = {.out = out, .err = e};

    *out = (struct job){0};
    return store_found_of(db_each(s->db, SQL_JOB_GET, job_on_row, &r, e, "l", id));
}

static bool job_on_each(void *arg, const struct db_row *row)
{
    struct job_reader *r = arg;
    struct job j;
    bool go_on = job_columns(row, &j) ? r->each(r->arg, &j) : job_bad_state(j.id, r->err);

    job_release(&j);
    return go_on;
}

bool store_jobs_each(struct store *s, bool (*each)(void *arg, const struct job *j), void *arg, struct err *e)
{
    struct job_reader r = {.each = each, .arg = arg, .err = e};

    return store_listed(db_each(s->db, SQL_JOB_EACH, job_on_each, &r, e, ""));
}

// ---- which one

struct job_matches {
    int64_t first;
    bool exact;
    int count;
};

static bool job_on_match(void *arg, const struct db_row *row)
{
    struct job_matches *m = arg;
    int64_t id;
    bool exact;

    db_read(row, "lb", &id, &exact);
    if (m->count > 0 && m->exact && !exact) return true; // the slug itself wins over longer ones
    if (m->count++ == 0) {
        m->first = id;
        m->exact = exact;
    }
    return true;
}

static enum store_found job_by_slug(struct store *s, const char *ref, int64_t *id, struct err *e)
{
    struct job_matches m = {0};

    if (db_each(s->db, SQL_JOB_BY_SLUG, job_on_match, &m, e, "s", ref) == DB_FAILED) return STORE_ERROR;
    if (m.count > 1) return STORE_AMBIGUOUS;
    *id = m.first;
    return m.count == 1 ? STORE_FOUND : STORE_NONE;
}

static bool job_ref_is_id(const char *ref, int64_t *id)
{
    char *end;

    if (ref[0] < '0' || ref[0] > '9') return false;
    errno = 0;
    *id = strtoll(ref, &end, 10);
    return errno == 0 && *end == '\0';
}

enum store_found store_job_find(struct store *s, const char *ref, int64_t *id, struct err *e)
{
    int64_t number;

    if (ref == NULL) return store_found_of(db_get(s->db, SQL_JOB_LATEST, e, ":l", id));
    if (*ref == '\0') return STORE_NONE;
    if (job_ref_is_id(ref, &number)) {
        enum db_result r = db_get(s->db, SQL_JOB_EXISTS, e, "l:l", number, id);
        if (r != DB_NONE) return store_found_of(r);
    }
    return job_by_slug(s, ref, id, e); // a title may begin with a number
}

enum store_found store_job_undone(struct store *s, int64_t *id, struct err *e)
{
    return store_found_of(db_get(s->db, SQL_JOB_LATEST_UNDONE, e, ":l", id));
}

bool store_jobs_unfinished(struct store *s, int64_t *count, struct err *e)
{
    return db_get(s->db, SQL_JOB_UNFINISHED, e, ":l", count) == DB_FOUND;
}

struct job_briefs {
    bool (*each)(void *arg, const struct job_brief *j);
    void *arg;
};

static bool job_on_brief(void *arg, const struct db_row *row)
{
    struct job_briefs *b = arg;
    struct job_brief j;

    db_read(row, "lsssi", &j.id, &j.backend, &j.fallback, &j.began_on, &j.priority);
    return b->each(b->arg, &j);
}

bool store_jobs_runnable(struct store *s, bool (*each)(void *arg, const struct job_brief *j), void *arg,
                         struct err *e)
{
    struct job_briefs b = {.each = each, .arg = arg};

    return db_each(s->db, SQL_JOB_RUNNABLE, job_on_brief, &b, e, "") != DB_FAILED;
}

// ---- changes

static const char *job_text(const char *s)
{
    return s != NULL ? s : "";
}

static bool job_insert_rows(struct store *s, struct job *j, struct err *e)
{
    if (!db_run(s->db, SQL_JOB_INSERT, e, "sssssssssssbllilil", j->uuid, j->slug, job_text(j->title),
                job_state_name(j->state), job_text(j->backend), job_text(j->fallback), job_text(j->model),
                job_text(j->templates), job_text(j->templates_dir), job_text(j->out_dir), job_text(j->out_parent),
                j->detached, j->seed, j->words_target, j->chapters_total, j->deadline_ms, (int)j->approve,
                j->created_ms))
        return false;
    j->id = db_last_id(s->db);
    return db_run(s->db, SQL_JOB_INSERT_SPEC, e, "ls", j->id, job_text(j->spec));
}

static bool job_add_submitted(struct store *s, const struct job *j, struct err *e)
{
    struct json *data = json_new_object();
    char text[256], words[AMOUNT_SIZE];

    json_set_str(data, "slug", j->slug);
    json_set_int(data, "words", j->words_target);
    json_set_int(data, "chapters", j->chapters_total);
    (void)snprintf(text, sizeof text, "submitted: %s, %s", j->slug, amount_words(words, j->words_target));
    return store_event_put(s, j->id, "submitted", text, data, e);
}

bool store_job_insert(struct store *s, struct job *j, struct err *e)
{
    struct store_scope scope;

    j->state = JOB_QUEUED;
    j->created_ms = j->touched_ms = clock_wall_ms();
    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = job_insert_rows(s, j, e) && job_add_submitted(s, j, e);
    return store_leave(s, &scope, ok, e);
}

static bool job_add_state(struct store *s, int64_t id, const char *from, const char *to, const char *reason,
                          struct err *e)
{
    struct json *data = json_new_object();
    char text[512];

    json_set_str(data, "from", from);
    json_set_str(data, "to", to);
    json_set_str(data, "reason", reason);
    (void)snprintf(text, sizeof text, "%s%s%s", to, *reason != '\0' ? ": " : "", reason);
    return store_event_put(s, id, "state", text, data, e);
}

bool store_job_set_state(struct store *s, int64_t id, enum job_state from, enum job_state to, const char *reason,
                         struct err *e)
{
    const char *was = job_state_name(from), *is = job_state_name(to), *why = job_text(reason);
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = db_run(s->db, SQL_JOB_SET_STATE, e, "lsssl", id, was, is, why, clock_wall_ms()) &&
              store_touched(s, "job", id, e) && job_add_state(s, id, was, is, why, e);
    return store_leave(s, &scope, ok, e);
}

bool store_job_set_folder(struct store *s, int64_t id, const char *out_dir, struct err *e)
{
    return store_write(s, "job", id, e, SQL_JOB_SET_FOLDER, "ls", id, out_dir);
}

bool store_job_set_backend(struct store *s, int64_t id, const char *backend, struct err *e)
{
    return store_write(s, "job", id, e, SQL_JOB_SET_BACKEND, "ls", id, backend);
}

bool store_job_set_model(struct store *s, int64_t id, const char *model, double obedience, struct err *e)
{
    return store_write(s, "job", id, e, SQL_JOB_SET_MODEL, "lsd", id, job_text(model), obedience);
}

bool store_job_set_began_on(struct store *s, int64_t id, const char *backend, struct err *e)
{
    return store_write(s, "job", id, e, SQL_JOB_SET_BEGAN_ON, "ls", id, backend);
}

bool store_job_set_approve(struct store *s, int64_t id, enum job_approve approve, struct err *e)
{
    return store_write(s, "job", id, e, SQL_JOB_SET_APPROVE, "li", id, (int)approve);
}

bool store_job_set_deadline(struct store *s, int64_t id, int64_t deadline_ms, struct err *e)
{
    return store_write(s, "job", id, e, SQL_JOB_SET_DEADLINE, "ll", id, deadline_ms);
}

bool store_job_set_priority(struct store *s, int64_t id, int priority, struct err *e)
{
    return store_write(s, "job", id, e, SQL_JOB_SET_PRIORITY, "li", id, priority);
}
