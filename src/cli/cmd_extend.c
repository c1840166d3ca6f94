// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen extend
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int extend_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "extend is not known yet");
    return exit_fail(&e);
}

static const struct option *const extend_tables[] = {settings_home, NULL};

const struct command cmd_extend = {
    .name = "extend",
    .usage = "[OPTION]...",
    .summary = "extend",
    .help = "Example: novelgen extend",
    .tables = extend_tables,
    .run = extend_run,
};
