// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen verify
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int verify_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "verify is not known yet");
    return exit_fail(&e);
}

static const struct option *const verify_tables[] = {settings_home, NULL};

const struct command cmd_verify = {
    .name = "verify",
    .usage = "[OPTION]...",
    .summary = "verify",
    .help = "Example: novelgen verify",
    .tables = verify_tables,
    .run = verify_run,
};
