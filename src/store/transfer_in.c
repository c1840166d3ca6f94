// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Rows of a job into a store. They come from anywhere:
//
//     bytes ─▶ line ─▶ JSON object ─▶ table, in its turn ─▶ each column: type, range, length ─▶ INSERT
//                                                           └▶ what only this table can tell    │ keys, references
//                      end ─▶ the rows as a whole (SQL_MOVED_FAULT), hashes, counters ◀─────────┘
//
// What the schema says (unique keys, foreign keys, checks) is not said here once more: a row that it refuses is wrong.
#include "store/transfer.h"

#include "store/handle.h"
#include "store/transfer_check.h"
#include "store/transfer_table.h"

#include "base/clock.h"
#include "base/mem.h"
#include "io/db_made.h"
#include "io/json.h"
#include "text/base64.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { IDS_MOST = 10 * 1000 * 1000 };

struct transfer {
    struct store *store;
    struct transfer_place place;
    struct transfer_summary summary;
    struct buf line, bytes; // `bytes`: of the row's base 64 values, one behind the other
    int64_t number;         // of the line
    int table;              // that the lines have come to
    struct db_made *insert; // its statement
    int64_t base[MOVE_SPACES], last[MOVE_SPACES];
    bool ready;
};

struct transfer *transfer_new(struct store *s, const struct transfer_place *place)
{
    struct transfer *t = mem_calloc(1, sizeof *t);

    t->store = s;
    t->place = *place;
    t->table = -1;
    buf_init(&t->line, TRANSFER_LINE_MAX);
    buf_init(&t->bytes, TRANSFER_LINE_MAX);
    buf_init(&t->summary.templates, BUF_MAX_PIECE);
    return t;
}

void transfer_free(struct transfer *t)
{
    if (t == NULL) return;
    db_made_free(t->insert);
    buf_release(&t->line);
    buf_release(&t->bytes);
    transfer_summary_release(&t->summary);
    free(t);
}

void transfer_summary_release(struct transfer_summary *t)
{
    buf_release(&t->templates);
}

static bool in_prepare(struct transfer *t, struct err *e)
{
    if (t->ready) return true;
    for (int i = 0; i < MOVE_SPACES; i++)
        if (!db_number(t->store->db, move_spaces[i].last, &t->base[i], e)) return false;
    t->ready = true;
    return true;
}

// ---- which table

static bool move_is_bound(enum move_kind kind)
{
    return kind != MOVE_END && kind != MOVE_LEFT;
}

static void add_insert(struct buf *sql, const struct move_table *m)
{
    const char *between = "(";
    int binds = 0;

    (void)buf_addf(sql, "INSERT INTO %s ", m->name);
    for (const struct move_column *c = m->columns; c->kind != MOVE_END; c++) {
        if (!move_is_bound(c->kind)) continue;
        (void)buf_addf(sql, "%s%s", between, c->name);
        between = ", ";
        binds++;
    }
    for (int i = 1; i <= binds; i++) (void)buf_addf(sql, "%s?%d", i == 1 ? ") VALUES (" : ", ", i);
    (void)buf_addc(sql, ')');
}

static bool in_turn_to(struct transfer *t, int table, struct err *e)
{
    const struct move_table *m = &move_tables[table];
    struct buf sql;

    t->table = table;
    db_made_free(t->insert);
    t->insert = NULL;
    if (m->handed) return true;
    buf_init(&sql, BUF_MAX_LINE);
    if (m->insert == NULL) add_insert(&sql, m);
    t->insert = db_make(t->store->db, m->insert != NULL ? m->insert : sql.data, e);
    buf_release(&sql);
    return t->insert != NULL;
}

// Tables come in their order; what must be there is not passed over.
static bool in_find_table(struct transfer *t, const struct json *row, struct err *e)
{
    const char *name = json_str(json_get(row, "table"), NULL);
    int table = t->table < 0 ? 0 : t->table;

    if (name == NULL) return err_set(e, ERR_USAGE, "the row names no table");
    for (; move_tables[table].name != NULL && strcmp(move_tables[table].name, name) != 0; table++)
        if (move_tables[table].once && t->summary.rows[table] == 0)
            return err_set(e, ERR_USAGE, "a row of '%s' is missing", move_tables[table].name);
    if (move_tables[table].name == NULL)
        return err_set(e, ERR_USAGE, "the row is of an unknown table, or out of turn");
    if (move_tables[table].once && t->summary.rows[table] > 0)
        return err_set(e, ERR_USAGE, "there are two rows of '%s'", name);
    return table == t->table || in_turn_to(t, table, e);
}

// ---- one value

static bool in_wrong(const struct move_column *c, const struct json *v, const char *expected, struct err *e)
{
    return err_set(e, ERR_USAGE, "$.%s: found %s, expected %s", c->name,
                   v == NULL ? "nothing" : json_kind_name(json_kind(v)), expected);
}

static bool in_int(const struct move_column *c, const struct json *v, struct db_value *out, struct err *e)
{
    if (json_kind(v) != JSON_KIND_INT) return in_wrong(c, v, "a whole number", e);
    *out = (struct db_value){.type = DB_INT, .n = json_int(v, 0)};
    if (out->n >= c->least && out->n <= c->most) return true;
    return err_set(e, ERR_USAGE, "$.%s: found %" PRId64 ", expected a whole number from %" PRId64 " to %" PRId64,
                   c->name, out->n, c->least, c->most);
}

static bool in_real(const struct move_column *c, const struct json *v, struct db_value *out, struct err *e)
{
    if (json_kind(v) != JSON_KIND_REAL && json_kind(v) != JSON_KIND_INT) return in_wrong(c, v, "a number", e);
    *out = (struct db_value){.type = DB_REAL, .x = json_num(v, -1)};
    if (out->x >= (double)c->least && out->x <= (double)c->most) return true;
    return err_set(e, ERR_USAGE, "$.%s: found %g, expected a number from %" PRId64 " to %" PRId64, c->name, out->x,
                   c->least, c->most);
}

// The buffer gets room for all that the line can hold at once: what stands in it must not move until the row is inserted.
static bool in_base64(struct transfer *t, const struct json *v, struct db_value *out)
{
    if (t->bytes.cap <= t->line.len) {
        (void)buf_add(&t->bytes, t->line.data, t->line.len);
        buf_clear(&t->bytes);
    }
    size_t len, from = t->bytes.len;
    const char *text = json_str(json_get(v, "base64"), &len);

    if (text == NULL || json_count(v) != 1 || !base64_read(&t->bytes, text, len)) return false;
    out->bytes = t->bytes.data + from;
    out->len = t->bytes.len - from;
    return true;
}

static bool in_text(struct transfer *t, const struct move_column *c, const struct json *v, struct db_value *out,
                    struct err *e)
{
    bool any = c->kind == MOVE_LOOSE || c->kind == MOVE_BYTES;

    *out = (struct db_value){.type = c->kind == MOVE_BYTES ? DB_BLOB : DB_TEXT};
    out->bytes = json_str(v, &out->len);
    if (out->bytes == NULL && (!any || !in_base64(t, v, out))) return in_wrong(c, v, "a string", e);
    if (out->len > (size_t)c->most)
        return err_set(e, ERR_USAGE, "$.%s: found %zu bytes, expected at most %" PRId64, c->name, out->len, c->most);
    if (c->kind == MOVE_LOOSE && memchr(out->bytes, '\0', out->len) != NULL) return in_wrong(c, v, "a string", e);
    if (c->kind == MOVE_WORD && !transfer_is_word(out->bytes)) return in_wrong(c, v, "a plain word", e);
    return true;
}

// An id is greater than the one before it, in tables without holes by one; a reference is to one that may be there.
static bool in_id(struct transfer *t, const struct move_column *c, const struct json *v, struct db_value *out,
                  struct err *e)
{
    const struct move_table *m = &move_tables[t->table];
    int64_t id = json_kind(v) == JSON_KIND_INT ? json_int(v, 0) : 0, *last = &t->last[c->space];

    if (id < 1 || id > IDS_MOST) return in_wrong(c, v, "an id", e);
    if (c->kind == MOVE_ID && m->dense && id != *last + 1)
        return err_set(e, ERR_USAGE, "$.%s: found %" PRId64 ", expected %" PRId64, c->name, id, *last + 1);
    if (c->kind == MOVE_REF && id > *last)
        return err_set(e, ERR_USAGE, "$.%s: there is no row %" PRId64 " for it", c->name, id);
    if (c->kind == MOVE_ID && id > *last) *last = id;
    *out = (struct db_value){.type = DB_INT, .n = t->base[c->space] + id};
    return true;
}

static bool in_value(struct transfer *t, const struct move_column *c, const struct json *row, struct db_value *out,
                     struct err *e)
{
    const struct json *v = json_get(row, c->name);

    *out = (struct db_value){.type = DB_NULL};
    if (c->null && json_kind(v) == JSON_KIND_NULL) return true;
    switch (c->kind) {
    case MOVE_INT:
        return in_int(c, v, out, e);
    case MOVE_REAL:
        return in_real(c, v, out, e);
    case MOVE_TEXT:
    case MOVE_LOOSE:
    case MOVE_BYTES:
    case MOVE_WORD:
        return in_text(t, c, v, out, e);
    case MOVE_ID:
    case MOVE_REF:
        return in_id(t, c, v, out, e);
    case MOVE_JOB:
        *out = (struct db_value){.type = DB_INT, .n = t->summary.job};
        return true;
    case MOVE_PARENT:
        *out = (struct db_value){.type = DB_TEXT, .bytes = t->place.out_parent, .len = strlen(t->place.out_parent)};
        return true;
    case MOVE_DETACHED:
        *out = (struct db_value){.type = DB_INT, .n = t->place.detached};
        return true;
    case MOVE_LEFT:
    case MOVE_END:
        break;
    }
    return true;
}

// ---- one row

// The values in the order of the columns that are bound, and no other members.
static bool in_values(struct transfer *t, const struct json *row, struct db_value *values, size_t *count,
                      struct err *e)
{
    size_t written = 1; // "table"

    *count = 0;
    buf_clear(&t->bytes);
    for (const struct move_column *c = move_tables[t->table].columns; c->kind != MOVE_END; c++) {
        written += move_is_written(c->kind);
        if (move_is_bound(c->kind) && !in_value(t, c, row, &values[(*count)++], e)) return false;
    }
    return json_count(row) == written || err_set(e, ERR_USAGE, "the row has a column that is not known");
}

static bool in_store(struct transfer *t, const struct db_value *values, size_t count, struct err *e)
{
    const struct move_table *m = &move_tables[t->table];
    struct err refused = ERR_INIT;

    if (m->handed) return buf_add(&t->summary.templates, values[0].bytes, values[0].len);
    if (!db_made_run(t->insert, values, count, &refused))
        return refused.code == ERR_INTERNAL
                   ? err_set(e, ERR_USAGE, "the row contradicts others, or refers to one that is not there")
                   : err_set(e, refused.code, "%s", refused.text);
    if (m->check == CHECK_JOB) t->summary.job = db_last_id(t->store->db);
    return true;
}

static bool in_row(struct transfer *t, const struct json *row, struct err *e)
{
    struct db_value values[MOVE_COLUMNS] = {0};
    size_t count;

    if (json_kind(row) != JSON_KIND_OBJECT) return err_set(e, ERR_USAGE, "the row is no object");
    if (!in_find_table(t, row, e) || !in_values(t, row, values, &count, e)) return false;
    if (!transfer_check_row(move_tables[t->table].check, row, e) || !in_store(t, values, count, e)) return false;
    t->summary.rows[t->table]++;
    return true;
}

static bool in_line(struct transfer *t, struct err *e)
{
    struct err bad = ERR_INIT;

    t->number++;
    struct json *row = json_read(t->line.data, t->line.len, &bad);
    bool ok = row != NULL && in_row(t, row, &bad);
    const char *table = t->table >= 0 ? move_tables[t->table].name : "start";
    json_free(row);
    buf_clear(&t->line);
    return ok || err_set(e, bad.code, "line %" PRId64 " of the rows (%s): %s", t->number, table, bad.text);
}

bool transfer_feed(struct transfer *t, const char *bytes, size_t len, struct err *e)
{
    if (!in_prepare(t, e)) return false;
    for (size_t i = 0; i < len;) {
        const char *end = memchr(bytes + i, '\n', len - i);
        size_t n = end != NULL ? (size_t)(end - bytes) - i : len - i;
        if (!buf_add(&t->line, bytes + i, n))
            return err_set(e, ERR_USAGE, "line %" PRId64 " of the rows is longer than %d bytes", t->number + 1,
                           TRANSFER_LINE_MAX);
        if (end != NULL && !in_line(t, e)) return false;
        i += n + (end != NULL);
    }
    return true;
}

// ---- all rows

static bool in_is_whole(struct transfer *t, struct err *e)
{
    if (t->line.len > 0) return err_set(e, ERR_USAGE, "the last line of the rows is cut off");
    for (int i = 0; move_tables[i].name != NULL; i++)
        if (move_tables[i].once && t->summary.rows[i] == 0)
            return err_set(e, ERR_USAGE, "the rows have none of '%s'", move_tables[i].name);
    return true;
}

static bool in_look_at_all(struct transfer *t, struct err *e)
{
    struct err bad = ERR_INIT;
    char *fault = NULL;

    switch (db_get(t->store->db, SQL_MOVED_FAULT, e, "l:S", t->summary.job, &fault)) {
    case DB_NONE:
        break;
    case DB_FOUND:
        (void)err_set(e, ERR_USAGE, "the rows do not fit together: %s", fault);
        free(fault);
        return false;
    default:
        return false;
    }
    if (transfer_check_chunks(t->store, t->summary.job, &bad)) return true;
    return err_set(e, bad.code == ERR_DAMAGED ? ERR_USAGE : bad.code, "%s", bad.text);
}

static bool in_set_clock(struct transfer *t, struct err *e)
{
    int64_t now = clock_wall_ms();

    return db_run(t->store->db, SQL_MOVED_TIMES, e, "ll", t->summary.job, now) &&
           db_run(t->store->db, SQL_MOVED_TOUCHED, e, "ll", t->summary.job, now);
}

bool transfer_end(struct transfer *t, struct transfer_summary *out, struct err *e)
{
    struct db *db = t->store->db;

    if (!in_is_whole(t, e) || !in_look_at_all(t, e)) return false;
    if (!db_run(db, SQL_MOVED_JOB, e, "l", t->summary.job) ||
        !db_run(db, SQL_MOVED_ATTEMPTS, e, "l", t->summary.job) || !in_set_clock(t, e))
        return false;
    if (t->place.fallback != NULL && !db_run(db, SQL_MOVED_FALLBACK, e, "ls", t->summary.job, t->place.fallback))
        return false;
    *out = t->summary;
    t->summary.templates = (struct buf){0};
    return true;
}

enum store_found store_job_by_uuid(struct store *s, const char *uuid, int64_t *id, struct err *e)
{
    return store_found_of(db_get(s->db, SQL_JOB_BY_UUID, e, "s:l", uuid, id));
}
