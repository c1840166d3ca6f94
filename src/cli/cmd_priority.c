// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen priority. One demand among others, see demand.h: the engine keeps the rank.
#include "cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "cli/demand.h"
#include "cli/settings.h"

enum { PRIORITY_MOST = 100 };

static int64_t priority_wanted;

static bool priority_read(const char *text, int64_t *out, struct err *e)
{
    char *end;

    errno = 0;
    intmax_t n = strtoimax(text, &end, 10);
    if (errno == 0 && end != text && *end == '\0' && n >= -PRIORITY_MOST && n <= PRIORITY_MOST) {
        *out = (int64_t)n;
        return true;
    }
    return err_set(e, ERR_USAGE, "the priority is '%s', expected a whole number from -%d to %d", text, PRIORITY_MOST,
                   PRIORITY_MOST);
}

// The rank stands behind the jobs.
static bool priority_prepare(const struct args *a, struct err *e)
{
    if (a->count == 0)
        return err_set(e, ERR_USAGE,
                       "give the priority, a whole number from -100 to 100; usage: novelgen priority [ID] N");
    return priority_read(a->items[a->count - 1], &priority_wanted, e);
}

static int priority_jobs(const struct home *h, const struct args *a)
{
    const struct args jobs = {.items = a->items, .count = a->count - 1};
    struct json *more = json_new_object();
    const struct demand d = {.verb = MESSAGE_PRIORITY, .more = more};

    json_set_int(more, "priority", priority_wanted);
    int code = demand_jobs(h, &jobs, &d);
    json_free(more);
    return code;
}

static const struct option *const priority_tables[] = {settings_home, NULL};

const struct command cmd_priority = {
    .name = "priority",
    .usage = "[ID] N [OPTION]...",
    .summary = "let a job go before others, or after them",
    .help = "Gives a job a rank in the queue, from -100 to 100; 0 is what a job has that was given none. Of those "
            "that wait the highest goes first. A job that is being written gives way to a higher one when its next "
            "chapter begins, and comes back by itself. Without an ID: the job being written, else the last one "
            "touched.\n\n"
            "Example: novelgen priority 3 10",
    .tables = priority_tables,
    .args_most = 2,
    .prepare = priority_prepare,
    .run_home = priority_jobs,
};
