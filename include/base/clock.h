// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Two clocks: `mono` for intervals (never jumps), `wall` for what people read. Milliseconds since an arbitrary
// point, and since 1970-01-01 UTC.
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

enum { CLOCK_TEXT_SIZE = 32 };

int64_t clock_mono_ms(void);
int64_t clock_wall_ms(void);
// RFC 3339 in UTC with milliseconds: "2026-01-31T09:00:00.123Z".
void clock_rfc3339(char out[CLOCK_TEXT_SIZE], int64_t wall_ms);
// A duration for people: "45 s", "12 min", "3 h 05 min", "2 d 4 h".
void clock_duration(char out[CLOCK_TEXT_SIZE], int64_t ms);

#endif
