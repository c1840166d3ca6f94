// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The length control, over whole books written by models that do not deliver what they are asked for.
//
// The model here is a number of words; what the engine does between an answer and a row is repeated in `write_chunk`:
// the token limit of a chunk (step_chunk.c) cuts an answer, the gate cuts what is far too long for the book.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/next.h"
#include "model/length.h"

#include <cmocka.h>

#include <stdlib.h>

#define TOKENS_PER_WORD 1.3

enum { CHUNK_WORDS = 800, ENDLESS = 20000, WEIGHTS = 5 };

static const struct next_limits limits = {CHUNK_WORDS, 24, 1 << 20};

struct model {
    double least, most; // words for each word asked, uniform between them
    int cap;            // words of an answer; 0: none
    bool stops;         // the cap is the model's own end, not the server's limit
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
        b->chapters[i] =
            (struct book_chapter){.number = i + 1, .weight = weights ? weights[i % WEIGHTS] : 1, .cards = 1};
    b->acts = mem_calloc(1, sizeof(*b->acts));
    b->acts[0] = (struct book_act){.number = 1, .from = 1, .to = chapters};
    b->acts_count = 1;
}

static struct book_chunk *add_chunk(struct book *b, int chapter)
{
    struct book_chapter *c = &b->chapters[chapter - 1];
    c->chunks = mem_realloc_array(c->chunks, c->chunks_count + 1, sizeof(*c->chunks));
    c->chunks[c->chunks_count] = (struct book_chunk){.seq = (int)c->chunks_count + 1};
    return &c->chunks[c->chunks_count++];
}

static void write_chunk(struct writing *w, const struct step *s)
{
    int words = (int)(s->ask.ask_words * uniform(&w->model)), most = length_most(&s->ask);
    int limit = (int)(length_tokens(&w->book, &s->ask, s->ask.need_words, 2, CHUNK_WORDS) / TOKENS_PER_WORD);
    bool capped = w->model.cap > 0 && words > w->model.cap, cut = words > limit || (capped && !w->model.stops);
    if (words > limit) words = limit;
    if (capped) words = w->model.cap;
    if (words > most + most / 50 + 15) words = most + 5;
    struct book_chunk *c = add_chunk(&w->book, s->chapter);
    c->words_asked = s->ask.ask_words;
    c->words = words < 1 ? 1 : words;
    c->cut = cut;
    c->tokens = (int)(c->words * TOKENS_PER_WORD);
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
        struct step s = next_step(&w->book, &limits);
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

// ---- whole books --------------------------------------------------------------------------------------------------

static const struct {
    const char *name;
    double least, most;
    int cap;
    bool stops;   // the cap is the model's own end, not the server's limit
    double reach; // words that a request brings for each word needed, at least
} models[] = {
    {"0.3", 0.3, 0.3, 0, false, 0.6}, {"0.5", 0.5, 0.5, 0, false, 0.8},     {"obedient", 1, 1, 0, false, 1},
    {"1.7", 1.7, 1.7, 0, false, 1},   {"2.5", 2.5, 2.5, 0, false, 1},       {"random", 0.6, 1.4, 0, false, 0.7},
    {"capped", 1, 1, 110, false, 0},  {"stops at 110", 1, 1, 110, true, 0},
};

static const struct {
    int64_t words;
    int chapters;
    double within; // of the words asked
} books[] = {
    {500, 1, 0.05},   {2000, 1, 0.03},    {2000, 2, 0.03},     {6000, 2, 0.03},
    {20000, 7, 0.01}, {150000, 50, 0.01}, {150000, 200, 0.01},
};

static int most_requests(size_t model, size_t book)
{
    double each = models[model].cap > 0 ? models[model].cap * 0.9 : CHUNK_WORDS * models[model].reach * 0.8;
    return (int)((double)books[book].words / each) + 2 * books[book].chapters + 3;
}

// Returns how far off the book is, as a part of what was asked.
static double write_one(size_t model, size_t book, const double *weights, uint32_t random)
{
    struct writing w = {.model = {.least = models[model].least,
                                  .most = models[model].most,
                                  .cap = models[model].cap,
                                  .stops = models[model].stops,
                                  .random = random}};
    plan(&w.book, books[book].words, books[book].chapters, weights);
    write_book(&w);
    double off = (double)(book_words(&w.book) - books[book].words) / (double)books[book].words;
    for (size_t i = 0; i < w.book.chapters_count; i++) assert_true(w.book.chapters[i].chunks_count > 0);
    if (w.requests > most_requests(model, book))
        fail_msg("%s: %d requests for %lld words", models[model].name, w.requests, (long long)books[book].words);
    book_release(&w.book);
    return off;
}

static void test_the_length_asked_for_is_the_length_delivered(void **state)
{
    static const double weights[] = {1, 0.5, 2, 1.3, 0.8};
    enum { SEEDS = 50 };
    (void)state;
    for (size_t m = 0; m < ARRAY_LEN(models); m++)
        for (size_t b = 0; b < ARRAY_LEN(books); b++)
            for (uint32_t seed = 0; seed < SEEDS; seed++) {
                double off = write_one(m, b, seed % 2 == 0 ? NULL : weights, seed * 7919);
                if (off > books[b].within || off < -books[b].within)
                    fail_msg("%s, seed %u: %lld words in %d chapters are %+.2f %% off", models[m].name, seed,
                             (long long)books[b].words, books[b].chapters, off * 100);
            }
}

// ---- one question at a time ------------------------------------------------------------------------------------------

static void chunk(struct book *b, int chapter, int asked, int words, bool cut, bool gap)
{
    struct book_chunk *c = add_chunk(b, chapter);
    c->words_asked = asked;
    c->words = words;
    c->cut = cut;
    c->gap = gap;
}

static void test_a_chapter_has_its_weight(void **state)
{
    static const double weights[] = {1, 0.5, 2, 0.5, 1};
    (void)state;
    struct book b;
    plan(&b, 10000, 5, weights);
    assert_int_equal(length_parts(&b, 1, CHUNK_WORDS), 3);
    assert_int_equal(length_parts(&b, 2, CHUNK_WORDS),
                     4); // nothing is written yet: it would carry the first one's words
    chunk(&b, 1, 2000, 2000, false, false);
    assert_int_equal(length_parts(&b, 2, CHUNK_WORDS), 1);
    assert_true(length_next(&b, 1, CHUNK_WORDS).full);
    struct length_ask ask = length_next(&b, 2, CHUNK_WORDS);
    assert_int_equal(ask.need_words, 1000);
    assert_true(ask.last_of_chapter);
    assert_false(ask.last_of_book);
    book_release(&b);
}

static void test_chapters_that_are_not_planned_yet_weigh_one(void **state)
{
    static const double weights[] = {2, 1, 1, 1, 1};
    (void)state;
    struct book b;
    plan(&b, 12000, 5, weights);
    b.chapters_count = 1; // of five
    assert_int_equal(length_next(&b, 1, 4000).need_words, 4000);
    book_release(&b);
}

static void test_what_one_chapter_fell_short_of_the_next_brings(void **state)
{
    (void)state;
    struct book b;
    plan(&b, 8000, 8, NULL);
    chunk(&b, 1, 1000, 950, false, false);
    assert_true(length_next(&b, 1, CHUNK_WORDS).full); // fifty words are no chunk
    assert_int_equal(length_next(&b, 2, 2000).need_words, 1050);
    book_release(&b);
}

static void test_a_chapter_whose_share_was_eaten_has_a_chunk_all_the_same(void **state)
{
    (void)state;
    struct book b;
    plan(&b, 2000, 2, NULL);
    chunk(&b, 1, 1000, 2400, false, false);
    struct length_ask ask = length_next(&b, 2, CHUNK_WORDS);
    assert_false(ask.full);
    assert_true(ask.last_of_book);
    assert_true(ask.need_words > 0 && ask.need_words <= 80);
    assert_int_equal(length_room(&b), 0);
    book_release(&b);
}

static void test_a_gap_counts_as_what_it_was_asked_for(void **state)
{
    (void)state;
    struct book b;
    plan(&b, 1600, 1, NULL);
    chunk(&b, 1, 800, 0, false, true);
    struct length_ask ask = length_next(&b, 1, CHUNK_WORDS);
    assert_int_equal(ask.need_words, 800);
    assert_int_equal(ask.part, 2);
    chunk(&b, 1, 800, 0, false, true);
    assert_true(length_next(&b, 1, CHUNK_WORDS).full); // a book of gaps ends, too
    assert_true(length_obedience(&b) > 0.99 && length_obedience(&b) < 1.01);
    assert_int_equal(length_room(&b), 1600);
    book_release(&b);
}

static void test_obedience_is_learned_from_answers_that_ended_by_themselves(void **state)
{
    (void)state;
    struct book b;
    plan(&b, 20000, 2, NULL);
    chunk(&b, 1, 1000, 100, true, false); // cut by a limit: says nothing
    assert_true(length_obedience(&b) > 0.99 && length_obedience(&b) < 1.01);
    chunk(&b, 1, 1000, 500, false, false);
    assert_true(length_obedience(&b) > 0.49 && length_obedience(&b) < 0.51);
    for (int i = 0; i < 3; i++) chunk(&b, 1, 500, 5000, false, false); // the last three count, and not without bounds
    assert_true(length_obedience(&b) > 2.49 && length_obedience(&b) < 2.51);
    assert_true(length_next(&b, 2, CHUNK_WORDS).ask_words < length_next(&b, 2, CHUNK_WORDS).need_words);
    book_release(&b);
}

static void test_an_unknown_chapter_needs_nothing(void **state)
{
    (void)state;
    struct book b;
    plan(&b, 2000, 2, NULL);
    assert_true(length_next(&b, 3, CHUNK_WORDS).full);
    book_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_length_asked_for_is_the_length_delivered),
        cmocka_unit_test(test_a_chapter_has_its_weight),
        cmocka_unit_test(test_chapters_that_are_not_planned_yet_weigh_one),
        cmocka_unit_test(test_what_one_chapter_fell_short_of_the_next_brings),
        cmocka_unit_test(test_a_chapter_whose_share_was_eaten_has_a_chunk_all_the_same),
        cmocka_unit_test(test_a_gap_counts_as_what_it_was_asked_for),
        cmocka_unit_test(test_obedience_is_learned_from_answers_that_ended_by_themselves),
        cmocka_unit_test(test_an_unknown_chapter_needs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
