// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Opening the store, its transactions, and its write-ahead log.
//
// The log is begun anew (never cut) once a checkpoint has taken over what is in it, so that later commits overwrite it
// instead of making it longer. The last one to close removes it: were it kept, its frames would be played into a copy
// that a user puts in the database's place.
#include "store/handle.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/os.h"
#include "store/schema.h"

#include <inttypes.h>
#include <stdlib.h>

enum { STORE_WAL_FULL_BYTES = 1024 * 1024 }; // a checkpoint is due

static enum store_opened store_open_read(struct store *s, const char *path, struct err *e)
{
    char *journal = mem_printf("%s-journal", path);
    bool unmade =
        !file_exists(path) || file_exists(journal); // ours is never but in WAL mode: its maker is at it, or died
    free(journal);
    if (unmade) return STORE_ABSENT;
    s->db = db_open(path, DB_READ, SCHEMA_APPLICATION_ID, store_sql, SQL_COUNT, e);
    if (s->db == NULL) return STORE_FAILED;
    switch (schema_look(s->db, &schema_novelgen, e)) {
    case SCHEMA_CURRENT:
        return STORE_OPENED;
    case SCHEMA_EMPTY:
        return STORE_ABSENT; // its maker has only just begun
    case SCHEMA_OLDER:
        return STORE_OLD;
    case SCHEMA_FAILED:
        break;
    }
    return STORE_FAILED;
}

static enum store_opened store_open_write(struct store *s, const char *home, const char *path, struct err *e)
{
    char type[64];

    if (os_is_network_fs(home, type, sizeof type)) {
        (void)err_set(
            e, ERR_STORE,
            "the home '%s' is on a network file system (%s), where a database is not safe: give a --home on a "
            "local disk",
            home, type);
        return STORE_FAILED;
    }
    s->db = db_open(path, DB_WRITE, SCHEMA_APPLICATION_ID, store_sql, SQL_COUNT, e);
    if (s->db == NULL || !schema_migrate(s->db, &schema_novelgen, path, e)) return STORE_FAILED;
    return STORE_OPENED;
}

enum store_opened store_open(struct store **out, const char *home, enum store_mode mode, struct err *e)
{
    struct store *s = mem_calloc(1, sizeof *s);
    char *path = mem_printf("%s/novelgen.db", home);
    enum store_opened opened =
        mode == STORE_READ_WRITE ? store_open_write(s, home, path, e) : store_open_read(s, path, e);

    free(path);
    *out = opened == STORE_OPENED ? s : NULL;
    if (opened != STORE_OPENED) store_close(s);
    return opened;
}

void store_close(struct store *s)
{
    if (s == NULL) return;
    db_close(s->db);
    free(s);
}

// ---- transactions

bool store_begin(struct store *s, struct err *e)
{
    return db_begin(s->db, db_mode(s->db) == DB_WRITE, e);
}

bool store_begin_view(struct store *s, bool *own, struct err *e)
{
    *own = !db_in_transaction(s->db);
    return !*own || db_begin(s->db, false, e);
}

bool store_commit(struct store *s, struct err *e)
{
    return db_commit(s->db, e);
}

void store_rollback(struct store *s)
{
    db_rollback(s->db);
}

bool store_enter(struct store *s, struct store_scope *scope, bool write, struct err *e)
{
    scope->own = !db_in_transaction(s->db);
    return !scope->own || db_begin(s->db, write, e);
}

bool store_leave(struct store *s, const struct store_scope *scope, bool ok, struct err *e)
{
    if (!scope->own) return ok;
    if (ok) ok = db_commit(s->db, e);
    if (!ok) db_rollback(s->db);
    return ok;
}

bool store_touched(struct store *s, const char *what, int64_t id, struct err *e)
{
    return db_changes(s->db) > 0 || err_set(e, ERR_INTERNAL, "no such %s, or not in that state: %" PRId64, what, id);
}

bool store_write(struct store *s, const char *what, int64_t id, struct err *e, enum store_statement statement,
                 const char *binds, ...)
{
    struct store_scope scope;
    va_list values;

    if (!store_enter(s, &scope, true, e)) return false;
    va_start(values, binds);
    bool ok = db_vrun(s->db, statement, e, binds, values);
    va_end(values);
    ok = ok && store_touched(s, what, id, e);
    return store_leave(s, &scope, ok, e);
}

// ---- the log, and what others did

bool store_checkpoint(struct store *s, struct err *e)
{
    return db_wal_bytes(s->db) < STORE_WAL_FULL_BYTES || db_checkpoint(s->db, e);
}

int64_t store_commits(const struct store *s)
{
    return db_commits(s->db);
}

bool store_version(struct store *s, int64_t *version, struct err *e)
{
    return db_get(s->db, SQL_VERSION, e, ":l", version) == DB_FOUND;
}
