// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The table of system calls: see include/base/sys.h.
#include "base/sys.h"
#include "base/os.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

// openat(2) is variadic, and a variadic function cannot stand in the table.
static int sys_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    return openat(dirfd, path, flags | O_CLOEXEC, mode);
}

#define SYS_REAL                                                                                                     \
    {                                                                                                                \
        .openat = sys_openat, .read = read, .write = write, .pwrite = pwrite, .fsync = os_fsync,                     \
        .ftruncate = ftruncate, .close = close, .renameat = renameat, .unlinkat = unlinkat, .mkdirat = mkdirat       \
    }

struct sys_calls sys = SYS_REAL;
const struct sys_calls sys_real = SYS_REAL;
