// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Starting a program with exactly the descriptors it is meant to have.
#ifndef BACKEND_SPAWN_H
#define BACKEND_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

enum { SPAWN_FDS = 4 };

// Our descriptors that become the program's 0, 1, 2 and 3. -1: /dev/null for 0 to 2, nothing for 3.
struct spawn_fds {
    int fd[SPAWN_FDS];
};

// The program leads a process group of its own, with default signals and nothing blocked. argv[0] is looked for in
// PATH. Descriptors of ours that are not close-on-exec would leak: there are none.
bool spawn_program(pid_t *pid, const char *const *argv, const struct spawn_fds *fds, struct err *e);

bool spawn_pipe(int ends[2], struct err *e); // both close-on-exec

#endif
