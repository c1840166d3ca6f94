// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Events: what observers hear. An event also touches its job, and nothing else does: every change of a state and every
// chunk makes one, so "last touched" costs no write of its own.
#include "store/handle.h"

#include "base/buf.h"
#include "base/clock.h"
#include "io/json.h"

bool store_event_add(struct store *s, int64_t job, const char *type, const char *text, const char *data,
                     struct err *e)
{
    int64_t now_ms = clock_wall_ms();
    struct store_scope scope;

    if (!store_enter(s, &scope, true, e)) return false;
    bool ok = db_run(s->db, SQL_EVENT_ADD, e, "llsss", job, now_ms, type, text != NULL ? text : "",
                     data != NULL ? data : "{}") &&
              db_run(s->db, SQL_JOB_TOUCH, e, "ll", job, now_ms) && store_touched(s, "job", job, e);
    return store_leave(s, &scope, ok, e);
}

bool store_event_put(struct store *s, int64_t job, const char *type, const char *text, struct json *data,
                     struct err *e)
{
    struct buf line;

    buf_init(&line, BUF_MAX_PIECE);
    bool ok = data == NULL || json_write(data, &line, 0) || err_set(e, ERR_CEILING, "event '%s' is too long", type);
    ok = ok && store_event_add(s, job, type, text, data != NULL ? line.data : NULL, e);
    buf_release(&line);
    json_free(data);
    return ok;
}

enum store_found store_event_find(struct store *s, int64_t job, const char *type, const char *data, struct err *e)
{
    int64_t one;

    return store_found_of(db_get(s->db, SQL_EVENT_IS_THERE, e, "lss:l", job, type, data, &one));
}

struct event_reader {
    bool (*each)(void *arg, const struct event_row *r);
    void *arg;
};

static bool event_on_row(void *arg, const struct db_row *row)
{
    struct event_reader *r = arg;
    struct event_row event;

    db_read(row, "lllsss", &event.id, &event.job, &event.time_ms, &event.type, &event.text, &event.data);
    return r->each(r->arg, &event);
}

bool store_events_each(struct store *s, int64_t job, int64_t after_id,
                       bool (*each)(void *arg, const struct event_row *r), void *arg, struct err *e)
{
    struct event_reader r = {.each = each, .arg = arg};

    if (job == 0) return store_listed(db_each(s->db, SQL_EVENT_EACH, event_on_row, &r, e, "l", after_id));
    return store_listed(db_each(s->db, SQL_EVENT_EACH_OF_JOB, event_on_row, &r, e, "ll", after_id, job));
}

bool store_event_newest(struct store *s, int64_t *id, struct err *e)
{
    return db_get(s->db, SQL_EVENT_NEWEST, e, ":l", id) != DB_FAILED;
}
