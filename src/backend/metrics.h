// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prometheus' text format, as far as it tells whether a server is busy: "name{label="…"} 0.0", a line each.
#ifndef BACKEND_METRICS_H
#define BACKEND_METRICS_H

#include <stddef.h>

// Whether all the gauges of these names (NULL-terminated) are zero: 1 yes, 0 no, -1 one of them is not there.
int metrics_idle(const char *body, size_t len, const char *const *names);

#endif
