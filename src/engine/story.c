// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Loading from rows what a chapter's writer must know. What was told of later chapters, when this one is written anew, is
// left out: recaps and memory end before it. See story.h.
#include "engine/story.h"

#include <stdlib.h>

#include "base/mem.h"

static char *copy(const char *text)
{
    return mem_strdup(text ? text : "");
}

static bool add_act(void *arg, const struct act_row *a)
{
    struct story *y = arg;
    mem_grow(&y->acts, &y->acts_cap, y->acts_count + 1, sizeof(*y->acts));
    y->acts[y->acts_count++] = (struct story_act){
        .range = {a->number, a->from, a->to},
        .start = copy(a->start),
        .turn = copy(a->turn),
        .open = copy(a->open),
        .summary = mem_strdup_opt(a->summary),
    };
    return true;
}

static bool add_chapter(void *arg, const struct chapter_row *c)
{
    struct story *y = arg;
    mem_grow(&y->chapters, &y->chapters_cap, y->chapters_count + 1, sizeof(*y->chapters));
    y->chapters[y->chapters_count++] = (struct story_chapter){
        .number = c->number,
        .title = copy(c->title),
        .event = copy(c->event),
        .pov = copy(c->pov),
        .purpose = copy(c->purpose),
        .opens = copy(c->opens),
        .closes = copy(c->closes),
        .ends_on = copy(c->ends_on),
        .cards = copy(c->cards),
        .recap = c->number < y->chapter ? mem_strdup_opt(c->recap) : NULL,
    };
    if (c->number < y->chapter && c->recap) memory_add(y->memory, c->number, c->recap);
    return true;
}

static bool add_shown(void *arg, int place, const char *text)
{
    struct story *y = arg;
    mem_grow(&y->shown, &y->shown_cap, y->shown_count + 1, sizeof(*y->shown));
    y->shown[y->shown_count++] = (struct story_shown){.place = place, .text = mem_strdup(text)};
    return true;
}

static bool keep_prose(void *arg, const struct chunk_row *c)
{
    struct buf *prose = arg;
    if (c->gap) return true;
    buf_clear(prose);
    buf_add(prose, c->text + c->skip, c->len - c->skip);
    return true;
}

bool story_load(struct story *y, const struct desk *d, int chapter, struct err *e)
{
    *y = (struct story){.chapter = chapter, .act = acts_of_chapter(d->book, chapter), .memory = memory_new()};
    buf_init(&y->bible, BUF_MAX_PIECE);
    buf_init(&y->page, BUF_MAX_PIECE);
    int64_t job = d->job->id;
    return store_bible_get(d->store, job, &y->bible, e) && store_acts_each(d->store, job, add_act, y, e) &&
           store_chapters_each(d->store, job, add_chapter, y, e) &&
           store_shown_each(d->store, job, add_shown, y, e) &&
           (chapter == 1 || store_chunks_each(d->store, job, chapter - 1, STORE_BY_PLACE, keep_prose, &y->page, e)) &&
           (story_at_hand(y) || err_set(e, ERR_DAMAGED, "job %lld has no chapter %d", (long long)job, chapter));
}

void story_release(struct story *y)
{
    for (size_t i = 0; i < y->acts_count; i++) {
        free(y->acts[i].start);
        free(y->acts[i].turn);
        free(y->acts[i].open);
        free(y->acts[i].summary);
    }
    for (size_t i = 0; i < y->chapters_count; i++) {
        struct story_chapter *c = &y->chapters[i];
        char *const texts[] = {c->title,  c->event,   c->pov,   c->purpose, c->opens,
                               c->closes, c->ends_on, c->cards, c->recap};
        for (size_t k = 0; k < ARRAY_LEN(texts); k++) free(texts[k]);
    }
    for (size_t i = 0; i < y->shown_count; i++) free(y->shown[i].text);
    free(y->shown);
    free(y->acts);
    free(y->chapters);
    memory_free(y->memory);
    buf_release(&y->bible);
    buf_release(&y->page);
}

const struct story_chapter *story_at_hand(const struct story *y)
{
    return (size_t)y->chapter <= y->chapters_count ? &y->chapters[y->chapter - 1] : NULL;
}
