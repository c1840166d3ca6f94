// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// "What next?" over the shapes of a book, from nothing at all to the finished file.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/next.h"
#include "model/acts.h"

#include <cmocka.h>

#include <stdlib.h>

static const struct next_limits limits = {.chunk_words = 800, .cards_most = 24, .memory_bytes = 4000};

static struct book book_of(int chapters, int64_t words)
{
    return (struct book){.words_target = words, .chapters_total = chapters};
}

static void outline(struct book *b, int chapters)
{
    b->chapters = mem_realloc_array(b->chapters, (size_t)chapters, sizeof(*b->chapters));
    for (int i = (int)b->chapters_count; i < chapters; i++)
        b->chapters[i] = (struct book_chapter){.number = i + 1, .weight = 1};
    b->chapters_count = (size_t)chapters;
}

static void chunk(struct book *b, int chapter, int words)
{
    struct book_chapter *c = &b->chapters[chapter - 1];
    c->chunks = mem_realloc_array(c->chunks, c->chunks_count + 1, sizeof(*c->chunks));
    c->chunks[c->chunks_count] =
        (struct book_chunk){.seq = (int)c->chunks_count + 1, .words_asked = words, .words = words};
    c->chunks_count++;
}

static void complete(struct book *b, int chapter, int words)
{
    b->chapters[chapter - 1].cards = 3;
    chunk(b, chapter, words);
    b->chapters[chapter - 1].has_recap = true;
}

static void test_a_book_begins_with_its_bible(void **state)
{
    (void)state;
    struct book b = book_of(12, 30000);
    assert_int_equal(next_step(&b, &limits).kind, STEP_BIBLE);
}

static void check_batch(const struct book *b, int from, int to)
{
    struct step s = next_step(b, &limits);
    assert_int_equal(s.kind, STEP_OUTLINE);
    assert_int_equal(s.chapter, from);
    assert_int_equal(s.to, to);
}

static void test_the_outline_comes_in_batches(void **state)
{
    (void)state;
    struct book b = book_of(12, 30000);
    b.has_bible = true;
    check_batch(&b, 1, 5);
    outline(&b, 3); // an answer that was cut: the next one goes on there
    check_batch(&b, 4, 8);
    outline(&b, 11);
    check_batch(&b, 12, 12);
    outline(&b, 12);
    assert_int_equal(next_step(&b, &limits).kind, STEP_BEATS);
    book_release(&b);
}

static void test_a_chapter_is_planned_written_and_remembered(void **state)
{
    (void)state;
    struct book b = book_of(2, 4000);
    b.has_bible = true;
    outline(&b, 2);
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_BEATS);
    assert_int_equal(s.chapter, 1);
    assert_int_equal(s.parts, 3); // 2,000 words
    b.chapters[0].cards = 3;
    for (int seq = 1; seq <= 3; seq++) {
        s = next_step(&b, &limits);
        assert_int_equal(s.kind, STEP_CHUNK);
        assert_int_equal(s.chapter, 1);
        assert_int_equal(s.seq, seq);
        assert_int_equal(s.ask.parts, 3);
        assert_int_equal(s.ask.last_of_chapter, seq == 3);
        chunk(&b, 1, s.ask.ask_words);
    }
    s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_RECAP);
    assert_int_equal(s.chapter, 1);
    b.chapters[0].has_recap = true;
    s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_BEATS);
    assert_int_equal(s.chapter, 2);
    book_release(&b);
}

static void test_the_last_chunk_ends_the_book(void **state)
{
    (void)state;
    struct book b = book_of(2, 1600);
    b.has_bible = true;
    outline(&b, 2);
    complete(&b, 1, 800);
    b.chapters[1].cards = 1;
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_CHUNK);
    assert_true(s.ask.last_of_book);
    book_release(&b);
}

static void test_a_finished_book_needs_nothing(void **state)
{
    (void)state;
    struct book b = book_of(2, 1600);
    b.has_bible = true;
    outline(&b, 2);
    complete(&b, 1, 800);
    complete(&b, 2, 800);
    assert_int_equal(next_step(&b, &limits).kind, STEP_FINISH);
    b.finished = true;
    assert_int_equal(next_step(&b, &limits).kind, STEP_NONE);
    book_release(&b);
}

// A chapter that was opened again (its recap dropped) comes before what follows it.
static void test_the_first_chapter_without_a_recap_is_next(void **state)
{
    (void)state;
    struct book b = book_of(3, 2400);
    b.has_bible = true;
    outline(&b, 3);
    complete(&b, 1, 800);
    complete(&b, 2, 800);
    b.chapters[0].has_recap = false;
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_RECAP);
    assert_int_equal(s.chapter, 1);
    book_release(&b);
}

static void test_a_chapter_has_prose_before_its_recap(void **state)
{
    (void)state;
    struct book b = book_of(2, 1600);
    b.has_bible = true;
    outline(&b, 2);
    complete(&b, 1, 3000); // ate the second one's share
    b.chapters[1].cards = 1;
    assert_int_equal(next_step(&b, &limits).kind, STEP_CHUNK);
    book_release(&b);
}

static void test_the_same_rows_give_the_same_step(void **state)
{
    (void)state;
    struct book b = book_of(2, 4000);
    b.has_bible = true;
    outline(&b, 2);
    b.chapters[0].cards = 3;
    chunk(&b, 1, 700);
    struct step one = next_step(&b, &limits), two = next_step(&b, &limits);
    assert_int_equal(one.ask.ask_words, two.ask.ask_words);
    assert_int_equal(one.seq, two.seq);
    assert_int_equal(one.ask.parts, two.ask.parts);
    book_release(&b);
}

// ---- acts --------------------------------------------------------------------------------------------------------------

static void act(struct book *b, int from, int to)
{
    b->acts = mem_realloc_array(b->acts, b->acts_count + 1, sizeof(*b->acts));
    b->acts[b->acts_count] = (struct book_act){.number = (int)b->acts_count + 1, .from = from, .to = to};
    b->acts_count++;
}

// Fifty chapters are four acts; the first prose is asked for when the first of them is outlined.
static void test_a_long_book_is_outlined_an_act_at_a_time(void **state)
{
    (void)state;
    struct book b = book_of(50, 150000);
    b.has_bible = true;
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_ACTS);
    assert_int_equal(s.chapter, 1);
    assert_int_equal(s.to, 4);
    assert_int_equal(s.conversation, 0);
    for (int n = 1; n <= 4; n++) {
        struct act_range r = acts_range(&b, n);
        assert_int_equal(r.from, n == 1 ? 1 : b.acts[n - 2].to + 1);
        assert_in_range(r.to - r.from + 1, 12, 13);
        act(&b, r.from, r.to);
    }
    assert_int_equal(b.acts[3].to, 50);
    int end = b.acts[0].to, requests = 2; // bible and acts
    while ((s = next_step(&b, &limits)).kind == STEP_OUTLINE) {
        assert_int_equal(s.conversation, 0);
        assert_int_equal(s.act, 1);
        outline(&b, s.to);
        requests++;
    }
    assert_int_equal(b.chapters_count, end);
    assert_int_equal(s.kind, STEP_BEATS);
    assert_true(requests + 2 <= 12); // cards, then the first chunk
    book_release(&b);
}

static void test_the_next_act_is_outlined_where_the_last_chapter_was_written(void **state)
{
    (void)state;
    struct book b = book_of(20, 20000);
    b.has_bible = true;
    act(&b, 1, 10);
    act(&b, 11, 20);
    outline(&b, 10);
    for (int n = 1; n <= 10; n++) complete(&b, n, 1000);
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_OUTLINE);
    assert_int_equal(s.chapter, 11);
    assert_int_equal(s.to, 15);
    assert_int_equal(s.conversation, 10);
    assert_int_equal(s.act, 2);
    book_release(&b);
}

static void test_acts_of_a_huge_book_come_in_batches_too(void **state)
{
    (void)state;
    struct book b = book_of(2000, 5000000);
    b.has_bible = true;
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.to, ACT_BATCH);
    for (int n = 1; n <= ACT_BATCH; n++) {
        struct act_range r = acts_range(&b, n);
        act(&b, r.from, r.to);
    }
    int end = b.acts[ACT_BATCH - 1].to;
    outline(&b, end);
    for (int n = 1; n <= end; n++) complete(&b, n, 2500);
    s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_ACTS);
    assert_int_equal(s.chapter, ACT_BATCH + 1);
    assert_int_equal(s.conversation, end);
    book_release(&b);
}

// Recaps that no longer fit are merged, the oldest act first, and only before an act's first chapter begins.
static void test_old_recaps_are_merged_between_two_acts(void **state)
{
    (void)state;
    struct book b = book_of(20, 20000);
    b.has_bible = true;
    act(&b, 1, 10);
    act(&b, 11, 20);
    outline(&b, 20);
    for (int n = 1; n <= 10; n++) {
        complete(&b, n, 1000);
        b.chapters[n - 1].recap_bytes = 500;
    }
    struct step s = next_step(&b, &limits); // 5,000 bytes of at most 4,000
    assert_int_equal(s.kind, STEP_MERGE);
    assert_int_equal(s.chapter, 1);
    b.chapters[10].cards = 1; // begun already: not now
    assert_int_equal(next_step(&b, &limits).kind, STEP_CHUNK);
    b.chapters[10].cards = 0;
    b.acts[0].merged = true;
    assert_int_equal(next_step(&b, &limits).kind, STEP_BEATS);
    book_release(&b);
}

static void test_a_model_without_json_is_asked_for_lines(void **state)
{
    (void)state;
    struct book b = book_of(5, 10000);
    assert_false(next_step(&b, &limits).lines);
    b.plan_misses = PLAN_MISSES;
    assert_true(next_step(&b, &limits).lines);
    b.has_bible = true;
    assert_true(next_step(&b, &limits).lines);
}

static void test_a_chapter_that_was_given_only_needs_its_recap(void **state)
{
    (void)state;
    struct book b = book_of(2, 10000);
    b.has_bible = true;
    outline(&b, 2);
    b.chapters[0].given = true;
    assert_int_equal(next_step(&b, &limits).kind, STEP_BEATS); // stores what was given
    assert_false(next_chapter_is_full(&b, 1, 800));
    b.chapters[0].cards = 1;
    chunk(&b, 1, 700); // far less than its share
    assert_int_equal(next_step(&b, &limits).kind, STEP_RECAP);
    assert_true(next_chapter_is_full(&b, 1, 800));
    book_release(&b);
}

// A book that a deadline has made shorter: the act across the new end was cut, and its last chapter ends the book.
static void test_a_shorter_book_ends_where_it_is_told(void **state)
{
    (void)state;
    struct book b = book_of(6, 6000); // of twenty
    b.has_bible = true;
    act(&b, 1, 6);
    outline(&b, 6);
    for (int n = 1; n <= 5; n++) complete(&b, n, 1000);
    b.chapters[5].cards = 1;
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_CHUNK);
    chunk(&b, 6, 600);
    s = next_step(&b, &limits);
    assert_true(s.ask.last_of_book);
    book_release(&b);
}

// All of it is planned before anything is written, in the one conversation that there is.
static void test_an_outline_to_be_seen_is_planned_as_a_whole(void **state)
{
    (void)state;
    struct book b = book_of(20, 20000);
    b.awaits_approval = true;
    assert_int_equal(next_step(&b, &limits).kind, STEP_BIBLE);
    b.has_bible = true;
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_ACTS);
    assert_int_equal(s.conversation, 0);
    act(&b, 1, 10);
    act(&b, 11, 20);
    int act_of_last = 0;
    while ((s = next_step(&b, &limits)).kind == STEP_OUTLINE) {
        assert_int_equal(s.conversation, 0);
        assert_int_equal(s.chapter, b.chapters_count + 1);
        assert_true(s.to <= (s.act == 1 ? 10 : 20)); // a batch stays in its act
        act_of_last = s.act;
        outline(&b, s.to);
    }
    assert_int_equal(act_of_last, 2);
    assert_int_equal(b.chapters_count, 20);
    assert_int_equal(s.kind, STEP_APPROVAL);
    b.awaits_approval = false;
    s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_BEATS);
    assert_int_equal(s.chapter, 1);
    book_release(&b);
}

static void test_acts_of_a_huge_book_are_all_planned_before_it_is_seen(void **state)
{
    (void)state;
    struct book b = book_of(200, 500000);
    b.awaits_approval = b.has_bible = true;
    int asked = 0;
    for (struct step s; (s = next_step(&b, &limits)).kind != STEP_APPROVAL; asked++) {
        assert_int_equal(s.conversation, 0);
        if (s.kind == STEP_OUTLINE) outline(&b, s.to);
        for (int n = s.chapter; s.kind == STEP_ACTS && n <= s.to; n++) {
            struct act_range r = acts_range(&b, n);
            act(&b, r.from, r.to);
        }
        assert_in_range(asked, 0, 100);
    }
    assert_true(b.acts_count > 0 && b.acts[b.acts_count - 1].to == 200);
    assert_int_equal(b.chapters_count, 200);
    book_release(&b);
}

// ---- written anew --------------------------------------------------------------------------------------------------

static struct book complete_book(void)
{
    struct book b = book_of(3, 4800);
    b.has_bible = true;
    outline(&b, 3);
    for (int n = 1; n <= 3; n++) {
        complete(&b, n, 800);
        chunk(&b, n, 800);
    }
    return b;
}

static void test_a_stale_chunk_comes_before_anything_else(void **state)
{
    (void)state;
    struct book b = complete_book();
    b.chapters[1].chunks[0].stale = true;
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_CHUNK);
    assert_int_equal(s.chapter, 2);
    assert_int_equal(s.conversation, 2);
    assert_int_equal(s.seq, 1);
    assert_true(s.again);
    assert_false(s.fills_gap);
    b.chapters[2].has_recap = false; // behind it: it waits
    assert_int_equal(next_step(&b, &limits).chapter, 2);
    b.chapters[1].chunks[0].stale = false;
    assert_int_equal(next_step(&b, &limits).chapter, 3);
    book_release(&b);
}

static void test_a_stale_chunk_comes_before_the_rest_of_its_chapter(void **state)
{
    (void)state;
    struct book b = complete_book();
    b.chapters[2].has_recap = false;
    b.chapters[2].chunks[1].stale = b.chapters[2].chunks[1].gap = true;
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_CHUNK);
    assert_int_equal(s.seq, 2);
    assert_true(s.again && s.fills_gap);
    b.chapters[2].chunks[1].stale = b.chapters[2].chunks[1].gap = false;
    assert_int_equal(next_step(&b, &limits).kind, STEP_RECAP);
    book_release(&b);
}

static void test_a_chapter_that_was_taken_out_is_planned_and_written_again(void **state)
{
    (void)state;
    struct book b = complete_book();
    b.chapters[1].has_recap = false;
    b.chapters[1].chunks_count = 0;
    b.chapters[1].cards = 0;
    struct step s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_BEATS);
    assert_int_equal(s.chapter, 2);
    assert_int_equal(s.parts, 2);
    b.chapters[1].cards = 2;
    s = next_step(&b, &limits);
    assert_int_equal(s.kind, STEP_CHUNK);
    assert_int_equal(s.seq, 1);
    assert_false(s.again);
    assert_false(s.ask.last_of_book);
    book_release(&b);
}

// Its part that is new may be shorter than the old one was.
static void test_a_chapter_with_a_recap_is_full(void **state)
{
    (void)state;
    struct book b = complete_book();
    b.chapters[1].chunks[0].words = 300;
    assert_true(next_chapter_is_full(&b, 2, 800));
    b.chapters[1].has_recap = false;
    assert_false(next_chapter_is_full(&b, 2, 800));
    book_release(&b);
}

// Its owner took a chapter in by hand and at once wanted a part of it anew: it was asked for in a conversation that was
// empty, without the bible and the story.
static void test_a_stale_chunk_of_given_prose_waits_for_its_conversation(void **state)
{
    (void)state;
    struct book b = complete_book();
    struct book_chapter *c = &b.chapters[1];
    c->given = c->chunks[0].stale = true;
    c->has_recap = false;
    c->cards = 0;
    assert_int_equal(next_step(&b, &limits).kind, STEP_BEATS);
    c->cards = 1;
    assert_int_equal(next_step(&b, &limits).kind, STEP_CHUNK);
    book_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_book_begins_with_its_bible),
        cmocka_unit_test(test_the_outline_comes_in_batches),
        cmocka_unit_test(test_a_chapter_is_planned_written_and_remembered),
        cmocka_unit_test(test_the_last_chunk_ends_the_book),
        cmocka_unit_test(test_a_finished_book_needs_nothing),
        cmocka_unit_test(test_the_first_chapter_without_a_recap_is_next),
        cmocka_unit_test(test_a_chapter_has_prose_before_its_recap),
        cmocka_unit_test(test_the_same_rows_give_the_same_step),
        cmocka_unit_test(test_a_long_book_is_outlined_an_act_at_a_time),
        cmocka_unit_test(test_the_next_act_is_outlined_where_the_last_chapter_was_written),
        cmocka_unit_test(test_acts_of_a_huge_book_come_in_batches_too),
        cmocka_unit_test(test_old_recaps_are_merged_between_two_acts),
        cmocka_unit_test(test_a_model_without_json_is_asked_for_lines),
        cmocka_unit_test(test_a_chapter_that_was_given_only_needs_its_recap),
        cmocka_unit_test(test_a_shorter_book_ends_where_it_is_told),
        cmocka_unit_test(test_an_outline_to_be_seen_is_planned_as_a_whole),
        cmocka_unit_test(test_acts_of_a_huge_book_are_all_planned_before_it_is_seen),
        cmocka_unit_test(test_a_stale_chunk_comes_before_anything_else),
        cmocka_unit_test(test_a_stale_chunk_comes_before_the_rest_of_its_chapter),
        cmocka_unit_test(test_a_stale_chunk_of_given_prose_waits_for_its_conversation),
        cmocka_unit_test(test_a_chapter_that_was_taken_out_is_planned_and_written_again),
        cmocka_unit_test(test_a_chapter_with_a_recap_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
