// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// When the files of the job at hand are written: not before the request that follows has left.
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "engine/gate_join.h"
#include "engine/worker.h"

// The title that the bible has found belongs into the prompts that follow.
static void refresh_title(struct worker *w)
{
    struct job fresh;
    struct err e = ERR_INIT;
    if (store_job_get(w->store, w->job.id, &fresh, &e) != STORE_FOUND) return;
    free(w->job.title);
    w->job.title = mem_strdup(fresh.title);
    job_release(&fresh);
}

void worker_note_done(struct worker *w)
{
    if (w->step.kind == STEP_BIBLE) refresh_title(w);
    bool plan = w->step.kind == STEP_BIBLE || w->step.kind == STEP_ACTS || w->step.kind == STEP_OUTLINE;
    if (plan) w->unpublished.outline = true;
    if (w->step.kind == STEP_BEATS && book_is_given(&w->book, w->step.chapter)) w->unpublished.all = true;
    if (w->step.kind != STEP_CHUNK) return;
    w->unpublished.all =
        w->unpublished.all || (w->unpublished.chapter > 0 && w->unpublished.chapter != w->step.chapter);
    w->unpublished.chapter = w->step.chapter;
}

static bool is_complete(const struct worker *w, int chapter)
{
    return next_chapter_is_full(&w->book, chapter, worker_chunk_words(w));
}

// The files of what was accepted, what the next chapter's opening will need of them, and the checkpoint: while the server works on the next request.
void worker_publish(struct worker *w)
{
    struct err e = ERR_INIT;
    if (!w->has_job) return;
    int chapter = w->unpublished.chapter;
    bool outline = w->unpublished.outline,
         all = w->unpublished.all || (w->publish.failing && (outline || chapter > 0));
    timer_stop(w->publish_soon);
    memset(&w->unpublished, 0, sizeof(w->unpublished));
    if (all) publish_again(&w->publish, &w->book, worker_chunk_words(w));
    if (outline && !all) publish_outline(&w->publish);
    if (chapter > 0 && !all) publish_chunks(&w->publish, chapter, is_complete(w, chapter));
    if (w->step.kind == STEP_RECAP && !habits_read(&w->habits, w->store, w->job.id, w->step.chapter + 1, &e))
        log_line(LOG_WARN, "the habits of chapter %d: %s", w->step.chapter, e.text);
    if ((outline || all || chapter > 0) && !store_checkpoint(w->store, &e))
        log_line(LOG_WARN, "checkpoint: %s", e.text);
}

void worker_show_partial(struct worker *w)
{
    if (w->state != WORKER_FLIGHT || w->step.kind != STEP_CHUNK || w->flight.committed == 0) return;
    struct buf text, committed;
    buf_init(&text, BUF_MAX_PROMPT);
    buf_init(&committed, FLIGHT_TEXT_MAX);
    buf_add(&committed, w->flight.text.data, w->flight.committed);
    gate_join(&text, &w->flight.prefix, &committed, w->language, w->templates.markup);
    buf_release(&committed);
    publish_partial(&w->publish, w->step.chapter, w->step.seq, text.data, text.len);
    buf_release(&text);
}
