// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen approve
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int approve_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "approve is not known yet");
    return exit_fail(&e);
}

static const struct option *const approve_tables[] = {settings_home, NULL};

const struct command cmd_approve = {
    .name = "approve",
    .usage = "[OPTION]...",
    .summary = "approve",
    .help = "Example: novelgen approve",
    .tables = approve_tables,
    .run = approve_run,
};
