// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Starting a program with exactly the descriptors and the environment it is meant to have (posix_spawn).
#ifndef IO_CHILD_H
#define IO_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

enum { CHILD_FDS = 4 };

// Our descriptors that become the program's 0, 1, 2 and 3. -1: /dev/null for 0 to 2, nothing for 3.
struct child_fds {
    int fd[CHILD_FDS];
};

// The program leads a process group of its own, with default signals and nothing blocked. argv[0] is looked for in
// PATH. `more`: "NAME=value" entries that come on top of our own environment, or in the place of ours of that name;
// NULL-terminated; NULL: none. Descriptors of ours that are not close-on-exec would leak: there are none.
bool child_spawn(pid_t *pid, const char *const *argv, const struct child_fds *fds, const char *const *more,
                 struct err *e);

bool child_pipe(int ends[2], struct err *e); // both close-on-exec

#endif
