// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// macOS: see include/base/os.h.
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <limits.h>
#include <mach-o/dyld.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <unistd.h>

const int os_info_signal = SIGINFO;

// fsync(2) hands the data to the drive but does not ask it to write them. Where F_FULLFSYNC is not known (some
// network and FUSE volumes) fsync is all there is.
int os_fsync(int fd)
{
    if (fcntl(fd, F_FULLFSYNC) != -1) return 0;
    if (errno != ENOTSUP && errno != EINVAL && errno != ENOTTY) return -1;
    return fsync(fd);
}

bool os_self_path(char *out, size_t size)
{
    char named[PATH_MAX], real[PATH_MAX];
    uint32_t named_size = sizeof named;

    if (_NSGetExecutablePath(named, &named_size) != 0 || realpath(named, real) == NULL) return false;
    int n = snprintf(out, size, "%s", real);
    return n > 0 && (size_t)n < size;
}

bool os_is_network_fs(const char *path, char *type, size_t type_size)
{
    struct statfs st;

    if (statfs(path, &st) != 0 || (st.f_flags & MNT_LOCAL) != 0) return false;
    (void)snprintf(type, type_size, "%s", st.f_fstypename);
    return true;
}

bool os_fs_kind(const char *path, char *type, size_t type_size)
{
    struct statfs st;

    if (statfs(path, &st) != 0) return false;
    (void)snprintf(type, type_size, "%s", st.f_fstypename);
    return true;
}

int os_lock_holders(const char *path)
{
    (void)path;
    return -1;
}

const char *const *os_inhibit_argv(void)
{
    static const char *const argv[] = {"caffeinate", "-i", "cat", NULL};

    return argv;
}

void os_keep_memory(void)
{
    // Its allocator keeps what is freed.
}

// A zombie gives no information, so it is gone.
bool os_process_mark(long pid, char out[OS_MARK_SIZE])
{
    struct proc_bsdinfo info;

    if (proc_pidinfo((int)pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != (int)sizeof info) return false;
    (void)snprintf(out, OS_MARK_SIZE, "%llu.%06llu", (unsigned long long)info.pbi_start_tvsec,
                   (unsigned long long)info.pbi_start_tvusec);
    return true;
}
