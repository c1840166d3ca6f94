// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Keeping a deadline: before each stretch of prose the book's length is planned anew by the speed that was measured. The
// length may go up and down, the number of chapters only down: a chapter that was given up is not planned again.
#include <stdlib.h>

#include "base/clock.h"
#include "engine/worker.h"
#include "model/deadline.h"

enum { NOTICED_PERCENT = 2 };

static bool is_noticed(int64_t was, int64_t is)
{
    return llabs(is - was) * 100 > was * NOTICED_PERCENT;
}

static bool say(struct worker *w, const struct deadline_plan *plan, struct err *e)
{
    char text[200];
    (void)snprintf(text, sizeof(text), "to be done in time the book gets %lld words in %d chapters",
                   (long long)plan->words, plan->chapters);
    return store_event_add(w->store, w->job.id, "deadline", text, NULL, e);
}

static bool take(struct worker *w, const struct deadline_plan *plan, struct err *e)
{
    bool chapters = plan->chapters < w->book.chapters_total;
    return store_plan_shorten(w->store, w->job.id, plan->words, plan->chapters, e) &&
           (!chapters || say(w, plan, e)) && worker_reload_book(w, e);
}

bool worker_replan(struct worker *w, struct err *e)
{
    bool due = w->job.deadline_ms > 0 && (w->step.kind == STEP_BEATS || w->step.kind == STEP_CHUNK);
    if (!due) return true;
    struct job now;
    if (store_job_get(w->store, w->job.id, &now, e) != STORE_FOUND) return false;
    struct deadline_plan plan = deadline_plan(&now, &w->book, w->step.chapter, clock_wall_ms());
    job_release(&now);
    if (plan.chapters > w->book.chapters_total) plan.chapters = w->book.chapters_total;
    if (plan.chapters == w->book.chapters_total && !is_noticed(w->book.words_target, plan.words)) return true;
    return take(w, &plan, e);
}
