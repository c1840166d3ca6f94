// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Answers with a status of their own in place of a stream: in the shape of the dialect, or as proxies write them.
#ifndef SIM_REFUSAL_H
#define SIM_REFUSAL_H

#include "sim/fault.h"
#include "sim/sim.h"

#include "base/buf.h"

#include <microhttpd.h>

// `f` is one of FAULT_REFUSES but for FAULT_OVERFLOW.
enum MHD_Result refusal_send(struct MHD_Connection *conn, const char *dialect, const char *model,
                             const struct fault *f);

#endif
