// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A connection to SQLite: see include/io/db.h. The settings follow measurements: WAL with synchronous=FULL lost no
// acknowledged commit in replayed power failures; memory mapping stays off because a file error there is a signal; a
// connection that reads never checkpoints, because two connections that write or checkpoint at the same instant are what
// SQLite's WAL-reset bug (3.7.0 to 3.51.2) needs.
#include "io/db_handle.h"

#include "base/library.h"
#include "base/mem.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { DB_BUSY_TIMEOUT_MS = 2000, DB_PAGE_BYTES = 4096 };

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

bool db_fail(const struct db *d, int code, const char *doing, struct err *e)
{
    const char *why = db_why(d, code);

    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(e, ERR_DAMAGED,
                       "database '%s' is damaged (%s); nothing was changed: copy it together with its -wal file, "
                       "then put a copy "
                       "made with novelgen backup in its place, or read what is left with: sqlite3 '%s' .recover",
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

bool db_usable(const struct db *d, struct err *e)
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

// Before anything is changed in it. The tables are counted first: another process may make the store in between, and both
// come with one commit.
static bool db_is_ours(struct db *d, int64_t application_id, struct err *e)
{
    int64_t found = 0, tables = 0;

    if (!db_number(d, "SELECT count(*) FROM sqlite_schema", &tables, e)) return false;
    if (!db_number(d, "PRAGMA application_id", &found, e)) return false;
    if (found == application_id || (found == 0 && tables == 0)) return true;
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

void db_library(struct library *out)
{
    library_set(out, "SQLite", SQLITE_VERSION, sqlite3_libversion());
}
