// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// When the files of the job at hand are written: not before the request that follows has left.
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "engine/gate_join.h"
#include "engine/worker.h"
#include "out/folder.h"

enum { FOLDER_SIZE = 1100 };

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
    if (w->step.kind == STEP_RECAP) w->unpublished.recap = w->step.chapter;
    if (w->step.kind != STEP_CHUNK) return;
    w->unpublished.all =
        w->unpublished.all || (w->unpublished.chapter > 0 && w->unpublished.chapter != w->step.chapter);
    w->unpublished.chapter = w->step.chapter;
}

static bool tell_folder(struct worker *w, const char *was, bool found, struct err *e)
{
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    if (found)
        buf_addf(&text, "the book's folder was renamed: it is %s now", w->job.out_dir);
    else
        buf_addf(&text,
                 "the book's folder %s is not there any more: %s is made anew from the store; if you have moved it, "
                 "remove the new one, and in the directory where it is now type: novelgen verify %lld --repair",
                 was, strcmp(was, w->job.out_dir) == 0 ? "it" : w->job.out_dir, (long long)w->job.id);
    bool ok = store_event_add(w->store, w->job.id, "folder", text.data, NULL, e);
    buf_release(&text);
    return ok;
}

// Where it was renamed it is taken as it is; where it is gone, its files are made anew, and that is said.
bool worker_find_folder(struct worker *w, struct err *e)
{
    char folder[FOLDER_SIZE];
    struct err unmade = ERR_INIT;
    const char *home = w->o.servers->home;
    if (!*w->job.out_dir || !out_folder_is_away(w->job.out_dir, w->job.uuid)) return true;
    bool found = out_folder_beside(folder, sizeof(folder), w->job.out_dir, w->job.uuid, home);
    if (!found && !out_folder_make(folder, sizeof(folder), w->job.out_parent, w->job.id, w->job.slug, w->job.uuid,
                                   home, &unmade))
        return true; // what publishes the files says why they cannot be
    char *was = w->job.out_dir;
    w->job.out_dir = mem_strdup(folder);
    bool ok = store_job_set_folder(w->store, w->job.id, folder, e) && tell_folder(w, was, found, e);
    free(was);
    return ok;
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
    int chapter = w->unpublished.chapter, recap = w->unpublished.recap;
    bool outline = w->unpublished.outline,
         all = w->unpublished.all || (w->publish.failing && (outline || chapter > 0));
    timer_stop(w->publish_soon);
    memset(&w->unpublished, 0, sizeof(w->unpublished));
    if (all && !worker_find_folder(w, &e)) log_line(LOG_WARN, "the book's folder: %s", e.text);
    if (all) publish_again(&w->publish, &w->book, worker_chunk_words(w));
    if (outline && !all) publish_outline(&w->publish);
    if (chapter > 0 && !all) publish_chunks(&w->publish, chapter, is_complete(w, chapter));
    if (recap > 0 && !all) publish_complete(&w->publish, recap);
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
