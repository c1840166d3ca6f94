// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A JSON document written by a person: a byte order mark and `//` comments are blanked in place, so that line numbers
// hold; what is not UTF-8 is named with its line.
#ifndef MODEL_DOCUMENT_H
#define MODEL_DOCUMENT_H

#include <stddef.h>

#include "base/err.h"
#include "io/json.h"

struct json *document_read(const char *text, size_t len, struct err *e);
// "spec 'x.json'", with a name from outside masked, for err_prefix.
enum { DOCUMENT_LABEL_SIZE = 256 };
const char *document_label(char out[DOCUMENT_LABEL_SIZE], const char *what, const char *name);

#endif
