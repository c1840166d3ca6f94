// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Telling a supervisor how we are, as sd_notify(3) does: datagrams of "NAME=value" lines to the socket that
// $NOTIFY_SOCKET names. Without one nothing happens; what cannot be told is no error.
#ifndef CLI_SUPERVISOR_H
#define CLI_SUPERVISOR_H

#include <stdbool.h>

bool supervisor_listens(void);
void supervisor_ready(void);              // once: it runs, as the engine or standing by
void supervisor_status(const char *text); // one line of progress
void supervisor_stopping(void);

#endif
