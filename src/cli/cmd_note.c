// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen note
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int note_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "note is not known yet");
    return exit_fail(&e);
}

static const struct option *const note_tables[] = {settings_home, NULL};

const struct command cmd_note = {
    .name = "note",
    .usage = "[OPTION]...",
    .summary = "note",
    .help = "Example: novelgen note",
    .tables = note_tables,
    .run = note_run,
};
