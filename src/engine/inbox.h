// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Taking messages in: for each file, in the order of their names, one transaction with the effect and the answer, then
// the file goes. A message that was taken in before (its key has an answer) is only removed.
#ifndef ENGINE_INBOX_H
#define ENGINE_INBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/job.h"
#include "store/store.h"

#define INBOX_DIR "inbox"

struct inbox_options {
    const char *home;
    int queue_max;
    const char *default_backend; // for a submit that names none
    // After the commit: a job is new, or has come to rest by a message. May be NULL.
    void (*changed)(void *arg, int64_t job, enum job_state state);
    void *arg;
};

// `taken` counts the messages that had an effect. False: the store or the disk failed.
bool inbox_take(const struct inbox_options *o, struct store *s, int *taken, struct err *e);

#endif
