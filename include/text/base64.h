// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Base 64 (RFC 4648, section 4), for bytes that must stand in JSON.
#ifndef TEXT_BASE64_H
#define TEXT_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

bool base64_write(struct buf *out, const void *data, size_t len); // appends; false: no room
// Appends the bytes; false: it is no base 64 (padding and all), or there is no room.
bool base64_read(struct buf *out, const char *text, size_t len);

#endif
