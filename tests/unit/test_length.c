// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The length control, over whole books written by models that do not deliver what they are asked for.
//
// The model here is a number of words; what the engine does between an answer and a row is repeated in `write_chunk`:
// the token limit of a chunk (step_chunk.c) cuts an answer, the gate cuts the end of the book back to the room.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/next.h"
#include "model/length.h"

#include <cmocka.h>

#include <stdlib.h>

enum { CHUNK_WORDS = 800, ENDLESS = 20000, CHAPTERS_MAX = 2000 };

struct model {
    double least, most; // words for each word asked, uniform between them
    int cap;            // words of an answer; 0: none
    uint32_t random;
};

struct writing {
    struct book book;
    struct model model;
    int requests;
};

static double uniform(struct model *m)
{
    m->random = m->random * 1664525 + 1013904223;
    return m->least + (m->most - m->least) * (double)(m->random >> 8) / (double)(1 << 24);
}

static void plan(struct book *b, int64_t words, int chapters, const double *weights)
{
    *b = (struct book){.words_target = words, .chapters_total = chapters, .has_bible = true};
    b->chapters = mem_calloc((size_t)chapters, sizeof(*b->chapters));
    b->chapters_count = (size_t)chapters;
    for (int i = 0; i < chapters; i++)
        b->chapters[i] = (struct book_chapter){.number = i + 1, .weight = weights ? weights[i % 5] : 1, .cards = 1};
}

static struct book_chunk *add_chunk(struct book *b, int chapter)
{
    struct book_chapter *c = &b->chapters[chapter - 1];
    c->chunks = mem_realloc_array(c->chunks, c->chunks_count + 1, sizeof(*c->chunks));
    c->chunks[c->chunks_count] = (struct book_chunk){.seq = (int)c->chunks_count + 1};
    return &c->chunks[c->chunks_count++];
}

// About 1.3 tokens a word against a limit of 2.4 tokens a needed word and 120 more.
static int limit_words(int need)
{
    return (int)((need * 2.4 + 120) / 1.3);
}

static void write_chunk(struct writing *w, const struct step *s)
{
    int words = (int)(s->ask.ask_words * uniform(&w->model)), room = length_room(&w->book);
    int limit = limit_words(s->ask.need_words);
    bool cut = words > limit || (w->model.cap > 0 && words > w->model.cap);
    if (words > limit) words = limit;
    if (w->model.cap > 0 && words > w->model.cap) words = w->model.cap;
    if (s->ask.last_of_book && words > room + room / 50 + 15) words = room + 5;
    struct book_chunk *c = add_chunk(&w->book, s->chapter);
    c->words_asked = s->ask.ask_words;
    c->words = words < 1 ? 1 : words;
    c->cut = cut;
}

static void check_ask(const struct step *s)
{
    assert_true(s->ask.need_words > 0);
    assert_true(s->ask.ask_words > 0);
    assert_true(s->ask.ask_words <= 2 * s->ask.need_words || s->ask.need_words < 30);
    assert_true(s->ask.part >= 1 && s->ask.part <= s->ask.parts);
    assert_true(s->ask.progress >= 0 && s->ask.progress <= 1);
    assert_true(!s->ask.last_of_book || s->ask.last_of_chapter);
}

// From the plan to the last recap.
static void write_book(struct writing *w)
{
    for (w->requests = 0; w->requests < ENDLESS; w->requests++) {
        struct step s = next_step(&w->book, CHUNK_WORDS);
        if (s.kind == STEP_RECAP) {
            w->book.chapters[s.chapter - 1].has_recap = true;
            w->requests--;
        } else if (s.kind == STEP_CHUNK) {
            check_ask(&s);
            write_chunk(w, &s);
        } else {
            assert_int_equal(s.kind, STEP_FINISH);
            return;
        }
    }
    fail_msg("no end after %d requests", ENDLESS);
}

static int chunks_of(const struct book *b, bool *no_empty_chapter)
{
    int n = 0;
    *no_empty_chapter = true;
    for (size_t i = 0; i < b->chapters_count; i++) {
        n += (int)b->chapters[i].chunks_count;
        if (b->chapters[i].chunks_count == 0) *no_empty_chapter = false;
    }
    return n;
}

// ---- whole books --------------------------------------------------------------------------------------------------

static const struct {
    const char *name;
    double least, most;
    int cap;
    double reach; // words that a request brings for each word needed, at least
} models[] = {
    {"0.3", 0.3, 0.3, 0, 0.6},
    {"0.5", 0.5, 0.5, 0, 0.8},
    {"obedient", 1, 1, 0, 1},
    {"1.7", 1.7, 1.7, 0, 1},
    {"2.5", 2.5, 2.5, 0, 1},
    {"random", 0.6, 1.4, 0, 0.7},
    {"capped", 1, 1, 110, 0},
};

static const struct {
    int64_t words;
    int chapters;
    double within; // of the words asked
} books[] = {
    {500, 1, 0.04}, {2000, 1, 0.03}, {2000, 2, 0.03}, {6000, 2, 0.03}, {20000, 7, 0.03}, {150000, 50, 0.01}, {150000, 200, 0.01},
};

static int most_requests(size_t model, size_t book)
{
    double each = models[model].cap > 0 ? models[model].cap * 0.9 : 800 * models[model].reach * 0.8;
    return (int)((double)books[book].words / each) + 2 * books[book].chapters + 3;
}

static void test_the_length_asked_for_is_the_length_delivered(void **state)
{
    (void)state;
    for (size_t m = 0; m < ARRAY_LEN(models); m++)
        for (size_t b = 0; b < ARRAY_LEN(books); b++) {
            struct writing w = {.model = {models[m].least, models[m].most, models[m].cap, 7}};
            plan(&w.book, books[b].words, books[b].chapters, NULL);
            write_book(&w);
            bool whole;
            int chunks = chunks_of(&w.book, &whole);
            double off = (double)(book_words(&w.book) - books[b].words) / (double)books[b].words;
            print_message("%-9s %6lld words, %3d chapters: %+.2f %%, %d requests\n", models[m].name,
                          (long long)books[b].words, books[b].chapters, off * 100, w.requests);
            assert_true(whole);
            assert_int_equal(chunks, w.requests);
            if (off > books[b].within || off < -books[b].within) print_message("  ^^^ OFF\n");
            if (w.requests > most_requests(m, b)) print_message("  ^^^ MANY (%d)\n", most_requests(m,b));
            book_release(&w.book);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_length_asked_for_is_the_length_delivered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
