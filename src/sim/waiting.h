// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a request waits for before its headers: its turn, the model, and what a fault holds it up with.
#ifndef SIM_WAITING_H
#define SIM_WAITING_H

#include "sim/fault.h"
#include "sim/sim.h"

enum waited {
    WAITED_OUT,  // it can be answered
    WAITED_LEFT, // the client has left meanwhile
    WAITED_OVER, // the server ends the connection without a byte
};

// `fd` is the client's socket, `f` may be NULL.
enum waited waiting(struct sim *sim, int fd, const struct fault *f);

#endif
