// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Writing a chunk's request: as the next turn of its conversation, or flat, as one turn that says all that matters.
#include "engine/chunk_turn.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/directions.h"
#include "engine/steps.h"
#include "engine/story.h"
#include "model/plan.h"
#include "text/join.h"
#include "text/template.h"
#include "text/words.h"

enum {
    QUOTE_WORDS = 12,
    QUOTE_WORDS_BEHIND = 25,
    QUOTE_WORDS_CONTINUED = 40,
    FLAT_TAIL_WORDS = 200,
    PREMISE_PART = 12,
    STYLE_PART = 24
};

static const char *const manners[] = {
    "moment by moment, with speech",
    "in scene, close to what is done and said",
    "in scene, with what can be seen and heard",
    "as it happens, people acting on one another",
    "moment by moment, with one thing that surprises",
};

static const char *const endings[] = {
    "in the middle of something done", "on a line of speech",
    "on a thing that is seen",         "on a decision, not on a thought about it",
    "on an answer that is not given",
};

// ---- rows --------------------------------------------------------------------------------------------------------------

struct neighbour {
    struct buf *prose;
    int seq;
};

static bool keep_last(void *arg, const struct chunk_row *c)
{
    const struct neighbour *n = arg;
    if (c->gap || c->seq >= n->seq) return true;
    buf_clear(n->prose);
    buf_add(n->prose, c->text + c->skip, c->len - c->skip);
    return true;
}

static bool keep_first(void *arg, const struct chunk_row *c)
{
    const struct neighbour *n = arg;
    if (!c->gap && c->seq > n->seq && n->prose->len == 0) buf_add(n->prose, c->text + c->skip, c->len - c->skip);
    return true;
}

static bool look_beside(struct buf *out, const struct desk *d, int chapter, int seq,
                        bool (*keep)(void *arg, const struct chunk_row *c), struct err *e)
{
    struct neighbour n = {.prose = out, .seq = seq};
    buf_init(out, BUF_MAX_PIECE);
    return store_chunks_each(d->store, d->job->id, chapter, STORE_BY_PLACE, keep, &n, e);
}

bool chunk_before(struct buf *out, const struct desk *d, int chapter, int seq, struct err *e)
{
    return look_beside(out, d, chapter, seq, keep_last, e);
}

bool chunk_behind(struct buf *out, const struct desk *d, int chapter, int seq, struct err *e)
{
    return look_beside(out, d, chapter, seq, keep_first, e);
}

struct brief {
    char *cards, *ends_on;
};

static bool read_brief(void *arg, const struct chapter_row *c)
{
    struct brief *b = arg;
    b->cards = mem_strdup(c->cards ? c->cards : "");
    b->ends_on = mem_strdup(c->ends_on ? c->ends_on : "");
    return true;
}

// The n-th line (from 0), without its newline; NULL behind the last.
static char *line_of(const char *lines, int n)
{
    const char *at = lines;
    for (; n > 0; n--) {
        at = strchr(at, '\n');
        if (!at) return NULL;
        at++;
    }
    if (*at == '\0') return NULL;
    return mem_strndup(at, strcspn(at, "\n"));
}

static int count_lines(const char *lines)
{
    int n = 0;
    for (const char *at = lines; *at; at += strcspn(at, "\n") + (at[strcspn(at, "\n")] == '\n')) n++;
    return n;
}

// Which card the chunk is for, from 0.
static int card_at(const struct brief *b, const struct length_ask *ask)
{
    int cards = count_lines(b->cards), now = (int)(ask->progress * cards + 0.25);
    return now < cards ? now : cards > 0 ? cards - 1 : 0;
}

// ---- the turn ------------------------------------------------------------------------------------------------------------

// How the text is to be joined to what stands. The words are quoted, because the end of a long context is what a
// model follows best.
static void write_join(struct buf *out, const struct carried *c, const struct buf *before)
{
    if (c) {
        buf_adds(out, "Continue right after \"…");
        join_quote(out, c->text, c->len, QUOTE_WORDS_CONTINUED);
        buf_adds(out, "\" with the very next word.");
    } else if (before->len > 0) {
        buf_adds(out, "Continue right after \"…");
        join_quote(out, before->data, before->len, QUOTE_WORDS);
        buf_adds(out, "\".");
    } else
        buf_adds(out, "Begin the chapter with its first moment.");
}

static void write_stop(struct buf *out, const struct desk *d, const struct step *s, const char *card,
                       const char *ends_on)
{
    const char *how = endings[(size_t)(s->chapter + s->seq) % ARRAY_LEN(endings)];
    bool scene = !d->templates->markup;
    if (s->ask.last_of_book)
        buf_addf(out, "This ends the book: bring it to %s.", step_ending(d));
    else if (s->ask.last_of_chapter)
        buf_addf(out, "This ends the chapter; land on: %s%s%s.", *ends_on ? ends_on : "a change", scene ? ", " : "",
                 scene ? how : "");
    else
        buf_addf(out, "Stop at: %s%s.", plan_card_stop(card), scene ? ", in mid-scene" : "");
}

static bool write_turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c,
                       const struct brief *brief, const struct buf *before, struct err *e)
{
    int now = card_at(brief, &s->ask);
    char *card = line_of(brief->cards, now), *next = line_of(brief->cards, now + 1);
    char chapter[16], part[16], parts[16], words[16], language[128];
    (void)snprintf(chapter, sizeof(chapter), "%d", s->chapter);
    (void)snprintf(part, sizeof(part), "%d", s->ask.part);
    (void)snprintf(parts, sizeof(parts), "%d", s->ask.parts);
    (void)snprintf(words, sizeof(words), "%d", c ? c->words_left : s->ask.ask_words);
    struct buf later, stop, join;
    buf_init(&later, BUF_MAX_PIECE);
    buf_init(&stop, BUF_MAX_PIECE);
    buf_init(&join, BUF_MAX_PIECE);
    if (next) buf_addf(&later, "Later, not now: %s", next);
    write_stop(&stop, d, s, card ? card : "", brief->ends_on);
    write_join(&join, c, before);
    const struct template_var vars[] = {
        {"chapter", chapter},
        {"part", part},
        {"parts", parts},
        {"card", card},
        {"later", later.data},
        {"words", words},
        {"manner", manners[(size_t)(s->chapter * 3 + s->seq) % ARRAY_LEN(manners)]},
        {"stop", stop.data},
        {"join", join.data},
        {"language_line", step_language_line(d, language, sizeof(language))},
    };
    bool ok = templates_fill(d->templates, TEMPLATE_CHUNK, NULL, out, vars, ARRAY_LEN(vars), e);
    buf_release(&later);
    buf_release(&stop);
    buf_release(&join);
    free(card);
    free(next);
    return ok;
}

// ---- in the place of another chunk ----------------------------------------------------------------------------------------

static void write_behind(struct buf *out, const struct buf *behind)
{
    struct buf head, quote;
    if (behind->len == 0) return;
    size_t len = words_head(behind->data, behind->len, QUOTE_WORDS_BEHIND);
    buf_init(&head, BUF_MAX_PIECE);
    buf_init(&quote, BUF_MAX_PIECE);
    join_quote(&head, behind->data, len, QUOTE_WORDS_BEHIND);
    template_neutral(&quote, head.data);
    buf_addf(out,
             "\nAfter your part the story goes on: «%s…»; do not write these words, and end so that they follow.",
             quote.data);
    buf_release(&head);
    buf_release(&quote);
}

// At the end of the request, whatever the template says: it is what a model follows best.
static bool write_again(struct buf *out, const struct desk *d, const struct step *s, struct err *e)
{
    struct buf note, behind, neutral;
    if (!s->again) return true;
    buf_init(&note, BUF_MAX_PIECE);
    buf_init(&neutral, BUF_MAX_PIECE);
    while (out->len > 0 && out->data[out->len - 1] == '\n') buf_cut(out, out->len - 1);
    bool ok = store_chunk_note(d->store, d->job->id, s->chapter, s->seq, &note, e);
    template_neutral(&neutral, note.data);
    if (neutral.len > 0) buf_addf(out, "\nIn this part: %s", neutral.data);
    ok = chunk_behind(&behind, d, s->chapter, s->seq, e) && ok;
    write_behind(out, &behind);
    buf_addc(out, '\n');
    buf_release(&note);
    buf_release(&neutral);
    buf_release(&behind);
    return ok;
}

// ---- flat ----------------------------------------------------------------------------------------------------------------

static void write_so_far(struct buf *out, const struct brief *b, int now)
{
    for (int i = 0; i < now; i++) {
        char *card = line_of(b->cards, i);
        if (card && out->len == 0) buf_adds(out, "So far in this chapter:\n");
        if (card) buf_addf(out, "- %s\n", card);
        free(card);
    }
    if (out->len > 0) buf_cut(out, out->len - 1);
}

static bool fill_flat(struct buf *out, const struct desk *d, const struct step *s, const struct story *y, int level,
                      const char *so_far, const struct buf *before, const char *request, struct err *e)
{
    const struct story_chapter *c = story_at_hand(y);
    char chapter[16], line[128];
    struct story_text text;
    struct buf tail, recaps;
    (void)snprintf(chapter, sizeof(chapter), "%d", s->chapter);
    story_write(y, level, &text);
    buf_init(&tail, BUF_MAX_PIECE);
    buf_init(&recaps, BUF_MAX_PROMPT);
    char *premise = step_fit(d, d->spec->premise, PREMISE_PART), *style = step_fit(d, d->spec->style, STYLE_PART);
    char *event = step_fit(d, c->event, PREMISE_PART);
    const struct buf *page = before->len > 0 ? before : &y->page;
    size_t from = words_tail(page->data, page->len, FLAT_TAIL_WORDS);
    buf_add(&tail, page->data + from, page->len - from);
    buf_addf(&recaps, "%s%s%s%s", text.story.data, text.cast.data, text.threads.data, text.facts.data);
    bool ok = directions_write(&recaps, d, s->chapter, e);
    const struct template_var vars[] = {
        {"rules", d->templates->text[TEMPLATE_RULES]},
        {"title", d->job->title},
        {"premise", premise},
        {"style", style ? style : "as the bible has it"},
        {"bible", text.bible.data},
        {"recaps", recaps.data},
        {"chapter", chapter},
        {"ch_title", c->title},
        {"ch_summary", event},
        {"so_far", so_far},
        {"tail", tail.len > 0 ? tail.data : "(the book begins here)"},
        {"request", request},
        {"language_line", step_language_line(d, line, sizeof(line))},
    };
    ok = ok && templates_fill(d->templates, TEMPLATE_FLAT, NULL, out, vars, ARRAY_LEN(vars), e);
    story_text_release(&text);
    buf_release(&tail);
    buf_release(&recaps);
    free(premise);
    free(style);
    free(event);
    return ok;
}

// Half of the context at the most: what is written from here on in the chapter needs the rest.
static bool write_flat(struct buf *out, const struct desk *d, const struct step *s, const struct brief *brief,
                       const struct buf *before, const char *request, struct err *e)
{
    struct story story;
    struct buf so_far;
    buf_init(&so_far, BUF_MAX_PIECE);
    write_so_far(&so_far, brief, card_at(brief, &s->ask));
    bool ok = story_load(&story, d, s->chapter, e);
    size_t start = out->len;
    for (int level = story_levels() / 2; ok && level < story_levels(); level++) {
        buf_cut(out, start);
        ok = fill_flat(out, d, s, &story, level, so_far.data, before, request, e);
        if (prompt_tokens(d, out->len - start) <= d->n_ctx_tokens / 2) break;
    }
    story_release(&story);
    buf_release(&so_far);
    return ok;
}

bool chunk_turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    struct brief brief = {0};
    struct buf before, request;
    buf_init(&request, BUF_MAX_PIECE);
    bool ok = chunk_before(&before, d, s->chapter, s->seq, e) &&
              store_chapter_get(d->store, d->job->id, s->chapter, read_brief, &brief, e) &&
              write_turn(&request, d, s, c, &brief, &before, e) && write_again(&request, d, s, e);
    if (ok && s->flat && !c)
        ok = write_flat(out, d, s, &brief, &before, request.data, e);
    else if (ok)
        buf_add(out, request.data, request.len);
    buf_release(&before);
    buf_release(&request);
    free(brief.cards);
    free(brief.ends_on);
    return ok;
}
