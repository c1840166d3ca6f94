// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A chunk: one continuous stretch of prose, the unit of acceptance. What is asked is in chunk_turn.c; here is what
// becomes of the answer.
#include <string.h>

#include "base/mem.h"
#include "engine/chunk_turn.h"
#include "engine/gate.h"
#include "engine/measure.h"
#include "engine/steps.h"
#include "engine/unfinished.h"
#include "text/join.h"
#include "text/utf8.h"
#include "text/words.h"

enum { HEAD_BYTES = 200 };

struct keeping {
    struct shingles *said;
    int seq;
};

static int max_tokens(const struct desk *d, const struct step *s, int words)
{
    int tokens = length_tokens(d->book, &s->ask, words, language_tokens(d->language), d->chunk_words);
    int most = d->n_ctx_tokens / 3;
    return tokens < most ? tokens : most;
}

static struct gate_in gate_in_of(const struct desk *d, const struct step *s, const char *text, size_t len,
                                 const struct buf *before)
{
    return (struct gate_in){
        .text = text,
        .len = len,
        .before = before->data,
        .before_len = before->len,
        .language = d->language,
        .book = d->said,
        .last_of_book = s->ask.last_of_book,
        .markup = d->templates->markup,
    };
}

bool step_chunk_piece(const struct desk *d, const struct step *s, struct buf *text, int *words, struct err *e)
{
    struct buf before;
    struct gate_out g;
    bool ok = chunk_before(&before, d, s->chapter, s->seq, e);
    const struct gate_in in = gate_in_of(d, s, text->data, text->len, &before);
    gate_piece(&in, &g);
    if (g.end < text->len) buf_cut(text, g.end);
    *words = g.words;
    buf_release(&before);
    return ok;
}

// ---- the answer ------------------------------------------------------------------------------------------------------

static bool say_trimmed(const struct desk *d, const struct step *s, const struct gate_out *g, struct err *e)
{
    char text[400];
    (void)snprintf(text, sizeof(text), "chapter %d, part %d: trimmed (%s)%s%s", s->chapter, s->seq, g->trimmed,
                   g->detail[0] ? ": " : "", g->detail);
    return store_event_add(d->store, d->job->id, "trim", text, NULL, e);
}

static bool store_turns(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    int64_t job = d->job->id;
    bool ok = s->flat ? store_turn_add_fresh(d->store, job, s->chapter, turn->text, turn->len, e)
                      : store_turn_add(d->store, job, s->chapter, TURN_USER, turn->text, turn->len, e);
    return ok && store_turn_add_chunk(d->store, job, s->chapter, s->seq, e);
}

// A complete chapter was measured with the text that is gone.
static bool remeasure(const struct desk *d, int chapter, struct err *e)
{
    const struct book_chapter *c = book_chapter_at(d->book, chapter);
    return !c || !c->has_recap || measure_chapter(d, chapter, e);
}

// In its place, or at the end with its turns. A conversation that is long over keeps the request it has.
static bool store_row(const struct desk *d, const struct step *s, const struct chunk_row *row,
                      const struct gen_message *turn, struct err *e)
{
    if (s->again)
        return unfinished_keep_next(d->store, d->job, s->chapter, s->seq, e) &&
               store_chunk_replace(d->store, d->job->id, row, e) && remeasure(d, s->chapter, e);
    return store_chunk_add(d->store, d->job->id, row, e) && store_turns(d, s, turn, e);
}

// A long head (thinking, a restated page) goes from the conversation too, which costs the server the reading of the whole
// answer. A heading or a line of chat stays there: it costs a few tokens each time, and the prose never shows it.
static bool store_range(const struct desk *d, const struct step *s, const struct answer *a, const struct gate_out *g,
                        struct judgement *j, struct err *e)
{
    j->head_cut = g->skip > HEAD_BYTES + strspn(a->text, " \t\n");
    size_t from = j->head_cut ? g->skip : 0;
    bool whole = !j->head_cut && g->end + 40 > a->len;
    const struct chunk_row row = {
        .chapter = s->chapter,
        .seq = s->seq,
        .text = a->text + from,
        .len = g->end - from,
        .skip = g->skip - from,
        .glue = g->glue,
        .words_asked = s->ask.ask_words,
        .words = g->words,
        .cut = a->cut,
        .tokens = whole ? a->tokens : -1,
    };
    shingles_add(d->said, a->text + g->skip, g->end - g->skip);
    return (!g->trimmed || say_trimmed(d, s, g, e)) && store_row(d, s, &row, a->turn, e);
}

// What the gate holds an answer to. A model whose last answers were accepted although they were far shorter is not held to
// more than that.
static int need_words(const struct desk *d, const struct step *s)
{
    int usual = 10 * length_last_words(d->book);
    return usual > 0 && usual < s->ask.need_words ? usual : s->ask.need_words;
}

// Of an answer that is for a place with text behind it: what stands before it runs into that text.
static bool meet(const struct desk *d, const struct step *s, const struct answer *a, size_t *len, struct err *e)
{
    struct buf behind;
    *len = a->len;
    if (!s->again) return true;
    bool ok = chunk_behind(&behind, d, s->chapter, s->seq, e);
    if (ok && behind.len > 0) *len = join_meets(a->text, a->len, behind.data, behind.len);
    buf_release(&behind);
    return ok;
}

static bool settle(const struct desk *d, const struct step *s, const struct answer *a, struct judgement *j,
                   struct err *e)
{
    struct buf before;
    struct gate_out g;
    size_t len;
    bool ok = chunk_before(&before, d, s->chapter, s->seq, e) && meet(d, s, a, &len, e);
    if (ok) {
        struct gate_in in = gate_in_of(d, s, a->text, len, &before);
        in.cut = a->cut || len < a->len;
        in.guarded = a->guarded;
        in.head_seen = a->head_seen;
        in.need_words = need_words(d, s);
        in.most_words = length_most(&s->ask);
        gate_chunk(&in, &g);
        j->rule = g.rule;
        (void)snprintf(j->detail, sizeof(j->detail), "%s", g.detail);
        if (!g.rule) ok = store_range(d, s, a, &g, j, e);
    }
    buf_release(&before);
    return ok;
}

static bool say_again(void *arg, const struct chunk_row *c)
{
    const struct keeping *k = arg;
    if (c->seq == k->seq && !c->gap) shingles_add(k->said, c->text + c->skip, c->len - c->skip);
    return true;
}

// What stood in its place stays, and is said as it was.
static bool keep_old(const struct desk *d, const struct step *s, struct err *e)
{
    struct keeping k = {.said = d->said, .seq = s->seq};
    return store_chunk_keep(d->store, d->job->id, s->chapter, s->seq, e) &&
           store_chunks_each(d->store, d->job->id, s->chapter, STORE_BY_PLACE, say_again, &k, e);
}

// A gap: marked in the book, counted, and passed. Its request is not kept, so that the next one follows the last text.
static bool give_up(const struct desk *d, const struct step *s, const struct gen_message *turn, struct err *e)
{
    (void)turn;
    if (s->again) return keep_old(d, s, e);
    const struct chunk_row row = {
        .chapter = s->chapter,
        .seq = s->seq,
        .text = "",
        .glue = "",
        .words_asked = s->ask.ask_words,
        .gap = true,
        .tokens = -1,
    };
    return store_chunk_add(d->store, d->job->id, &row, e);
}

const struct step_ops step_chunk = {
    .name = "chunk",
    .turn = chunk_turn,
    .max_tokens = max_tokens,
    .settle = settle,
    .give_up = give_up,
};
