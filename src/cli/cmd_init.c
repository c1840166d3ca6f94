// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen init
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int init_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "init is not known yet");
    return exit_fail(&e);
}

static const struct option *const init_tables[] = {settings_home, NULL};

const struct command cmd_init = {
    .name = "init",
    .usage = "[OPTION]...",
    .summary = "init",
    .help = "Example: novelgen init",
    .tables = init_tables,
    .run = init_run,
};
