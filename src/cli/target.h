// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The jobs that a command's arguments name: ids, slugs' beginnings, or none (the one being written, else the last
// touched).
#ifndef CLI_TARGET_H
#define CLI_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/home.h"
#include "base/err.h"
#include "cli/command.h"
#include "model/job.h"
#include "store/store.h"

struct targets {
    int64_t *ids;
    size_t count;
};

// Without an argument: the job being written, else the last touched; with `undone`, the last touched that is not done.
bool targets_find(struct targets *t, const struct home *h, const struct args *a, bool undone, struct err *e);
// All that are wanted, by their ids; there may be none.
bool targets_all(struct targets *t, const struct home *h, bool (*wanted)(const struct job *j), struct err *e);
void targets_release(struct targets *t);
// The row of a job that targets_find has named; somebody may have removed it meanwhile, which is an error.
bool target_read(struct store *s, int64_t id, struct job *out, struct err *e);
// A job that was being looked at is not there any more: prints that, and returns the exit code.
int target_removed(int64_t id);

#endif
