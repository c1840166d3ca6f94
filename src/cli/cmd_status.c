// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen status. It reads the store, and writes down when somebody has looked, so that the next page tells what is
// new.
#include "cli/command.h"

#include <unistd.h>

#include "app/observer.h"
#include "app/status.h"
#include "base/clock.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/overview.h"
#include "cli/settings.h"
#include "cli/target.h"

enum { TARGETS_MOST = 1000 };

// The rows are read in one view: figures and bars agree.
static bool status_page(const struct home *h, struct store *s, int64_t id, struct err *e)
{
    struct looks looks = looks_of(STDOUT_FILENO);
    int64_t now_ms = clock_wall_ms();
    struct overview o;
    struct buf page;

    buf_init(&page, BUF_MAX_PIECE);
    overview_init(&o, h, id);
    enum store_found found = store_begin(s, e) ? overview_read(&o, s, id, now_ms, e) : STORE_ERROR;
    store_rollback(s);
    if (found == STORE_FOUND) {
        overview_page(&o, h, &looks, now_ms, &page);
        output_text(page.data, page.len);
        overview_looked(&o, h, now_ms);
    }
    overview_release(&o);
    buf_release(&page);
    return found != STORE_ERROR;
}

static bool status_push(struct store *s, int64_t id, struct json *array, struct err *e)
{
    struct job j;

    if (!target_read(s, id, &j, e)) return false;
    json_push(array, status_json(&j));
    job_release(&j);
    return true;
}

static bool status_each(const struct home *h, struct store *s, const struct targets *t, struct json *array,
                        struct err *e)
{
    bool ok = true;

    for (size_t i = 0; ok && i < t->count; i++)
        ok = array != NULL ? status_push(s, t->ids[i], array, e) : status_page(h, s, t->ids[i], e);
    return ok;
}

static int status_jobs(const struct home *h, const struct targets *t)
{
    struct json *array = settings.json ? json_new_array() : NULL;
    struct err e = ERR_INIT;
    struct observer o;

    bool ok = observer_open_once(&o, h->path, &e) && status_each(h, o.store, t, array, &e);
    if (ok && array != NULL) output_json(json_count(array) == 1 ? json_at(array, 0) : array, false);
    observer_release(&o);
    json_free(array);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}

static const struct option *const status_tables[] = {settings_home, settings_page, NULL};

const struct command cmd_status = {
    .name = "status",
    .usage = "[ID]... [OPTION]...",
    .summary = "how far a job is",
    .help = "Shows how far a job is, how fast it goes, what it waits for, what happened lately and since you last "
            "looked, and where its book is. In the bar of chapters a cross (! without Unicode) is one with a gap. "
            "Without an ID: the job being written, else the last one touched. With --json: an object, or an array "
            "where several IDs are given.\n\n"
            "Example: novelgen status 3",
    .tables = status_tables,
    .args_most = TARGETS_MOST,
    .run_jobs = status_jobs,
};
