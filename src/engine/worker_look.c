// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The job at hand, after messages were taken in: it may be gone, resting, another one's to write, or have other rows.
//
//   gone, at rest, or begun anew ────────────────────▶ left: its request too, its text is kept
//   text is to be written anew ─┬─ none is in flight, or just that ─▶ left
//                               └─ another one is ───▶ all is read again when that has ended
//   another plan ───────────────┬─ while one is being asked for ────▶ left
//                               └─ else ─────────────▶ its files are made anew
#include "engine/worker.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

// The inbox paused, cancelled or changed the job at hand: its request is left, its text kept. Of a job that is gone
// altogether there is nothing to be kept.
static void leave_job(struct worker *w, bool gone)
{
    bool flying = w->state == WORKER_FLIGHT;
    struct err e = ERR_INIT;
    worker_halt(w);
    if (!gone && flying && !flight_commit(&w->flight, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    if (!gone) worker_publish(w);
    if (flying) link_suspect(w->link);
    worker_drop_job(w);
    worker_enter(w, WORKER_IDLE);
    w->events->free(w->arg);
}

static bool same_plan(const struct book *a, const struct book *b)
{
    bool same = a->chapters_count == b->chapters_count && a->chapters_total == b->chapters_total &&
                a->acts_count == b->acts_count;
    for (size_t i = 0; same && i < a->acts_count; i++)
        same = a->acts[i].from == b->acts[i].from && a->acts[i].to == b->acts[i].to;
    return same;
}

// The plan may have been changed: its files are looked at. A plan that is being asked for just now is for chapters that
// may have other numbers: its request is left, and asked anew by the rows.
static void look_at_plan(struct worker *w, const struct job *now)
{
    struct err e = ERR_INIT;
    struct book book = {0};
    bool asks = w->state == WORKER_FLIGHT && (w->step.kind == STEP_OUTLINE || w->step.kind == STEP_ACTS);
    if (asks && !store_book_load(w->store, w->job.id, &book, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    bool stale = asks && !same_plan(&book, &w->book);
    book_release(&book);
    if (stale) {
        leave_job(w, false);
        return;
    }
    free(w->job.title);
    w->job.title = mem_strdup(now->title);
    if (!w->book.has_bible) return;
    w->unpublished.outline = true;
    if (!timer_active(w->publish_soon)) timer_set(w->publish_soon, WORKER_PUBLISH_MS);
}

// Whether text that stood, or is being written, is to be written anew; `stands`: the request at hand is wanted all the same.
static bool look_at_text(struct worker *w, bool *changed, bool *stands, struct err *e)
{
    struct book now;
    *stands = false;
    if (!store_book_load(w->store, w->job.id, &now, e)) return false;
    *changed = !book_same_text(&now, &w->book);
    book_release(&now);
    return !*changed || w->state != WORKER_FLIGHT || store_attempt_is_open(w->store, w->flight.attempt, stands, e);
}

// The job goes on: what was changed of its text and its plan is taken in.
static void look_at_rows(struct worker *w, const struct job *now)
{
    struct err e = ERR_INIT;
    bool changed, stands;
    if (!look_at_text(w, &changed, &stands, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    w->reread = w->reread || changed;
    if (changed && !stands)
        leave_job(w, false);
    else
        look_at_plan(w, now);
}

// What needs nothing else to be done. The folder is where its owner has had it found: files that are due go there.
static void take_over(struct worker *w, const struct job *now)
{
    w->job.deadline_ms = now->deadline_ms;
    w->job.priority = now->priority;
    if (strcmp(now->out_dir, w->job.out_dir) == 0) return;
    free(w->job.out_dir);
    w->job.out_dir = mem_strdup(now->out_dir);
}

void worker_look(struct worker *w)
{
    if (!w->store || !w->has_job) return;
    struct job now;
    struct err e = ERR_INIT;
    enum store_found found = store_job_get(w->store, w->job.id, &now, &e);
    if (found == STORE_NONE) {
        leave_job(w, true);
        return;
    }
    if (found != STORE_FOUND) {
        worker_store_failed(w, &e);
        return;
    }
    bool runnable = job_state_runnable(now.state);
    take_over(w, &now);
    bool renewed = (now.state == JOB_QUEUED && w->job.state != JOB_QUEUED) ||
                   strcmp(now.backend, w->job.backend) != 0 || strcmp(now.model, w->job.model) != 0 ||
                   strcmp(now.templates, w->job.templates) != 0 || strcmp(now.spec, w->job.spec) != 0;
    if (!runnable || renewed)
        leave_job(w, false);
    else
        look_at_rows(w, &now);
    job_release(&now);
}
