// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen rm
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int rm_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "rm is not known yet");
    return exit_fail(&e);
}

static const struct option *const rm_tables[] = {settings_home, NULL};

const struct command cmd_rm = {
    .name = "rm",
    .usage = "[OPTION]...",
    .summary = "rm",
    .help = "Example: novelgen rm",
    .tables = rm_tables,
    .run = rm_run,
};
