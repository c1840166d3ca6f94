// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen sync
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int sync_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "sync is not known yet");
    return exit_fail(&e);
}

static const struct option *const sync_tables[] = {settings_home, NULL};

const struct command cmd_sync = {
    .name = "sync",
    .usage = "[OPTION]...",
    .summary = "sync",
    .help = "Example: novelgen sync",
    .tables = sync_tables,
    .run = sync_run,
};
