// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen export
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int export_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "export is not known yet");
    return exit_fail(&e);
}

static const struct option *const export_tables[] = {settings_home, NULL};

const struct command cmd_export = {
    .name = "export",
    .usage = "[OPTION]...",
    .summary = "export",
    .help = "Example: novelgen export",
    .tables = export_tables,
    .run = export_run,
};
