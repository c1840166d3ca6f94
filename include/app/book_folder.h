// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A book's folder that is not where it was: its owner has renamed or moved it, or it is lost.
#ifndef APP_BOOK_FOLDER_H
#define APP_BOOK_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "model/job.h"

enum { BOOK_FOLDER_SIZE = 1100 };

// Looks beside the place where it was, and in the current directory. False: it is where it should be, or nowhere there.
bool book_folder_find(const struct job *j, char out[BOOK_FOLDER_SIZE]);
// A line that says so, and what to do; nothing where it is in its place. `home_hint` as in app/verify.h.
void book_folder_text(const struct job *j, const char *home_hint, struct buf *out);

#endif
