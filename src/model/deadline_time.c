// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Deadlines, and times that have passed, as people write them.
#include "model/deadline.h"

#include "base/log.h"
#include "base/mem.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { SHOWN_BYTES = 64, SPAN_DAYS_MOST = 3650 };

static bool refuse_as(struct err *e, const char *as, const char *text, const char *what)
{
    char shown[SHOWN_BYTES];
    log_mask(shown, sizeof(shown), text);
    return err_set(e, ERR_USAGE, "%s '%s': %s", as, shown, what);
}

static bool refuse(struct err *e, const char *text, const char *what)
{
    return refuse_as(e, "deadline", text, what);
}

// Exactly `digits` digits off the front.
static bool take(const char **s, int digits, int *out)
{
    *out = 0;
    for (int i = 0; i < digits; i++, (*s)++) {
        if (**s < '0' || **s > '9') return false;
        *out = *out * 10 + (**s - '0');
    }
    return true;
}

static bool take_sign(const char **s, char sign)
{
    if (**s != sign) return false;
    (*s)++;
    return true;
}

// "07:00", "7:00", "07:00:30"
static bool take_time(const char **s, struct tm *t)
{
    int hour_digits = (*s)[0] && (*s)[1] == ':' ? 1 : 2;
    if (!take(s, hour_digits, &t->tm_hour) || !take_sign(s, ':') || !take(s, 2, &t->tm_min)) return false;
    t->tm_sec = 0;
    if (**s == ':' && (!take_sign(s, ':') || !take(s, 2, &t->tm_sec))) return false;
    return t->tm_hour < 24 && t->tm_min < 60 && t->tm_sec < 60;
}

static bool take_date(const char **s, struct tm *t)
{
    if (!take(s, 4, &t->tm_year) || !take_sign(s, '-') || !take(s, 2, &t->tm_mon) || !take_sign(s, '-') ||
        !take(s, 2, &t->tm_mday))
        return false;
    t->tm_year -= 1900;
    t->tm_mon--;
    return true;
}

// "Z", "+02:00", "-0530": how far local time there is ahead, in seconds.
static bool take_zone(const char **s, int *ahead)
{
    int sign = **s == '-' ? -1 : 1, hours, minutes;
    *ahead = 0;
    if (take_sign(s, 'Z')) return true;
    if ((!take_sign(s, '+') && !take_sign(s, '-')) || !take(s, 2, &hours)) return false;
    (void)take_sign(s, ':');
    if (!take(s, 2, &minutes) || hours > 14 || minutes > 59) return false;
    *ahead = sign * (hours * 3600 + minutes * 60);
    return true;
}

// False for a day that is not in the calendar: the C library would take the 30th of February for the 2nd of March. An
// hour that a change of the clocks leaves out becomes the one behind it.
static bool moment(struct tm t, bool local, time_t *out)
{
    int month = t.tm_mon; // another one if the day does not fit into it
    t.tm_isdst = -1;
    *out = local ? mktime(&t) : timegm(&t);
    return *out != (time_t)-1 && t.tm_mon == month;
}

// The next time that a clock on the wall shows this (`step` 1), or the last (-1).
static bool near_time(struct tm at, int step, int64_t now_ms, time_t *out)
{
    time_t now = (time_t)(now_ms / 1000);
    struct tm today;
    if (!localtime_r(&now, &today)) return false;
    for (int days = 0; days != 2 * step; days += step) {
        struct tm t = today;
        t.tm_mday += days;
        t.tm_hour = at.tm_hour;
        t.tm_min = at.tm_min;
        t.tm_sec = at.tm_sec;
        t.tm_isdst = -1;
        *out = mktime(&t);
        if (step > 0 ? *out > now : *out <= now) return true;
    }
    return false;
}

static bool read_moment(const char *s, int step, int64_t now_ms, time_t *out)
{
    struct tm t = {.tm_sec = 0};
    int ahead = 0;
    const char *rest = s;
    if (take_time(&rest, &t) && !*rest) return near_time(t, step, now_ms, out);
    rest = s;
    if (!take_date(&rest, &t) || (!take_sign(&rest, ' ') && !take_sign(&rest, 'T')) || !take_time(&rest, &t))
        return false;
    bool local = *rest == '\0';
    if ((!local && !take_zone(&rest, &ahead)) || *rest) return false;
    if (!moment(t, local, out)) return false;
    *out -= ahead;
    return true;
}

bool deadline_by(const char *text, int64_t now_ms, int64_t *out, struct err *e)
{
    time_t at;
    if (!read_moment(text, 1, now_ms, &at))
        return refuse(e, text,
                      "found no time, expected one like '07:00', '2026-11-22 07:00' or '2026-11-22T07:00:00Z'");
    if ((int64_t)at * 1000 <= now_ms) return refuse(e, text, "found a time that has passed, expected one to come");
    *out = (int64_t)at * 1000;
    return true;
}

// One number and its unit off the front; the units must become smaller.
static bool take_span(const char **s, size_t *unit, int64_t *seconds)
{
    static const struct {
        char name;
        int seconds;
    } units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    int64_t n = 0;
    const char *start = *s;
    for (; **s >= '0' && **s <= '9' && *s - start < 9; (*s)++) n = n * 10 + (**s - '0');
    if (*s == start) return false;
    while (*unit < ARRAY_LEN(units) && units[*unit].name != **s) (*unit)++;
    if (*unit == ARRAY_LEN(units)) return false;
    *seconds += n * units[(*unit)++].seconds;
    (*s)++;
    return true;
}

// "6h", "1h30m"; 0 is none.
static bool read_span(const char *text, int64_t *seconds)
{
    size_t unit = 0;
    const char *rest = text;
    bool ok = *rest != '\0';
    *seconds = 0;
    while (ok && *rest) {
        ok = take_span(&rest, &unit, seconds);
        while (ok && *rest == ' ') rest++;
    }
    return ok && *seconds > 0;
}

static bool is_too_long(int64_t seconds)
{
    return seconds > (int64_t)SPAN_DAYS_MOST * 86400;
}

bool deadline_within(const char *text, int64_t now_ms, int64_t *out, struct err *e)
{
    int64_t seconds;
    if (!read_span(text, &seconds))
        return refuse(e, text, "found no duration, expected one like '6h', '90m', '1h30m' or '45s'");
    if (is_too_long(seconds)) return refuse(e, text, "found too long a time, expected at most 3650 days");
    *out = now_ms + seconds * 1000;
    return true;
}

static bool read_day(const char *s, time_t *out)
{
    struct tm t = {.tm_sec = 0};
    return take_date(&s, &t) && !*s && moment(t, true, out);
}

bool deadline_since(const char *text, int64_t now_ms, int64_t *out, struct err *e)
{
    int64_t seconds;
    time_t at;
    if (read_span(text, &seconds)) {
        if (is_too_long(seconds))
            return refuse_as(e, "time", text, "found too long a time, expected at most 3650 days");
        *out = now_ms - seconds * 1000;
        return true;
    }
    if (!read_day(text, &at) && !read_moment(text, -1, now_ms, &at))
        return refuse_as(e, "time", text,
                         "found no time, expected one like '24h', '7d', '07:00', '2026-11-22' or '2026-11-22 07:00'");
    *out = (int64_t)at * 1000;
    return *out <= now_ms || refuse_as(e, "time", text, "found a time to come, expected one that has passed");
}
