// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Two lines that a run says once of each job: from which words it goes on, and, as soon as it was measured, how fast it
// goes and when it will be done.
#ifndef CLI_OUTLOOK_H
#define CLI_OUTLOOK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/job.h"
#include "store/store.h"

// Adds nothing to `out` for a job that has no prose yet.
bool outlook_behind(struct store *s, const struct job *j, struct buf *out, struct err *e);
// Adds nothing while no part of the book was measured: nothing is guessed.
bool outlook_ahead(struct store *s, const struct job *j, struct buf *out, struct err *e);

#endif
