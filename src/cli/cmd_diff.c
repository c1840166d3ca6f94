// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen diff
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int diff_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "diff is not known yet");
    return exit_fail(&e);
}

static const struct option *const diff_tables[] = {settings_home, NULL};

const struct command cmd_diff = {
    .name = "diff",
    .usage = "[OPTION]...",
    .summary = "diff",
    .help = "Example: novelgen diff",
    .tables = diff_tables,
    .run = diff_run,
};
