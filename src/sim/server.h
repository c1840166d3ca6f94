// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The HTTP side: routes, bodies, status codes. One thread for each connection, so that an answer may sleep.
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "sim/sim.h"

#include "base/err.h"

// A listening socket on 127.0.0.1 (`*port` 0: any; the one it got is stored), or -1.
int server_listen(int *port, struct err *e);
int server_port(int listen_fd); // of a listening socket; 0 if that cannot be told
// Answers on `listen_fd`, by sim->daemon.
bool server_start(struct sim *sim, int listen_fd, struct err *e);

#endif
