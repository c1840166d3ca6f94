// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen completion
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int completion_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "completion is not known yet");
    return exit_fail(&e);
}

static const struct option *const completion_tables[] = {settings_home, NULL};

const struct command cmd_completion = {
    .name = "completion",
    .usage = "[OPTION]...",
    .summary = "completion",
    .help = "Example: novelgen completion",
    .tables = completion_tables,
    .run = completion_run,
};
