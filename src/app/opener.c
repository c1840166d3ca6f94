// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See include/app/opener.h.
#include "app/opener.h"

#include "base/file.h"
#include "base/mem.h"
#include "io/child.h"

bool opener_open(const char *path, struct err *e)
{
    static const char *const programs[] = {"xdg-open", "open"};
    static const struct child_fds none = {{-1, -1, -1, -1}};
    char absolute[1100];
    pid_t pid;
    if (!file_absolute(absolute, sizeof(absolute), path, e)) return false;
    for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
        struct err unused = ERR_INIT;
        const char *const argv[] = {programs[i], absolute, NULL};
        if (child_spawn(&pid, argv, &none, NULL, &unused)) return true;
    }
    return err_set(e, ERR_USAGE, "--open: there is neither xdg-open nor open here; open '%s' by hand", absolute);
}
