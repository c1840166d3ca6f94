// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Exit codes: scripts depend on them, so none is ever renumbered.
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

#include "base/err.h"
#include "model/job.h"

enum exit_code {
    EXIT_WHOLE = 0,
    EXIT_GAPS = 1,
    EXIT_USAGE = 2,
    EXIT_NO_BACKEND = 3,
    EXIT_STORE = 4,
    EXIT_QUEUE_FULL = 5,
    EXIT_PAUSED = 6,
    EXIT_NO_JOB = 7,
    EXIT_CANCELLED = 8,
    EXIT_SIGNAL = 128, // plus the signal's number
};

int exit_of_err(enum err_code code);
int exit_of_job(const struct job *j); // of one at rest
int exit_worse(int a, int b);         // of several jobs

// Prints "novelgen: text" to stderr and returns the exit code.
int exit_fail(const struct err *e);

#endif
