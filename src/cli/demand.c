// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Demands on jobs.
#include "cli/demand.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/observer.h"
#include "app/order.h"
#include "base/log.h"
#include "cli/confirm.h"
#include "cli/exit.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/verdict.h"

enum { DEMAND_WAIT_MS = 2000 };

// What was so before, and what can be done with it.
static void demand_say_already(const struct job *j, const char *already)
{
    const char *home = settings_home_hint();
    long long id = (long long)j->id;

    if (j->state == JOB_DONE)
        log_line(LOG_INFO,
                 "job %lld: %s; read it: %s/book.md, or make it longer with: novelgen extend %lld --words N%s", id,
                 already, j->out_dir, id, home);
    else
        log_line(LOG_INFO, "job %lld: %s; go on with: novelgen resume %lld%s", id, already, id, home);
}

static int demand_show(const struct home *h, int64_t id, const char *already)
{
    struct err e = ERR_INIT;
    struct observer o;
    struct job row;

    if (observer_open_once(&o, h->path, &e) && o.store != NULL &&
        store_job_get(o.store, id, &row, &e) == STORE_FOUND) {
        if (*already != '\0')
            demand_say_already(&row, already);
        else
            verdict_say(&row);
        job_release(&row);
    }
    observer_release(&o);
    return e.code == ERR_NONE ? EXIT_WHOLE : exit_fail(&e);
}

// What the engine has said of it, or what became of the job.
static int demand_tell(const struct home *h, int64_t id, const struct demand *d, const struct inbox_answer *answer)
{
    bool of_state = d->verb == MESSAGE_PAUSE || d->verb == MESSAGE_CANCEL;

    if (of_state || answer->text[0] == '\0') return demand_show(h, id, answer->text);
    log_line(LOG_INFO, "job %" PRId64 ": %s", id, answer->text);
    return EXIT_WHOLE;
}

static int demand_job(const struct home *h, int64_t id, const struct demand *d)
{
    const struct message_change change = {.deadline_ms = -1, .more = d->more};
    char key[MESSAGE_KEY_SIZE];
    struct inbox_answer answer;
    struct err e = ERR_INIT;

    switch (order_give(h, d->verb, id, &change, DEMAND_WAIT_MS, key, &answer, &e)) {
    case ORDER_ANSWERED:
        return demand_tell(h, id, d, &answer);
    case ORDER_FAILED:
        break;
    case ORDER_SILENT:
        log_line(LOG_WARN,
                 "the novelgen that is writing has not answered yet; job %" PRId64
                 " follows when it does, see: novelgen "
                 "status %" PRId64 "%s",
                 id, id, settings_home_hint());
        return EXIT_WHOLE;
    }
    return exit_fail(&e);
}

static bool demand_find(struct targets *t, const struct home *h, const struct args *a, const struct demand *d,
                        struct err *e)
{
    if (!d->all) return targets_find(t, h, a, false, e);
    if (a->count > 0) return err_set(e, ERR_USAGE, "give jobs or --all, not both");
    return targets_all(t, h, d->wanted, e);
}

// Whether it may be done. False without an error: the answer was no.
static bool demand_may(const struct targets *t, const struct demand *d, struct err *e)
{
    char question[100];

    if (!d->all || d->ask == NULL || d->yes || t->count == 0) return true;
    (void)snprintf(question, sizeof question, "%s %zu job%s?", d->ask, t->count, t->count == 1 ? "" : "s");
    return confirm(question, e);
}

int demand_jobs(const struct home *h, const struct args *a, const struct demand *d)
{
    struct err e = ERR_INIT;
    struct targets t = {0};
    int code = EXIT_WHOLE;

    bool may = demand_find(&t, h, a, d, &e) && demand_may(&t, d, &e);
    if (may) {
        for (size_t i = 0; i < t.count; i++) code = exit_worse(code, demand_job(h, t.ids[i], d));
        if (t.count == 0) log_line(LOG_INFO, "%s", d->none);
    } else if (e.code != ERR_NONE)
        code = exit_fail(&e);
    else
        log_line(LOG_INFO, "nothing was done");
    targets_release(&t);
    return code;
}
