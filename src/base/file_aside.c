// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Making room for a file without losing what stands in its place.
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/sys.h"

enum { ASIDE_TRIED = 1000 };

static bool aside_is_free(const char *path)
{
    struct stat st;

    return lstat(path, &st) != 0 && errno == ENOENT;
}

bool file_set_aside(const char *path, char *out, size_t size, struct err *e)
{
    for (int n = 1; n <= ASIDE_TRIED; n++) {
        char number[16] = "";
        if (n > 1) (void)snprintf(number, sizeof number, "-%d", n);
        int len = snprintf(out, size, "%s.mine%s", path, number);
        if (len < 0 || (size_t)len >= size) return err_set(e, ERR_STORE, "the path '%s' is too long", path);
        if (!aside_is_free(out)) continue;
        if (sys.renameat(AT_FDCWD, path, AT_FDCWD, out) == 0) return true;
        return err_set_errno(e, ERR_STORE, "cannot move '%s' to '%s'", path, out);
    }
    return err_set(e, ERR_STORE, "cannot find a free name to keep '%s' under", path);
}
