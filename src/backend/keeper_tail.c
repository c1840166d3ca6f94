// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The last lines of a backend: see keeper_tail.h.
#include "keeper_tail.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const char tail_glue[] = " | ";

void tail_add(struct tail *t, const char *line)
{
    if (line[strspn(line, " \t\r")] == '\0') return;
    log_mask(t->lines[t->count % TAIL_LINES], TAIL_LINE_SIZE, line);
    t->count++;
}

static const char *tail_nth_newest(const struct tail *t, size_t n)
{
    return t->lines[(t->count - 1 - n) % TAIL_LINES];
}

// How many of the newest lines fit.
static size_t tail_fitting(const struct tail *t, size_t most, size_t size)
{
    size_t have = t->count < TAIL_LINES ? t->count : TAIL_LINES, used = 0, n = 0;
    for (; n < have && n < most; n++) {
        used += strlen(tail_nth_newest(t, n)) + (n > 0 ? strlen(tail_glue) : 0);
        if (n > 0 && used >= size) break;
    }
    return n;
}

void tail_join(const struct tail *t, size_t most, char *out, size_t size)
{
    size_t at = 0;
    if (size == 0) return;
    out[0] = '\0';
    for (size_t n = tail_fitting(t, most, size); n > 0; n--) {
        int len = snprintf(out + at, size - at, "%s%s", at > 0 ? tail_glue : "", tail_nth_newest(t, n - 1));
        if (len < 0 || (size_t)len >= size - at) return;
        at += (size_t)len;
    }
}
