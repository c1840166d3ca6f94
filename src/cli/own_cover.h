// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The picture that a spec names: read and looked at when the book is submitted, since its folder may be gone later.
#ifndef CLI_OWN_COVER_H
#define CLI_OWN_COVER_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/spec.h"

// Into `out`, which the caller releases; nothing if the spec names none. `folder` and `name` are the spec's.
bool own_cover_read(struct buf *out, const struct spec *spec, const char *folder, const char *name, struct err *e);

#endif
