// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From a command's entry to its work: what it needs is opened here, and closed again behind it.
#ifndef CLI_INVOKE_H
#define CLI_INVOKE_H

#include "cli/command.h"

int invoke_command(const struct command *c, const struct args *a); // returns the exit code

#endif
