// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The user's editor: $VISUAL, $EDITOR, else vi.
#ifndef CLI_EDITOR_H
#define CLI_EDITOR_H

#include "base/err.h"

enum editor_end {
    EDITOR_DONE,
    EDITOR_LEFT,   // it ended with a failure, which is how one leaves it without a change; the error says which
    EDITOR_FAILED, // it could not be run
};

// Opens a file in it and waits until it has ended.
enum editor_end editor_run(const char *path, struct err *e);

#endif
