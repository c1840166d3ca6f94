// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the owner has said of a chapter, for its prompt.
#ifndef ENGINE_DIRECTIONS_H
#define ENGINE_DIRECTIONS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "engine/prompt.h"

// Lines under a heading of their own, oldest first; nothing where there are none.
bool directions_write(struct buf *out, const struct desk *d, int chapter, struct err *e);

// How many of those that hold for any of the chapters from..to, the oldest, are not said: all together may take a quarter
// of the context, or there would be no room for the story. The newest is said in any case.
bool directions_unsaid(const struct desk *d, int from, int to, int *count, struct err *e);
// Says so, in an event ("directions"), when their number is another than it was for the chapter before. Inside a
// transaction.
bool directions_tell(const struct desk *d, int chapter, struct err *e);
bool directions_hold(const struct direction_row *row, int from, int to);

#endif
