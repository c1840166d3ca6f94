// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The system calls that can fail on the data's way, in a table, so that a test can fail the Nth one. Everything in
// base/file.c and base/lock.c goes through it. (SQLite has its own such table; libcurl is tested over the wire.)
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include <sys/stat.h>
#include <sys/types.h>

struct sys_calls {
    int (*openat)(int dirfd, const char *path, int flags, mode_t mode);
    ssize_t (*read)(int fd, void *buf, size_t len);
    ssize_t (*write)(int fd, const void *buf, size_t len);
    ssize_t (*pwrite)(int fd, const void *buf, size_t len, off_t at);
    int (*fsync)(int fd); // F_FULLFSYNC on macOS
    int (*ftruncate)(int fd, off_t len);
    int (*close)(int fd);
    int (*renameat)(int olddir, const char *from, int newdir, const char *to);
    int (*unlinkat)(int dirfd, const char *path, int flags);
    int (*mkdirat)(int dirfd, const char *path, mode_t mode);
};

extern struct sys_calls sys;            // what the program calls
extern const struct sys_calls sys_real; // the kernel's own

#endif
