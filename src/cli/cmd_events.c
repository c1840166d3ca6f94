// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen events
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int events_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "events is not known yet");
    return exit_fail(&e);
}

static const struct option *const events_tables[] = {settings_home, NULL};

const struct command cmd_events = {
    .name = "events",
    .usage = "[OPTION]...",
    .summary = "events",
    .help = "Example: novelgen events",
    .tables = events_tables,
    .run = events_run,
};
