// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Held locks: see include/base/lock.h.
#include "base/lock.h"
#include "base/file_raw.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

// The file may have been removed or replaced (a cleaner of /tmp) between open and flock: a lock on a file that has
// no name any more keeps nobody out.
static bool lock_is_current(int fd, const char *path)
{
    struct stat ours, named;

    return fstat(fd, &ours) == 0 && lstat(path, &named) == 0 && ours.st_dev == named.st_dev &&
           ours.st_ino == named.st_ino;
}

static enum lock_result lock_take(struct lock *l, const char *path, int how, struct err *e)
{
    for (;;) {
        int rc, fd;
        do fd = sys.openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        while (fd < 0 && errno == EINTR);
        if (fd < 0) {
            err_set_errno(e, ERR_STORE, "cannot open lock '%s'", path);
            return LOCK_ERROR;
        }
        do rc = flock(fd, how);
        while (rc != 0 && errno == EINTR);
        if (rc == 0 && lock_is_current(fd, path)) {
            l->fd = fd;
            return LOCK_HELD;
        }
        int cause = errno;
        file_raw_close(fd);
        if (rc == 0) continue;
        errno = cause;
        if (cause == EWOULDBLOCK) return LOCK_TAKEN;
        err_set_errno(e, ERR_STORE, "cannot lock '%s'", path);
        return LOCK_ERROR;
    }
}

enum lock_result lock_try(struct lock *l, const char *path, bool shared, struct err *e)
{
    return lock_take(l, path, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB, e);
}

bool lock_shared_wait(struct lock *l, const char *path, struct err *e)
{
    return lock_take(l, path, LOCK_SH, e) == LOCK_HELD;
}

bool lock_folder_wait(struct lock *l, const char *folder, struct err *e)
{
    int rc, fd = file_raw_open(folder, O_RDONLY | O_DIRECTORY);

    if (fd < 0) return err_set_errno(e, ERR_STORE, "cannot open '%s'", folder);
    do rc = flock(fd, LOCK_EX);
    while (rc != 0 && errno == EINTR);
    l->fd = fd;
    if (rc == 0) return true;
    err_set_errno(e, ERR_STORE, "cannot lock '%s'", folder);
    lock_release(l);
    return false;
}

// Unlocks before closing: a child that was forked and has not called exec yet shares the lock.
void lock_release(struct lock *l)
{
    if (l->fd < 0) return;
    (void)flock(l->fd, LOCK_UN);
    file_raw_close(l->fd);
    l->fd = -1;
}

// For messages only, so a failure is nobody's concern: the holder is then unknown.
void lock_sign(const struct lock *l)
{
    char text[32];

    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (l->fd >= 0 && len > 0 && file_raw_cut(l->fd, 0)) (void)file_raw_pwrite(l->fd, text, (size_t)len, 0);
}

long lock_holder(const char *path)
{
    char text[32];

    int fd = file_raw_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return 0;
    ssize_t n = file_raw_read(fd, text, sizeof text - 1);
    file_raw_close(fd);
    if (n <= 0) return 0;
    text[n] = '\0';
    long pid = strtol(text, NULL, 10);
    return pid > 0 ? pid : 0;
}
