// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// System calls on files, repeated when interrupted: see file_raw.h.
#include "base/file_raw.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

int file_raw_open(const char *path, int flags)
{
    int fd;

    do fd = sys.openat(AT_FDCWD, path, flags | O_CLOEXEC, 0666); // the process's umask decides
    while (fd < 0 && errno == EINTR);
    return fd;
}

ssize_t file_raw_read(int fd, void *buf, size_t len)
{
    ssize_t n;

    do n = sys.read(fd, buf, len);
    while (n < 0 && errno == EINTR);
    return n;
}

// True when the call got on, or was only interrupted. A device that takes nothing and reports nothing is an error.
static bool file_raw_went(ssize_t n)
{
    if (n == 0) errno = EIO;
    return n > 0 || (n < 0 && errno == EINTR);
}

bool file_raw_write(int fd, const void *data, size_t len)
{
    const char *p = data;

    while (len > 0) {
        ssize_t n = sys.write(fd, p, len);
        if (!file_raw_went(n)) return false;
        if (n < 0) continue;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

bool file_raw_pwrite(int fd, const void *data, size_t len, uint64_t at)
{
    const char *p = data;

    while (len > 0) {
        ssize_t n = sys.pwrite(fd, p, len, (off_t)at);
        if (!file_raw_went(n)) return false;
        if (n < 0) continue;
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

bool file_raw_fsync(int fd)
{
    int rc;

    do rc = sys.fsync(fd);
    while (rc != 0 && errno == EINTR);
    return rc == 0;
}

bool file_raw_cut(int fd, uint64_t len)
{
    int rc;

    do rc = sys.ftruncate(fd, (off_t)len);
    while (rc != 0 && errno == EINTR);
    return rc == 0;
}

bool file_raw_closes(int fd)
{
    return sys.close(fd) == 0 || errno == EINTR;
}

void file_raw_close(int fd)
{
    int saved = errno;

    if (fd >= 0) (void)sys.close(fd);
    errno = saved;
}

void file_raw_dir(char *out, size_t size, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash != NULL ? (size_t)(slash - path) : 0;

    if (slash == NULL) {
        (void)snprintf(out, size, ".");
    } else if (len == 0) {
        (void)snprintf(out, size, "/");
    } else {
        (void)snprintf(out, size, "%.*s", (int)len, path);
    }
}
