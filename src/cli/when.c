// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Points in time for people: see when.h.
#include "cli/when.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const int64_t when_near_ms = INT64_C(12) * 3600 * 1000;

const char *when_ago(char out[WHEN_SIZE], int64_t at_ms, int64_t now_ms)
{
    int64_t min = (now_ms - at_ms) / 60000, h = min / 60, d = h / 24;

    if (min < 1)
        (void)snprintf(out, WHEN_SIZE, "just now");
    else if (h < 1)
        (void)snprintf(out, WHEN_SIZE, "%" PRId64 " min ago", min);
    else if (d < 2)
        (void)snprintf(out, WHEN_SIZE, "%" PRId64 " h ago", h);
    else
        (void)snprintf(out, WHEN_SIZE, "%" PRId64 " d ago", d);
    return out;
}

static struct tm when_local(int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm tm;

    if (localtime_r(&seconds, &tm) == NULL) tm = (struct tm){.tm_year = 70, .tm_mday = 1};
    return tm;
}

static const char *when_day(const struct tm *tm, char out[WHEN_SIZE])
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

    (void)snprintf(out, WHEN_SIZE, "%s %02d", months[tm->tm_mon], tm->tm_mday);
    return out;
}

const char *when_date(char out[WHEN_SIZE], int64_t at_ms)
{
    struct tm tm = when_local(at_ms);

    (void)snprintf(out, WHEN_SIZE, "%04d-%02d-%02d %02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                   tm.tm_hour, tm.tm_min);
    return out;
}

const char *when_clock(char out[WHEN_SIZE], int64_t at_ms, int64_t now_ms)
{
    struct tm at = when_local(at_ms), now = when_local(now_ms);
    bool same_day = at.tm_year == now.tm_year && at.tm_yday == now.tm_yday;
    char day[WHEN_SIZE];

    if (same_day || llabs((long long)(at_ms - now_ms)) < when_near_ms)
        (void)snprintf(out, WHEN_SIZE, "%02d:%02d", at.tm_hour, at.tm_min);
    else if (at.tm_year == now.tm_year)
        (void)snprintf(out, WHEN_SIZE, "%.10s %02d:%02d", when_day(&at, day), at.tm_hour, at.tm_min);
    else
        (void)when_date(out, at_ms);
    return out;
}

const char *when_stamp(char out[WHEN_SIZE], int64_t at_ms)
{
    struct tm tm = when_local(at_ms);
    char day[WHEN_SIZE];

    (void)snprintf(out, WHEN_SIZE, "%.10s %02d:%02d:%02d", when_day(&tm, day), tm.tm_hour, tm.tm_min, tm.tm_sec);
    return out;
}
