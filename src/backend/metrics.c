// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See metrics.h.
#include "metrics.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The value of a line, if the line is of that gauge; -1: it is not.
static double metrics_value(const char *line, size_t len, const char *name)
{
    size_t name_len = strlen(name);
    char number[32];
    if (len <= name_len || memcmp(line, name, name_len) != 0) return -1;
    if (line[name_len] != '{' && line[name_len] != ' ') return -1; // a longer name
    const char *space = mem_rchr(line, ' ', len);
    size_t digits = space != NULL ? len - (size_t)(space - line) - 1 : 0;
    if (digits == 0 || digits >= sizeof(number)) return -1;
    memcpy(number, space + 1, digits);
    number[digits] = '\0';
    char *end;
    double value = strtod(number, &end);
    return end != number && value >= 0 ? value : -1;
}

// Several engines have a line each. -1: none has.
static int metrics_is_zero(const char *body, size_t len, const char *name)
{
    int zero = -1;
    for (size_t at = 0; at < len;) {
        const char *end = memchr(body + at, '\n', len - at);
        size_t line_len = end != NULL ? (size_t)(end - body) - at : len - at;
        double value = metrics_value(body + at, line_len, name);
        if (value > 0) return 0;
        if (value >= 0) zero = 1;
        at += line_len + 1;
    }
    return zero;
}

int metrics_idle(const char *body, size_t len, const char *const *names)
{
    int idle = 1;
    for (; *names != NULL; names++) {
        int zero = metrics_is_zero(body, len, *names);
        if (zero == 0) return 0;
        if (zero < 0) idle = -1;
    }
    return idle;
}
