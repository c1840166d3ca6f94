// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "remove": every row of a job goes. One that is in the queue must be cancelled first; one whose last
// request may still run on the server waits until it cannot: its row is what the next engine would know it by. With
// "check": true it is only asked whether it could go.
#include "engine/intake.h"

#include "base/clock.h"

enum { SLOW_TOKENS_PER_S = 5 };

// How long the last request may still be running, at the speed that the job has shown.
static bool still_runs_ms(struct intake *in, const struct job *j, int64_t *left_ms, struct err *e)
{
    int64_t started_ms = 0;
    int max_tokens = 0;
    enum store_found found = store_job_left(in->store, j->id, &started_ms, &max_tokens, e);
    bool measured = j->output_tokens > 0 && j->generating_ms > 0;
    *left_ms = 0;
    if (found == STORE_ERROR) return false;
    if (found == STORE_NONE) return true;
    int64_t all_ms =
        measured ? max_tokens * j->generating_ms / j->output_tokens : (int64_t)max_tokens * 1000 / SLOW_TOKENS_PER_S;
    *left_ms = started_ms + all_ms - clock_wall_ms();
    if (*left_ms > all_ms) *left_ms = all_ms; // the clock was set back
    return true;
}

static bool refuse_busy(const struct job *j, int64_t left_ms, struct inbox_answer *a)
{
    char text[300], time[CLOCK_TEXT_SIZE];
    clock_duration(time, left_ms);
    (void)snprintf(text, sizeof(text),
                   "its last request may still be running on the server, for another %s at most, and its row is what "
                   "tells the next book to wait for it; then remove it with: novelgen rm %lld",
                   time, (long long)j->id);
    return intake_refuse(a, ERR_BUSY, text);
}

INTAKE_VERB(inbox_take_remove)
{
    int64_t left_ms = 0;
    char text[200];
    if (job_state_runnable(j->state)) {
        (void)snprintf(text, sizeof(text), "it is %s: give it up first, with: novelgen cancel %lld",
                       job_state_name(j->state), (long long)j->id);
        return intake_refuse(a, ERR_USAGE, text);
    }
    if (!still_runs_ms(in, j, &left_ms, e)) return false;
    if (left_ms > 0) return refuse_busy(j, left_ms, a);
    if (json_bool(json_get(m, "check"), false)) return true;
    intake_touched(in, j);
    return store_job_remove(in->store, j->id, e);
}
