// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The parts of include/base/os.h that are the same on every system we know.
#include "base/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OS_ENTROPY_MAX = 256 }; // getentropy(3) gives no more at once

bool os_random(void *out, size_t len)
{
    char *p = out;

    while (len > 0) {
        size_t part = len < OS_ENTROPY_MAX ? len : OS_ENTROPY_MAX;
        if (getentropy(p, part) != 0) return false;
        p += part;
        len -= part;
    }
    return true;
}

// In /tmp anybody may have put something under our name first: it must be a directory, not a link, and ours alone.
static bool os_own_dir(const char *path)
{
    struct stat st;

    if (mkdir(path, 0700) != 0 && errno != EEXIST) return false;
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid()) return false;
    return (st.st_mode & 077) == 0 || chmod(path, 0700) == 0;
}

bool os_runtime_dir(char *out, size_t size)
{
    const char *xdg = getenv("XDG_RUNTIME_DIR"); // NOLINT(concurrency-mt-unsafe): nobody calls setenv

    if (xdg != NULL && xdg[0] == '/') {
        int n = snprintf(out, size, "%s/novelgen", xdg);
        if (n > 0 && (size_t)n < size && os_own_dir(out)) return true;
    }
    int n = snprintf(out, size, "/tmp/novelgen-%lu", (unsigned long)geteuid());
    return n > 0 && (size_t)n < size && os_own_dir(out);
}
