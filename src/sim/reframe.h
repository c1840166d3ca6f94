// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The same events, written otherwise than the server does: what proxies and other languages' libraries make of them.
//
//   crlf       \r\n for \n
//   comments   a comment before each batch of events
//   escapes    all that is not ASCII as \uXXXX
//   lines      the JSON of an event on two `data:` lines
//   pieces N   never more than N bytes at a time (the caller's part)
#ifndef SIM_REFRAME_H
#define SIM_REFRAME_H

#include "sim/fault.h"

#include "base/buf.h"

#include <stddef.h>

// Rewrites what stands in `out` from `from` on: whole events or lines.
void reframe(const struct fault *f, struct buf *out, size_t from);

#endif
