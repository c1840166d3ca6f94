// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One HTTP request on its way to an answer.
#ifndef SIM_EXCHANGE_H
#define SIM_EXCHANGE_H

#include "sim/sim.h"

#include "base/buf.h"

#include <microhttpd.h>

#include <stdint.h>

struct exchange {
    struct sim *sim;
    struct MHD_Connection *conn;
    const char *method, *path;
    int fd; // of the client
    struct buf body;
    int64_t arrival_ns;
};

#endif
