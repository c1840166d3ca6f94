// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen watch
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int watch_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "watch is not known yet");
    return exit_fail(&e);
}

static const struct option *const watch_tables[] = {settings_home, NULL};

const struct command cmd_watch = {
    .name = "watch",
    .usage = "[OPTION]...",
    .summary = "watch",
    .help = "Example: novelgen watch",
    .tables = watch_tables,
    .run = watch_run,
};
