// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen list
#include "cli/command.h"

#include "app/home.h"
#include "app/observer.h"
#include "app/order.h"
#include "app/status.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/page.h"
#include "cli/settings.h"

struct list {
    struct json *array; // NULL: a table
    struct buf table;
    bool color, unfinished;
    int count;
};

static bool list_on_job(void *arg, const struct job *j)
{
    struct list *l = arg;

    if (l->count++ == 0) page_head(&l->table);
    l->unfinished = l->unfinished || job_state_runnable(j->state);
    if (l->array != NULL)
        json_push(l->array, status_json(j));
    else
        page_row(j, l->color, &l->table);
    return true;
}

static void list_print(const struct list *l, const struct home *h)
{
    if (l->array != NULL) {
        output_json(l->array, false);
        return;
    }
    output_text(l->table.data, l->table.len);
    output_flush();
    if (l->count == 0)
        log_line(LOG_INFO, "there is no job yet in '%s'; begin one with: novelgen submit SPEC", h->path);
    else if (l->unfinished && !order_is_written(h))
        log_line(LOG_INFO, "nobody is writing now; go on with: novelgen run%s", settings_home_hint());
}

static int list_run(const struct args *a)
{
    struct list l = {.array = settings.json ? json_new_array() : NULL, .color = settings_paints(1)};
    struct err e = ERR_INIT;
    struct observer o = {0};
    struct home home;
    int code = EXIT_WHOLE;

    (void)a;
    buf_init(&l.table, BUF_MAX_REPLY);
    bool opened = settings_open_home(&home, &e);
    bool ok = opened && observer_open_once(&o, home.path, &e) &&
              (o.store == NULL || store_jobs_each(o.store, list_on_job, &l, &e));
    if (ok)
        list_print(&l, &home);
    else
        code = exit_fail(&e);
    observer_release(&o);
    if (opened) home_release(&home);
    buf_release(&l.table);
    json_free(l.array);
    return code;
}

static const struct option *const list_tables[] = {settings_home, settings_page, NULL};

const struct command cmd_list = {
    .name = "list",
    .usage = "[OPTION]...",
    .summary = "all jobs, one a line",
    .help = "Lists all jobs of the home by their ids: state, share of the words that stand, time left, title, and "
            "why a job\n"
            "waits or is paused.\n\n"
            "Example: novelgen list --json | jq '.[] | select(.state == \"paused\") | .id'",
    .tables = list_tables,
    .run = list_run,
};
