// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen backup
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int backup_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "backup is not known yet");
    return exit_fail(&e);
}

static const struct option *const backup_tables[] = {settings_home, NULL};

const struct command cmd_backup = {
    .name = "backup",
    .usage = "[OPTION]...",
    .summary = "backup",
    .help = "Example: novelgen backup",
    .tables = backup_tables,
    .run = backup_run,
};
