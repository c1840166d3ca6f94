// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A session with its talk: what `submit`, `resume` and `run` do once their messages are left.
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include "app/session.h"

// A command that has books written: follow_begin, its messages left, with their keys in `jobs`, follow_go.
struct follow_start {
    struct program program;
    struct session_options options;
};
bool follow_begin(struct follow_start *s, const struct home *h, struct session_job *jobs, size_t count,
                  struct err *e);
// With `detach` they are written in the background. Returns the exit code.
int follow_go(const struct follow_start *s, bool detach);

// Returns the exit code.
int follow_session(const struct session_options *o);

// The id and the folder of a job, on stdout.
void follow_print_job(const struct job *j);
void follow_simulator_hint(const struct job *j); // that it is no model's prose, if it is none
// Waits for the answers of messages that were left for others to carry out, starts `novelgen run` in the background
// where nobody writes, and prints each job (follow_detached.c). Returns the exit code.
int follow_detached(const struct session_options *o);

#endif
