// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen redo
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int redo_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "redo is not known yet");
    return exit_fail(&e);
}

static const struct option *const redo_tables[] = {settings_home, NULL};

const struct command cmd_redo = {
    .name = "redo",
    .usage = "[OPTION]...",
    .summary = "redo",
    .help = "Example: novelgen redo",
    .tables = redo_tables,
    .run = redo_run,
};
