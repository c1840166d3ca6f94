// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// SQLite: see include/io/db.h. The settings follow measurements: WAL with synchronous=FULL lost no acknowledged
// commit in replayed power failures; memory mapping stays off because a file error there is a signal; a connection
// that reads never checkpoints, because two connections that write or checkpoint at the same instant are what
// SQLite's WAL-reset bug (3.7.0 to 3.51.2) needs.
#include "io/db.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/library.h"
#include "base/mem.h"
#include "base/os.h"

#include <sqlite3.h>

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DB_BUSY_TIMEOUT_MS = 2000, DB_PAGE_BYTES = 4096 };

struct db {
    sqlite3 *handle;
    char *path;
    const char *const *sql;
    sqlite3_stmt **statements; // as in sql; NULL: not compiled yet
    size_t count;
    enum db_mode mode;
    bool writing;   // the open transaction is one that writes
    bool unknown;   // a commit has failed
    struct err why; // and so
    int wal_pages;
    int64_t commits;
};

struct db_row {
    sqlite3_stmt *statement;
};

// The values of a call, so that binding and reading can go on where the other has stopped.
struct db_values {
    va_list list;
};

// ---- errors

// What the system said, where it was asked: "unable to open database file" helps nobody.
static const char *db_why(const struct db *d, int code)
{
    bool system = (code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR;

    if (d->handle == NULL) return sqlite3_errstr(code);
    if (system && sqlite3_system_errno(d->handle) != 0)
        return strerror(sqlite3_system_errno(d->handle)); // NOLINT(concurrency-mt-unsafe): one thread
    return sqlite3_errmsg(d->handle);
}

static bool db_fail(const struct db *d, int code, const char *doing, struct err *e)
{
    const char *why = db_why(d, code);

    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(
            e, ERR_DAMAGED,
            "database '%s' is damaged (%s); nothing was changed: copy it together with its -wal file, then "
            "read what is left with: sqlite3 '%s' .recover",
            d->path, why, d->path);
    case SQLITE_FULL:
        return err_set(e, ERR_STORE, "no space left for database '%s': make room, then go on", d->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(e, ERR_STORE, "database '%s' is in use by another process (%s)", d->path, why);
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
        return err_set(e, ERR_INTERNAL, "cannot %s database '%s': %s (code %d)", doing, d->path, why, code);
    default:
        return err_set(e, ERR_STORE, "cannot %s database '%s': %s (code %d)", doing, d->path, why, code);
    }
}

static bool db_usable(const struct db *d, struct err *e)
{
    if (!d->unknown) return true;
    return err_set(e, d->why.code, "%s", d->why.text); // until it is opened again
}

// ---- opening

static bool db_config(struct db *d, int option, int value, struct err *e)
{
    int now = 0;
    int rc = sqlite3_db_config(d->handle, option, value, &now);

    return rc == SQLITE_OK || db_fail(d, rc, "configure", e);
}

static int db_on_wal(void *arg, sqlite3 *handle, const char *name, int pages)
{
    struct db *d = arg;

    (void)handle;
    (void)name;
    d->wal_pages = pages;
    return SQLITE_OK;
}

// fullfsync means something on macOS only, where fsync(2) alone leaves the data in the drive's cache. secure_delete
// (Debian builds with it) would write every page of a dropped text once more.
static bool db_set_up_writer(struct db *d, struct err *e)
{
    if (!db_script(d,
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
                   "PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA secure_delete = OFF;"
                   "PRAGMA foreign_keys = ON",
                   e))
        return false;
    sqlite3_wal_hook(d->handle, db_on_wal, d);
    return true;
}

static bool db_set_up_reader(struct db *d, struct err *e)
{
    return db_config(d, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, e) && db_script(d, "PRAGMA query_only = ON", e);
}

// Before anything is changed in it.
static bool db_is_ours(struct db *d, int64_t application_id, struct err *e)
{
    int64_t found = 0, tables = 0;

    if (!db_number(d, "PRAGMA application_id", &found, e)) return false;
    if (found == application_id) return true;
    if (!db_number(d, "SELECT count(*) FROM sqlite_schema", &tables, e)) return false;
    if (found == 0 && tables == 0) return true;
    return err_set(e, ERR_STORE, "'%s' is a database of another program: give another --home, or move it away",
                   d->path);
}

static bool db_set_up(struct db *d, int64_t application_id, struct err *e)
{
    int rc = sqlite3_busy_timeout(d->handle, DB_BUSY_TIMEOUT_MS);

    if (rc != SQLITE_OK) return db_fail(d, rc, "configure", e);
    if (!db_is_ours(d, application_id, e)) return false;
    if (!db_config(d, SQLITE_DBCONFIG_DEFENSIVE, 1, e) || !db_config(d, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, e))
        return false;
    if (!db_script(d, "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY", e))
        return false;
    return d->mode == DB_WRITE ? db_set_up_writer(d, e) : db_set_up_reader(d, e);
}

struct db *db_open(const char *path, enum db_mode mode, int64_t application_id, const char *const *sql, size_t count,
                   struct err *e)
{
    struct db *d = mem_calloc(1, sizeof *d);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (mode == DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);

    d->path = mem_strdup(path);
    d->mode = mode;
    d->sql = sql;
    d->count = count;
    d->statements = mem_calloc(count, sizeof(sqlite3_stmt *));
    // The log and its index take the mode of the database.
    mode_t mask = umask(077);
    int rc = sqlite3_open_v2(path, &d->handle, flags, NULL);
    (void)umask(mask);
    if (rc != SQLITE_OK) {
        (void)db_fail(d, rc, "open", e);
        goto fail;
    }
    if (!db_set_up(d, application_id, e)) goto fail;
    return d;
fail:
    db_close(d);
    return NULL;
}

void db_close(struct db *d)
{
    if (d == NULL) return;
    for (size_t i = 0; i < d->count; i++) (void)sqlite3_finalize(d->statements[i]); // it reports old errors only
    (void)sqlite3_close_v2(d->handle);
    free(d->statements);
    free(d->path);
    free(d);
}

// ---- statements

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

// At once after its use: an open statement pins the log, and the values it was given are about to go.
static int db_done(sqlite3_stmt *s)
{
    int rc = sqlite3_reset(s);

    (void)sqlite3_clear_bindings(s); // cannot fail
    return rc;
}

static const char *db_column(sqlite3_stmt *s, int at, size_t *len)
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

// ---- statements made of data

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

// ---- what is done once

bool db_script(struct db *d, const char *sql, struct err *e)
{
    if (!db_usable(d, e)) return false;
    int rc = sqlite3_exec(d->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || db_fail(d, rc, "use", e);
}

bool db_number(struct db *d, const char *sql, int64_t *out, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(d->handle, sql, -1, &s, NULL);

    if (rc == SQLITE_OK && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(s, 0);
        rc = SQLITE_OK;
    }
    if (rc != SQLITE_OK) (void)db_fail(d, rc, "read", e);
    (void)sqlite3_finalize(s);
    return rc == SQLITE_OK;
}

// ---- transactions

bool db_begin(struct db *d, bool write, struct err *e)
{
    if (!db_script(d, write ? "BEGIN IMMEDIATE" : "BEGIN", e)) return false;
    d->writing = write;
    return true;
}

bool db_commit(struct db *d, struct err *e)
{
    if (!db_usable(d, e)) return false;
    int rc = sqlite3_exec(d->handle, "COMMIT", NULL, NULL, NULL);
    if (rc == SQLITE_OK) {
        d->commits += d->writing;
        return true;
    }
    d->unknown = d->writing;
    err_clear(&d->why);
    (void)db_fail(d, rc, "commit to", &d->why);
    return err_set(e, d->why.code, "%s", d->why.text);
}

void db_rollback(struct db *d)
{
    // It may have been rolled back by SQLite itself, and what failed has been reported.
    if (db_in_transaction(d)) (void)sqlite3_exec(d->handle, "ROLLBACK", NULL, NULL, NULL);
}

bool db_in_transaction(const struct db *d)
{
    return sqlite3_get_autocommit(d->handle) == 0;
}

enum db_mode db_mode(const struct db *d)
{
    return d->mode;
}

int64_t db_commits(const struct db *d)
{
    return d->commits;
}

// ---- the write-ahead log

int64_t db_wal_bytes(const struct db *d)
{
    return (int64_t)d->wal_pages * DB_PAGE_BYTES;
}

bool db_checkpoint(struct db *d, struct err *e)
{
    int rc = sqlite3_wal_checkpoint_v2(d->handle, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);

    // Busy: somebody still reads what is in the log. The next one will do.
    return rc == SQLITE_OK || rc == SQLITE_BUSY || db_fail(d, rc, "checkpoint", e);
}

// ---- a copy

static bool db_sync_copy(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) return err_set_errno(e, ERR_STORE, "cannot open the copy '%s'", path);
    bool ok = os_fsync(fd) == 0 || err_set_errno(e, ERR_STORE, "cannot sync the copy '%s'", path);
    if (close(fd) != 0 && ok) ok = err_set_errno(e, ERR_STORE, "cannot close the copy '%s'", path);
    return ok;
}

// A connection that only reads may not write into another file either, until it is told so.
static bool db_let_copy(struct db *d, bool on, struct err *e)
{
    return d->mode == DB_WRITE || db_script(d, on ? "PRAGMA query_only = OFF" : "PRAGMA query_only = ON", e);
}

// What is full, or cannot be written to, is most likely where the copy goes.
static bool db_fail_copy(const struct db *d, int code, const char *path, struct err *e)
{
    if ((code & 0xff) == SQLITE_FULL)
        return err_set(e, ERR_STORE, "no space left for '%s': make room, or give another place", path);
    if ((code & 0xff) == SQLITE_IOERR)
        return err_set(e, ERR_STORE, "cannot copy database '%s' to '%s': %s (code %d)", d->path, path,
                       sqlite3_errmsg(d->handle), code);
    return db_fail(d, code, "copy", e);
}

bool db_copy(struct db *d, const char *path, struct err *e)
{
    char *temp = mem_printf("%s.tmp", path), *folder = mem_strdup(path);
    sqlite3_stmt *s = NULL;
    bool ok = file_remove(temp, e); // of one that was interrupted

    if (!ok || !db_let_copy(d, true, e)) {
        ok = false;
        goto out;
    }
    mode_t mask = umask(077);
    int rc = sqlite3_prepare_v2(d->handle, "VACUUM INTO ?1", -1, &s, NULL);
    if (rc == SQLITE_OK) rc = sqlite3_bind_text(s, 1, temp, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK) rc = sqlite3_step(s);
    (void)umask(mask);
    ok = rc == SQLITE_DONE || db_fail_copy(d, rc, path, e);
    (void)sqlite3_finalize(s);
    ok = db_let_copy(d, false, e) && ok && db_sync_copy(temp, e);
    if (ok && rename(temp, path) != 0) ok = err_set_errno(e, ERR_STORE, "cannot rename '%s'", temp);
    ok = ok && file_sync_dir(dirname(folder), e); // NOLINT(concurrency-mt-unsafe): one thread
    if (!ok) (void)unlink(temp);                  // why it failed is what is told
out:
    free(folder);
    free(temp);
    return ok;
}

void db_library(struct library *out)
{
    library_set(out, "SQLite", SQLITE_VERSION, sqlite3_libversion());
}
