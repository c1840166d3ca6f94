// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen approve. It finds the jobs whose outline waits and leaves a message for each; the engine, which may be
// this process, changes them. One that waits for nothing is refused there.
#include "cli/command.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cli/exit.h"
#include "cli/follow.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "engine/message.h"

enum { TARGETS_MOST = 1000 };

static struct {
    bool detach;
} approve_options;

static const struct option approve_own[] = {
    {"detach", 0, OPTION_FLAG, &approve_options.detach, NULL, 0, 0, "let it be written in the background"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static bool approve_post(const struct home *h, const struct targets *t, struct session_job *jobs, struct err *e)
{
    const struct message_change change = {.deadline_ms = -1};

    for (size_t i = 0; i < t->count; i++)
        if (!message_post(h->path, MESSAGE_APPROVE, t->ids[i], &change, jobs[i].key, e)) return false;
    return true;
}

static int approve_jobs(const struct home *h, const struct targets *t)
{
    struct session_job *jobs = mem_calloc(t->count, sizeof *jobs);
    struct err e = ERR_INIT;
    struct follow_start start;
    int code;

    if (!follow_begin(&start, h, jobs, t->count, &e) || !approve_post(h, t, jobs, &e))
        code = exit_fail(&e);
    else
        code = follow_go(&start, approve_options.detach);
    free(jobs);
    return code;
}

static bool approve_waits(const struct job *j)
{
    return j->state == JOB_APPROVAL;
}

// Without an ID: the one that waits; of several, they must be named.
static bool approve_find(struct targets *t, const struct home *h, const struct args *a, struct err *e)
{
    if (a->count > 0) return targets_find(t, h, a, true, e);
    if (!targets_all(t, h, approve_waits, e)) return false;
    if (t->count > 1)
        return err_set(e, ERR_USAGE, "%zu outlines wait for approval; name one, see: novelgen list --state approval",
                       t->count);
    return t->count == 1 || err_set(e, ERR_USAGE, "no outline waits for approval; see: novelgen list");
}

static int approve_home(const struct home *h, const struct args *a)
{
    struct err e = ERR_INIT;
    struct targets t = {0};

    int code = approve_find(&t, h, a, &e) ? approve_jobs(h, &t) : exit_fail(&e);
    targets_release(&t);
    return code;
}

static const struct option *const approve_tables[] = {approve_own, settings_talk, settings_home, NULL};

const struct command cmd_approve = {
    .name = "approve",
    .usage = "[ID]... [OPTION]...",
    .summary = "have a book written whose outline you have seen",
    .help = "A book that was submitted with --approve-outline (or \"approve_outline\": true in its spec) rests when "
            "it is planned. Look at the plan with `novelgen outline`, change it with `novelgen outline --edit`, then "
            "approve of it: the book is written, and followed to its end as with submit. Without an ID: the one that "
            "waits for it.\n\n"
            "Example: novelgen approve 3",
    .tables = approve_tables,
    .args_most = TARGETS_MOST,
    .run_home = approve_home,
};
