// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The moment a fault strikes in the stream.
#ifndef SIM_STRIKE_H
#define SIM_STRIKE_H

#include "sim/fault.h"
#include "sim/wire.h"

#include "base/buf.h"

enum strike {
    STRIKE_GO_ON,  // with the answer
    STRIKE_FINISH, // as if the answer had been said
    STRIKE_SILENT, // until somebody ends it
    STRIKE_CUT,    // the connection breaks
    STRIKE_END,    // the stream ends well, as far as HTTP goes
};

// Appends what the fault sends, and says how it goes on.
enum strike strike(const struct fault *f, const struct wire *w, const struct event *ev, struct buf *out);

#endif
