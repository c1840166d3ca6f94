// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From the rows of a job to its plan in its owner's hands.
#ifndef ENGINE_OUTLINE_H
#define ENGINE_OUTLINE_H

#include <stdbool.h>

#include "base/err.h"
#include "model/job.h"
#include "model/outline.h"
#include "store/store.h"

// The caller may have begun a transaction, so that it is one view of the rows. `out` is released on failure.
bool outline_load(struct outline *out, struct store *s, const struct job *job, struct err *e);

#endif
