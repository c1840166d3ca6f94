// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen resume
#include "cli/command.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "cli/follow.h"
#include "cli/settings.h"
#include "cli/target.h"

enum { TARGETS_MOST = 1000 };

static struct {
    const char *backend;
    bool detach;
} resume_options;

static const struct option resume_own[] = {
    {"backend", 0, OPTION_TEXT, &resume_options.backend, "URL|NAME", 0, 0, "go on with another server than before"},
    {"detach", 0, OPTION_FLAG, &resume_options.detach, NULL, 0, 0, "let it be written in the background"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static bool resume_post(const struct home *h, const struct targets *t, struct session_job *jobs, struct err *e)
{
    for (size_t i = 0; i < t->count; i++)
        if (!message_post(h->path, MESSAGE_RESUME, t->ids[i], NULL, resume_options.backend, jobs[i].key, e))
            return false;
    return true;
}

static int resume_jobs(const struct home *h, const struct targets *t)
{
    struct session_job *jobs = mem_calloc(t->count, sizeof *jobs);
    struct err e = ERR_INIT;
    struct program program;
    const struct session_options o = {
        .home = h, .program = &program, .jobs = jobs, .jobs_count = t->count, .since_ms = clock_wall_ms()};
    int code;

    if (!program_find(&program, &e) || !resume_post(h, t, jobs, &e))
        code = exit_fail(&e);
    else
        code = resume_options.detach ? follow_detached(&o) : follow_session(&o);
    free(jobs);
    return code;
}

static int resume_run(const struct args *a)
{
    struct err e = ERR_INIT;
    struct targets t = {0};
    struct home home;

    if (!home_open(&home, settings.home, &e)) return exit_fail(&e);
    bool ok = (resume_options.backend == NULL || home_check_backend(&home, resume_options.backend, &e)) &&
              targets_find(&t, &home, a, true, &e);
    int code = ok ? resume_jobs(&home, &t) : exit_fail(&e);
    targets_release(&t);
    home_release(&home);
    return code;
}

static const struct option *const resume_tables[] = {resume_own, settings_talk, settings_home, NULL};

const struct command cmd_resume = {
    .name = "resume",
    .usage = "[ID]... [OPTION]...",
    .summary = "go on with a job that was paused, cancelled or broken off",
    .help = "Goes on where a job stopped, without losing or repeating a word, and follows it to its end as submit "
            "does. Without\n"
            "an ID: the last one touched that is not done.\n\n"
            "Example: novelgen resume 3 --backend http://127.0.0.1:8080",
    .tables = resume_tables,
    .args_most = TARGETS_MOST,
    .run = resume_run,
};
