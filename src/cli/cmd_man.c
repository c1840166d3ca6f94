// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen man
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int man_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "man is not known yet");
    return exit_fail(&e);
}

static const struct option *const man_tables[] = {settings_home, NULL};

const struct command cmd_man = {
    .name = "man",
    .usage = "[OPTION]...",
    .summary = "man",
    .help = "Example: novelgen man",
    .tables = man_tables,
    .run = man_run,
};
