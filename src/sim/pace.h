// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Time in nanoseconds, waiting that notices when the client leaves, and leaving the client.
#ifndef SIM_PACE_H
#define SIM_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_SECOND_NS INT64_C(1000000000)
#define PACE_MS_NS     INT64_C(1000000)

int64_t pace_now_ns(void); // monotonic
// Waits until `until_ns`; false as soon as the client at the other end of `fd` has closed.
bool pace_wait(int fd, int64_t until_ns);
void pace_sleep(int64_t until_ns); // whoever leaves
// Breaks the connection so that the client sees a reset.
void pace_reset(int fd);

#endif
