// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen cancel. One demand among others, see demand.h: the engine gives the job up.
#include "cli/command.h"

#include "cli/demand.h"
#include "cli/settings.h"

static struct {
    bool all, yes;
} cancel_options;

static const struct option cancel_own[] = {
    {"all", 0, OPTION_FLAG, &cancel_options.all, NULL, 0, 0, "every job that is not done; asks first"},
    {"yes", 'y', OPTION_FLAG, &cancel_options.yes, NULL, 0, 0, "do not ask"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static bool cancel_wants(const struct job *j)
{
    return !job_state_ended(j->state);
}

static int cancel_jobs(const struct home *h, const struct args *a)
{
    const struct demand d = {.verb = MESSAGE_CANCEL,
                             .all = cancel_options.all,
                             .wanted = cancel_wants,
                             .none = "every job is done or cancelled: there is nothing to cancel",
                             .ask = "cancel",
                             .yes = cancel_options.yes};

    return demand_jobs(h, a, &d);
}

static const struct option *const cancel_tables[] = {cancel_own, settings_home, NULL};

const struct command cmd_cancel = {
    .name = "cancel",
    .usage = "[ID]... [OPTION]...",
    .summary = "give a job up; its text is kept",
    .help = "Gives a job up: it leaves the queue, and the request in flight is broken off. Text and files are kept, "
            "and `novelgen resume` takes it up again. Without an ID: the job being written, else the last one "
            "touched.\n\n"
            "Example: novelgen cancel 3",
    .tables = cancel_tables,
    .args_most = DEMAND_TARGETS_MOST,
    .run_home = cancel_jobs,
};
