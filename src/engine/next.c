// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The order of a book's steps. Nothing else decides what is done: to resume is to ask this again.
//
//   bible ─▶ acts ─▶ for each act: outline (in batches) ─▶ merge? ─▶ for each chapter: beats ─▶ chunk … chunk ─▶ recap ─▶ finish
//
// A chapter that was taken out to be written anew is the first without a recap, wherever it stands. A chunk that is to be
// written anew comes before all else of its chapter.
//
// An act is outlined when the act before it is written, in the conversation of its last chapter: there the server has
// the bible, the outline and the recaps in its cache, and the model has just read how things went. A book whose outline
// its owner wants to see first is planned as a whole before that, all of it in the planning's conversation.
#include "engine/next.h"

#include "model/acts.h"

static struct step next_again(const struct book *b, const struct book_chapter *c, const struct book_chunk *stale,
                              const struct next_limits *limits)
{
    return (struct step){.kind = STEP_CHUNK,
                         .chapter = c->number,
                         .conversation = c->number,
                         .seq = stale->seq,
                         .ask = length_again(b, c->number, stale->seq, limits->chunk_words),
                         .again = true,
                         .fills_gap = stale->gap};
}

static struct step next_in_chapter(const struct book *b, const struct book_chapter *c,
                                   const struct next_limits *limits)
{
    struct step s = {.chapter = c->number, .conversation = c->number};
    const struct book_chunk *stale = book_stale(c);
    // Prose that its owner gave has no conversation yet to be asked in, before its beats are done.
    if (stale && c->cards > 0) return next_again(b, c, stale, limits);
    if (c->cards == 0) {
        s.kind = STEP_BEATS;
        s.parts = length_parts(b, c->number, limits->chunk_words);
        if (s.parts > limits->cards_most) s.parts = limits->cards_most; // then a card is for more than one part
        return s;
    }
    s.ask = length_next(b, c->number, limits->chunk_words);
    s.kind = c->given || s.ask.full ? STEP_RECAP : STEP_CHUNK;
    s.seq = s.ask.part;
    return s;
}

bool next_chapter_is_full(const struct book *b, int chapter, int chunk_words)
{
    const struct book_chapter *c = book_chapter_at(b, chapter);
    if (c && c->has_recap) return true;
    if (c && c->given) return c->chunks_count > 0;
    return length_next(b, chapter, chunk_words).full;
}

static struct step next_acts(const struct book *b, int conversation)
{
    int from = (int)b->acts_count + 1, to = from + ACT_BATCH - 1, total = acts_total(b);
    return (struct step){.kind = STEP_ACTS,
                         .chapter = from,
                         .to = to < total ? to : total,
                         .conversation = conversation,
                         .lines = b->plan_misses >= PLAN_MISSES};
}

static struct step next_outline(const struct book *b, const struct act_range *act, int conversation)
{
    int from = (int)b->chapters_count + 1, to = from + OUTLINE_BATCH - 1;
    return (struct step){.kind = STEP_OUTLINE,
                         .chapter = from,
                         .to = to < act->to ? to : act->to,
                         .act = b->acts_count > 0 ? act->number : 0,
                         .conversation = conversation,
                         .lines = b->plan_misses >= PLAN_MISSES};
}

// The first act whose recaps are to be merged, 0: none. Looked at only before an act's first chapter begins, so that the
// prompts of one act all begin alike.
static int act_to_merge(const struct book *b, const struct act_range *act, int memory_bytes)
{
    int first = 0;
    long bytes = 0;
    for (size_t i = 0; i + 1 < (size_t)act->number && i < b->acts_count; i++) {
        const struct book_act *a = &b->acts[i];
        if (a->merged) continue;
        if (first == 0) first = a->number;
        for (int c = a->from; c <= a->to && c <= (int)b->chapters_count; c++) bytes += b->chapters[c - 1].recap_bytes;
    }
    return bytes > memory_bytes ? first : 0;
}

static int chapter_at_hand(const struct book *b)
{
    for (size_t i = 0; i < b->chapters_count; i++)
        if (!b->chapters[i].has_recap || book_stale(&b->chapters[i])) return b->chapters[i].number;
    return (int)b->chapters_count + 1;
}

static struct step next_before_approval(const struct book *b)
{
    int chapter = (int)b->chapters_count + 1;
    if (chapter > b->chapters_total) return (struct step){.kind = STEP_APPROVAL};
    struct act_range act = acts_of_chapter(b, chapter);
    return act.number == 0 ? next_acts(b, 0) : next_outline(b, &act, 0);
}

struct step next_step(const struct book *b, const struct next_limits *limits)
{
    if (!b->has_bible) return (struct step){.kind = STEP_BIBLE, .lines = b->plan_misses >= PLAN_MISSES};
    if (b->awaits_approval) return next_before_approval(b);
    int chapter = chapter_at_hand(b);
    if (chapter > b->chapters_total) return (struct step){.kind = b->finished ? STEP_NONE : STEP_FINISH};
    struct act_range act = acts_of_chapter(b, chapter);
    if (act.number == 0) return next_acts(b, chapter - 1);
    if ((int)b->chapters_count < act.to) return next_outline(b, &act, act.from - 1);
    const struct book_chapter *c = &b->chapters[chapter - 1];
    int merge = chapter == act.from && c->cards == 0 ? act_to_merge(b, &act, limits->memory_bytes) : 0;
    if (merge > 0) return (struct step){.kind = STEP_MERGE, .chapter = merge, .conversation = -merge};
    return next_in_chapter(b, c, limits);
}
