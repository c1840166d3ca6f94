// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Loading a plan. The words of a chapter to come are its part of what the chapters that have begun leave of the book, as
// the length control will divide it.
#include "engine/outline.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "model/book.h"
#include "model/length.h"

struct loading {
    struct outline *o;
    const struct book *book;
};

static bool add_act(void *arg, const struct act_row *a)
{
    struct loading *l = arg;
    struct outline *o = l->o;
    mem_grow(&o->acts, &o->acts_cap, o->acts_count + 1, sizeof(*o->acts));
    o->acts[o->acts_count++] = (struct outline_act){.number = a->number,
                                                    .from = a->from,
                                                    .to = a->to,
                                                    .start = mem_strdup(a->start),
                                                    .turn = mem_strdup(a->turn),
                                                    .open = mem_strdup(a->open)};
    return true;
}

static int act_of(const struct outline *o, int chapter)
{
    for (size_t i = 0; i < o->acts_count; i++)
        if (chapter >= o->acts[i].from && chapter <= o->acts[i].to) return o->acts[i].number;
    return 0;
}

static bool add_chapter(void *arg, const struct chapter_row *row)
{
    struct loading *l = arg;
    const char *const texts[OUTLINE_FIELDS] = {
        [OUTLINE_TITLE] = row->title,     [OUTLINE_POV] = row->pov,     [OUTLINE_SUMMARY] = row->event,
        [OUTLINE_PURPOSE] = row->purpose, [OUTLINE_OPENS] = row->opens, [OUTLINE_CLOSES] = row->closes,
        [OUTLINE_ENDS_ON] = row->ends_on,
    };
    struct outline_chapter *c = outline_add(l->o);
    c->from = row->number;
    c->act = act_of(l->o, row->number);
    c->weight = row->weight;
    for (int k = 0; k < OUTLINE_FIELDS; k++)
        if (texts[k]) outline_set(c, (enum outline_field)k, texts[k], strlen(texts[k]));
    return true;
}

// ---- words ---------------------------------------------------------------------------------------------------------

static int64_t words_counted(const struct book_chapter *c)
{
    int64_t words = 0;
    for (size_t i = 0; i < c->chunks_count; i++)
        words += c->chunks[i].gap ? c->chunks[i].words_asked : c->chunks[i].words;
    return words;
}

// What the chapters before `first` will take: those that are complete as they are, the one at hand at least its share.
static int64_t words_before(const struct book *b, int first)
{
    int64_t words = 0;
    for (size_t i = 0; i < b->chapters_count; i++) {
        const struct book_chapter *c = &b->chapters[i];
        int64_t stand = words_counted(c), share = 0;
        if (c->number >= first && !c->given) continue;
        if (!c->has_recap && !c->given) share = length_chapter_words(b, c->number);
        words += share > stand ? share : stand;
    }
    return words;
}

static void measure(struct outline *o, const struct book *b)
{
    double weights = (double)(o->chapters_total - (int)o->count); // one each, while they are not planned
    for (size_t i = 0; i < b->chapters_count; i++)
        if (b->chapters[i].number >= o->first) weights += b->chapters[i].weight;
    int64_t left = b->words_target - words_before(b, o->first);
    o->words_per_weight = weights > 0 && left > 0 ? (double)left / weights : 0;
    for (size_t i = 0; i < o->count && i < b->chapters_count; i++) {
        struct outline_chapter *c = &o->chapters[i];
        bool to_come = c->from >= o->first;
        c->words = to_come ? llround(c->weight * o->words_per_weight) : book_chapter_words(&b->chapters[i]);
        if (!to_come) c->state = b->chapters[i].has_recap ? OUTLINE_DONE : OUTLINE_BEGUN;
    }
}

// ---- all of it -----------------------------------------------------------------------------------------------------

static bool load_bible(struct outline *o, struct store *s, int64_t job, struct err *e)
{
    struct buf bible;
    buf_init(&bible, BUF_MAX_PIECE);
    bool ok = store_bible_get(s, job, &bible, e);
    if (ok && bible.len > 0) o->bible = mem_strdup(bible.data);
    buf_release(&bible);
    return ok;
}

bool outline_load(struct outline *out, struct store *s, const struct job *job, struct err *e)
{
    struct book book = {0};
    bool written = false;
    outline_init(out);
    out->job = job->id;
    out->title = mem_strdup(job->title);
    struct loading l = {.o = out, .book = &book};
    bool ok = store_book_load(s, job->id, &book, e) && load_bible(out, s, job->id, e) &&
              store_begun_get(s, job->id, job_state_runnable(job->state), &out->first, &written, e) &&
              store_acts_each(s, job->id, add_act, &l, e) && store_chapters_each(s, job->id, add_chapter, &l, e);
    if (ok) {
        out->words_target = book.words_target;
        out->chapters_total = book.chapters_total;
        out->bible_open = !written && out->bible != NULL;
        measure(out, &book);
    }
    book_release(&book);
    if (!ok) outline_release(out);
    return ok;
}
