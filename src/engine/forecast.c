// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A book without a word in it: see include/engine/forecast.h.
//
//   next_step ─▶ step ─▶ counted, and done as if the model had obeyed ─▶ book ─┐
//       ▲                                                                     │
//       └─────────────────────────────────────────────────────────────────────┘ until STEP_FINISH
//
// Tokens of prompts: a turn that extends its conversation is read alone; a chapter's first turn is read from where it
// differs from the one before: that chapter's recap, the page before, the brief. The figures are those of the built-in
// templates with a bible of ordinary size.
#include "engine/forecast.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "engine/limits.h"
#include "model/acts.h"
#include "model/language.h"

enum {
    BIBLE_WORDS = 600,
    ACT_WORDS = 60,
    ENTRY_WORDS = 70,
    CARD_WORDS = 40,
    MERGE_WORDS = 130,
    RECAP_WORDS = 110,
    RECAP_BYTES = 700,
    FIRST_TURN_TOKENS = 900, // rules, premise, form
    BRIEF_TOKENS = 700,      // the page before, the chapter's own lines, what is asked
    TURN_TOKENS = 180,
    N_CTX_ORDINARY = 32768, // only small contexts need more requests
    STEPS_MOST = 1000000
};

struct cast {
    const struct spec *spec; // NULL: nothing is given
    struct book book;
    struct forecast f;
    double tokens_per_word;
    int64_t static_tokens; // bible and outline as they stand, read anew when the outline grows
};

static const struct spec_chapter *cast_given(const struct cast *c, int number)
{
    for (size_t i = 0; c->spec && i < c->spec->outline_count; i++)
        if (c->spec->outline[i].number == number) return &c->spec->outline[i];
    return NULL;
}

static double cast_weight(const struct cast *c, int number)
{
    const struct spec_chapter *g = cast_given(c, number);
    if (g && g->words > 0) return (double)g->words * c->book.chapters_total / (double)c->spec->words;
    return g && g->weight > 0 ? g->weight : 1;
}

static void cast_count(struct cast *c, int *kind, double words, int64_t read)
{
    int64_t tokens = (int64_t)(words * c->tokens_per_word);
    c->f.requests++;
    ++*kind;
    c->f.output_tokens += tokens;
    c->f.prompt_tokens += read;
}

static void cast_acts(struct cast *c, const struct step *s)
{
    for (int n = s->chapter; n <= s->to; n++) {
        struct act_range r = acts_range(&c->book, n);
        c->book.acts = mem_realloc_array(c->book.acts, c->book.acts_count + 1, sizeof *c->book.acts);
        c->book.acts[c->book.acts_count++] = (struct book_act){.number = n, .from = r.from, .to = r.to};
    }
    cast_count(c, &c->f.planning, (s->to - s->chapter + 1) * ACT_WORDS, TURN_TOKENS);
}

static void cast_outline(struct cast *c, const struct step *s)
{
    bool all_given = true;
    for (int n = s->chapter; n <= s->to; n++) {
        const bool opening = c->spec && n <= (int)c->spec->opening_count;
        c->book.chapters = mem_realloc_array(c->book.chapters, c->book.chapters_count + 1, sizeof *c->book.chapters);
        c->book.chapters[c->book.chapters_count++] =
            (struct book_chapter){.number = n, .weight = cast_weight(c, n), .given = opening};
        all_given = all_given && cast_given(c, n) != NULL;
    }
    int chapters = s->to - s->chapter + 1;
    c->static_tokens += (int64_t)(chapters * ENTRY_WORDS * c->tokens_per_word);
    if (!all_given) cast_count(c, &c->f.planning, chapters * ENTRY_WORDS, TURN_TOKENS);
}

static int opening_words(const struct spec *s, int number)
{
    const char *text = s->opening[number - 1].text;
    return text ? (int)(strlen(text) / 6) : 0;
}

static struct book_chapter *cast_chapter(struct cast *c, int number)
{
    assert(number >= 1 && (size_t)number <= c->book.chapters_count);
    return &c->book.chapters[number - 1];
}

static void cast_add(struct book_chapter *chapter, int seq, int words)
{
    chapter->chunks = mem_realloc_array(chapter->chunks, chapter->chunks_count + 1, sizeof *chapter->chunks);
    chapter->chunks[chapter->chunks_count++] =
        (struct book_chunk){.seq = seq, .words = words, .words_asked = words, .tokens = -1};
}

// The prose of an opening chapter stands; its words are no request's. In a book that has begun it is stored already, as
// is a chapter that its owner has changed.
static void cast_opening(struct cast *c, struct book_chapter *chapter)
{
    chapter->cards = 1;
    if (chapter->chunks_count > 0 || !c->spec) return;
    int words = opening_words(c->spec, chapter->number);
    cast_add(chapter, 1, words);
    c->f.words -= words;
}

static void cast_beats(struct cast *c, const struct step *s)
{
    struct book_chapter *chapter = cast_chapter(c, s->chapter);
    int64_t recap = (int64_t)(RECAP_WORDS * c->tokens_per_word);
    int64_t read = BRIEF_TOKENS + (s->chapter > 1 ? recap : FIRST_TURN_TOKENS + c->static_tokens);
    if (chapter->given) {
        cast_opening(c, chapter);
        return;
    }
    chapter->cards = s->parts;
    cast_count(c, &c->f.cards, s->parts * CARD_WORDS, read);
}

// One that is written anew takes the place of the one that stands.
static void cast_chunk(struct cast *c, const struct step *s)
{
    struct book_chapter *chapter = cast_chapter(c, s->chapter);
    int words = s->ask.need_words;
    if (!s->again) cast_add(chapter, s->seq, words);
    for (size_t i = 0; s->again && i < chapter->chunks_count; i++)
        if (chapter->chunks[i].seq == s->seq)
            chapter->chunks[i] =
                (struct book_chunk){.seq = s->seq, .words = words, .words_asked = words, .tokens = -1};
    cast_count(c, &c->f.parts, s->ask.need_words, TURN_TOKENS);
}

static void cast_recap(struct cast *c, const struct step *s)
{
    struct book_chapter *chapter = cast_chapter(c, s->chapter);
    int64_t unread = chapter->given ? (int64_t)((double)book_chapter_words(chapter) * c->tokens_per_word) : 0;
    chapter->has_recap = true;
    chapter->recap_bytes = RECAP_BYTES;
    cast_count(c, &c->f.recaps, RECAP_WORDS, TURN_TOKENS + unread);
}

static void cast_step(struct cast *c, const struct step *s)
{
    switch (s->kind) {
    case STEP_BIBLE:
        c->book.has_bible = true;
        c->static_tokens = (int64_t)(BIBLE_WORDS * c->tokens_per_word);
        cast_count(c, &c->f.planning, BIBLE_WORDS, FIRST_TURN_TOKENS);
        break;
    case STEP_ACTS:
        cast_acts(c, s);
        break;
    case STEP_OUTLINE:
        cast_outline(c, s);
        break;
    case STEP_MERGE:
        assert(s->chapter >= 1 && (size_t)s->chapter <= c->book.acts_count);
        c->book.acts[s->chapter - 1].merged = true;
        cast_count(c, &c->f.planning, MERGE_WORDS, c->static_tokens);
        break;
    case STEP_BEATS:
        cast_beats(c, s);
        break;
    case STEP_CHUNK:
        cast_chunk(c, s);
        break;
    case STEP_RECAP:
        cast_recap(c, s);
        break;
    case STEP_APPROVAL:
        c->book.awaits_approval = false;
        break;
    case STEP_FINISH:
    case STEP_NONE:
        break;
    }
}

static void cast_all(struct cast *c, const struct next_limits *limits)
{
    for (int i = 0; i < STEPS_MOST; i++) {
        struct step step = next_step(&c->book, limits);
        if (step.kind == STEP_FINISH || step.kind == STEP_NONE) return;
        cast_step(c, &step);
    }
}

struct forecast forecast_book(const struct spec *s, int n_ctx_tokens, int chunk_words)
{
    struct next_limits limits = limits_of(n_ctx_tokens, chunk_words);
    struct cast c = {.spec = s, .tokens_per_word = language_tokens(language_get(s->language))};
    c.book.words_target = s->words;
    c.book.chapters_total = spec_chapters(s);
    c.book.obedience = 1;
    c.f.words = s->words;
    c.f.chapters = c.book.chapters_total;
    cast_all(&c, &limits);
    c.f.acts = c.book.acts_count > 0 ? (int)c.book.acts_count : 1;
    book_release(&c.book);
    return c.f;
}

int forecast_rest(struct book *b, int chunk_words)
{
    struct next_limits limits = limits_of(N_CTX_ORDINARY, chunk_words);
    struct cast c = {.book = *b, .tokens_per_word = 1};
    cast_all(&c, &limits);
    *b = c.book;
    return c.f.requests;
}

// Before its first word of prose: what the spec brought stands, and what all of it takes is the speed.
static void by_book(struct book *b, const struct spec *s, const struct forecast *f)
{
    *b = (struct book){.words_target = s->words, .chapters_total = f->chapters, .words_replaced = f->words};
    b->chapters = mem_calloc(s->opening_count + 1, sizeof *b->chapters);
    for (size_t i = 0; i < s->opening_count; i++) {
        struct book_chapter *c = &b->chapters[b->chapters_count++];
        *c = (struct book_chapter){.number = (int)i + 1, .weight = 1, .given = true, .chunks_count = 1};
        c->chunks = mem_calloc(1, sizeof *c->chunks);
        c->chunks[0] = (struct book_chunk){.seq = 1, .words = opening_words(s, (int)i + 1), .tokens = -1};
    }
}

struct deadline_plan forecast_by(const struct spec *s, const struct forecast *f, int64_t time_ms, int64_t deadline_ms,
                                 int64_t now_ms)
{
    struct book b;
    const struct job j = {
        .words_target = s->words, .deadline_ms = deadline_ms, .busy_ms = time_ms, .output_tokens = f->output_tokens};
    by_book(&b, s, f);
    struct deadline_plan plan = deadline_plan(&j, &b, (int)s->opening_count + 1, now_ms);
    int64_t least = book_words(&b) + DEADLINE_ENDING_WORDS;
    if (least > s->words) least = s->words;
    if (plan.words < least) plan.words = least;
    book_release(&b);
    return plan;
}
