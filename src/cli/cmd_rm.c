// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen rm
//
//   what would go ──said, asked──▶ message "remove" ──rows are gone──▶ --files: the files, one by one
//
// What is ours is known from rows, so the list of files is made first; they go last, because a job that is refused must
// keep them. What is left when this is killed in between are files: the safe side.
#include "cli/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/current.h"
#include "app/exported.h"
#include "app/home.h"
#include "app/lately.h"
#include "app/observer.h"
#include "app/order.h"
#include "app/own_files.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/amount.h"
#include "cli/confirm.h"
#include "cli/exit.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "engine/message.h"
#include "io/json.h"
#include "text/utf8.h"

enum { RM_TARGETS_MOST = 1000, RM_WAIT_MS = 10000 };

static struct {
    bool files, yes;
} rm_options;

static const struct option rm_own[] = {
    {"files", 0, OPTION_FLAG, &rm_options.files, NULL, 0, 0,
     "also the files in the book's folder, but not what you changed"},
    {"yes", 'y', OPTION_FLAG, &rm_options.yes, NULL, 0, 0, "do not ask"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

struct rm_job {
    struct job row;
    int64_t words; // with those of a part that was broken off
    struct own_files files;
};

static bool rm_count(struct rm_job *j, struct store *s, struct err *e)
{
    struct current c;

    current_init(&c);
    bool ok = !current_counts(j->row.state) || current_read(&c, s, j->row.id, e);
    j->words = j->row.words_done + c.words;
    current_release(&c);
    return ok;
}

static bool rm_read(const struct home *h, const struct targets *t, struct rm_job *jobs, struct err *e)
{
    struct observer o;
    bool ok = observer_open_once(&o, h->path, e);

    for (size_t i = 0; ok && i < t->count; i++)
        ok = target_read(o.store, t->ids[i], &jobs[i].row, e) && rm_count(&jobs[i], o.store, e) &&
             own_files_find(&jobs[i].files, o.store, &jobs[i].row, e);
    observer_release(&o);
    return ok;
}

static void rm_say_files(const struct rm_job *j, struct buf *out)
{
    size_t ours = j->files.ours_count, kept = j->files.kept_count;

    buf_addf(out, "%s", j->row.out_dir);
    if (!rm_options.files) {
        buf_adds(out, " stays");
        return;
    }
    buf_addf(out, ": %zu file%s", ours, ours == 1 ? "" : "s");
    if (kept > 0) buf_addf(out, "; %zu that you changed or put there stay%s", kept, kept == 1 ? "s" : "");
}

static void rm_say(const struct rm_job *j)
{
    char words[AMOUNT_SIZE], requests[AMOUNT_SIZE];
    struct buf title, files;

    buf_init(&title, BUF_MAX_LINE);
    buf_init(&files, BUF_MAX_LINE);
    const char *name = j->row.title[0] != '\0' ? j->row.title : j->row.slug;
    utf8_terminal(&title, name, strlen(name), true);
    rm_say_files(j, &files);
    log_line(LOG_INFO, "job %" PRId64 " \"%s\", %s: %s, %s request%s; %s", j->row.id, title.data,
             job_state_words(j->row.state), amount_words(words, j->words), amount_text(requests, j->row.requests),
             j->row.requests == 1 ? "" : "s", files.data);
    buf_release(&title);
    buf_release(&files);
}

// Nobody is asked about what would be refused then.
static bool rm_may(const struct rm_job *jobs, size_t count, struct err *e)
{
    char question[120];

    if (rm_options.yes) return true;
    for (size_t i = 0; i < count; i++)
        if (job_state_runnable(jobs[i].row.state))
            return err_set(e, ERR_USAGE,
                           "job %" PRId64 " is %s: give it up first, with: novelgen cancel %" PRId64 "%s",
                           jobs[i].row.id, job_state_name(jobs[i].row.state), jobs[i].row.id, settings_home_hint());
    (void)snprintf(question, sizeof question, "remove %s from the store for good?",
                   count == 1 ? "it" : "all of them");
    return confirm(question, e);
}

// `check`: only whether they could go.
static bool rm_rows(const struct home *h, int64_t id, bool check, struct err *e)
{
    struct json *more = json_new_object();
    const struct message_change change = {.deadline_ms = -1, .more = more};
    char key[MESSAGE_KEY_SIZE];
    struct inbox_answer answer;

    json_set_bool(more, "check", check);
    enum order_end end = order_give(h, MESSAGE_REMOVE, id, &change, RM_WAIT_MS, key, &answer, e);
    json_free(more);
    if (end == ORDER_SILENT)
        err_set(e, ERR_STORE, "the novelgen that is writing has not answered; job %" PRId64 " %s", id,
                check ? "stays: try again" : "goes when it does");
    return end == ORDER_ANSWERED;
}

static bool rm_files(const struct rm_job *j, struct err *e)
{
    bool folder_gone = false;

    for (size_t i = 0; i < j->files.kept_count; i++)
        log_line(LOG_INFO, "kept: %s/%s", j->row.out_dir, j->files.kept[i]);
    return own_files_remove(&j->files, &j->row, &folder_gone, e) &&
           (folder_gone || (log_line(LOG_INFO, "the folder stays, it is not empty: %s", j->row.out_dir), true));
}

// The files go first: after a crash the job still stands, and the same command removes what is left.
static int rm_job(const struct home *h, const struct rm_job *j)
{
    struct err e = ERR_INIT;

    if (rm_options.files && (!rm_rows(h, j->row.id, true, &e) || !rm_files(j, &e))) return exit_fail(&e);
    if (!rm_rows(h, j->row.id, false, &e)) return exit_fail(&e);
    look_forget(h->path, j->row.id);
    exported_forget(h->path, j->row.id);
    log_line(LOG_INFO, "removed job %" PRId64 "%s%s", j->row.id, rm_options.files ? "" : "; its files are still in ",
             rm_options.files ? "" : j->row.out_dir);
    return EXIT_WHOLE;
}

static int rm_jobs(const struct home *h, const struct targets *t)
{
    struct rm_job *jobs = mem_calloc(t->count + 1, sizeof *jobs);
    struct err e = ERR_INIT;
    int code = EXIT_WHOLE;

    bool ok = rm_read(h, t, jobs, &e);
    for (size_t i = 0; ok && i < t->count; i++) rm_say(&jobs[i]);
    if (ok && rm_may(jobs, t->count, &e))
        for (size_t i = 0; i < t->count; i++) code = exit_worse(code, rm_job(h, &jobs[i]));
    else if (e.code != ERR_NONE)
        code = exit_fail(&e);
    else
        log_line(LOG_INFO, "nothing was removed");
    for (size_t i = 0; i < t->count; i++) {
        own_files_release(&jobs[i].files);
        job_release(&jobs[i].row);
    }
    free(jobs);
    return code;
}

static bool rm_prepare(const struct args *a, struct err *e)
{
    return a->count > 0 || err_set(e, ERR_USAGE, "name the job to be removed; usage: novelgen rm ID... [OPTION]...");
}

static const struct option *const rm_tables[] = {rm_own, settings_home, NULL};

const struct command cmd_rm = {
    .name = "rm",
    .usage = "ID... [OPTION]...",
    .summary = "remove jobs from the store for good",
    .help = "Takes a job out of the store with its text, its versions and its log, and says before what that is. The "
            "files in the book's folder stay. With --files they go too, but for those that you changed or put there. "
            "Without a terminal to ask on it needs --yes. A job in the queue must be cancelled first.\n\n"
            "Example: novelgen rm 3 --files",
    .tables = rm_tables,
    .args_most = RM_TARGETS_MOST,
    .prepare = rm_prepare,
    .run_jobs = rm_jobs,
};
