// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Keeping a deadline: before each stretch of prose the book's length is planned anew by the speed that was measured. The
// length may go up and down, the number of chapters only down: a chapter that was given up is not planned again. However
// late it is, there is room for one more stretch, whose request says that it ends the book.
#include <stdlib.h>

#include "base/clock.h"
#include "engine/worker.h"
#include "model/deadline.h"
#include "text/amount.h"

enum { NOTICED_PERCENT = 2, TOLD_PERCENT = 10 };

// What stands, with gaps as long as they were asked for, as the length control counts them.
static int64_t words_standing(const struct book *b)
{
    int64_t words = 0;
    for (size_t i = 0; i < b->chapters_count; i++)
        for (size_t k = 0; k < b->chapters[i].chunks_count; k++) {
            const struct book_chunk *c = &b->chapters[i].chunks[k];
            words += c->gap ? c->words_asked : c->words;
        }
    return words;
}

// By what is left of the book: of all of it, two hundredths may be an hour.
static bool is_noticed(const struct book *b, int64_t words)
{
    int64_t left = b->words_target - words_standing(b);
    return llabs(words - b->words_target) * 100 > (left > 0 ? left : 0) * NOTICED_PERCENT;
}

// A plan that has room for the ending alone is not made longer again: short answers would put it off for ever.
static void keep_ending(const struct worker *w, struct deadline_plan *plan)
{
    int64_t least = words_standing(&w->book) + DEADLINE_ENDING_WORDS;
    bool ends_here = w->book.chapters_total == w->step.chapter;
    if (ends_here && w->book.words_target < least) least = w->book.words_target;
    if (least > w->job.words_target) least = w->job.words_target;
    if (plan->words < least) plan->words = least;
}

static bool say(struct worker *w, const struct deadline_plan *plan, struct err *e)
{
    char text[200], words[AMOUNT_SIZE];
    (void)snprintf(text, sizeof(text), "to be done in time the book gets %s in %d chapter%s",
                   amount_words(words, plan->words), plan->chapters, plan->chapters == 1 ? "" : "s");
    return store_event_add(w->store, w->job.id, "deadline", text, NULL, e);
}

static bool take(struct worker *w, const struct deadline_plan *plan, struct err *e)
{
    w->unpublished.outline = w->unpublished.outline || plan->chapters < w->book.chapters_total;
    bool tell = plan->chapters < w->book.chapters_total ||
                llabs(w->book.words_target - plan->words) * 100 > w->book.words_target * TOLD_PERCENT;
    return store_plan_shorten(w->store, w->job.id, plan->words, plan->chapters, e) && (!tell || say(w, plan, e)) &&
           worker_reload_book(w, e);
}

static bool is_front(const struct book *b, int chapter)
{
    for (size_t i = 0; i < b->chapters_count; i++)
        if (b->chapters[i].number > chapter && b->chapters[i].chunks_count > 0) return false;
    return true;
}

// Without a deadline any more, a book that was made shorter gets its words back. What is written anew keeps the length that
// it was planned with, unless it is the end of what stands and there is a deadline.
static bool is_due(const struct worker *w)
{
    bool prose = w->step.kind == STEP_BEATS || w->step.kind == STEP_CHUNK, dated = w->job.deadline_ms > 0;
    const struct book_chapter *c = book_chapter_at(&w->book, w->step.chapter);
    if (!prose || w->step.again || (c && c->given)) return false;
    if (c && c->version > 1) return dated && is_front(&w->book, c->number);
    return dated || w->book.words_target < w->job.words_target;
}

bool worker_replan(struct worker *w, struct err *e)
{
    struct job now;
    if (!is_due(w)) return true;
    if (store_job_get(w->store, w->job.id, &now, e) != STORE_FOUND) return false;
    struct deadline_plan plan = deadline_plan(&now, &w->book, w->step.chapter, clock_wall_ms());
    job_release(&now);
    keep_ending(w, &plan);
    if (plan.chapters > w->book.chapters_total) plan.chapters = w->book.chapters_total;
    if (plan.chapters == w->book.chapters_total && !is_noticed(&w->book, plan.words)) return true;
    return take(w, &plan, e);
}
