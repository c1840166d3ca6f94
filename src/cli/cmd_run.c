// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen run. A session without jobs of its own: it works the queue, whoever submitted.
#include "cli/command.h"

#include "app/home.h"
#include "app/program.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/follow.h"
#include "cli/settings.h"

enum { LOG_CAP_BYTES = 5 * 1024 * 1024 };

static struct {
    bool wait;
    const char *log;
} run_options;

static const struct option run_own[] = {
    {"wait", 0, OPTION_FLAG, &run_options.wait, NULL, 0, 0, "stand by while another novelgen is writing"},
    {"log", 0, OPTION_TEXT, &run_options.log, "FILE", 0, 0, "write what would go to stderr into a file"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static int run_run(const struct args *a)
{
    struct err e = ERR_INIT;
    struct program program;
    struct home home;

    (void)a;
    if (run_options.log != NULL && !log_to_file(run_options.log, LOG_CAP_BYTES, &e)) return exit_fail(&e);
    if (!settings_open_home(&home, &e)) return exit_fail(&e);
    const struct session_options o = {
        .home = &home, .program = &program, .wait = run_options.wait, .since_ms = clock_wall_ms()};
    int code = program_find(&program, &e) ? follow_session(&o) : exit_fail(&e);
    home_release(&home);
    return code;
}

static const struct option *const run_tables[] = {run_own, settings_talk, settings_home, NULL};

const struct command cmd_run = {
    .name = "run",
    .usage = "[OPTION]...",
    .summary = "write whatever is in the queue",
    .help = "Works on the queue until only paused jobs remain: for systemd or launchd, and after a reboot. If "
            "another novelgen is writing already, it says so and ends. Ctrl-C leaves the jobs as they are; the next "
            "run goes on with them.\n\n"
            "Example: novelgen run --plain --progress 600",
    .tables = run_tables,
    .run = run_run,
};
