// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen pause
#include "cli/command.h"

#include "cli/demand.h"
#include "cli/settings.h"

static int pause_run(const struct args *a)
{
    return demand_jobs(a, MESSAGE_PAUSE);
}

static const struct option *const pause_tables[] = {settings_home, NULL};

const struct command cmd_pause = {
    .name = "pause",
    .usage = "[ID]... [OPTION]...",
    .summary = "stop a job for now",
    .help = "Pauses a job, wherever it is being written or waits. What has streamed is kept; `novelgen resume` goes "
            "on. Without an\n"
            "ID: the job being written, else the last one touched.\n\n"
            "Example: novelgen pause 3",
    .tables = pause_tables,
    .args_most = DEMAND_TARGETS_MOST,
    .run = pause_run,
};
