// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen tail. It only reads: with -f every quarter of a second, and only when something was committed.
#include "cli/command.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

#include "app/observer.h"
#include "app/order.h"
#include "app/reading.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/lines.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/verdict.h"
#include "text/utf8.h"

enum { LOOK_MS = 250, UNWRITTEN_LOOKS = 20 };

static struct {
    bool follow;
} tail_options;

static const struct option tail_own[] = {
    {"follow", 'f', OPTION_FLAG, &tail_options.follow, NULL, 0, 0, "go on as it is written, until the job ends"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

struct tail {
    const struct home *home;
    struct observer observer;
    struct reading reading;
    struct job job;
    char last;     // byte that was printed
    int unwritten; // looks at which nobody was writing, in a row
};

static void tail_print(struct tail *t)
{
    const struct buf *text = &t->reading.out;
    struct buf shown;

    if (text->len == 0) return;
    t->last = text->data[text->len - 1];
    if (settings.json) {
        lines_text(t->job.id, text->data, text->len);
        return;
    }
    buf_init(&shown, BUF_MAX_BOOK);
    if (isatty(STDOUT_FILENO))
        utf8_terminal(&shown, text->data, text->len, false);
    else
        buf_add(&shown, text->data, text->len);
    output_text(shown.data, shown.len);
    output_flush();
    buf_release(&shown);
}

// The job's row first: a job that is at rest then has no text that would come later.
static bool tail_read(struct tail *t, struct err *e)
{
    int64_t id = t->reading.job;
    struct store *s = t->observer.store;

    job_release(&t->job);
    if (!store_begin(s, e)) return false;
    bool ok = store_job_get(s, id, &t->job, e) == STORE_FOUND &&
              reading_next(&t->reading, s, tail_options.follow && job_state_runnable(t->job.state), e);
    store_rollback(s);
    if (ok) tail_print(t);
    return ok;
}

static bool tail_is_over(const struct tail *t)
{
    return output_is_broken() || (t->job.id > 0 && (!tail_options.follow || !job_state_runnable(t->job.state)));
}

// Talk does not stand behind half a line of prose; where stdout is no terminal, nothing is added to the product.
static void tail_break_line(struct tail *t)
{
    if (settings.json || t->last == '\0' || t->last == '\n' || !isatty(STDOUT_FILENO)) return;
    output_text("\n", 1);
    output_flush();
    t->last = '\n';
}

static void tail_nap(struct tail *t)
{
    struct timespec nap = {.tv_nsec = LOOK_MS * 1000L * 1000L};

    (void)nanosleep(&nap, NULL);
    t->unwritten = order_is_written(t->home) ? 0 : t->unwritten + 1;
    if (t->unwritten != UNWRITTEN_LOOKS) return;
    tail_break_line(t);
    log_line(LOG_WARN, "nobody is writing job %" PRId64 " now; go on with: novelgen resume %" PRId64 "%s", t->job.id,
             t->job.id, settings_home_hint());
}

static bool tail_loop(struct tail *t, struct err *e)
{
    for (;;) {
        struct err cause = ERR_INIT;
        enum observed seen = observer_look(&t->observer, e);
        if (seen == OBSERVED_FAILED) return false;
        if (seen == OBSERVED_NEWS && !tail_read(t, &cause) && !observer_stumble(&t->observer, &cause, e))
            return false;
        if (tail_is_over(t)) return true;
        tail_nap(t);
    }
}

static int tail_end(const struct tail *t)
{
    int code = tail_options.follow ? exit_of_job(&t->job) : EXIT_WHOLE;
    struct buf text;

    if (output_is_broken()) return EXIT_WHOLE;
    if (settings.json)
        lines_summary(&t->job, code);
    else if (t->last != '\0' && t->last != '\n')
        output_text("\n", 1);
    output_flush();
    if (t->last == '\0' && !tail_options.follow)
        log_line(LOG_INFO, "no part of job %" PRId64 " is finished yet", t->job.id);
    if (code == EXIT_WHOLE || code == EXIT_GAPS) return code;
    buf_init(&text, BUF_MAX_LINE);
    verdict_text(&t->job, &text);
    log_line(LOG_INFO, "%s", text.data);
    buf_release(&text);
    return code;
}

static int tail_job(const struct home *h, int64_t id)
{
    struct tail t = {.home = h};
    struct err e = ERR_INIT;

    reading_init(&t.reading, id);
    observer_init(&t.observer, h->path);
    int code = tail_loop(&t, &e) ? tail_end(&t) : exit_fail(&e);
    observer_release(&t.observer);
    reading_release(&t.reading);
    job_release(&t.job);
    return code;
}

static int tail_run(const struct args *a)
{
    struct err e = ERR_INIT;
    struct targets t = {0};
    struct home home;

    if (!settings_open_home(&home, &e)) return exit_fail(&e);
    int code = targets_find(&t, &home, a, false, &e) ? tail_job(&home, t.ids[0]) : exit_fail(&e);
    targets_release(&t);
    home_release(&home);
    return code;
}

static const struct option *const tail_tables[] = {tail_own, settings_page, settings_home, NULL};

const struct command cmd_tail = {
    .name = "tail",
    .usage = "[ID] [-f] [OPTION]...",
    .summary = "the book as far as it is written",
    .help =
        "Prints the prose of a book in reading order, as far as it stands. With -f it goes on while the book is "
        "written, and\n"
        "ends with the job and its exit code. Without an ID: the job being written, else the last one touched.\n\n"
        "Example: novelgen tail -f | fold -s -w 72",
    .tables = tail_tables,
    .args_most = 1,
    .run = tail_run,
};
