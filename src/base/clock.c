// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Clocks and how their values are written: see include/base/clock.h.
#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

// The last millisecond of the year 9999, the last that RFC 3339 can write.
#define CLOCK_LAST_MS INT64_C(253402300799999)

static int64_t clock_read_ms(clockid_t id)
{
    struct timespec now = {0};

    (void)clock_gettime(id, &now); // fails for an unknown clock only, and both exist everywhere
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_mono_ms(void)
{
    return clock_read_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
    return clock_read_ms(CLOCK_REALTIME);
}

void clock_rfc3339(char out[CLOCK_TEXT_SIZE], int64_t wall_ms)
{
    struct tm tm;

    if (wall_ms < 0) wall_ms = 0;
    if (wall_ms > CLOCK_LAST_MS) wall_ms = CLOCK_LAST_MS;
    time_t seconds = (time_t)(wall_ms / 1000);
    if (gmtime_r(&seconds, &tm) == NULL) tm = (struct tm){.tm_year = 70, .tm_mday = 1};
    size_t len = strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(out + len, CLOCK_TEXT_SIZE - len, ".%03dZ", (int)(wall_ms % 1000));
}

void clock_duration(char out[CLOCK_TEXT_SIZE], int64_t ms)
{
    int64_t s = ms > 0 ? ms / 1000 : 0;
    int64_t min = s / 60, h = min / 60, d = h / 24;

    if (min == 0) {
        (void)snprintf(out, CLOCK_TEXT_SIZE, "%" PRId64 " s", s);
    } else if (h == 0) {
        (void)snprintf(out, CLOCK_TEXT_SIZE, "%" PRId64 " min", min);
    } else if (d == 0) {
        (void)snprintf(out, CLOCK_TEXT_SIZE, "%" PRId64 " h %02" PRId64 " min", h, min % 60);
    } else {
        (void)snprintf(out, CLOCK_TEXT_SIZE, "%" PRId64 " d %" PRId64 " h", d, h % 24);
    }
}
