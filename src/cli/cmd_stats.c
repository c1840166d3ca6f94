// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen stats. It only reads the store: one pass over the log of attempts (app/stats.h).
#include "cli/command.h"

#include <unistd.h>

#include "app/home.h"
#include "app/observer.h"
#include "app/stats.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/looks.h"
#include "cli/output.h"
#include "cli/page_stats.h"
#include "cli/settings.h"
#include "model/deadline.h"

static struct {
    const char *since;
    int64_t now_ms, since_ms; // what it comes to; 0: the beginning
} stats_options;

static const struct option stats_own[] = {
    {"since", 0, OPTION_TEXT, &stats_options.since, "TIME", 0, 0,
     "only what was asked since then: 24h, 7d, 07:00, 2026-11-22"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static void stats_print(const struct stats *st)
{
    struct buf page;

    if (settings.json) {
        struct json *o = stats_json(st);
        output_json(o, false);
        json_free(o);
        return;
    }
    buf_init(&page, BUF_MAX_REPLY);
    page_stats(st, isatty(STDOUT_FILENO) ? looks_columns(STDOUT_FILENO) : 0, &page);
    output_text(page.data, page.len);
    output_flush();
    buf_release(&page);
    if (st->all.requests == 0) log_line(LOG_INFO, "no request was made%s", st->since_ms > 0 ? " since then" : " yet");
}

static bool stats_prepare(const struct args *a, struct err *e)
{
    (void)a;
    stats_options.now_ms = clock_wall_ms();
    return stats_options.since == NULL ||
           deadline_since(stats_options.since, stats_options.now_ms, &stats_options.since_ms, e) ||
           err_prefix(e, "--since");
}

static int stats_home(const struct home *h, const struct args *a)
{
    struct stats_ask ask = {.now_ms = stats_options.now_ms, .since_ms = stats_options.since_ms};
    struct err e = ERR_INIT;
    struct observer o;
    struct stats st;

    bool ok = observer_open_once(&o, h->path, &e) &&
              (a->count == 0 || observer_find_job(o.store, a->items[0], &ask.job, &e)) &&
              stats_read(&st, o.store, &ask, &e);
    observer_release(&o);
    if (!ok) return exit_fail(&e);
    stats_print(&st);
    stats_release(&st);
    return EXIT_WHOLE;
}

static const struct option *const stats_tables[] = {stats_own, settings_home, settings_page, NULL};

const struct command cmd_stats = {
    .name = "stats",
    .usage = "[ID] [OPTION]...",
    .summary = "what the servers were asked, and how fast they answered",
    .help = "Sums up all requests, or those of one job, by server and model: how many in all and in the last hour "
            "(1H), tokens in and out, the share that was cached, tokens a second while writing, and the time to the "
            "first token and to the end of a whole answer (the mean, and what 95 of 100 stay within). Below: what "
            "failed, which rule refused answers, and which jobs wait. --since takes a time that has passed, or how "
            "long ago it was.\n\n"
            "Example: novelgen stats --since 24h",
    .tables = stats_tables,
    .args_most = 1,
    .prepare = stats_prepare,
    .run_home = stats_home,
};
