// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A file that appears under its name at once and whole:
//
//     begin: O_EXCL temporary beside it     path: absent, or the old content
//     add:   write, write, …                path: the same
//     commit: fsync, close, rename          path: the new content, complete
//             fsync of the directory        … and durable
//
// The directory is opened before the rename, so that the last step can only fail by a failing disk. The temporary is
// ".<name>.<pid>.<n>.tmp": a crash leaves one behind, and file_sweep knows by the pid whether it is still wanted.
#include "base/file.h"
#include "base/file_raw.h"
#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_ATOMIC_TRIES = 1000 };

static int file_atomic_open(struct file_atomic *f, const char *dir, const char *name)
{
    static unsigned serial;
    int fd = -1;

    // EEXIST: left by a dead process that had our pid.
    for (int i = 0; i < FILE_ATOMIC_TRIES; i++) {
        int n = snprintf(f->temp, sizeof f->temp, "%s/.%s.%ld.%u.tmp", dir, name, (long)getpid(), serial++ % 1000000);
        if (n < 0 || (size_t)n >= sizeof f->temp) {
            errno = ENAMETOOLONG;
            return -1;
        }
        fd = file_raw_open(f->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
        if (fd >= 0 || errno != EEXIST) break;
    }
    return fd;
}

bool file_atomic_begin(struct file_atomic *f, const char *path, struct err *e)
{
    char dir[sizeof f->path];
    const char *slash = strrchr(path, '/');

    *f = (struct file_atomic){.fd = -1, .hash = HASH_START, .err = ERR_INIT};
    int n = snprintf(f->path, sizeof f->path, "%s", path);
    if (n < 0 || (size_t)n >= sizeof f->path) return err_set(e, ERR_CEILING, "path '%s' is too long", path);
    file_raw_dir(dir, sizeof dir, path);
    f->fd = file_atomic_open(f, dir, slash != NULL ? slash + 1 : path);
    if (f->fd < 0) return err_set_errno(e, ERR_STORE, "cannot create a file beside '%s'", path);
    return true;
}

static void file_atomic_fail(struct file_atomic *f, const char *what)
{
    err_set_errno(&f->err, ERR_STORE, "cannot %s '%s'", what, f->path);
    f->failed = true;
}

void file_atomic_add(struct file_atomic *f, const void *data, size_t len)
{
    if (f->failed || f->fd < 0) return;
    if (!file_raw_write(f->fd, data, len)) {
        file_atomic_fail(f, "write");
        return;
    }
    f->hash = hash_add(f->hash, data, len);
    f->len += len;
}

// Everything up to the rename: from here on the content is on the medium.
static void file_atomic_settle(struct file_atomic *f)
{
    if (!f->failed && !file_raw_fsync(f->fd)) file_atomic_fail(f, "sync");
    bool closed = file_raw_closes(f->fd);
    f->fd = -1;
    if (!closed && !f->failed) file_atomic_fail(f, "close");
}

bool file_atomic_commit(struct file_atomic *f, struct err *e)
{
    char dir[sizeof f->path];
    int dir_fd = -1;

    file_raw_dir(dir, sizeof dir, f->path);
    file_atomic_settle(f);
    if (!f->failed && (dir_fd = file_raw_open(dir, O_RDONLY | O_DIRECTORY)) < 0)
        file_atomic_fail(f, "open the directory of");
    if (!f->failed && sys.renameat(AT_FDCWD, f->temp, AT_FDCWD, f->path) != 0) file_atomic_fail(f, "rename to");
    if (f->failed) {
        (void)sys.unlinkat(AT_FDCWD, f->temp, 0);
    } else if (!file_raw_fsync(dir_fd)) {
        file_atomic_fail(f, "sync the directory of");
    }
    file_raw_close(dir_fd);
    return f->failed ? err_set(e, f->err.code, "%s", f->err.text) : true;
}

void file_atomic_abort(struct file_atomic *f)
{
    if (f->fd < 0) return;
    file_raw_close(f->fd);
    f->fd = -1;
    (void)sys.unlinkat(AT_FDCWD, f->temp, 0);
}

bool file_publish(const char *path, const void *data, size_t len, struct err *e)
{
    struct file_atomic f;

    if (!file_atomic_begin(&f, path, e)) return false;
    file_atomic_add(&f, data, len);
    return file_atomic_commit(&f, e);
}

// The pid in ".<name>.<pid>.<n>.tmp"; 0 when the name is not of that form.
static long file_temp_pid(const char *name)
{
    size_t len = strlen(name);
    int dots = 0;

    if (name[0] != '.' || len < 5 || strcmp(name + len - 4, ".tmp") != 0) return 0;
    const char *p = name + len - 4;
    while (p > name && dots < 2) {
        p--;
        if (*p == '.')
            dots++;
        else if (*p < '0' || *p > '9')
            return 0;
    }
    return p > name ? strtol(p + 1, NULL, 10) : 0;
}

struct file_sweep {
    const char *dir;
    struct err *err;
};

static bool file_sweep_one(void *arg, const char *name)
{
    struct file_sweep *s = arg;
    char path[1056];
    long pid = file_temp_pid(name);

    if (pid <= 0 || pid == (long)getpid() || kill((pid_t)pid, 0) == 0 || errno != ESRCH) return true;
    int n = snprintf(path, sizeof path, "%s/%s", s->dir, name);
    return n < 0 || (size_t)n >= sizeof path || file_remove(path, s->err);
}

bool file_sweep(const char *dir, struct err *e)
{
    struct file_sweep s = {.dir = dir, .err = e};

    return file_list(dir, file_sweep_one, &s, e);
}
