// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen status
#include "cli/command.h"

#include "app/observer.h"
#include "app/order.h"
#include "app/status.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/page.h"
#include "cli/settings.h"
#include "cli/target.h"

enum { TARGETS_MOST = 1000 };

static bool status_page(const struct home *h, struct store *s, const struct job *j, struct err *e)
{
    struct book book = {0};
    struct current current;
    struct buf page;
    struct page_view v = {.job = j, .written = order_is_written(h)};

    buf_init(&page, BUF_MAX_PIECE);
    current_init(&current);
    bool ok = status_jobs_before(s, j, &v.jobs_before, e);
    if (ok && job_state_runnable(j->state)) {
        ok = current_read(&current, s, j->id, e);
        v.current = &current;
    }
    if (ok && j->gaps > 0) {
        ok = store_book_load(s, j->id, &book, e);
        v.book = &book;
    }
    if (ok) {
        page_job(&v, settings_paints(1), &page);
        output_text(page.data, page.len);
    }
    book_release(&book);
    current_release(&current);
    buf_release(&page);
    return ok;
}

static bool status_each(const struct home *h, struct store *s, const struct targets *t, struct json *array,
                        struct err *e)
{
    bool ok = true;

    for (size_t i = 0; ok && i < t->count; i++) {
        struct job j;
        enum store_found found = store_job_get(s, t->ids[i], &j, e);
        if (found == STORE_ERROR) return false;
        if (found != STORE_FOUND) continue;
        if (array != NULL)
            json_push(array, status_json(&j));
        else
            ok = status_page(h, s, &j, e);
        job_release(&j);
    }
    return ok;
}

static bool status_show(const struct home *h, const struct targets *t, struct err *e)
{
    struct json *array = settings.json ? json_new_array() : NULL;
    struct observer o;

    bool ok = observer_open_once(&o, h->path, e) && status_each(h, o.store, t, array, e);
    if (ok && array != NULL) output_json(json_count(array) == 1 ? json_at(array, 0) : array, false);
    observer_release(&o);
    json_free(array);
    return ok;
}

static int status_run(const struct args *a)
{
    struct err e = ERR_INIT;
    struct targets t = {0};
    struct home home;

    if (!settings_open_home(&home, &e)) return exit_fail(&e);
    bool ok = targets_find(&t, &home, a, false, &e) && status_show(&home, &t, &e);
    targets_release(&t);
    home_release(&home);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}

static const struct option *const status_tables[] = {settings_home, settings_page, NULL};

const struct command cmd_status = {
    .name = "status",
    .usage = "[ID]... [OPTION]...",
    .summary = "how far a job is",
    .help = "Shows how far a job is, how fast it goes, what it waits for, and where its book is. Without an ID: the "
            "job being\n"
            "written, else the last one touched. With --json: an object, or an array where several IDs are given.\n\n"
            "Example: novelgen status 3",
    .tables = status_tables,
    .args_most = TARGETS_MOST,
    .run = status_run,
};
