// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Text with its white space folded: each run of it, line feeds too, is one blank.
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include <stddef.h>

#include "base/buf.h"

// Appends s folded, until `out` is full.
void fold_add(struct buf *out, const char *s, size_t len);
// How many bytes of s fold to `folded` bytes.
size_t fold_source(const char *s, size_t len, size_t folded);

#endif
