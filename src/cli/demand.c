// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Demands on jobs.
#include "cli/demand.h"

#include <inttypes.h>

#include "app/observer.h"
#include "app/order.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/verdict.h"

enum { DEMAND_WAIT_MS = 2000 };

static int demand_show(const struct home *h, int64_t id)
{
    struct err e = ERR_INIT;
    struct observer o;
    struct job row;
    struct buf text;

    if (observer_open_once(&o, h->path, &e) && o.store != NULL &&
        store_job_get(o.store, id, &row, &e) == STORE_FOUND) {
        buf_init(&text, BUF_MAX_LINE);
        verdict_text(&row, &text);
        log_line(LOG_INFO, "%s", text.data);
        buf_release(&text);
        job_release(&row);
    }
    observer_release(&o);
    return e.code == ERR_NONE ? EXIT_WHOLE : exit_fail(&e);
}

static int demand_job(const struct home *h, int64_t id, enum message_verb verb)
{
    const struct message_change change = {.deadline_ms = -1};
    char key[MESSAGE_KEY_SIZE];
    struct inbox_answer answer;
    struct err e = ERR_INIT;

    if (!message_post(h->path, verb, id, &change, key, &e)) return exit_fail(&e);
    switch (order_await(h, key, DEMAND_WAIT_MS, &answer, &e)) {
    case ORDER_ANSWERED:
        break;
    case ORDER_FAILED:
        return exit_fail(&e);
    case ORDER_SILENT:
        log_line(LOG_WARN,
                 "the novelgen that is writing has not answered yet; job %" PRId64
                 " follows when it does, see: novelgen "
                 "status %" PRId64 "%s",
                 id, id, settings_home_hint());
        return EXIT_WHOLE;
    }
    if (answer.code == 0) return demand_show(h, id);
    err_set(&e, (enum err_code)answer.code, "job %" PRId64 ": %s", id, answer.text);
    return exit_fail(&e);
}

int demand_jobs(const struct args *a, enum message_verb verb)
{
    struct err e = ERR_INIT;
    struct targets t = {0};
    struct home home;
    int code = EXIT_WHOLE;

    if (!settings_open_home(&home, &e)) return exit_fail(&e);
    if (!targets_find(&t, &home, a, false, &e)) code = exit_fail(&e);
    for (size_t i = 0; i < t.count; i++) code = exit_worse(code, demand_job(&home, t.ids[i], verb));
    targets_release(&t);
    home_release(&home);
    return code;
}
