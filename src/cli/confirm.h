// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Asking before something is given up.
#ifndef CLI_CONFIRM_H
#define CLI_CONFIRM_H

#include <stdbool.h>

#include "base/err.h"

// `question` is shown on the terminal; only "y" and "yes" are a yes. Without a terminal to ask on, `e` is set and says that
// --yes is needed. What is lost was said before.
bool confirm(const char *question, struct err *e);

#endif
