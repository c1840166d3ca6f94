// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a book will take: the requests of a whole book, and of what is left of one.
#include "engine/forecast.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static struct forecast cast(const char *text, int n_ctx_tokens)
{
    struct err e = ERR_INIT;
    struct spec s;
    if (!spec_parse(&s, text, strlen(text), "spec", &e)) fail_msg("%s", e.text);
    struct forecast f = forecast_book(&s, n_ctx_tokens, 800);
    spec_release(&s);
    return f;
}

static void a_novel(void **state)
{
    (void)state;
    struct forecast f = cast("{\"premise\": \"p\", \"words\": 150000, \"chapters\": 50}", 32768);
    assert_int_equal(f.chapters, 50);
    assert_int_equal(f.cards, 50);
    assert_int_equal(f.recaps, 50);
    assert_in_range(f.parts, 180, 210);
    assert_int_equal(f.requests, f.planning + f.cards + f.parts + f.recaps);
    assert_in_range(f.requests, 300, 400);
    assert_in_range(f.output_tokens, 150000, 450000);
    assert_true(f.prompt_tokens < f.output_tokens);
}

static void a_small_context_takes_more_parts(void **state)
{
    (void)state;
    static const char spec[] = "{\"premise\": \"p\", \"words\": 20000}";
    struct forecast large = cast(spec, 32768), small = cast(spec, 2048);
    assert_true(small.parts > 2 * large.parts);
}

static void what_is_given_is_not_asked_for(void **state)
{
    (void)state;
    struct forecast f =
        cast("{\"premise\": \"p\", \"words\": 3000, \"chapters\": 2, \"outline\": [{\"title\": \"a\"}, "
             "{\"title\": \"b\"}]}",
             32768);
    assert_int_equal(f.planning, 1); // the bible
    f = cast("{\"premise\": \"p\", \"words\": 3000, \"chapters\": 2, \"opening\": [{\"text\": \"One two three.\"}]}",
             32768);
    assert_int_equal(f.cards, 1);
    assert_int_equal(f.recaps, 2);
}

// The rest of a book that has its bible and one of its two chapters.
static void the_rest(void **state)
{
    (void)state;
    struct book b = {
        .words_target = 3200, .chapters_total = 2, .obedience = 1, .has_bible = true, .chapters_count = 2};
    b.chapters = mem_calloc(2, sizeof *b.chapters);
    b.chapters[0] = (struct book_chapter){.number = 1, .weight = 1, .cards = 2, .has_recap = true};
    b.chapters[1] = (struct book_chapter){.number = 2, .weight = 1};
    b.chapters[0].chunks = mem_calloc(2, sizeof(struct book_chunk));
    b.chapters[0].chunks_count = 2;
    b.chapters[0].chunks[0] = (struct book_chunk){.seq = 1, .words = 800, .words_asked = 800, .tokens = -1};
    b.chapters[0].chunks[1] = (struct book_chunk){.seq = 2, .words = 800, .words_asked = 800, .tokens = -1};
    assert_int_equal(forecast_rest(&b, 800), 4); // cards, two parts, recap
    assert_int_equal(forecast_rest(&b, 800), 0);
    book_release(&b);
}

static struct deadline_plan by(const char *text, int64_t time_ms, int64_t left_ms)
{
    struct err e = ERR_INIT;
    struct spec s;
    const int64_t now_ms = INT64_C(1800000000000);
    assert_true(spec_parse(&s, text, strlen(text), "test", &e));
    struct forecast f = forecast_book(&s, 32768, 800);
    struct deadline_plan plan = forecast_by(&s, &f, time_ms, now_ms + left_ms, now_ms);
    spec_release(&s);
    return plan;
}

static void check_by(struct deadline_plan plan, int64_t least, int64_t most, int chapters)
{
    if (plan.words < least || plan.words > most || plan.chapters != chapters)
        fail_msg("%lld words, %d chapters", (long long)plan.words, plan.chapters);
}

// Nobody was told that a night is too short for the book before the morning.
static void a_deadline_cuts_what_does_not_fit(void **state)
{
    enum { HOUR = 3600000 };
    static const char spec[] = "{\"premise\": \"p\", \"words\": 100000, \"chapters\": 50}";
    (void)state;
    check_by(by(spec, 10 * HOUR, 20 * HOUR), 100000, 100000, 50);
    check_by(by(spec, 10 * HOUR, 5 * HOUR), 46000, 49000, 24); // some of the time is kept in reserve
    check_by(by(spec, 10 * HOUR, 1000), 150, 150, 1);
    check_by(by("{\"premise\": \"p\", \"words\": 100}", 10 * HOUR, 1000), 100, 100, 1);
    check_by(by("{\"premise\": \"p\", \"words\": 100000, \"chapters\": 50, \"opening\": [{\"title\": \"One\", "
                "\"text\": \"A bell rang out.\"}, {\"title\": \"Two\", \"text\": \"It rang again.\"}]}",
                10 * HOUR, 1000),
             150, 160, 3);
}

// A book of two chapters that are written, of two parts each.
static void written(struct book *b)
{
    *b =
        (struct book){.words_target = 3200, .chapters_total = 2, .obedience = 1, .has_bible = true, .finished = true};
    b->chapters = mem_calloc(2, sizeof *b->chapters);
    for (int n = 1; n <= 2; n++) {
        struct book_chapter *c = &b->chapters[b->chapters_count++];
        *c = (struct book_chapter){.number = n, .weight = 1, .cards = 2, .has_recap = true, .chunks_count = 2};
        c->chunks = mem_calloc(2, sizeof *c->chunks);
        for (int seq = 1; seq <= 2; seq++)
            c->chunks[seq - 1] = (struct book_chunk){.seq = seq, .words = 800, .words_asked = 800, .tokens = -1};
    }
}

// A part that was to be written anew was counted as one more each time, a million times: the engine stood still when
// several gaps were to be filled.
static void what_is_written_anew_is_counted_once(void **state)
{
    (void)state;
    struct book b;
    written(&b);
    b.chapters[0].chunks[1].stale = b.chapters[1].chunks[0].stale = true;
    b.chapters[0].chunks[1].gap = true;
    assert_int_equal(forecast_rest(&b, 800), 2);
    assert_int_equal(b.chapters[0].chunks_count, 2);
    assert_false(b.chapters[0].chunks[1].stale);
    assert_false(b.chapters[0].chunks[1].gap);
    book_release(&b);
}

// A chapter that its owner has changed by hand waits for its recap while an earlier one is written anew. Its prose is
// there, and no spec to be asked for it: the program ended here.
static void prose_of_the_owner_is_not_asked_for(void **state)
{
    (void)state;
    struct book b;
    written(&b);
    b.chapters[0].chunks[0].stale = true;
    b.chapters[1].given = true;
    b.chapters[1].cards = 0;
    b.chapters[1].has_recap = false;
    assert_int_equal(forecast_rest(&b, 800), 2); // the part, the recap
    assert_int_equal(book_chapter_words(&b.chapters[1]), 1600);
    book_release(&b);
}

static void an_approval_is_taken_for_given(void **state)
{
    (void)state;
    struct book b;
    written(&b);
    b.chapters[1].chunks[0].stale = true;
    b.awaits_approval = true;
    assert_int_equal(forecast_rest(&b, 800), 1);
    book_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_novel),
        cmocka_unit_test(a_small_context_takes_more_parts),
        cmocka_unit_test(what_is_given_is_not_asked_for),
        cmocka_unit_test(the_rest),
        cmocka_unit_test(a_deadline_cuts_what_does_not_fit),
        cmocka_unit_test(what_is_written_anew_is_counted_once),
        cmocka_unit_test(prose_of_the_owner_is_not_asked_for),
        cmocka_unit_test(an_approval_is_taken_for_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
