// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "redo": parts of a book are to be written anew. Members: "chapter" with or without "chunk", "onward" (that
// chapter and all behind it), or "gaps" (every part that is missing); "note" is what its owner asks for. The rows change
// here; what follows from them is next_step's.
//
//   chapter   its text becomes old, all else of it goes: it is the first chapter without a recap
//   chunk     it stands, marked as stale, until its new text is accepted
#include "engine/intake.h"

#include <limits.h>
#include <stdio.h>

#include "engine/inbox_settings.h"
#include "engine/unfinished.h"
#include "model/book.h"

struct redo {
    struct store *store;
    const struct job *job;
    struct book book;
    int chapter, chunk; // chunk 0: all of the chapter
    bool onward, gaps;
    const char *note; // "": none
};

// Numbers that are out of range are those of no chapter and no part.
static struct redo redo_of(struct store *s, const struct job *j, const struct json *m, const char *note)
{
    return (struct redo){.store = s,
                         .job = j,
                         .chapter = intake_int(m, "chapter", 1, INT_MAX),
                         .chunk = json_get(m, "chunk") ? intake_int(m, "chunk", 0, INT_MAX) : 0,
                         .onward = json_bool(json_get(m, "onward"), false),
                         .gaps = json_bool(json_get(m, "gaps"), false),
                         .note = note};
}

// ---- what cannot be -----------------------------------------------------------------------------------------------

static bool is_begun(const struct book_chapter *c)
{
    return c->chunks_count > 0 || c->cards > 0 || c->version > 1;
}

static int last_begun(const struct book *b)
{
    int last = 0;
    for (size_t i = 0; i < b->chapters_count; i++)
        if (is_begun(&b->chapters[i])) last = b->chapters[i].number;
    return last;
}

static void refuse_chapter(const struct redo *r, struct inbox_answer *a)
{
    char text[300], stands[64] = "none is";
    int last = last_begun(&r->book), total = r->book.chapters_total;
    bool waits = r->job->state == JOB_APPROVAL;
    if (last > 0) (void)snprintf(stands, sizeof(stands), "the book stands up to chapter %d", last);
    if (r->chapter < 1 || r->chapter > total)
        (void)snprintf(text, sizeof(text), "there is no chapter %d: the book has %d", r->chapter, total);
    else
        (void)snprintf(text, sizeof(text), "chapter %d is not written yet: %s; %s with: novelgen %s %lld%s",
                       r->chapter, stands, waits ? "have it written" : "change its plan",
                       waits ? "approve" : "outline", (long long)r->job->id, waits ? "" : " --edit");
    (void)intake_refuse(a, ERR_USAGE, text);
}

static bool is_possible(const struct redo *r, struct inbox_answer *a)
{
    const struct book_chapter *c = book_chapter_at(&r->book, r->chapter);
    char text[200];
    if (r->gaps) return true;
    if (!c || !is_begun(c)) {
        refuse_chapter(r, a);
        return false;
    }
    if (r->onward || r->chunk == 0 || (r->chunk > 0 && (size_t)r->chunk <= c->chunks_count)) return true;
    (void)snprintf(text, sizeof(text), "chapter %d has %zu part%s so far, there is no part %d", r->chapter,
                   c->chunks_count, c->chunks_count == 1 ? "" : "s", r->chunk);
    (void)intake_refuse(a, ERR_USAGE, text);
    return false;
}

// ---- rows ---------------------------------------------------------------------------------------------------------

static bool redo_gaps(const struct redo *r, bool *any, struct err *e)
{
    for (size_t i = 0; i < r->book.chapters_count; i++) {
        const struct book_chapter *c = &r->book.chapters[i];
        for (size_t k = 0; k < c->chunks_count; k++) {
            if (!c->chunks[k].gap) continue;
            *any = true;
            if (!store_chunk_redo(r->store, r->job->id, c->number, c->chunks[k].seq, r->note, e)) return false;
        }
    }
    return true;
}

// One of which nothing was seen yet keeps its version: what was planned for it goes.
static bool redo_chapter(const struct redo *r, const struct book_chapter *c, struct err *e)
{
    char reason[600];
    (void)snprintf(reason, sizeof(reason), "redo%s%.500s", *r->note ? ": " : "", r->note);
    if (!unfinished_keep(r->store, r->job, c, reason, e)) return false;
    if (c->chunks_count == 0) return store_chapter_retire(r->store, r->job->id, c->number, "redo", e);
    return store_chapter_redo(r->store, r->job->id, c->number, r->note, e);
}

static bool redo_chapters(const struct redo *r, struct err *e)
{
    int last = r->onward ? 0 : r->chapter;
    if (*r->note && !store_direction_add(r->store, r->job->id, r->chapter, last, r->note, e)) return false;
    for (size_t i = 0; i < r->book.chapters_count; i++) {
        const struct book_chapter *c = &r->book.chapters[i];
        bool wanted = c->number == r->chapter || (r->onward && c->number > r->chapter);
        if (wanted && is_begun(c) && !redo_chapter(r, c, e)) return false;
    }
    return true;
}

static bool redo_rows(const struct redo *r, bool *any, struct err *e)
{
    if (r->gaps) return redo_gaps(r, any, e);
    *any = true;
    if (r->chunk > 0 && !r->onward) return store_chunk_redo(r->store, r->job->id, r->chapter, r->chunk, r->note, e);
    return redo_chapters(r, e);
}

// A job that is under way goes on with it; any other goes into the queue.
static bool go_on(struct intake *in, const struct job *j, struct err *e)
{
    if (j->state != JOB_QUEUED && j->state != JOB_PLANNING && j->state != JOB_WRITING)
        return inbox_settle_deadline(in->store, j, e) && intake_change(in, j, JOB_QUEUED, "", e);
    intake_touched(in, j);
    return true;
}

static bool take(struct intake *in, const struct job *j, const struct json *m, const char *note,
                 struct inbox_answer *a, struct err *e)
{
    struct redo r = redo_of(in->store, j, m, note);
    bool any = false, room;
    if (!intake_room(in, j, a, &room, e)) return false;
    if (!room) return true;
    if (!store_book_load(in->store, j->id, &r.book, e)) return false;
    (void)snprintf(a->text, sizeof(a->text), "%.500s", j->out_dir);
    bool ok = !is_possible(&r, a) || (redo_rows(&r, &any, e) && (!any || go_on(in, j, e)));
    book_release(&r.book);
    return ok;
}

INTAKE_VERB(inbox_take_redo)
{
    struct buf note;
    buf_init(&note, BUF_MAX_MESSAGE);
    bool ok = !intake_note(&note, m, "note", a) || take(in, j, m, note.data, a, e);
    buf_release(&note);
    return ok;
}
