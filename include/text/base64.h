// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Bytes as text (RFC 4648, with padding, without line breaks).
#ifndef TEXT_BASE64_H
#define TEXT_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

void base64_encode(struct buf *out, const void *data, size_t len);
// False: it is no base64; what was read until then stands in `out`.
bool base64_decode(struct buf *out, const char *text, size_t len);

#endif
