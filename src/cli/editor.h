// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The user's editor: $VISUAL, $EDITOR, else vi.
#ifndef CLI_EDITOR_H
#define CLI_EDITOR_H

#include <stdbool.h>

#include "base/err.h"

// Opens a file in it and waits until it has ended. False: it could not be run, or ended with a failure.
bool editor_run(const char *path, struct err *e);

#endif
