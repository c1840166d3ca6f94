// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen cancel
#include "cli/command.h"

#include "cli/demand.h"
#include "cli/settings.h"

static int cancel_run(const struct args *a)
{
    return demand_jobs(a, MESSAGE_CANCEL);
}

static const struct option *const cancel_tables[] = {settings_home, NULL};

const struct command cmd_cancel = {
    .name = "cancel",
    .usage = "[ID]... [OPTION]...",
    .summary = "give a job up; its text is kept",
    .help =
        "Gives a job up: it leaves the queue, and the request in flight is broken off. Text and files are kept, and\n"
        "`novelgen resume` takes it up again. Without an ID: the job being written, else the last one touched.\n\n"
        "Example: novelgen cancel 3",
    .tables = cancel_tables,
    .args_most = DEMAND_TARGETS_MOST,
    .run = cancel_run,
};
