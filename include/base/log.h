// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Talk: one line per call, to stderr or, after the terminal is gone, to a file with a size cap. Never the product
// (stdout) and never an error's only way to the user. Lines are masked: a control character never reaches the sink.
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level most);
// Sends what follows to `path` (created 0600, appended to; restarted as `path`.1 when it passes `cap_bytes`), with
// time stamps. stdout and stderr of the process are not touched.
bool log_to_file(const char *path, long cap_bytes, struct err *e);
void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// A hook that is called before a line goes to stderr, so that a progress line that is redrawn can be wiped first.
void log_set_before(void (*before)(void));

// Copies `in` to `out` (NUL-terminated, at most `size`), with control characters and invalid UTF-8 as '?'.
void log_mask(char *out, unsigned long size, const char *in);

#endif
