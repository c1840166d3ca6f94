// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Opening what a command needs. What is wrong with its options is said first: until then nothing was read or made.
//
//   prepare ─▶ run
//           └▶ home ─▶ run_home
//                   └▶ jobs ─▶ run_job, run_jobs
#include "cli/invoke.h"

#include "app/home.h"
#include "cli/exit.h"
#include "cli/settings.h"
#include "cli/target.h"

static int invoke_on_jobs(const struct command *c, const struct home *h, const struct args *a)
{
    const struct args first = {.items = a->items, .count = a->count > 0 ? 1 : 0};
    struct err e = ERR_INIT;
    struct targets t;

    if (!targets_find(&t, h, c->run_job != NULL ? &first : a, false, &e)) return exit_fail(&e);
    int code = c->run_job != NULL ? c->run_job(h, t.ids[0]) : c->run_jobs(h, &t);
    targets_release(&t);
    return code;
}

static int invoke_in_home(const struct command *c, const struct args *a)
{
    struct err e = ERR_INIT;
    struct home home;

    if (!settings_open_home(&home, &e)) return exit_fail(&e);
    int code = c->run_home != NULL ? c->run_home(&home, a) : invoke_on_jobs(c, &home, a);
    home_release(&home);
    return code;
}

int invoke_command(const struct command *c, const struct args *a)
{
    struct err e = ERR_INIT;

    if (c->prepare != NULL && !c->prepare(a, &e)) return exit_fail(&e);
    return c->run != NULL ? c->run(a) : invoke_in_home(c, a);
}
