// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen priority
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int priority_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "priority is not known yet");
    return exit_fail(&e);
}

static const struct option *const priority_tables[] = {settings_home, NULL};

const struct command cmd_priority = {
    .name = "priority",
    .usage = "[OPTION]...",
    .summary = "priority",
    .help = "Example: novelgen priority",
    .tables = priority_tables,
    .run = priority_run,
};
