// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen config
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int config_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "config is not known yet");
    return exit_fail(&e);
}

static const struct option *const config_tables[] = {settings_home, NULL};

const struct command cmd_config = {
    .name = "config",
    .usage = "[OPTION]...",
    .summary = "config",
    .help = "Example: novelgen config",
    .tables = config_tables,
    .run = config_run,
};
