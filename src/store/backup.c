// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A backup: one transaction's view of the database, copied by SQLite itself, so that it is whole although the engine
// goes on writing. It is made beside its place and checked there:
//
//   db_copy ─▶ PATH.PID.new ─▶ quick_check ─▶ link to PATH (or rename over it) ─▶ directory synced
#include "store/handle.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/schema.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool backup_check(const char *path, struct err *e)
{
    int64_t faults = 1;
    struct db *copy = db_open(path, DB_READ, SCHEMA_APPLICATION_ID, store_sql, SQL_COUNT, e);

    bool ok =
        copy != NULL &&
        db_number(copy, "SELECT count(*) FROM pragma_quick_check WHERE quick_check <> 'ok'", &faults, e) &&
        (faults == 0 || err_set(e, ERR_DAMAGED, "the copy of the database is damaged: the database itself may be"));
    db_close(copy);
    return ok;
}

// Memory sticks have file systems without links: there the look that was taken before must do.
static bool backup_place_without_links(const char *made, const char *path, struct err *e)
{
    if (errno == EEXIST) return err_set(e, ERR_BUSY, "'%s' is there already", path);
    if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS)
        return err_set_errno(e, ERR_STORE, "cannot make '%s'", path);
    return rename(made, path) == 0 || err_set_errno(e, ERR_STORE, "cannot rename '%s'", made);
}

// Without a gap in which another file of that name could be lost.
static bool backup_place(const char *made, const char *path, bool replace, struct err *e)
{
    char *folder = mem_strdup(path);
    bool ok = true;

    if (replace)
        ok = rename(made, path) == 0 || err_set_errno(e, ERR_STORE, "cannot rename '%s'", made);
    else if (link(made, path) != 0)
        ok = backup_place_without_links(made, path, e);
    ok = ok && file_sync_dir(dirname(folder), e); // NOLINT(concurrency-mt-unsafe): one thread
    free(folder);
    return ok;
}

bool store_backup(struct store *s, const char *path, bool replace, struct err *e)
{
    char *made = mem_printf("%s.%ld.new", path, (long)getpid());
    struct err ignored = ERR_INIT;

    bool ok = (replace || !file_exists(path) || err_set(e, ERR_BUSY, "'%s' is there already", path)) &&
              db_copy(s->db, made, e) && backup_check(made, e) && backup_place(made, path, replace, e);
    (void)file_remove(made, &ignored);
    free(made);
    return ok;
}
