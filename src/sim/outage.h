// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A server that is away for a while, and one whose decoder hangs behind a server that still answers.
#ifndef SIM_OUTAGE_H
#define SIM_OUTAGE_H

#include "sim/sim.h"

#include <stdbool.h>

// Ends all connections, refuses new ones for `ms`, then listens again on the same port. Returns at once; nothing happens
// if the server is down already.
void outage_begin(struct sim *sim, long ms);
// Whether the route is one that tells what the decoder does, and the decoder no longer says anything (--wedge-slots).
bool outage_hangs(struct sim *sim, const char *path);

#endif
