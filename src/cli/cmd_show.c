// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen show
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int show_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "show is not known yet");
    return exit_fail(&e);
}

static const struct option *const show_tables[] = {settings_home, NULL};

const struct command cmd_show = {
    .name = "show",
    .usage = "[OPTION]...",
    .summary = "show",
    .help = "Example: novelgen show",
    .tables = show_tables,
    .run = show_run,
};
