// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What was typed behind an option and will be kept with a job: it is held to what a spec may say.
#ifndef CLI_TYPED_H
#define CLI_TYPED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { TYPED_MODEL_BYTES = 300 };

// UTF-8 without control characters (but line breaks and tabs), of at most so many bytes. NULL, which is not given, is fine.
bool typed_text(const char *option, const char *text, size_t most, struct err *e);
// The same on one line, and not empty.
bool typed_line(const char *option, const char *text, size_t most, struct err *e);
// --out as an absolute path; NULL: the current directory. What is not there is made later.
bool typed_out(char *out, size_t size, const char *given, struct err *e);

#endif
