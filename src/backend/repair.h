// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Half characters in JSON. Servers cut tokens where a character is not yet whole, and send the halves: broken UTF-8,
// or one half of a pair of \u escapes. The JSON reader refuses the whole event for it; with U+FFFD in its place the
// rest of the answer is saved.
#ifndef BACKEND_REPAIR_H
#define BACKEND_REPAIR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

// Appends the text with every broken character replaced. False: there was none, or `out` is full.
bool repair_json(struct buf *out, const char *data, size_t len);

#endif
