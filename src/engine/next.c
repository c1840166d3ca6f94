// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The order of a book's steps. Nothing else decides what is done: to resume is to ask this again.
//
//   bible ─▶ outline (in batches) ─▶ for each chapter: beats ─▶ chunk … chunk ─▶ recap ─▶ finish
#include "engine/next.h"

static struct step next_in_chapter(const struct book *b, const struct book_chapter *c, int chunk_words)
{
    if (c->cards == 0)
        return (struct step){
            .kind = STEP_BEATS, .chapter = c->number, .parts = length_parts(b, c->number, chunk_words)};
    struct length_ask ask = length_next(b, c->number, chunk_words);
    if (ask.full) return (struct step){.kind = STEP_RECAP, .chapter = c->number};
    return (struct step){.kind = STEP_CHUNK, .chapter = c->number, .seq = ask.part, .ask = ask};
}

struct step next_step(const struct book *b, int chunk_words)
{
    if (!b->has_bible) return (struct step){.kind = STEP_BIBLE};
    if ((int)b->chapters_count < b->chapters_total) {
        int from = (int)b->chapters_count + 1, to = from + OUTLINE_BATCH - 1;
        return (struct step){
            .kind = STEP_OUTLINE, .chapter = from, .to = to < b->chapters_total ? to : b->chapters_total};
    }
    for (size_t i = 0; i < b->chapters_count; i++)
        if (!b->chapters[i].has_recap) return next_in_chapter(b, &b->chapters[i], chunk_words);
    return (struct step){.kind = b->finished ? STEP_NONE : STEP_FINISH};
}
