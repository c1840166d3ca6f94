// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The opening of a chapter's conversation: everything the chapter needs to know, in the order of how rarely it
// changes (rules, bible, outline, recaps, the page before, this chapter), and the question for its cards. What stands
// before the recaps is the same in every chapter, and the recaps only grow, so that the server's cached prefix holds.
#include <string.h>

#include "base/mem.h"
#include "engine/steps.h"
#include "model/plan.h"
#include "text/words.h"

enum { TAIL_WORDS = 170, WHOLE = 1 << 20 };

// What is left out when the context is small, step by step: how many chapters around this one the outline shows, how
// many recaps are kept; at last how many bytes of the bible, whose first lines weigh most, and the page before.
static const struct {
    int outline, recaps, bible;
    bool no_page;
} squeeze[] = {
    {WHOLE, WHOLE, WHOLE, false}, {12, WHOLE, WHOLE, false}, {12, 20, WHOLE, false}, {5, 10, WHOLE, false},
    {3, 4, WHOLE, false},         {1, 2, WHOLE, false},      {0, 1, WHOLE, false},   {0, 1, 1200, false},
    {0, 1, 1200, true},           {0, 1, 600, true},         {0, 0, 600, true},
};

static const char *const openings[] = {
    "a line of speech",
    "somebody in the middle of doing something",
    "a sound or a smell of the place",
    "a thing that is held in a hand",
    "an arrival",
    "a question that somebody asks",
};

struct view {
    int chapter;
    int outline, recaps; // as in squeeze
    struct buf *outline_text, *recaps_text;
    char *title, *event, *pov, *ends_on; // of the chapter itself
};

static int conversation(const struct step *s)
{
    return s->chapter;
}

static bool see_chapter(void *arg, const struct chapter_row *c)
{
    struct view *v = arg;
    int distance = c->number > v->chapter ? c->number - v->chapter : v->chapter - c->number;
    if (distance <= v->outline) buf_addf(v->outline_text, "%d. %s: %s\n", c->number, c->title, c->event);
    if (c->number < v->chapter && v->chapter - c->number <= v->recaps && c->recap)
        buf_addf(v->recaps_text, "Chapter %d\n%s\n", c->number, c->recap);
    if (c->number == v->chapter) {
        v->title = mem_strdup(c->title);
        v->event = mem_strdup(c->event);
        v->pov = mem_strdup(c->pov);
        v->ends_on = mem_strdup(c->ends_on);
    }
    return true;
}

static void view_clear(struct view *v)
{
    buf_clear(v->outline_text);
    buf_clear(v->recaps_text);
    free(v->title);
    free(v->event);
    free(v->pov);
    free(v->ends_on);
    v->title = v->event = v->pov = v->ends_on = NULL;
}

static bool keep_prose(void *arg, const struct chunk_row *c)
{
    struct buf *prose = arg;
    buf_clear(prose);
    buf_add(prose, c->text + c->skip, c->len - c->skip);
    return true;
}

// The end of the chapter before, word for word: it carries the voice across the border.
static bool page_before(struct buf *out, const struct desk *d, int chapter, struct err *e)
{
    if (chapter == 1) return true;
    struct buf prose;
    buf_init(&prose, BUF_MAX_PIECE);
    bool ok = store_chunks_each(d->store, d->job->id, chapter - 1, STORE_BY_PLACE, keep_prose, &prose, e);
    if (ok && prose.len > 0) {
        size_t from = words_tail(prose.data, prose.len, TAIL_WORDS);
        buf_adds(out, "# The page before\n");
        buf_add(out, prose.data + from, prose.len - from);
        buf_adds(out, "\n\n");
    }
    buf_release(&prose);
    return ok;
}

static bool fill(struct buf *out, const struct desk *d, const struct step *s, const struct view *v, const char *bible,
                 const char *page, struct err *e)
{
    char chapter[16], cards[16], line[128];
    (void)snprintf(chapter, sizeof(chapter), "%d", s->chapter);
    (void)snprintf(cards, sizeof(cards), "%d", s->parts);
    const struct template_var vars[] = {
        {"rules", d->templates->text[TEMPLATE_RULES]},
        {"title", d->job->title},
        {"premise", d->spec->premise},
        {"style", d->spec->style ? d->spec->style : "as the bible has it"},
        {"bible", bible},
        {"outline", v->outline_text->data},
        {"recaps", v->recaps_text->len > 0 ? v->recaps_text->data : "Nothing yet: the book begins here.\n"},
        {"tail", page},
        {"chapter", chapter},
        {"ch_title", v->title},
        {"ch_summary", v->event},
        {"pov", v->pov && *v->pov ? v->pov : "as the bible has it"},
        {"ends_on", v->ends_on && *v->ends_on ? v->ends_on : "a change"},
        {"cards", cards},
        {"opening_kind", openings[(size_t)s->chapter % ARRAY_LEN(openings)]},
        {"language_line", step_language_line(d, line, sizeof(line))},
    };
    return templates_fill(d->templates, TEMPLATE_OPENING, out, vars, ARRAY_LEN(vars), e);
}

// What the opening may take: what the chapter's own prose, its requests and an answer leave of the context.
static int room(const struct desk *d, const struct step *s)
{
    const int card_words = 900; // a card's prose and its request
    int chapter = prompt_tokens(d->spec, (size_t)(s->parts * card_words) * 6);
    int left = d->n_ctx_tokens - d->n_ctx_tokens / 20 - chapter;
    int least = d->n_ctx_tokens * 2 / 5;
    return left > least ? left : least;
}

// Whole lines of it, at most `most` bytes.
static void shorten(struct buf *lines, size_t most)
{
    if (lines->len <= most) return;
    while (most > 0 && lines->data[most - 1] != '\n') most--;
    buf_cut(lines, most);
}

static bool turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    (void)c;
    struct buf bible, page, outline, recaps;
    buf_init(&bible, BUF_MAX_PIECE);
    buf_init(&page, BUF_MAX_PIECE);
    buf_init(&outline, BUF_MAX_PROMPT);
    buf_init(&recaps, BUF_MAX_PROMPT);
    size_t start = out->len;
    bool ok = store_bible_get(d->store, d->job->id, &bible, e) && page_before(&page, d, s->chapter, e);
    for (size_t i = 0; ok && i < ARRAY_LEN(squeeze); i++) {
        struct view v = {.chapter = s->chapter,
                         .outline = squeeze[i].outline,
                         .recaps = squeeze[i].recaps,
                         .outline_text = &outline,
                         .recaps_text = &recaps};
        buf_cut(out, start);
        shorten(&bible, (size_t)squeeze[i].bible);
        if (squeeze[i].no_page) buf_clear(&page);
        ok = store_chapters_each(d->store, d->job->id, see_chapter, &v, e) &&
             fill(out, d, s, &v, bible.data, page.data, e);
        view_clear(&v);
        if (ok && prompt_tokens(d->spec, out->len - start) <= room(d, s)) break;
    }
    buf_release(&bible);
    buf_release(&page);
    buf_release(&outline);
    buf_release(&recaps);
    return ok;
}

static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    (void)words;
    return step_plan_tokens(d, s->parts * 50);
}

static bool keep(const struct desk *d, const struct step *s, const struct plan_cards *plan, struct err *e)
{
    struct buf cards;
    buf_init(&cards, BUF_MAX_PIECE);
    for (size_t i = 0; i < plan->count; i++) buf_addf(&cards, "%s\n", plan->items[i]);
    bool ok = store_cards_set(d->store, d->job->id, s->chapter, cards.data, (int)plan->count, e);
    buf_release(&cards);
    return ok;
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, const char **rule,
                   struct err *e)
{
    struct plan_cards plan;
    plan_read_cards(&plan, a->text, a->len, a->cut, (size_t)s->parts);
    bool ok = true;
    if (plan.count > 0) {
        *rule = NULL;
        ok = keep(d, s, &plan, e) && step_keep_turns(d, s->chapter, a->turn, a->text, a->len, e);
    } else
        *rule = "no_plan";
    plan_cards_release(&plan);
    return ok;
}

// One card for the whole chapter: its summary stands in the opening, which is kept all the same, because the chunks
// need it. The answer in the conversation is then that card.
static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    static const char card[] =
        "the place and the people of this chapter | what the chapter's summary says, in order | "
        "what the chapter ends on";
    static const char answer[] =
        "CARD 1 | the place and the people of this chapter | what the chapter's summary says, "
        "in order | what the chapter ends on\n";
    return store_cards_set(d->store, d->job->id, s->chapter, card, 1, e) &&
           step_keep_turns(d, s->chapter, turn, answer, sizeof(answer) - 1, e);
}

const struct step_ops step_beats = {
    .name = "beats",
    .conversation = conversation,
    .turn = turn,
    .max_tokens = max_tokens,
    .temperature = 0.6,
    .settle = settle,
    .give_up = give_up,
};
