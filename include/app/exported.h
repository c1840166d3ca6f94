// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Files that were exported to somewhere: which of them may be written over. The home remembers for each path what was
// written there last, and of which job (home/exports/HASH-OF-PATH); a file that still holds just that is ours, anything
// else is its owner's.
#ifndef APP_EXPORTED_H
#define APP_EXPORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

// Writes the file at once and whole. Unless `force`, one that is there and not ours is an error that says what to do.
bool exported_write(const char *home, const char *path, int64_t job, const void *data, size_t len, bool force,
                    struct err *e);
// The two halves of it, for what writes its file itself. What cannot be remembered, since the home cannot be written to,
// costs the next export a question and is only said: the file is there.
bool exported_check(const char *home, const char *path, bool force, struct err *e);
void exported_note(const char *home, const char *path, int64_t job);
// What is remembered of a job that is gone. Nothing depends on it, so that nothing is said of what cannot be removed.
void exported_forget(const char *home, int64_t job);

#endif
