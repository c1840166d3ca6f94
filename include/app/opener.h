// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The desktop's own program for a file: xdg-open, or open on macOS.
#ifndef APP_OPENER_H
#define APP_OPENER_H

#include <stdbool.h>

#include "base/err.h"

// Starts it without waiting for it. ERR_USAGE: there is none here.
bool opener_open(const char *path, struct err *e);

#endif
