// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A zip file that is made in memory by libzip: the same entries give the same bytes. No extra fields, one fixed date.
#ifndef IO_ZIP_H
#define IO_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct library;
struct zip_out;

// `modified_s`: the date of all entries, seconds since 1970 UTC (zip holds 1980 to 2107; what is outside is moved in).
struct zip_out *zip_out_new(int64_t modified_s, struct err *e); // NULL on failure
// Adds an entry, in this order; the data is copied. `stored`: without compression.
bool zip_out_add(struct zip_out *z, const char *name, const void *data, size_t len, bool stored, struct err *e);
// Appends the whole file to `out` and frees it, either way.
bool zip_out_finish(struct zip_out *z, struct buf *out, struct err *e);
void zip_out_drop(struct zip_out *z); // NULL is fine

void zip_library(struct library *out); // see base/library.h

#endif
