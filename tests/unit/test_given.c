// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Prose of the book's owner as chunks: nothing of it is lost, marks of missing parts stay gaps, and its conversation is
// one like any other.
#include "store_fixture.h"

#include "engine/given.h"
#include "out/prose.h"

static struct store *s;
static struct err e;
static int64_t job;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (fixture_set_up(state) != 0 || store_open(&s, fixture_home, STORE_READ_WRITE, &e) != STORE_OPENED) return -1;
    job = fixture_job(s, "salt");
    fixture_chapter(s, job, 1);
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return fixture_tear_down(state);
}

static bool add_prose(void *arg, const struct chunk_row *c)
{
    const struct prose_chunk p = {
        .chapter = c->chapter, .seq = c->seq, .glue = c->glue, .text = c->text, .len = c->len, .gap = c->gap};
    prose_add(arg, &p);
    return true;
}

static void check_published(const char *expected)
{
    struct buf out;
    buf_init(&out, BUF_MAX_PROMPT);
    assert_ok(store_chunks_each(s, job, 1, STORE_BY_PLACE, add_prose, &out, &e));
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

static void test_paragraphs_stay_as_they_are(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PROMPT);
    for (int p = 0; p < 60; p++) {
        buf_addf(&text, "%sParagraph %d begins", p > 0 ? "\n\n" : "", p);
        for (int w = 0; w < 50; w++) buf_adds(&text, w % 10 == 9 ? "\nand goes" : " and goes");
        buf_adds(&text, " on.");
    }
    assert_ok(given_store(s, job, 1, text.data, NULL, &e));
    check_published(text.data);
    int64_t chunks = fixture_number("SELECT count(*) FROM chunk");
    assert_in_range(chunks, 5, 9);
    assert_int_equal(fixture_number("SELECT count(*) FROM chunk WHERE words > 1100 OR cut = 0"), 0);
    buf_release(&text);
}

static void test_white_space_around_it_goes(void **state)
{
    (void)state;
    assert_ok(given_store(s, job, 1, "\n\n  One.\n\nTwo. \n\n\n", NULL, &e));
    check_published("One.\n\nTwo.");
}

static const struct book_chunk parts[] = {
    {.seq = 1, .words = 3}, {.seq = 2, .words_asked = 400, .gap = true}, {.seq = 3, .words_asked = 500, .gap = true}};
static const struct book_chapter was = {
    .number = 1, .chunks = (struct book_chunk *)(uintptr_t)parts, .chunks_count = 3};

#define GAP(part) "*[A part is missing here: chapter 1, part " #part " could not be written.]*"

static void test_a_gap_that_was_left_stays_one(void **state)
{
    (void)state;
    assert_ok(given_store_edited(s, job, &was, "One.\n\n" GAP(3) "\n\nThe end, *[almost]*.\n", &e));
    check_published("One.\n\n" GAP(2) "\n\nThe end, *[almost]*.");
    assert_int_equal(fixture_number("SELECT gaps FROM job"), 1);
    assert_int_equal(fixture_number("SELECT words_asked FROM chunk WHERE gap = 1"), 500);
    assert_int_equal(fixture_number("SELECT words_done FROM job"), 4);
}

static void test_a_gap_that_was_filled_is_none(void **state)
{
    (void)state;
    assert_ok(given_store_edited(s, job, &was, "One.\n\nTwo.\n\nThree.", &e));
    check_published("One.\n\nTwo.\n\nThree.");
    assert_int_equal(fixture_number("SELECT gaps FROM job"), 0);
}

static void test_finding_marks(void **state)
{
    static const char text[] = "a *[A part is missing here: chapter x]* " GAP(99999999999) " b " GAP(12) " c";
    size_t len = 0;
    int seq = 0;
    (void)state;
    const char *mark = prose_find_gap(text, &len, &seq);
    assert_non_null(mark);
    assert_string_equal(mark + len, " c");
    assert_int_equal(seq, 12);
    assert_null(prose_find_gap(mark + 1, &len, &seq));
}

static bool add_turn(void *arg, enum turn_role role, const char *text, size_t len)
{
    buf_addf(arg, "%s:%.*s|", role == TURN_USER ? "u" : "a", (int)len, text);
    return true;
}

static void test_its_conversation(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, BUF_MAX_PIECE);
    assert_ok(given_store_edited(s, job, &was, "One.\n\n" GAP(2) "\n\nTwo.", &e));
    assert_ok(store_turn_add(s, job, 1, TURN_USER, "opening", 7, &e));
    assert_ok(store_turn_add(s, job, 1, TURN_ASSISTANT, "card", 4, &e));
    assert_ok(given_talk(s, job, 1, &e));
    assert_ok(store_turns_each(s, job, 1, add_turn, &out, &e));
    assert_string_equal(out.data, "u:opening|a:card|u:Part 1 of the chapter, as it is written.|a:One.|"
                                  "u:Part 3 of the chapter, as it is written.|a:Two.|");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_paragraphs_stay_as_they_are, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_white_space_around_it_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_gap_that_was_left_stays_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_gap_that_was_filled_is_none, set_up, tear_down),
        cmocka_unit_test(test_finding_marks),
        cmocka_unit_test_setup_teardown(test_its_conversation, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
