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

#include <cmocka.h>

#include <stdlib.h>

enum { CHUNK_WORDS = 800 };

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
    assert_int_equal(next_step(&b, CHUNK_WORDS).kind, STEP_BIBLE);
}

static void check_batch(const struct book *b, int from, int to)
{
    struct step s = next_step(b, CHUNK_WORDS);
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
    assert_int_equal(next_step(&b, CHUNK_WORDS).kind, STEP_BEATS);
    book_release(&b);
}

static void test_a_chapter_is_planned_written_and_remembered(void **state)
{
    (void)state;
    struct book b = book_of(2, 4000);
    b.has_bible = true;
    outline(&b, 2);
    struct step s = next_step(&b, CHUNK_WORDS);
    assert_int_equal(s.kind, STEP_BEATS);
    assert_int_equal(s.chapter, 1);
    assert_int_equal(s.parts, 3); // 2,000 words
    b.chapters[0].cards = 3;
    for (int seq = 1; seq <= 3; seq++) {
        s = next_step(&b, CHUNK_WORDS);
        assert_int_equal(s.kind, STEP_CHUNK);
        assert_int_equal(s.chapter, 1);
        assert_int_equal(s.seq, seq);
        assert_int_equal(s.ask.parts, 3);
        assert_int_equal(s.ask.last_of_chapter, seq == 3);
        chunk(&b, 1, s.ask.ask_words);
    }
    s = next_step(&b, CHUNK_WORDS);
    assert_int_equal(s.kind, STEP_RECAP);
    assert_int_equal(s.chapter, 1);
    b.chapters[0].has_recap = true;
    s = next_step(&b, CHUNK_WORDS);
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
    struct step s = next_step(&b, CHUNK_WORDS);
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
    assert_int_equal(next_step(&b, CHUNK_WORDS).kind, STEP_FINISH);
    b.finished = true;
    assert_int_equal(next_step(&b, CHUNK_WORDS).kind, STEP_NONE);
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
    struct step s = next_step(&b, CHUNK_WORDS);
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
    assert_int_equal(next_step(&b, CHUNK_WORDS).kind, STEP_CHUNK);
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
    struct step one = next_step(&b, CHUNK_WORDS), two = next_step(&b, CHUNK_WORDS);
    assert_int_equal(one.ask.ask_words, two.ask.ask_words);
    assert_int_equal(one.seq, two.seq);
    assert_int_equal(one.ask.parts, two.ask.parts);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
