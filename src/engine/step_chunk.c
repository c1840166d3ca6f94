// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A chunk: one continuous stretch of prose, the unit of acceptance. Which card of the chapter it is follows from how
// much of the chapter stands, so that a model that writes little stays with a card until it is told.
#include <string.h>

#include "base/mem.h"
#include "engine/gate.h"
#include "engine/steps.h"
#include "model/plan.h"
#include "text/join.h"
#include "text/words.h"

enum { QUOTE_WORDS = 12, QUOTE_WORDS_CONTINUED = 40 };

static int conversation(const struct step *s)
{
    return s->chapter;
}

struct chapter_brief {
    char *cards, *ends_on;
};

static bool read_brief(void *arg, const struct chapter_row *c)
{
    struct chapter_brief *b = arg;
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

struct chunk_before {
    struct buf prose;
};

static bool keep_last(void *arg, const struct chunk_row *c)
{
    struct chunk_before *b = arg;
    if (c->gap) return true;
    buf_clear(&b->prose);
    buf_add(&b->prose, c->text + c->skip, c->len - c->skip);
    return true;
}

// The prose right before this chunk, in its chapter.
static bool load_before(struct chunk_before *b, const struct desk *d, int chapter, struct err *e)
{
    buf_init(&b->prose, BUF_MAX_PIECE);
    return store_chunks_each(d->store, d->job->id, chapter, STORE_BY_PLACE, keep_last, b, e);
}

// How the text is to be joined to what stands. The words are quoted, because the end of a long context is what a
// model follows best.
static void write_join(struct buf *out, const struct carried *c, const struct chunk_before *before)
{
    if (c) {
        buf_adds(out, "Continue right after \"…");
        join_quote(out, c->text, c->len, QUOTE_WORDS_CONTINUED);
        buf_adds(out, "\" with the very next word.");
    } else if (before->prose.len > 0) {
        buf_adds(out, "Continue right after \"…");
        join_quote(out, before->prose.data, before->prose.len, QUOTE_WORDS);
        buf_adds(out, "\".");
    } else
        buf_adds(out, "Begin the chapter with its first moment.");
}

static void write_stop(struct buf *out, const struct length_ask *ask, const char *card, const char *ends_on)
{
    if (ask->last_of_book)
        buf_adds(out, "This ends the book: bring it to the ending that the bible has.");
    else if (ask->last_of_chapter && *ends_on)
        buf_addf(out, "This ends the chapter; land on: %s", ends_on);
    else if (ask->last_of_chapter)
        buf_adds(out, "This ends the chapter; land on a change.");
    else
        buf_addf(out, "Stop at: %s, in mid-scene.", plan_card_stop(card));
}

static bool fill(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c,
                 const struct chapter_brief *brief, const struct chunk_before *before, struct err *e)
{
    int cards = count_lines(brief->cards);
    int now = (int)(s->ask.progress * cards + 0.25);
    if (now >= cards) now = cards > 0 ? cards - 1 : 0;
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
    if (next) buf_addf(&later, "Later, not now: %s\n", next);
    write_stop(&stop, &s->ask, card ? card : "", brief->ends_on);
    write_join(&join, c, before);
    const struct template_var vars[] = {
        {"chapter", chapter},
        {"part", part},
        {"parts", parts},
        {"card", card},
        {"later", later.data},
        {"words", words},
        {"stop", stop.data},
        {"join", join.data},
        {"language_line", step_language_line(d, language, sizeof(language))},
    };
    bool ok = templates_fill(d->templates, TEMPLATE_CHUNK, out, vars, ARRAY_LEN(vars), e);
    buf_release(&later);
    buf_release(&stop);
    buf_release(&join);
    free(card);
    free(next);
    return ok;
}

static bool turn(struct buf *out, const struct desk *d, const struct step *s, const struct carried *c, struct err *e)
{
    struct chapter_brief brief = {0};
    struct chunk_before before;
    bool ok = load_before(&before, d, s->chapter, e) &&
              store_chapter_get(d->store, d->job->id, s->chapter, read_brief, &brief, e) &&
              fill(out, d, s, c, &brief, &before, e);
    buf_release(&before.prose);
    free(brief.cards);
    free(brief.ends_on);
    return ok;
}

// More than twice what is needed would be a loop; a little air, because models count badly.
static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    (void)s;
    int tokens = prompt_tokens(d->spec, (size_t)words * 6) * 8 / 5 + 120;
    int most = d->n_ctx_tokens / 3;
    return tokens < most ? tokens : most;
}

static bool store_range(const struct desk *d, const struct step *s, const struct answer *a, const struct gate_out *g,
                        struct err *e)
{
    const struct chunk_row row = {
        .chapter = s->chapter,
        .seq = s->seq,
        .text = a->text,
        .len = g->end,
        .skip = g->skip,
        .glue = g->glue,
        .words_asked = s->ask.ask_words,
        .words = g->words,
        .cut = a->cut,
    };
    if (g->trimmed) {
        char text[160];
        (void)snprintf(text, sizeof(text), "chapter %d, part %d: trimmed (%s)", s->chapter, s->seq, g->trimmed);
        if (!store_event_add(d->store, d->job->id, "trim", text, NULL, e)) return false;
    }
    return store_chunk_add(d->store, d->job->id, &row, e) &&
           store_turn_add(d->store, d->job->id, s->chapter, TURN_USER, a->turn->text, a->turn->len, e) &&
           store_turn_add_chunk(d->store, d->job->id, s->chapter, s->seq, e);
}

bool step_chunk_words(const struct desk *d, const struct step *s, const char *text, size_t len, int *words,
                      struct err *e)
{
    struct chunk_before before;
    struct gate_out g;
    bool ok = load_before(&before, d, s->chapter, e);
    const struct gate_in in = {
        .text = text,
        .len = len,
        .before = before.prose.data,
        .before_len = before.prose.len,
    };
    gate_chunk(&in, &g);
    *words = (int)words_count(text + g.skip, len - g.skip);
    buf_release(&before.prose);
    return ok;
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, const char **rule,
                   struct err *e)
{
    struct chunk_before before;
    struct gate_out g;
    bool ok = load_before(&before, d, s->chapter, e);
    if (ok) {
        const struct gate_in in = {
            .text = a->text,
            .len = a->len,
            .cut = a->cut,
            .before = before.prose.data,
            .before_len = before.prose.len,
            .need_words = s->ask.need_words,
            .most_words = length_most(d->book, &s->ask),
        };
        gate_chunk(&in, &g);
        *rule = g.rule;
        if (!g.rule) ok = store_range(d, s, a, &g, e);
    }
    buf_release(&before.prose);
    return ok;
}

// A gap: marked in the book, counted, and passed. Its request is not kept, so that the next one follows the last text.
static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    (void)turn;
    const struct chunk_row row = {
        .chapter = s->chapter,
        .seq = s->seq,
        .text = "",
        .glue = "",
        .words_asked = s->ask.ask_words,
        .gap = true,
    };
    return store_chunk_add(d->store, d->job->id, &row, e);
}

const struct step_ops step_chunk = {
    .name = "chunk",
    .conversation = conversation,
    .turn = turn,
    .max_tokens = max_tokens,
    .temperature = 0.8,
    .settle = settle,
    .give_up = give_up,
};
