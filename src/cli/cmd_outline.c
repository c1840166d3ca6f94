// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen outline
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int outline_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "outline is not known yet");
    return exit_fail(&e);
}

static const struct option *const outline_tables[] = {settings_home, NULL};

const struct command cmd_outline = {
    .name = "outline",
    .usage = "[OPTION]...",
    .summary = "outline",
    .help = "Example: novelgen outline",
    .tables = outline_tables,
    .run = outline_run,
};
