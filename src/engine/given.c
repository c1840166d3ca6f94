// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See given.h.
#include "engine/given.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "out/prose.h"
#include "text/words.h"

enum { PIECE_WORDS = 1000 };

struct given {
    struct store *store;
    int64_t job;
    int chapter, seq; // seq: of the chunk before
    struct shingles *said;
};

static size_t blanks(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && strchr(" \t\r\n", text[n])) n++;
    return n;
}

// About PIECE_WORDS of it: up to the last paragraph that ends within them, else all of the paragraph they end in.
static size_t piece_len(const char *text, size_t len)
{
    size_t most = words_head(text, len, PIECE_WORDS);
    if (most == len) return len;
    size_t end = paragraph_whole(text, most);
    if (end > 0) return end;
    const char *blank = memmem(text + most, len - most, "\n\n", 2);
    return blank ? (size_t)(blank - text) : len;
}

static bool add_piece(struct given *g, const char *text, size_t len, struct err *e)
{
    int words = (int)words_count(text, len);
    const struct chunk_row row = {.chapter = g->chapter,
                                  .seq = ++g->seq,
                                  .text = text,
                                  .len = len,
                                  .glue = g->seq > 1 ? "\n\n" : "",
                                  .words_asked = words,
                                  .words = words,
                                  .cut = true, // tells nothing of the model
                                  .tokens = -1};
    if (g->said) shingles_add(g->said, text, len);
    return store_chunk_add(g->store, g->job, &row, e);
}

static bool add_gap(struct given *g, int words, struct err *e)
{
    const struct chunk_row row = {.chapter = g->chapter,
                                  .seq = ++g->seq,
                                  .text = "",
                                  .glue = "",
                                  .words_asked = words,
                                  .gap = true,
                                  .tokens = -1};
    return store_chunk_add(g->store, g->job, &row, e);
}

// Text without marks.
static bool add_text(struct given *g, const char *text, size_t len, struct err *e)
{
    size_t at = blanks(text, len);
    while (len > at && strchr(" \t\r\n", text[len - 1])) len--;
    while (at < len) {
        size_t piece = piece_len(text + at, len - at);
        if (!add_piece(g, text + at, piece, e)) return false;
        at += piece;
        at += blanks(text + at, len - at);
    }
    return true;
}

bool given_store(struct store *s, int64_t job, int chapter, const char *text, struct shingles *said, struct err *e)
{
    struct given g = {.store = s, .job = job, .chapter = chapter, .said = said};
    return add_text(&g, text, strlen(text), e);
}

static int gap_words(const struct book_chapter *was, int seq)
{
    for (size_t i = 0; i < was->chunks_count; i++)
        if (was->chunks[i].seq == seq && was->chunks[i].gap) return was->chunks[i].words_asked;
    return 0;
}

bool given_store_edited(struct store *s, int64_t job, const struct book_chapter *was, const char *text, struct err *e)
{
    struct given g = {.store = s, .job = job, .chapter = was->number};
    const char *mark;
    size_t len;
    int seq;
    while ((mark = prose_find_gap(text, &len, &seq)) != NULL) {
        if (!add_text(&g, text, (size_t)(mark - text), e) || !add_gap(&g, gap_words(was, seq), e)) return false;
        text = mark + len;
    }
    return add_text(&g, text, strlen(text), e);
}

// ---- its conversation ----------------------------------------------------------------------------------------------

struct seqs {
    int *items;
    size_t count, cap;
};

static bool note_seq(void *arg, const struct chunk_row *c)
{
    struct seqs *s = arg;
    if (c->gap) return true;
    mem_grow(&s->items, &s->cap, s->count + 1, sizeof(*s->items));
    s->items[s->count++] = c->seq;
    return true;
}

bool given_talk(struct store *s, int64_t job, int chapter, struct err *e)
{
    struct seqs seqs = {0};
    bool ok = store_chunks_each(s, job, chapter, STORE_BY_PLACE, note_seq, &seqs, e);
    for (size_t i = 0; ok && i < seqs.count; i++) {
        char question[80];
        (void)snprintf(question, sizeof(question), "Part %d of the chapter, as it is written.", seqs.items[i]);
        ok = store_turn_add(s, job, chapter, TURN_USER, question, strlen(question), e) &&
             store_turn_add_chunk(s, job, chapter, seqs.items[i], e);
    }
    free(seqs.items);
    return ok;
}
