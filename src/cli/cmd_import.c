// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen import
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int import_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "import is not known yet");
    return exit_fail(&e);
}

static const struct option *const import_tables[] = {settings_home, NULL};

const struct command cmd_import = {
    .name = "import",
    .usage = "[OPTION]...",
    .summary = "import",
    .help = "Example: novelgen import",
    .tables = import_tables,
    .run = import_run,
};
