// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Points in time for people, in local time. `now_ms` is an argument; all are wall clock.
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include <stdint.h>

enum { WHEN_SIZE = 40 };

// "just now", "12 min ago", "8 h ago", "3 d ago"; a clock that was set back is now.
const char *when_ago(char out[WHEN_SIZE], int64_t at_ms, int64_t now_ms);
// As short as it is clear: "07:40" within twelve hours or on the same day, else "Nov 22 07:40", in another year
// "2027-01-02 07:40".
const char *when_clock(char out[WHEN_SIZE], int64_t at_ms, int64_t now_ms);
// Always the same width, for a column: "Nov 22 07:40:12".
const char *when_stamp(char out[WHEN_SIZE], int64_t at_ms);
// "2026-11-22 07:40"
const char *when_date(char out[WHEN_SIZE], int64_t at_ms);

#endif
