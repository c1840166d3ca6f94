// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The opening of a chapter's conversation: everything the chapter needs to know (engine/story.h), what the chapter is to
// do, and the question for its cards, one a chunk. A chapter whose prose is its owner's is not asked for.
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/directions.h"
#include "engine/given.h"
#include "engine/habits.h"
#include "engine/steps.h"
#include "engine/story.h"
#include "model/language.h"
#include "model/plan.h"

// Parts of the context that long texts of the user may take.
enum { CARD_WORDS = 50, REQUEST_TOKENS = 160, PREMISE_PART = 12, STYLE_PART = 24 };

static const char *const openings[] = {
    "a line of speech",
    "somebody in the middle of doing something",
    "a sound or a smell of the place",
    "a thing that is held in a hand",
    "an arrival",
    "a question that somebody asks",
};

// ---- the question ------------------------------------------------------------------------------------------------------

// What the last chapters said too often, as a line that asks for other words.
static bool write_avoid(struct buf *out, const struct desk *d, int chapter, struct err *e)
{
    if (!habits_read(d->habits, d->store, d->job->id, chapter, e)) return false;
    if (d->habits->text.len > 0) buf_addf(out, "Said too often already, so avoid:\n%s", d->habits->text.data);
    return true;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return text && *text ? text : otherwise;
}

static bool fill(struct buf *out, const struct desk *d, const struct step *s, const struct story_chapter *c,
                 const struct story_text *t, const char *avoid, struct err *e)
{
    char chapter[16], cards[16], card_words[16], line[128], ending[160];
    int words = length_chapter_words(d->book, s->chapter) / (s->parts > 0 ? s->parts : 1);
    (void)snprintf(card_words, sizeof(card_words), "%d", words > 0 ? words : d->chunk_words);
    (void)snprintf(chapter, sizeof(chapter), "%d", s->chapter);
    (void)snprintf(cards, sizeof(cards), "%d", s->parts);
    bool last = s->chapter == d->book->chapters_total;
    (void)snprintf(ending, sizeof(ending), "This is the last chapter: it brings the book to %s.", step_ending(d));
    char *premise = step_fit(d, d->spec->premise, PREMISE_PART), *style = step_fit(d, d->spec->style, STYLE_PART);
    char *event = step_fit(d, c->event, PREMISE_PART);
    const struct template_var vars[] = {
        {"rules", d->templates->text[TEMPLATE_RULES]},
        {"title", d->job->title},
        {"premise", premise},
        {"style", style ? style : "as the bible has it"},
        {"bible", t->bible.data},
        {"acts", t->acts.data},
        {"story", t->story.data},
        {"tail", t->tail.data},
        {"chapter", chapter},
        {"ch_title", c->title},
        {"ch_summary", event},
        {"purpose", or_else(c->purpose, "it brings the story forward")},
        {"pov", or_else(c->pov, "as the bible has it")},
        {"opens", or_else(c->opens, "nothing new")},
        {"closes", or_else(c->closes, "nothing yet")},
        {"ends_on", or_else(c->ends_on, "a change")},
        {"cast_here", t->cast.data},
        {"threads_here", t->threads.data},
        {"facts_here", t->facts.data},
        {"avoid", avoid},
        {"last", last ? ending : ""},
        {"cards", cards},
        {"card_words", card_words},
        {"opening_kind", openings[(size_t)s->chapter % ARRAY_LEN(openings)]},
        {"language_line", step_language_line(d, line, sizeof(line))},
    };
    bool ok = templates_fill(d->templates, TEMPLATE_OPENING, NULL, out, vars, ARRAY_LEN(vars), e);
    free(premise);
    free(style);
    free(event);
    return ok;
}

// What steers the book stands behind all that the server may have in its cache; the language comes last in any case.
static bool add_steering(struct buf *out, const struct desk *d, const struct step *s, const struct story *y,
                         int level, struct err *e)
{
    struct buf changed, said;
    char line[128];
    buf_init(&changed, BUF_MAX_PIECE);
    buf_init(&said, BUF_MAX_PIECE);
    story_write_changed(y, level, &changed);
    bool ok = directions_write(&said, d, s->chapter, e);
    if (ok && changed.len + said.len > 0) {
        buf_adds(out, out->len > 0 && out->data[out->len - 1] == '\n' ? "\n" : "\n\n");
        template_neutral(out, changed.data);
        buf_addf(out, "%sKeep to this in the cards of chapter %d. %s", said.data, s->chapter,
                 step_language_line(d, line, sizeof(line)));
    }
    buf_release(&changed);
    buf_release(&said);
    return ok;
}

static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    (void)words;
    return step_plan_tokens(d, s->parts * CARD_WORDS);
}

// What the opening may take so that the whole chapter follows it in one conversation: what its prose, its requests and the
// room that the last answer is given beyond its length leave of the context; at least a quarter of it.
static int room(const struct desk *d, const struct step *s)
{
    int chunk = length_prose_tokens(d->book, d->chunk_words, language_tokens(d->language));
    int chapter = s->parts * (chunk + REQUEST_TOKENS) + max_tokens(d, s, 0) / 2 + chunk / 2;
    int left = prompt_room(d, 0) - chapter, least = d->n_ctx_tokens / 4;
    int most = prompt_room(d, max_tokens(d, s, 0)); // a question and its own answer must fit in any case
    if (left < least) left = least;
    return left < most ? left : most;
}

// The first level that has room until the end of the act, else the last one.
static bool turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    (void)c;
    struct story story;
    struct buf avoid;
    buf_init(&avoid, BUF_MAX_PIECE);
    bool ok = story_load(&story, d, s->chapter, e) && write_avoid(&avoid, d, s->chapter, e);
    size_t start = out->len;
    for (int level = 0; ok && level < story_levels(); level++) {
        struct story_text text;
        buf_cut(out, start);
        story_write(&story, level, &text);
        ok = fill(out, d, s, story_at_hand(&story), &text, level < story_levels() / 2 ? avoid.data : "", e) &&
             add_steering(out, d, s, &story, level, e);
        story_text_release(&text);
        if (prompt_tokens(d, out->len - start + story_growth(&story, level)) <= room(d, s)) break;
    }
    story_release(&story);
    buf_release(&avoid);
    return ok;
}

// ---- the answer -----------------------------------------------------------------------------------------------------------

static bool keep(const struct desk *d, const struct step *s, const struct plan_cards *plan, struct err *e)
{
    struct buf cards;
    buf_init(&cards, BUF_MAX_PIECE);
    for (size_t i = 0; i < plan->count; i++) buf_addf(&cards, "%s\n", plan->items[i]);
    bool ok = store_cards_set(d->store, d->job->id, s->chapter, cards.data, (int)plan->count, e);
    buf_release(&cards);
    return ok && directions_tell(d, s->chapter, e);
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, struct judgement *j,
                   struct err *e)
{
    struct plan_cards plan;
    plan_read_cards(&plan, a->text, a->len, a->cut, (size_t)s->parts);
    bool ok = true;
    if (plan.count > 0)
        ok = keep(d, s, &plan, e) && step_keep_turns(d, s->conversation, a->turn, a->text, a->len, e);
    else
        j->rule = "no_plan";
    plan_cards_release(&plan);
    return ok;
}

// One card for the whole chapter: its summary stands in the opening, which is kept all the same, because the chunks
// need it. The answer in the conversation is then that card.
static bool one_card(const struct desk *d, const struct step *s, const struct gen_message *turn, const char *card,
                     struct err *e)
{
    char *answer = mem_printf("CARD 1 | %s\n", card);
    bool ok = store_cards_set(d->store, d->job->id, s->chapter, card, 1, e) &&
              step_keep_turns(d, s->conversation, turn, answer, strlen(answer), e);
    free(answer);
    return ok;
}

static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    return directions_tell(d, s->chapter, e) &&
           one_card(d, s, turn,
                    "the place and the people of this chapter | what the chapter's summary says, in order | "
                    "what the chapter ends on",
                    e);
}

// A chapter whose prose its owner gave, with the spec or later: its conversation is as if it had been asked for, so that
// its recap can be.
static bool alone(const struct desk *d, const struct step *s, bool *done, struct err *e)
{
    *done = book_is_given(d->book, s->chapter);
    if (!*done) return true;
    struct buf opening;
    buf_init(&opening, BUF_MAX_PROMPT);
    bool ok = turn(&opening, d, s, NULL, e);
    const struct gen_message message = {.role = GEN_USER, .text = opening.data, .len = opening.len};
    ok = ok && one_card(d, s, &message, "as it is written | as it is written | as it is written", e);
    if (ok && book_chapter_at(d->book, s->chapter)->chunks_count == 0 && s->chapter <= (int)d->spec->opening_count)
        ok = given_store(d->store, d->job->id, s->chapter, d->spec->opening[s->chapter - 1].text, d->said, e);
    ok = ok && given_talk(d->store, d->job->id, s->chapter, e);
    buf_release(&opening);
    return ok;
}

const struct step_ops step_beats = {
    .name = "beats",
    .alone = alone,
    .turn = turn,
    .max_tokens = max_tokens,
    .settle = settle,
    .give_up = give_up,
};
