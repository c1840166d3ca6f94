// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One request and its answer, for people and for programs.
#ifndef CLI_EXCHANGE_H
#define CLI_EXCHANGE_H

#include <stdbool.h>

#include "app/transcript.h"
#include "base/buf.h"
#include "io/json.h"

struct exchange_view {
    bool whole;   // also the turns that stood before, not only their number
    bool mask;    // what models and servers wrote is filtered for a terminal
    bool color;   // headings
    bool written; // an engine runs now
};

void exchange_page(const struct exchange *x, const struct exchange_view *v, struct buf *out);

// Fields are only ever added. What is not known is null.
struct json *exchange_json(const struct exchange *x, const struct exchange_view *v);

#endif
