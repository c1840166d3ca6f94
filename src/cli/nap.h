// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The pause between two looks of a command that follows a job.
#ifndef CLI_NAP_H
#define CLI_NAP_H

#include <stdbool.h>

// Sleeps. False, at once, when nobody reads stdout any more: a pipe's reader that has left is noticed now, not with the
// next word, which may take an hour.
bool nap_while_read(int ms);

#endif
