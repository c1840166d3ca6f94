// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Statements made of data: see include/io/db_made.h.
#include "io/db_made.h"

#include "io/db_handle.h"

#include "base/mem.h"

#include <stdlib.h>

struct db_made {
    struct db *d;
    sqlite3_stmt *statement;
};

struct db_made *db_make(struct db *d, const char *sql, struct err *e)
{
    struct db_made *m = mem_calloc(1, sizeof *m);

    m->d = d;
    int rc = sqlite3_prepare_v2(d->handle, sql, -1, &m->statement, NULL);
    if (rc == SQLITE_OK) return m;
    (void)db_fail(d, rc, "use", e);
    free(m);
    return NULL;
}

void db_made_free(struct db_made *m)
{
    if (m == NULL) return;
    (void)sqlite3_finalize(m->statement); // it reports old errors only
    free(m);
}

static int db_bind_value(sqlite3_stmt *s, int at, const struct db_value *v)
{
    switch (v->type) {
    case DB_NULL:
        return sqlite3_bind_null(s, at);
    case DB_INT:
        return sqlite3_bind_int64(s, at, v->n);
    case DB_REAL:
        return sqlite3_bind_double(s, at, v->x);
    case DB_TEXT:
        return sqlite3_bind_text64(s, at, v->bytes, v->len, SQLITE_STATIC, SQLITE_UTF8);
    case DB_BLOB:
        return sqlite3_bind_blob64(s, at, v->len > 0 ? v->bytes : "", v->len, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

static bool db_bind_values(struct db_made *m, const struct db_value *values, size_t count, struct err *e)
{
    int rc = SQLITE_OK;

    if (!db_usable(m->d, e)) return false;
    for (size_t i = 0; i < count && rc == SQLITE_OK; i++) rc = db_bind_value(m->statement, (int)i + 1, &values[i]);
    return rc == SQLITE_OK || db_fail(m->d, rc, "use", e);
}

bool db_made_run(struct db_made *m, const struct db_value *values, size_t count, struct err *e)
{
    bool ok = db_bind_values(m, values, count, e);

    if (ok) {
        int rc = sqlite3_step(m->statement);
        ok = rc == SQLITE_DONE || db_fail(m->d, rc, "write to", e);
    }
    (void)db_done(m->statement); // repeats the error of the step
    return ok;
}

enum db_result db_made_each(struct db_made *m, const struct db_value *values, size_t count, db_each_fn *each,
                            void *arg, struct err *e)
{
    enum db_result result = DB_NONE;
    int rc = SQLITE_MISUSE;

    if (!db_bind_values(m, values, count, e)) {
        (void)db_done(m->statement);
        return DB_FAILED;
    }
    while (result != DB_STOPPED && (rc = sqlite3_step(m->statement)) == SQLITE_ROW)
        result = each(arg, &(struct db_row){.statement = m->statement}) ? DB_FOUND : DB_STOPPED;
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        (void)db_fail(m->d, rc, "read", e);
        result = DB_FAILED;
    }
    (void)db_done(m->statement); // repeats the error of the step
    return result;
}

struct db_value db_read_value(const struct db_row *row, int column)
{
    static const enum db_type types[] = {[SQLITE_INTEGER] = DB_INT,
                                         [SQLITE_FLOAT] = DB_REAL,
                                         [SQLITE_TEXT] = DB_TEXT,
                                         [SQLITE_BLOB] = DB_BLOB,
                                         [SQLITE_NULL] = DB_NULL};
    struct db_value v = {.type = types[sqlite3_column_type(row->statement, column)]};

    if (v.type == DB_INT) v.n = sqlite3_column_int64(row->statement, column);
    if (v.type == DB_REAL) v.x = sqlite3_column_double(row->statement, column);
    if (v.type == DB_TEXT || v.type == DB_BLOB) v.bytes = db_column(row->statement, column, &v.len);
    return v;
}
