// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen doctor
#include "cli/command.h"

#include "cli/exit.h"
#include "cli/settings.h"

static int doctor_run(const struct args *a)
{
    struct err e = ERR_INIT;

    (void)a;
    err_set(&e, ERR_USAGE, "doctor is not known yet");
    return exit_fail(&e);
}

static const struct option *const doctor_tables[] = {settings_home, NULL};

const struct command cmd_doctor = {
    .name = "doctor",
    .usage = "[OPTION]...",
    .summary = "doctor",
    .help = "Example: novelgen doctor",
    .tables = doctor_tables,
    .run = doctor_run,
};
