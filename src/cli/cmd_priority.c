// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen priority
#include "cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "cli/demand.h"
#include "cli/exit.h"
#include "cli/settings.h"

enum { PRIORITY_MOST = 100 };

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

static int priority_run(const struct args *a)
{
    struct err e = ERR_INIT;
    int64_t priority = 0;

    if (a->count == 0) {
        err_set(&e, ERR_USAGE, "give the priority, a whole number from -100 to 100; usage: novelgen priority [ID] N");
        return exit_fail(&e);
    }
    const struct args jobs = {.items = a->items, .count = a->count - 1};
    if (!priority_read(a->items[a->count - 1], &priority, &e)) return exit_fail(&e);
    struct json *more = json_new_object();
    json_set_int(more, "priority", priority);
    const struct demand d = {.verb = MESSAGE_PRIORITY, .more = more};
    int code = demand_jobs(&jobs, &d);
    json_free(more);
    return code;
}

static const struct option *const priority_tables[] = {settings_home, NULL};

const struct command cmd_priority = {
    .name = "priority",
    .usage = "[ID] N [OPTION]...",
    .summary = "let a job go before others, or after them",
    .help =
        "Gives a job a rank in the queue, from -100 to 100; 0 is what a job has that was given none. Of those that "
        "wait the highest\n"
        "goes first. A job that is being written gives way to a higher one when its next chapter begins, and comes "
        "back by itself.\n"
        "Without an ID: the job being written, else the last one touched.\n\n"
        "Example: novelgen priority 3 10",
    .tables = priority_tables,
    .args_most = 2,
    .run = priority_run,
};
