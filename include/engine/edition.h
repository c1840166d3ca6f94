// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From the rows of a job to a manuscript, in one read transaction: exporting while the book is being written is safe.
#ifndef ENGINE_EDITION_H
#define ENGINE_EDITION_H

#include <stdbool.h>

#include "base/err.h"
#include "model/job.h"
#include "out/manuscript.h"
#include "store/store.h"

// What is finished so far: complete chapters, and of the one being written its accepted parts. The caller may have begun a
// transaction. `out` is released on failure.
bool edition_load(struct manuscript *out, struct store *s, int64_t job, struct err *e);

#endif
