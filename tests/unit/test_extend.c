// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A book that goes on behind its end: what of its rows changes, and what is next in it.
#include "store_fixture.h"

#include "engine/next.h"
#include "model/acts.h"

static struct store *s;
static struct err e;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    return fixture_set_up(state) == 0 && store_open(&s, fixture_home, STORE_READ_WRITE, &e) == STORE_OPENED ? 0 : -1;
}

static int tear_down(void **state)
{
    store_close(s);
    return fixture_tear_down(state);
}

static const struct next_limits limits = {.chunk_words = 300, .cards_most = 24, .memory_bytes = 4000};

// Three chapters of 300 words, to its end.
static int64_t finished_book(void)
{
    int64_t job = fixture_job(s, "salt");
    assert_ok(store_bible_set(s, job, "a bible", NULL, &e));
    for (int n = 1; n <= 3; n++) {
        fixture_chapter(s, job, n);
        const struct chunk_row c = {.chapter = n,
                                    .seq = 1,
                                    .text = "Prose.",
                                    .len = 6,
                                    .glue = "",
                                    .words_asked = 300,
                                    .words = 300,
                                    .tokens = -1};
        assert_ok(store_cards_set(s, job, n, "a card\n", 1, &e));
        assert_ok(store_chunk_add(s, job, &c, &e));
        assert_ok(store_recap_set(s, job, n, "HAPPENED: it\n", &e));
    }
    assert_ok(store_finished_set(s, job, &e));
    return job;
}

static struct step next_of(int64_t job)
{
    struct book b;
    assert_ok(store_book_load(s, job, &b, &e));
    struct step step = next_step(&b, &limits);
    book_release(&b);
    return step;
}

static void test_what_is_next(void **state)
{
    (void)state;
    int64_t job = finished_book();
    assert_int_equal(next_of(job).kind, STEP_NONE);
    assert_ok(store_job_extend(s, job, 1500, 5, &e));

    // The new act is planned where the last chapter has just been read.
    struct step step = next_of(job);
    assert_int_equal(step.kind, STEP_ACTS);
    assert_int_equal(step.chapter, 2);
    assert_int_equal(step.to, 2);
    assert_int_equal(step.conversation, 3);
    const struct act_row act = {.number = 2, .from = 4, .to = 5, .start = "", .turn = "", .open = ""};
    assert_ok(store_act_add(s, job, &act, &e));
    step = next_of(job);
    assert_int_equal(step.kind, STEP_OUTLINE);
    assert_int_equal(step.chapter, 4);
    assert_int_equal(step.to, 5);
    assert_int_equal(step.conversation, 3);
    fixture_chapter(s, job, 4);
    fixture_chapter(s, job, 5);
    step = next_of(job);
    assert_int_equal(step.kind, STEP_BEATS);
    assert_int_equal(step.chapter, 4);
}

static void test_only_the_new_last_chapter_ends_it(void **state)
{
    (void)state;
    int64_t job = finished_book();
    struct book b;
    assert_ok(store_job_extend(s, job, 1500, 5, &e));
    fixture_chapter(s, job, 4);
    fixture_chapter(s, job, 5);
    assert_ok(store_book_load(s, job, &b, &e));
    assert_int_equal(length_chapter_words(&b, 4), 300);
    assert_false(length_next(&b, 4, 300).last_of_book);
    assert_true(length_next(&b, 5, 800).last_of_book);
    assert_int_equal(length_room(&b), 600);
    book_release(&b);
}

static void test_the_rows(void **state)
{
    (void)state;
    int64_t job = finished_book();
    assert_ok(store_job_extend(s, job, 1500, 5, &e));
    struct job j;
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    assert_int_equal(j.words_target, 1500);
    assert_int_equal(j.chapters_total, 5);
    assert_int_equal(j.chapters_done, 3);
    assert_int_equal(j.words_done, 900);
    job_release(&j);
    assert_int_equal(fixture_number("SELECT first * 100 + last FROM act WHERE number = 1"), 103);
    // A second time: the acts that stand stay as they are.
    const struct act_row act = {.number = 2, .from = 4, .to = 5, .start = "", .turn = "", .open = ""};
    assert_ok(store_act_add(s, job, &act, &e));
    assert_ok(store_job_extend(s, job, 1800, 6, &e));
    assert_int_equal(fixture_number("SELECT count(*) * 100 + max(last) FROM act"), 205);
}

// Chapters that a deadline had no room for were outlined once, and could not be: they may be again.
static void test_what_a_shorter_book_had_given_up(void **state)
{
    (void)state;
    int64_t job = finished_book();
    fixture_script(
        "INSERT INTO task (job, kind, chapter, seq, state, requests, charged) VALUES"
        " (1, 'outline', 1, 0, 'done', 1, 0), (1, 'outline', 6, 0, 'done', 6, 6), (1, 'acts', 1, 0, 'done', 1, 0),"
        " (1, 'acts', 2, 0, 'done', 6, 6), (1, 'chunk', 2, 1, 'done', 6, 6)");
    assert_ok(store_job_extend(s, job, 1500, 5, &e));
    assert_int_equal(fixture_number("SELECT charged FROM task WHERE kind = 'outline' AND chapter = 6"), 0);
    assert_int_equal(fixture_number("SELECT charged FROM task WHERE kind = 'acts' AND chapter = 2"), 0);
    assert_int_equal(fixture_number("SELECT charged FROM task WHERE kind = 'chunk'"), 6);
    assert_int_equal(fixture_number("SELECT count(*) FROM task WHERE state = 'ready'"), 2);
}

static void test_no_such_job(void **state)
{
    (void)state;
    assert_false(store_job_extend(s, 77, 1500, 5, &e));
    assert_int_equal(e.code, ERR_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_only_the_new_last_chapter_ends_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_a_shorter_book_had_given_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_such_job, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
