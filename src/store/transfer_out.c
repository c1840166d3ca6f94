// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The rows of a job as JSON Lines. Ids become their ranks, so that the same book gives the same lines wherever it is.
#include "store/transfer.h"

#include "store/handle.h"
#include "store/transfer_table.h"

#include "base/mem.h"
#include "io/db_made.h"
#include "io/json.h"
#include "store/schema.h"
#include "text/base64.h"
#include "text/utf8.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int transfer_schema(void)
{
    return schema_novelgen.count;
}

int transfer_tables(void)
{
    int count = 0;

    while (move_tables[count].name != NULL) count++;
    return count;
}

const char *transfer_table_name(int table)
{
    return move_tables[table].name;
}

// ---- ids

struct out_ids {
    int64_t *ids;
    size_t count, cap;
};

struct out {
    struct store *store;
    int64_t job;
    struct out_ids spaces[MOVE_SPACES];
    const struct move_table *table;
    struct buf line;
    bool (*give)(void *arg, const char *text, size_t len);
    void *arg;
    struct err *err;
};

static bool out_on_id(void *arg, const struct db_row *row)
{
    struct out_ids *s = arg;

    mem_grow(&s->ids, &s->cap, s->count + 1, sizeof *s->ids);
    s->ids[s->count++] = db_read_value(row, 0).n;
    return true;
}

static bool out_each(struct out *o, const char *sql, db_each_fn *each, void *arg)
{
    const struct db_value job = {.type = DB_INT, .n = o->job};
    struct db_made *m = db_make(o->store->db, sql, o->err);
    bool ok = m != NULL && store_listed(db_made_each(m, &job, 1, each, arg, o->err));

    db_made_free(m);
    return ok;
}

static bool out_read_ids(struct out *o)
{
    for (int i = 0; i < MOVE_SPACES; i++)
        if (!out_each(o, move_spaces[i].ids, out_on_id, &o->spaces[i])) return false;
    return true;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// From 1; 0: it is none of this job's.
static int64_t out_rank(const struct out_ids *s, int64_t id)
{
    const int64_t *at = s->count > 0 ? bsearch(&id, s->ids, s->count, sizeof id, compare_ids) : NULL;
    return at != NULL ? at - s->ids + 1 : 0;
}

// ---- rows

static bool out_id(struct out *o, const struct move_column *c, int64_t id)
{
    int64_t rank = out_rank(&o->spaces[c->space], id);

    if (rank == 0)
        return err_set(o->err, ERR_DAMAGED, "a row of job %" PRId64 " (%s.%s) refers to another job's", o->job,
                       o->table->name, c->name);
    return buf_addf(&o->line, "%" PRId64, rank);
}

static bool out_bytes(struct buf *line, const struct db_value *v)
{
    if (utf8_valid(v->bytes, v->len) && memchr(v->bytes, '\0', v->len) == NULL)
        return json_write_str(line, v->bytes, v->len);
    return buf_adds(line, "{\"base64\":\"") && base64_write(line, v->bytes, v->len) && buf_adds(line, "\"}");
}

// Seventeen digits give back every double.
static bool out_value(struct out *o, const struct move_column *c, const struct db_value *v)
{
    switch (v->type) {
    case DB_NULL:
        return buf_adds(&o->line, "null");
    case DB_INT:
        if (c->kind == MOVE_ID || c->kind == MOVE_REF) return out_id(o, c, v->n);
        return buf_addf(&o->line, "%" PRId64, v->n);
    case DB_REAL:
        return buf_addf(&o->line, "%.17g", v->x);
    case DB_TEXT:
    case DB_BLOB:
        break;
    }
    return out_bytes(&o->line, v->len > 0 ? v : &(struct db_value){.bytes = ""});
}

static bool out_columns(struct out *o, const struct db_row *row)
{
    int at = 0;

    for (const struct move_column *c = o->table->columns; c->kind != MOVE_END; c++) {
        if (!move_is_written(c->kind)) continue;
        const struct db_value v = db_read_value(row, at++);
        (void)buf_addf(&o->line, ",\"%s\":", c->name);
        if (!out_value(o, c, &v) && o->err->code != ERR_NONE) return false;
    }
    return buf_adds(&o->line, "}\n") && !o->line.full;
}

static bool out_on_row(void *arg, const struct db_row *row)
{
    struct out *o = arg;

    buf_clear(&o->line);
    (void)buf_addf(&o->line, "{\"table\":\"%s\"", o->table->name);
    if (!out_columns(o, row))
        return err_set(o->err, ERR_CEILING, "a row of '%s' is larger than %d bytes", o->table->name,
                       TRANSFER_LINE_MAX);
    return o->give(o->arg, o->line.data, o->line.len);
}

static bool out_table(struct out *o, const struct move_table *t)
{
    struct buf sql;
    const char *between = "SELECT ";

    buf_init(&sql, BUF_MAX_LINE);
    for (const struct move_column *c = t->columns; c->kind != MOVE_END; c++) {
        if (!move_is_written(c->kind)) continue;
        (void)buf_addf(&sql, "%s%s", between, c->name);
        between = ", ";
    }
    (void)buf_addf(&sql, " %s", t->from);
    o->table = t;
    bool ok = out_each(o, sql.data, out_on_row, o);
    buf_release(&sql);
    return ok;
}

bool store_transfer_out(struct store *s, int64_t job, bool (*line)(void *arg, const char *text, size_t len),
                        void *arg, struct err *e)
{
    struct out o = {.store = s, .job = job, .give = line, .arg = arg, .err = e};

    buf_init(&o.line, TRANSFER_LINE_MAX);
    bool ok = out_read_ids(&o);
    for (const struct move_table *t = move_tables; ok && t->name != NULL; t++) ok = out_table(&o, t);
    for (int i = 0; i < MOVE_SPACES; i++) free(o.spaces[i].ids);
    buf_release(&o.line);
    return ok;
}
