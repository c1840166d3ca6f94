// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The plan in the store: acts, what chapters are for, a book that a deadline makes shorter, and what the loaded book
// says of all that.
#include "store_fixture.h"

static struct store *s;
static struct err e;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (fixture_set_up(state) != 0) return -1;
    s = fixture_open(STORE_READ_WRITE);
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return fixture_tear_down(state);
}

static void add_act(int64_t job, int number, int from, int to)
{
    struct act_row a = {.number = number, .from = from, .to = to, .start = "a storm", .turn = "a letter"};

    assert_ok(store_act_add(s, job, &a, &e));
}

static bool on_act(void *arg, const struct act_row *a)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%d: %d-%d %s/%s/%s/%s;", a->number, a->from, a->to, a->start, a->turn,
                   a->open, a->summary != NULL ? a->summary : "-");
    return true;
}

static void assert_acts(int64_t job, const char *expected)
{
    char text[400] = "";

    assert_ok(store_acts_each(s, job, on_act, text, &e));
    assert_string_equal(text, expected);
}

static void test_acts(void **state)
{
    struct book b;

    (void)state;
    int64_t job = fixture_job(s, "one"), other = fixture_job(s, "two");
    assert_acts(job, "");
    add_act(job, 2, 6, 9);
    add_act(job, 1, 1, 5);
    add_act(other, 1, 1, 3);
    assert_ok(store_act_set_summary(s, job, 1, "it rained", &e));
    assert_acts(job, "1: 1-5 a storm/a letter//it rained;2: 6-9 a storm/a letter//-;");
    assert_ok(store_book_load(s, job, &b, &e));
    assert_int_equal(b.acts_count, 2);
    assert_true(b.acts[0].number == 1 && b.acts[0].from == 1 && b.acts[0].to == 5 && b.acts[0].merged);
    assert_true(b.acts[1].number == 2 && b.acts[1].from == 6 && b.acts[1].to == 9 && !b.acts[1].merged);
    book_release(&b);
    assert_false(store_act_set_summary(s, job, 3, "none", &e));
}

static bool on_chapter(void *arg, const struct chapter_row *c)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%d %s/%s/%s%s;", c->number, c->purpose, c->opens, c->closes,
                   c->given ? " given" : "");
    return true;
}

static void test_what_chapters_are_for(void **state)
{
    struct chapter_row c = {.number = 2,
                            .title = "B",
                            .pov = "P",
                            .event = "E",
                            .ends_on = "O",
                            .purpose = "to part them",
                            .opens = "the key",
                            .closes = "the storm",
                            .weight = 1,
                            .given = true};
    char text[400] = "";

    (void)state;
    int64_t job = fixture_job(s, "one");
    fixture_chapter(s, job, 1);
    assert_ok(store_chapter_add(s, job, &c, &e));
    assert_ok(store_chapters_each(s, job, on_chapter, text, &e));
    assert_string_equal(text, "1 //;2 to part them/the key/the storm given;");
    text[0] = '\0';
    assert_ok(store_chapter_get(s, job, 2, on_chapter, text, &e));
    assert_string_equal(text, "2 to part them/the key/the storm given;");
}

static void test_book_says_what_is_planned(void **state)
{
    struct chapter_row given = {
        .number = 2, .title = "B", .pov = "", .event = "E", .ends_on = "", .weight = 1, .given = true};
    struct book b;

    (void)state;
    int64_t job = fixture_job(s, "one");
    fixture_chapter(s, job, 1);
    assert_ok(store_chapter_add(s, job, &given, &e) && store_recap_set(s, job, 1, "HAPPENED: zażółć", &e));
    assert_ok(store_book_load(s, job, &b, &e));
    assert_true(b.obedience == 1 && b.plan_misses == 0 && b.acts_count == 0);
    assert_int_equal(b.chapters[0].recap_bytes, strlen("HAPPENED: zażółć")); // bytes, not characters
    assert_true(b.chapters[1].recap_bytes == 0 && !b.chapters[1].has_recap);
    assert_true(b.chapters[1].given && !b.chapters[0].given);
    book_release(&b);
    assert_ok(store_job_set_model(s, job, "qwen", 0.75, &e));
    assert_ok(store_book_load(s, job, &b, &e));
    assert_true(b.obedience == 0.75);
    book_release(&b);
    assert_ok(store_job_set_backend(s, job, "other", &e)); // another model: nothing is known of it yet
    assert_ok(store_book_load(s, job, &b, &e));
    assert_true(b.obedience == 1);
    book_release(&b);
}

// Refused planning answers are counted for their own book only.
static void test_book_counts_plan_misses(void **state)
{
    static const char *const verdicts[] = {"no_plan", "loop", "no_plan", "accepted"};
    struct book b;

    (void)state;
    int64_t job = fixture_job(s, "one"), other = fixture_job(s, "two"), id = 0;
    struct attempt_begin begin = {.task = {.job = job, .kind = "outline", .chapter = 1}};
    for (int i = 0; i < 4; i++) {
        struct attempt_end end = {.failure = "none", .verdict = verdicts[i], .first_token_ms = -1, .total_ms = -1};
        assert_ok(store_attempt_begin(s, &begin, &id, &e) && store_attempt_end(s, id, &end, &e));
    }
    assert_ok(store_book_load(s, job, &b, &e));
    assert_int_equal(b.plan_misses, 2);
    book_release(&b);
    assert_ok(store_book_load(s, other, &b, &e));
    assert_int_equal(b.plan_misses, 0);
    book_release(&b);
}

// ---- a deadline

static void add_chapters(int64_t job, int count)
{
    for (int i = 1; i <= count; i++) fixture_chapter(s, job, i);
}

static void test_shorten(void **state)
{
    struct book b;

    (void)state;
    int64_t job = fixture_job(s, "one"), other = fixture_job(s, "two");
    add_chapters(job, 9);
    add_chapters(other, 9);
    add_act(job, 1, 1, 3);
    add_act(job, 2, 4, 6);
    add_act(job, 3, 7, 9);
    add_act(other, 1, 1, 6);
    add_act(other, 2, 7, 9);
    fixture_chunk(s, job, 1, 1, "stands");
    assert_ok(store_recap_set(s, job, 1, "r", &e) && store_recap_set(s, job, 8, "r", &e));
    assert_ok(store_plan_shorten(s, job, 500, 5, &e));
    assert_acts(job, "1: 1-3 a storm/a letter//-;2: 4-5 a storm/a letter//-;");
    assert_acts(other, "1: 1-6 a storm/a letter//-;2: 7-9 a storm/a letter//-;");
    assert_ok(store_book_load(s, job, &b, &e));
    assert_true(b.words_target == 500 && b.chapters_total == 5 && b.chapters_count == 5);
    book_release(&b);
    assert_int_equal(fixture_number("SELECT count(*) FROM job WHERE (id, words_planned, words_target, chapters_total,"
                                    " chapters_done) = (1, 500, 900, 5, 1)"),
                     1);
    assert_ok(store_book_load(s, other, &b, &e));
    assert_true(b.words_target == 900 && b.chapters_count == 9);
    book_release(&b);
    assert_ok(store_plan_shorten(s, job, 900, 5, &e)); // all of it after all
    assert_int_equal(fixture_number("SELECT words_planned FROM job WHERE id = 1"), 0);
    assert_false(store_plan_shorten(s, 99, 500, 5, &e));
}

static void test_prose_is_never_shortened(void **state)
{
    struct book b;

    (void)state;
    int64_t job = fixture_job(s, "one");
    add_chapters(job, 4);
    add_act(job, 1, 1, 4);
    fixture_chunk(s, job, 3, 1, "stands");
    assert_false(store_plan_shorten(s, job, 500, 2, &e));
    assert_int_equal(e.code, ERR_INTERNAL);
    e = (struct err)ERR_INIT;
    assert_acts(job, "1: 1-4 a storm/a letter//-;");
    assert_ok(store_book_load(s, job, &b, &e));
    assert_true(b.words_target == 900 && b.chapters_count == 4);
    book_release(&b);
}

// ---- models

static void assert_ratio(const char *model, double expected)
{
    double ratio = -1;

    assert_ok(store_model_ratio(s, model, &ratio, &e));
    assert_true(ratio == expected);
}

static void test_model_ratio(void **state)
{
    (void)state;
    assert_ratio("qwen", 1);
    assert_ok(store_model_note(s, "qwen", 1999, 1000, &e) && store_model_note(s, "other", 4000, 5000, &e));
    assert_ratio("qwen", 1); // too little to go by
    assert_ok(store_model_note(s, "qwen", 1, 500, &e));
    assert_ratio("qwen", 0.75);
    assert_ratio("other", 1.25);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_acts),
        TEST(test_what_chapters_are_for),
        TEST(test_book_says_what_is_planned),
        TEST(test_book_counts_plan_misses),
        TEST(test_shorten),
        TEST(test_prose_is_never_shortened),
        TEST(test_model_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
