// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Statements of a connection's table: compiled when they are first used and kept, bound and read by format, and reset
// before the call that used them returns. The letters of a format stand in include/io/db.h.
#include "io/db_handle.h"

#include "base/buf.h"
#include "base/mem.h"

// The values of a call, so that binding and reading can go on where the other has stopped.
struct db_values {
    va_list list;
};

// The statement, ready to be bound.
static sqlite3_stmt *db_statement(struct db *d, size_t statement, struct err *e)
{
    sqlite3_stmt **kept = &d->statements[statement];

    if (!db_usable(d, e)) return NULL;
    if (*kept == NULL) {
        int rc = sqlite3_prepare_v3(d->handle, d->sql[statement], -1, SQLITE_PREPARE_PERSISTENT, kept, NULL);
        if (rc != SQLITE_OK) {
            (void)db_fail(d, rc, "use", e);
            return NULL;
        }
    }
    if (sqlite3_stmt_busy(*kept)) {
        (void)err_set(e, ERR_INTERNAL, "statement %zu is used while it is running", statement);
        return NULL;
    }
    return *kept;
}

static int db_bind_text(sqlite3_stmt *s, int at, struct db_values *v, bool blob)
{
    const char *bytes = va_arg(v->list, const char *);
    size_t len = va_arg(v->list, size_t);

    if (bytes == NULL) bytes = "";
    if (blob) return sqlite3_bind_blob64(s, at, bytes, len, SQLITE_STATIC);
    return sqlite3_bind_text64(s, at, bytes, len, SQLITE_STATIC, SQLITE_UTF8);
}

// Binds up to the end of the format or its colon; returns what is left of it, NULL on failure.
static const char *db_bind(struct db *d, sqlite3_stmt *s, const char *format, struct db_values *v, struct err *e)
{
    int rc = SQLITE_OK;

    for (int at = 1; *format != '\0' && *format != ':' && rc == SQLITE_OK; at++, format++) {
        switch (*format) {
        case 'i':
            rc = sqlite3_bind_int(s, at, va_arg(v->list, int));
            break;
        case 'b':
            rc = sqlite3_bind_int(s, at, va_arg(v->list, int) != 0);
            break;
        case 'l':
            rc = sqlite3_bind_int64(s, at, va_arg(v->list, int64_t));
            break;
        case 'd':
            rc = sqlite3_bind_double(s, at, va_arg(v->list, double));
            break;
        case 's':
            rc = sqlite3_bind_text(s, at, va_arg(v->list, const char *), -1, SQLITE_STATIC);
            break;
        case 't':
            rc = db_bind_text(s, at, v, false);
            break;
        case 'x':
            rc = db_bind_text(s, at, v, true);
            break;
        default:
            rc = SQLITE_MISUSE;
            break;
        }
    }
    if (rc == SQLITE_OK) return format;
    (void)db_fail(d, rc, "use", e);
    return NULL;
}

int db_done(sqlite3_stmt *s)
{
    int rc = sqlite3_reset(s);

    (void)sqlite3_clear_bindings(s); // cannot fail
    return rc;
}

const char *db_column(sqlite3_stmt *s, int at, size_t *len)
{
    const char *bytes = sqlite3_column_type(s, at) == SQLITE_BLOB ? sqlite3_column_blob(s, at)
                                                                  : (const char *)sqlite3_column_text(s, at);
    *len = (size_t)sqlite3_column_bytes(s, at);
    return bytes;
}

static void db_read_bytes(sqlite3_stmt *s, int at, char letter, struct db_values *v)
{
    size_t len;
    const char *bytes = db_column(s, at, &len);

    switch (letter) {
    case 's':
        *va_arg(v->list, const char **) = bytes;
        break;
    case 'S':
        *va_arg(v->list, char **) = mem_strndup(bytes != NULL ? bytes : "", len);
        break;
    case 'B':
        (void)buf_add(va_arg(v->list, struct buf *), bytes, len);
        break; // the buffer knows that it is full
    default:
        *va_arg(v->list, const char **) = bytes != NULL ? bytes : "";
        *va_arg(v->list, size_t *) = len;
        break;
    }
}

static void db_read_columns(sqlite3_stmt *s, const char *columns, struct db_values *v)
{
    for (int at = 0; columns[at] != '\0'; at++) {
        switch (columns[at]) {
        case 'i':
            *va_arg(v->list, int *) = sqlite3_column_int(s, at);
            break;
        case 'b':
            *va_arg(v->list, bool *) = sqlite3_column_int(s, at) != 0;
            break;
        case 'l':
            *va_arg(v->list, int64_t *) = sqlite3_column_int64(s, at);
            break;
        case 'd':
            *va_arg(v->list, double *) = sqlite3_column_double(s, at);
            break;
        default:
            db_read_bytes(s, at, columns[at], v);
            break;
        }
    }
}

void db_read(const struct db_row *row, const char *columns, ...)
{
    struct db_values v;

    va_start(v.list, columns);
    db_read_columns(row->statement, columns, &v);
    va_end(v.list);
}

bool db_vrun(struct db *d, size_t statement, struct err *e, const char *binds, va_list values)
{
    sqlite3_stmt *s = db_statement(d, statement, e);
    struct db_values v;

    if (s == NULL) return false;
    va_copy(v.list, values);
    bool ok = db_bind(d, s, binds, &v, e) != NULL;
    va_end(v.list);
    if (ok) {
        int rc = sqlite3_step(s);
        ok = rc == SQLITE_DONE || db_fail(d, rc, "write to", e);
    }
    (void)db_done(s); // repeats the error of the step
    return ok;
}

bool db_run(struct db *d, size_t statement, struct err *e, const char *binds, ...)
{
    va_list values;

    va_start(values, binds);
    bool ok = db_vrun(d, statement, e, binds, values);
    va_end(values);
    return ok;
}

enum db_result db_get(struct db *d, size_t statement, struct err *e, const char *format, ...)
{
    sqlite3_stmt *s = db_statement(d, statement, e);
    enum db_result result = DB_FAILED;
    struct db_values v;

    if (s == NULL) return DB_FAILED;
    va_start(v.list, format);
    const char *columns = db_bind(d, s, format, &v, e);
    if (columns == NULL) goto out;
    int rc = sqlite3_step(s);
    if (rc == SQLITE_DONE) {
        result = DB_NONE;
    } else if (rc == SQLITE_ROW) {
        db_read_columns(s, columns + (*columns == ':'), &v);
        result = DB_FOUND;
    } else {
        (void)db_fail(d, rc, "read", e);
    }
out:
    va_end(v.list);
    // A RETURNING statement checks its foreign keys only now.
    int ended = db_done(s);
    if (result == DB_FOUND && ended != SQLITE_OK) {
        (void)db_fail(d, ended, "write to", e);
        result = DB_FAILED;
    }
    return result;
}

enum db_result db_each(struct db *d, size_t statement, db_each_fn *each, void *arg, struct err *e, const char *binds,
                       ...)
{
    sqlite3_stmt *s = db_statement(d, statement, e);
    enum db_result result = DB_NONE;
    struct db_values v;
    int rc;

    if (s == NULL) return DB_FAILED;
    va_start(v.list, binds);
    bool bound = db_bind(d, s, binds, &v, e) != NULL;
    va_end(v.list);
    if (!bound) {
        (void)db_done(s);
        return DB_FAILED;
    }
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        result = DB_FOUND;
        if (each(arg, &(struct db_row){.statement = s})) continue;
        result = DB_STOPPED;
        break;
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        (void)db_fail(d, rc, "read", e);
        result = DB_FAILED;
    }
    (void)db_done(s); // repeats the error of the step
    return result;
}

int64_t db_changes(const struct db *d)
{
    return sqlite3_changes64(d->handle);
}

int64_t db_last_id(const struct db *d)
{
    return sqlite3_last_insert_rowid(d->handle);
}
