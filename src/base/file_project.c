// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Projections: files that are rebuilt from the database and followed by `tail -f`. They are changed in place, and
// only where they differ, without fsync: after a crash they are simply projected again.
#include "base/file.h"
#include "base/file_raw.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int file_project_open(const char *path, int flags, uint64_t *size, struct err *e)
{
    struct stat st;

    int fd = file_raw_open(path, flags | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0) {
        err_set_errno(e, ERR_STORE, "cannot open '%s'", path);
        goto fail;
    }
    if (!S_ISREG(st.st_mode)) {
        err_set(e, ERR_STORE, "cannot write '%s': not a regular file", path);
        goto fail;
    }
    *size = (uint64_t)st.st_size;
    return fd;
fail:
    file_raw_close(fd);
    return -1;
}

// How many bytes at the front of the file equal `data`. False: errno.
static bool file_same_prefix(int fd, const char *data, size_t len, size_t *same)
{
    char block[FILE_RAW_BLOCK];

    for (*same = 0; *same < len;) {
        size_t ask = len - *same < sizeof block ? len - *same : sizeof block;
        ssize_t n = file_raw_read(fd, block, ask);
        if (n < 0) return false;
        if (n == 0) return true;
        for (ssize_t i = 0; i < n; i++, (*same)++) {
            if (block[i] != data[*same]) return true;
        }
    }
    return true;
}

// Ends the file at `at` and puts `data` there.
static bool file_put_at(int fd, uint64_t size, uint64_t at, const void *data, size_t len)
{
    if (size > at && !file_raw_cut(fd, at)) return false;
    return file_raw_pwrite(fd, data, len, at);
}

// close(2) is looked at too: a quota or a network file system may report a lost write only there.
static bool file_project_close(int fd, bool ok, const char *path, struct err *e)
{
    if (!ok) err_set_errno(e, ERR_STORE, "cannot write '%s'", path);
    if (!file_raw_closes(fd) && ok) ok = err_set_errno(e, ERR_STORE, "cannot close '%s'", path);
    return ok;
}

bool file_project(const char *path, const void *data, size_t len, struct err *e)
{
    size_t same;
    uint64_t size;

    int fd = file_project_open(path, O_RDWR | O_CREAT, &size, e);
    if (fd < 0) return false;
    bool ok =
        file_same_prefix(fd, data, len, &same) && file_put_at(fd, size, same, (const char *)data + same, len - same);
    return file_project_close(fd, ok, path, e);
}

bool file_append_at(const char *path, uint64_t at, const void *data, size_t len, struct err *e)
{
    uint64_t size;

    int fd = file_project_open(path, at == 0 ? O_WRONLY | O_CREAT : O_WRONLY, &size, e);
    if (fd < 0) return false;
    if (size < at) {
        file_raw_close(fd);
        return err_set(e, ERR_STORE, "'%s' is shorter than expected", path);
    }
    return file_project_close(fd, file_put_at(fd, size, at, data, len), path, e);
}
