// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Attempts, and the tasks they are made for. The row is there before the request leaves; the text comes in pieces,
// each a row of its own, so that a commit of one kilobyte writes a few pages however long the answer has become.
#include "store/handle.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void attempt_release(struct attempt *a)
{
    free(a->backend);
    free(a->model);
    free(a->failure);
    free(a->verdict);
    buf_release(&a->prefix);
    buf_release(&a->text);
    *a = (struct attempt){0};
}

// ---- writing

static const char *attempt_string(const char *s)
{
    return s != NULL ? s : "";
}

static bool attempt_begin_rows(struct store *s, const struct attempt_begin *b, int64_t *id, struct err *e)
{
    const struct task_key *t = &b->task;
    int64_t task;
    int number;

    if (db_get(s->db, SQL_TASK_BEGIN, e, "lsii:li", t->job, t->kind, t->chapter, t->seq, &task, &number) != DB_FOUND)
        return false;
    if (!db_run(s->db, SQL_ATTEMPT_BEGIN, e, "liliillliibsssi", task, number, clock_wall_ms(), b->words_asked,
                b->max_tokens, b->seed, b->prompt_bytes, b->common_bytes, b->conversation, b->left_out, b->broke,
                attempt_string(b->backend), attempt_string(b->model), attempt_string(b->server), b->slot))
        return false;
    *id = db_last_id(s->db);
    return (b->prefix_len == 0 || db_run(s->db, SQL_ATTEMPT_PREFIX, e, "lx", *id, b->prefix, b->prefix_len)) &&
           db_run(s->db, SQL_JOB_ADD_REQUEST, e, "lllb", t->job, b->prompt_bytes, b->common_bytes, b->broke);
}

bool store_attempt_begin(struct store *s, const struct attempt_begin *b, int64_t *id, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = attempt_begin_rows(s, b, id, e);
    return store_leave(s, &scope, ok, e);
}

bool store_attempt_append(struct store *s, int64_t id, const char *text, size_t len, struct err *e)
{
    return store_write(s, "attempt", id, e, SQL_ATTEMPT_APPEND, "lx", id, text, len);
}

static int64_t attempt_known(int64_t n)
{
    return n > 0 ? n : 0;
}

static bool attempt_is(const char *word, const char *is)
{
    return strcmp(attempt_string(word), is) == 0;
}

static bool attempt_count(struct store *s, int64_t job, int64_t id, const struct attempt_end *r, struct err *e)
{
    bool retry = !attempt_is(r->failure, "none") || !attempt_is(r->verdict, "accepted");
    bool streamed = r->first_token_ms >= 0 && r->total_ms > r->first_token_ms;
    int64_t generating_ms = streamed ? r->total_ms - r->first_token_ms : 0;

    return db_run(s->db, SQL_JOB_ADD_ATTEMPT, e, "lblllllbl", job, (int)retry, attempt_known(r->prompt_tokens),
                  attempt_known(r->cached_tokens), attempt_known(r->output_tokens), generating_ms,
                  attempt_known(r->total_ms), (int)attempt_is(r->verdict, "no_plan"), id);
}

static bool attempt_end_row(struct store *s, int64_t id, const struct attempt_end *r, int64_t *task, struct err *e)
{
    switch (db_get(s->db, SQL_ATTEMPT_END, e, "lssssillllll:l", id, attempt_string(r->failure),
                   attempt_string(r->finish), attempt_string(r->verdict), attempt_string(r->message), r->http_status,
                   r->prompt_tokens, r->cached_tokens, r->output_tokens, r->first_token_ms, r->total_ms,
                   r->reasoning_bytes, task)) {
    case DB_FOUND:
        return true;
    case DB_NONE:
        return err_set(e, ERR_INTERNAL, "attempt %" PRId64 " is not in flight", id);
    default:
        return false;
    }
}

static bool attempt_end_rows(struct store *s, int64_t id, const struct attempt_end *r, struct err *e)
{
    int64_t task, job;
    bool done;

    if (!attempt_end_row(s, id, r, &task, e)) return false;
    if (r->sent != NULL && r->sent_len > 0 && !db_run(s->db, SQL_ATTEMPT_SENT, e, "lt", id, r->sent, r->sent_len))
        return false;
    if (db_get(s->db, SQL_TASK_CHARGE, e, "lb:lb", task, (int)r->charge, &job, &done) != DB_FOUND) return false;
    // The task may have been done before its attempt was ended.
    return (!done || db_run(s->db, SQL_TASK_DROP_ACCEPTED, e, "l", task)) && attempt_count(s, job, id, r, e);
}

bool store_attempt_end(struct store *s, int64_t id, const struct attempt_end *r, struct err *e)
{
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = attempt_end_rows(s, id, r, e);
    return store_leave(s, &scope, ok, e);
}

bool store_task_done(struct store *s, const struct task_key *t, struct err *e)
{
    struct store_scope scope;
    int64_t task;
    bool ok = false;

    if (!store_enter(s, &scope, true, e)) return false;
    switch (db_get(s->db, SQL_TASK_DONE, e, "lsii:l", t->job, t->kind, t->chapter, t->seq, &task)) {
    case DB_FOUND:
        ok = db_run(s->db, SQL_TASK_DROP_ACCEPTED, e, "l", task);
        break;
    case DB_NONE:
        ok = true;
        break; // done without a request
    default:
        break;
    }
    return store_leave(s, &scope, ok, e);
}

// ---- reading

struct attempt_reader {
    struct attempt *out;
    int64_t job;
};

static int64_t attempt_speed_x100(int64_t tokens, int64_t first_token_ms, int64_t total_ms)
{
    int64_t ms = first_token_ms >= 0 && total_ms > first_token_ms ? total_ms - first_token_ms : total_ms;

    return tokens > 0 && ms > 0 ? tokens * 100 * 1000 / ms : 0;
}

// The columns of ATTEMPT_COLUMNS in sql.c.
static bool attempt_on_row(void *arg, const struct db_row *row)
{
    struct attempt_reader *r = arg;
    struct attempt *a = r->out;
    int64_t tokens, first_token_ms, total_ms;

    db_read(row, "lliiSSiilbSSllll", &r->job, &a->id, &a->number, &a->charged, &a->backend, &a->model,
            &a->words_asked, &a->max_tokens, &a->seed, &a->ended, &a->failure, &a->verdict, &a->started_ms, &tokens,
            &first_token_ms, &total_ms);
    a->tokens_per_s_x100 = attempt_speed_x100(tokens, first_token_ms, total_ms);
    return true;
}

struct attempt_pieces {
    struct buf *carried, *text;
};

static bool attempt_on_piece(void *arg, const struct db_row *row)
{
    struct attempt_pieces *p = arg;
    const char *bytes;
    size_t len;
    int part;

    db_read(row, "it", &part, &bytes, &len);
    return buf_add(part == 0 ? p->carried : p->text, bytes, len);
}

bool store_attempt_text(struct store *s, int64_t id, struct buf *carried, struct buf *text, struct err *e)
{
    struct attempt_pieces p = {.carried = carried, .text = text};
    enum db_result r = db_each(s->db, SQL_ATTEMPT_TEXT, attempt_on_piece, &p, e, "l", id);

    if (r == DB_STOPPED) return err_set(e, ERR_CEILING, "the text of attempt %" PRId64 " is too long", id);
    return store_listed(r);
}

// `found` is what the row's statement gave; what follows is the text.
static enum store_found attempt_load_text(struct store *s, enum db_result found, struct attempt *out, struct err *e)
{
    if (found != DB_FOUND) return store_found_of(found);
    return store_attempt_text(s, out->id, &out->prefix, &out->text, e) ? STORE_FOUND : STORE_ERROR;
}

// `out` is made anew; a false leaves nothing in it.
static bool attempt_enter(struct store *s, struct store_scope *scope, struct attempt *out, struct err *e)
{
    *out = (struct attempt){0};
    buf_init(&out->prefix, BUF_MAX_PIECE);
    buf_init(&out->text, BUF_MAX_PIECE);
    bool ok = store_enter(s, scope, false, e);
    if (!ok) attempt_release(out);
    return ok;
}

static enum store_found attempt_leave(struct store *s, const struct store_scope *scope, enum store_found found,
                                      struct attempt *out, struct err *e)
{
    if (!store_leave(s, scope, found != STORE_ERROR, e)) found = STORE_ERROR;
    if (found == STORE_ERROR) attempt_release(out);
    return found;
}

static enum store_found attempt_of_task(struct store *s, enum store_statement statement, const struct task_key *t,
                                        int nth, struct attempt *out, struct err *e)
{
    struct attempt_reader r = {.out = out};
    struct store_scope scope;

    if (!attempt_enter(s, &scope, out, e)) return STORE_ERROR;
    enum db_result row =
        db_each(s->db, statement, attempt_on_row, &r, e, "lsiii", t->job, t->kind, t->chapter, t->seq, nth);
    return attempt_leave(s, &scope, attempt_load_text(s, row, out, e), out, e);
}

enum store_found store_attempt_last(struct store *s, const struct task_key *task, struct attempt *out, struct err *e)
{
    return attempt_of_task(s, SQL_ATTEMPT_LAST, task, 0, out, e);
}

enum store_found store_attempt_best(struct store *s, const struct task_key *task, int nth, struct attempt *out,
                                    struct err *e)
{
    return attempt_of_task(s, SQL_ATTEMPT_BEST, task, nth, out, e);
}

bool store_attempt_since(struct store *s, const struct task_key *t, int *number, struct err *e)
{
    *number = 0;
    return db_get(s->db, SQL_ATTEMPT_SINCE_NUMBER, e, "lsii:i", t->job, t->kind, t->chapter, t->seq, number) !=
           DB_FAILED;
}

bool store_attempt_is_open(struct store *s, int64_t id, bool *open, struct err *e)
{
    *open = false;
    return db_get(s->db, SQL_ATTEMPT_IS_OPEN, e, "l:b", id, open) != DB_FAILED;
}

bool store_attempt_newest(struct store *s, int64_t *id, struct err *e)
{
    return db_get(s->db, SQL_ATTEMPT_NEWEST, e, ":l", id) == DB_FOUND;
}

enum store_found store_attempt_left(struct store *s, const char *server, int slot, int64_t newest, int64_t *job,
                                    struct attempt *out, struct err *e)
{
    struct attempt_reader r = {.out = out};
    struct store_scope scope;

    if (!attempt_enter(s, &scope, out, e)) return STORE_ERROR;
    enum db_result row = db_each(s->db, SQL_ATTEMPT_LEFT, attempt_on_row, &r, e, "sli", server, newest, slot);
    enum store_found found = attempt_leave(s, &scope, attempt_load_text(s, row, out, e), out, e);
    if (job != NULL) *job = r.job;
    return found;
}
