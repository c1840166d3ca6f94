// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What `status` says of rows: the fields of its JSON, and the lines of its page.
#include "store_fixture.h"

#include "app/current.h"
#include "app/status.h"
#include "base/clock.h"
#include "cli/page.h"

#include <time.h>

static struct store *s;
static struct err e;
static int64_t id;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (fixture_set_up(state) != 0) return -1;
    s = fixture_open(STORE_READ_WRITE);
    id = fixture_job(s, "one");
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return fixture_tear_down(state);
}

static struct job job_get(void)
{
    struct job j;

    if (store_job_get(s, id, &j, &e) != STORE_FOUND) fail_msg("job: %s", e.text);
    return j;
}

static void request(int64_t prompt_bytes, int64_t common_bytes, int64_t prompt_tokens, int64_t cached_tokens)
{
    struct attempt_begin b = {.task = {.job = id, .kind = "chunk", .chapter = 1, .seq = 1},
                              .prompt_bytes = prompt_bytes,
                              .common_bytes = common_bytes,
                              .broke = common_bytes == 0};
    struct attempt_end r = {.failure = "none",
                            .verdict = "accepted",
                            .prompt_tokens = prompt_tokens,
                            .cached_tokens = cached_tokens,
                            .output_tokens = 100,
                            .first_token_ms = 0,
                            .total_ms = 1000};
    int64_t attempt = 0;

    assert_ok(store_attempt_begin(s, &b, &attempt, &e) && store_attempt_end(s, attempt, &r, &e));
}

// The members from `prefix_share` on.
static void assert_json(const char *expected)
{
    struct job j = job_get();
    struct json *o = status_json(&j);
    struct buf text;

    buf_init(&text, BUF_MAX_PIECE);
    assert_true(json_write(o, &text, 0));
    const char *from = strstr(text.data, "\"prefix_share\"");
    assert_non_null(from);
    assert_string_equal(from, expected);
    buf_release(&text);
    json_free(o);
    job_release(&j);
}

static void test_fields(void **state)
{
    (void)state;
    assert_json("\"prefix_share\":null,\"cached_share\":null,\"prefix_breaks\":0,\"words_planned\":null,"
                "\"deadline\":null,\"began_on\":null,\"priority\":0,\"approve\":\"no\"}");
    request(1000, 0, 300, -1);
    assert_json("\"prefix_share\":0.0,\"cached_share\":null,\"prefix_breaks\":1,\"words_planned\":null,"
                "\"deadline\":null,\"began_on\":null,\"priority\":0,\"approve\":\"no\"}");
    request(2000, 2000, 600, 555);
    assert_ok(store_job_set_deadline(s, id, INT64_C(1800000000000), &e) && store_plan_shorten(s, id, 450, 3, &e) &&
              store_job_set_began_on(s, id, "attic", &e));
    assert_json(
        "\"prefix_share\":0.667,\"cached_share\":0.617,\"prefix_breaks\":1,\"words_planned\":450,"
        "\"deadline\":\"2027-01-15T08:00:00.000Z\",\"began_on\":\"attic\",\"priority\":0,\"approve\":\"no\"}");
}

static void test_estimate_is_for_what_is_planned(void **state)
{
    (void)state;
    fixture_chapter(s, id, 1);
    for (int seq = 1; seq <= 25; seq++) fixture_chunk(s, id, 1, seq, "four words of prose");
    request(1, 1, 1, 1);
    struct job j = job_get();
    assert_int_equal(status_eta_ms(&j, j.words_done), 8000); // 100 words a second, 900 asked for
    job_release(&j);
    assert_ok(store_plan_shorten(s, id, 300, 1, &e));
    j = job_get();
    assert_int_equal(status_eta_ms(&j, j.words_done), 2000);
    job_release(&j);
}

static int64_t words_in_flight(int seq, const char *text)
{
    struct attempt_begin b = {.task = {.job = id, .kind = "chunk", .chapter = 1, .seq = seq}};
    struct current c;
    int64_t attempt = 0;

    assert_ok(store_attempt_begin(s, &b, &attempt, &e) && store_attempt_append(s, attempt, text, strlen(text), &e));
    current_init(&c);
    assert_ok(current_read(&c, s, id, &e));
    int64_t words = c.words;
    current_release(&c);
    return words;
}

// A redo showed a book of 120 %: its old words were counted, and the new ones too.
static void test_words_of_a_part_that_stands_are_counted_once(void **state)
{
    (void)state;
    fixture_chapter(s, id, 1);
    fixture_chunk(s, id, 1, 1, "four words of prose");
    assert_int_equal(words_in_flight(1, "three new words"), 0);
    assert_int_equal(words_in_flight(1, "now there are six new words"), 2);
    assert_int_equal(words_in_flight(2, "three new words"), 3);
}

static void page(struct buf *out)
{
    struct book book;
    struct job j = job_get();

    assert_ok(store_book_load(s, id, &book, &e));
    const struct page_view v = {.job = &j, .book = &book, .now_ms = clock_wall_ms()};
    const struct looks plain = {.columns = 80};
    buf_init(out, BUF_MAX_PIECE);
    page_job(&v, &plain, out);
    book_release(&book);
    job_release(&j);
}

static void assert_line(const char *line)
{
    struct buf text;

    page(&text);
    if (strstr(text.data, line) == NULL) fail_msg("no '%s' in:\n%s", line, text.data);
    buf_release(&text);
}

static void assert_no_line(const char *label)
{
    struct buf text;

    page(&text);
    if (strstr(text.data, label) != NULL) fail_msg("'%s' in:\n%s", label, text.data);
    buf_release(&text);
}

static void add_gap(int chapter, int seq)
{
    struct chunk_row c = {.chapter = chapter, .seq = seq, .text = "", .glue = "", .gap = true, .tokens = -1};

    assert_ok(store_chunk_add(s, id, &c, &e));
}

static void test_page_names_the_gaps(void **state)
{
    (void)state;
    for (int c = 1; c <= 4; c++) fixture_chapter(s, id, c);
    fixture_chunk(s, id, 3, 1, "prose");
    assert_no_line("gaps");
    add_gap(3, 2);
    assert_line("\n  gaps      chapter 3 part 2\n");
    add_gap(4, 1);
    add_gap(4, 2);
    add_gap(1, 1);
    add_gap(1, 2);
    assert_line("\n  gaps      chapter 1 part 1, chapter 1 part 2, chapter 3 part 2, chapter 4 part 1, "
                "chapter 4 part 2\n");
    add_gap(4, 3);
    add_gap(2, 1);
    assert_line("chapter 2 part 1, chapter 3 part 2, chapter 4 part 1, and 2 more\n");
}

// A paused book was still written at a hundred tokens a second, and so was one whose writer was killed.
static void test_page_of_a_job_that_rests_says_nothing_of_now(void **state)
{
    const struct current c = {.in_flight = true, .kind = "chunk", .chapter = 1, .seq = 1, .tokens_per_s = 50};
    const struct looks plain = {.columns = 80};
    const struct {
        enum job_state state;
        bool written;
    } rows[] = {{JOB_WRITING, true}, {JOB_PAUSED, true}, {JOB_WRITING, false}, {JOB_WAITING, false}};

    (void)state;
    request(10, 5, 300, -1);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct job j = job_get();
        struct buf out;
        j.state = rows[i].state;
        const struct page_view v = {.job = &j, .current = &c, .written = rows[i].written, .now_ms = clock_wall_ms()};
        buf_init(&out, BUF_MAX_PIECE);
        page_job(&v, &plain, &out);
        assert_int_equal(strstr(out.data, "now chapter 1, prose") != NULL, i == 0);
        assert_int_equal(strstr(out.data, "50.0 tokens/s now") != NULL, i == 0);
        assert_int_equal(strstr(out.data, "\n  state     writing\n") != NULL, i == 0);
        assert_int_equal(
            strstr(out.data, "\n  state     broken off; nobody is writing now: novelgen resume 1\n") != NULL, i >= 2);
        buf_release(&out);
        job_release(&j);
    }
}

static void test_page_says_what_was_cached(void **state)
{
    (void)state;
    request(10, 5, 300, -1);
    assert_line("\n  requests  1\n  tokens    300 read, 100 written\n");
    request(10, 5, 700, 939);
    assert_line("\n  tokens    1,000 read (93% of them from the cache), 200 written\n");
}

static void test_page_says_the_deadline(void **state)
{
    (void)state;
    assert_int_equal(setenv("TZ", "UTC0", 1), 0);
    tzset();
    assert_no_line("deadline");
    assert_line("\n  words     0 of 900 (0%)\n");
    assert_ok(store_job_set_deadline(s, id, INT64_C(4000000000000), &e) && store_plan_shorten(s, id, 450, 3, &e));
    assert_line("\n  deadline  2096-10-02 07:06, in ");
    assert_line("\n  words     0 of 450 (0%), 900 were asked for\n");
    assert_ok(store_job_set_deadline(s, id, 60000, &e)); // long past
    assert_line("\n  deadline  1970-01-01 00:01\n");
}

// A chapter that was redone after a week made it a book of seven days.
static void test_page_tells_the_time_of_writing(void **state)
{
    char sql[200];
    (void)state;
    for (int i = 0; i < 70; i++) request(10, 5, 300, -1); // a second each
    assert_ok(store_job_set_state(s, id, JOB_QUEUED, JOB_PLANNING, "", &e) &&
              store_job_set_state(s, id, JOB_PLANNING, JOB_WRITING, "", &e) &&
              store_job_set_state(s, id, JOB_WRITING, JOB_DONE, "", &e));
    (void)snprintf(sql, sizeof sql, "UPDATE job SET begun_ms = ended_ms - 604800000");
    fixture_script(sql);
    struct job j = job_get();
    char text[100];
    (void)snprintf(text, sizeof text, "\n  time      %d min of writing, done ", (int)(j.busy_ms / 60000));
    assert_true(j.busy_ms >= 60000 && j.busy_ms < 3600000);
    job_release(&j);
    assert_line(text);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_fields),
        TEST(test_estimate_is_for_what_is_planned),
        TEST(test_words_of_a_part_that_stands_are_counted_once),
        TEST(test_page_names_the_gaps),
        TEST(test_page_of_a_job_that_rests_says_nothing_of_now),
        TEST(test_page_says_what_was_cached),
        TEST(test_page_says_the_deadline),
        TEST(test_page_tells_the_time_of_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
