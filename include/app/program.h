// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// This program as a file: where it is, where the simulator that came with it is, and how to start it again in the
// background.
#ifndef APP_PROGRAM_H
#define APP_PROGRAM_H

#include <stdbool.h>

#include "base/err.h"

enum { PROGRAM_PATH_SIZE = 1024 };

struct program {
    char path[PROGRAM_PATH_SIZE];
    char simulator[PROGRAM_PATH_SIZE]; // "": not installed
};

bool program_find(struct program *p, struct err *e);

// Starts `novelgen run --wait` with a session of its own, so that it outlives this terminal. It stands by until the
// home's lock is free, drains the queue, and ends. What it has to say goes to home/log/run.log.
bool program_start_run(const struct program *p, const char *home, struct err *e);

#endif
