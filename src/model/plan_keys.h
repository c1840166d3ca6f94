// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A bible or a recap that was given as JSON, as the lines that are asked for otherwise.
#ifndef MODEL_PLAN_KEYS_H
#define MODEL_PLAN_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

// Appends "KEY: value" lines in the answer's order, unbounded. False: there is no JSON with a known key.
bool plan_keys_from_json(struct buf *out, const char *text, size_t len, bool bible);

#endif
