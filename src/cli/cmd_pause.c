// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen pause. One demand among others, see demand.h: the engine stops the job.
#include "cli/command.h"

#include "cli/demand.h"
#include "cli/settings.h"

static struct {
    bool all;
} pause_options;

static const struct option pause_own[] = {
    {"all", 0, OPTION_FLAG, &pause_options.all, NULL, 0, 0, "every job that is being written, waits, or is queued"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static bool pause_wants(const struct job *j)
{
    return job_state_runnable(j->state);
}

static int pause_jobs(const struct home *h, const struct args *a)
{
    const struct demand d = {.verb = MESSAGE_PAUSE,
                             .all = pause_options.all,
                             .wanted = pause_wants,
                             .none = "no job is in the queue: there is nothing to pause"};

    return demand_jobs(h, a, &d);
}

static const struct option *const pause_tables[] = {pause_own, settings_home, NULL};

const struct command cmd_pause = {
    .name = "pause",
    .usage = "[ID]... [OPTION]...",
    .summary = "stop a job for now",
    .help = "Pauses a job, wherever it is being written or waits. What has streamed is kept; `novelgen resume` goes "
            "on. Without an ID: the job being written, else the last one touched. `novelgen resume --all` goes on "
            "with what --all has paused.\n\n"
            "Example: novelgen pause 3",
    .tables = pause_tables,
    .args_most = DEMAND_TARGETS_MOST,
    .run_home = pause_jobs,
};
