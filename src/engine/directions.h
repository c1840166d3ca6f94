// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the owner has said of a chapter, for its prompt.
#ifndef ENGINE_DIRECTIONS_H
#define ENGINE_DIRECTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

// Lines under a heading of their own, oldest first; nothing where there are none.
bool directions_write(struct buf *out, struct store *s, int64_t job, int chapter, struct err *e);

#endif
