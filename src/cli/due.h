// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The options --by and --within: when the book is to be finished.
#ifndef CLI_DUE_H
#define CLI_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct due {
    const char *by, *within; // as given, or NULL
};

// *deadline_ms is left alone when neither is given.
bool due_read(const struct due *d, int64_t *deadline_ms, struct err *e);

#endif
