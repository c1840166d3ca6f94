// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A copy of a whole database, by SQLite's own VACUUM INTO, which sees one moment of it while others write. It is written
// beside its place, synced and renamed: under its name it is whole, or what was there before.
#include "io/db_handle.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/os.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
