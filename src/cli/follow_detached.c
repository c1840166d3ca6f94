// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Work that is left to others: the answers are awaited, the work is not.
#include "cli/follow.h"

#include "app/observer.h"
#include "app/order.h"
#include "cli/exit.h"
#include "cli/lines.h"
#include "cli/settings.h"
#include "cli/verdict.h"

enum { ANSWER_WAIT_MS = 10000 };

static int follow_left(const struct session_options *o, struct session_job *j)
{
    struct inbox_answer answer;
    struct observer reader;
    struct err e = ERR_INIT;
    struct job row;
    int code = EXIT_WHOLE;

    switch (order_await(o->home, j->key, ANSWER_WAIT_MS, &answer, &e)) {
    case ORDER_ANSWERED:
        break;
    case ORDER_FAILED:
        return exit_fail(&e);
    case ORDER_SILENT:
        err_set(&e, ERR_STORE,
                "the novelgen that is writing has not answered; the request is kept, see: novelgen list%s",
                settings_home_hint());
        return exit_fail(&e);
    }
    if (answer.code != 0) {
        err_set(&e, (enum err_code)answer.code, "%s", answer.text);
        return exit_fail(&e);
    }
    j->id = answer.job;
    if (!observer_open_once(&reader, o->home->path, &e)) return exit_fail(&e);
    if (reader.store != NULL && store_job_get(reader.store, answer.job, &row, &e) == STORE_FOUND) {
        follow_print_job(&row);
        follow_simulator_hint(&row);
        if (row.state == JOB_DONE && !settings.quiet) verdict_say(&row); // there was nothing to leave to others
        if (settings.json) lines_summary(&row, EXIT_WHOLE);
        job_release(&row);
    } else if (e.code != ERR_NONE) {
        code = exit_fail(&e);
    }
    observer_release(&reader);
    return code;
}

int follow_detached(const struct session_options *o)
{
    struct err e = ERR_INIT;
    int code = EXIT_WHOLE;

    for (size_t i = 0; i < o->jobs_count; i++) code = exit_worse(code, follow_left(o, &o->jobs[i]));
    if (!order_start_run(o->home, o->program, &e)) code = exit_fail(&e);
    return code == EXIT_WHOLE ? code : lines_over(code);
}
