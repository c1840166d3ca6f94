// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen resume. Templates and options of all jobs are checked before the first message is left, so that a mistake
// changes none of them.
#include "cli/command.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "cli/due.h"
#include "cli/exit.h"
#include "cli/follow.h"
#include "cli/lines.h"
#include "cli/own_templates.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/typed.h"

enum { TARGETS_MOST = 1000 };

static struct {
    const char *backend, *model, *templates;
    struct due due;
    bool no_deadline, detach, all;
    int64_t deadline_ms; // what they come to; 0: none, -1: as it is
    enum own_choice choice;
} resume_options;

static const struct option resume_own[] = {
    {"backend", 0, OPTION_TEXT, &resume_options.backend, "URL|NAME", 0, 0, "go on with another server than before"},
    {"model", 0, OPTION_TEXT, &resume_options.model, "NAME", 0, 0, "go on with another model than before"},
    {"by", 0, OPTION_TEXT, &resume_options.due.by, "TIME", 0, 0, "be done by then, with a shorter book if need be"},
    {"within", 0, OPTION_TEXT, &resume_options.due.within, "DURATION", 0, 0,
     "the same from now on, such as 6h or 90m"},
    {"no-deadline", 0, OPTION_FLAG, &resume_options.no_deadline, NULL, 0, 0,
     "the book has all the time it needs again"},
    {"templates", 0, OPTION_TEXT, &resume_options.templates, "keep|take", 0, 0,
     "after a change in its folder of templates: the old texts, or the new"},
    {"all", 0, OPTION_FLAG, &resume_options.all, NULL, 0, 0, "every job that is paused"},
    {"detach", 0, OPTION_FLAG, &resume_options.detach, NULL, 0, 0, "let it be written in the background"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static bool resume_prepare(const struct args *a, struct err *e)
{
    const struct due *due = &resume_options.due;

    if (resume_options.all && a->count > 0) return err_set(e, ERR_USAGE, "give jobs or --all, not both");
    resume_options.deadline_ms = resume_options.no_deadline ? 0 : -1;
    if (resume_options.no_deadline && (due->by != NULL || due->within != NULL))
        return err_set(e, ERR_USAGE, "give --no-deadline or a deadline, not both");
    return due_read(due, &resume_options.deadline_ms, e) &&
           own_templates_choice(resume_options.templates, &resume_options.choice, e);
}

static bool resume_post_all(const struct home *h, const struct targets *t, char **packed, struct session_job *jobs,
                            struct err *e)
{
    struct message_change change = {
        .backend = resume_options.backend, .model = resume_options.model, .deadline_ms = resume_options.deadline_ms};

    for (size_t i = 0; i < t->count; i++) {
        change.templates = packed[i];
        if (!message_post(h->path, MESSAGE_RESUME, t->ids[i], &change, jobs[i].key, e)) return false;
    }
    return true;
}

// No job is told anything before the templates of all of them are known to be good.
static bool resume_post(const struct home *h, const struct targets *t, struct session_job *jobs, struct err *e)
{
    char **packed = mem_calloc(t->count, sizeof *packed);

    bool ok = own_templates_resume(h, t->ids, t->count, resume_options.choice, packed, e) &&
              resume_post_all(h, t, packed, jobs, e);
    for (size_t i = 0; i < t->count; i++) free(packed[i]);
    free(packed);
    return ok;
}

static int resume_jobs(const struct home *h, const struct targets *t)
{
    struct session_job *jobs = mem_calloc(t->count, sizeof *jobs);
    struct err e = ERR_INIT;
    struct follow_start start;
    int code;

    if (!follow_begin(&start, h, jobs, t->count, &e) || !resume_post(h, t, jobs, &e))
        code = exit_fail(&e);
    else
        code = follow_go(&start, resume_options.detach);
    free(jobs);
    return code;
}

static bool resume_check_server(const struct home *h, struct err *e)
{
    const char *model = resume_options.model;

    if (!typed_line("--model", model, TYPED_MODEL_BYTES, e)) return false;
    if (resume_options.backend != NULL && !home_check_backend(h, resume_options.backend, e)) return false;
    return home_check_model(h, model, e);
}

static bool resume_wants(const struct job *j)
{
    return j->state == JOB_PAUSED;
}

static bool resume_find(struct targets *t, const struct home *h, const struct args *a, struct err *e)
{
    return resume_options.all ? targets_all(t, h, resume_wants, e) : targets_find(t, h, a, true, e);
}

static int resume_home(const struct home *h, const struct args *a)
{
    struct err e = ERR_INIT;
    struct targets t = {0};

    if (!resume_check_server(h, &e) || !resume_find(&t, h, a, &e)) return exit_fail(&e);
    if (t.count == 0) log_line(LOG_INFO, "no job is paused; see: novelgen list%s", settings_home_hint());
    int code = t.count > 0 ? resume_jobs(h, &t) : lines_over(EXIT_WHOLE);
    targets_release(&t);
    return code;
}

static const struct option *const resume_tables[] = {resume_own, settings_talk, settings_home, NULL};

const struct command cmd_resume = {
    .name = "resume",
    .usage = "[ID]... [OPTION]...",
    .summary = "go on with a job that was paused, cancelled or broken off",
    .help = "Goes on where a job stopped, without losing or repeating a word, and follows it to its end as submit "
            "does. Without an ID: the last one touched that is not done.\n\n"
            "--by takes 07:00 (the next time it is that o'clock) or 2026-11-22 07:00. A book keeps the templates "
            "that it began with; when a file in its own folder of templates has changed since, resume asks for "
            "--templates. It also keeps the model that answered it first: --model gives it another, --backend the "
            "one which that server has.\n\n"
            "Example: novelgen resume 3 --backend http://127.0.0.1:8080",
    .tables = resume_tables,
    .args_most = TARGETS_MOST,
    .prepare = resume_prepare,
    .run_home = resume_home,
};
