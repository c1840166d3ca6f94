// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Answers stay quick in a store of 1,000 jobs and 600,000 attempts. The best of some runs counts: the machine may be
// busy with other things, and a missing index costs a hundred times the limit.
#include "store_fixture.h"

enum { RUNS = 9 };

static int64_t busy_job;

// The columns that are not named have defaults. One job has a whole book; one attempt is in flight.
static const char fill[] =
    "BEGIN;"
    "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
    " INSERT INTO job (id, uuid, slug, title, state, backend, out_parent, detached, seed, words_target, "
    "chapters_total,"
    "  created_ms, touched_ms) SELECT i, 'uuid-' || i, 'a-book-about-salt-' || i, 'A Book About Salt',"
    "  CASE WHEN i = 997 THEN 'writing' WHEN i > 900 THEN 'queued' ELSE 'done' END, 'auto', '/home/somebody', 0, 1,"
    "  150000, 50, 1, i FROM n;"
    "INSERT INTO job_spec SELECT id, hex(zeroblob(800)) FROM job;"
    "WITH n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 299)"
    " INSERT INTO task (job, kind, chapter, seq) SELECT id, 'chunk', i / 6, i % 6 FROM job, n;"
    "INSERT INTO attempt (task, number, started_ms, words_asked, max_tokens, seed, prompt_bytes, common_bytes, "
    "backend,"
    "  model, ended) SELECT id, 1, 1, 800, 1300, 5, 40000, 39000, 'http://127.0.0.1:8080', 'qwen', 1 FROM task;"
    "INSERT INTO attempt (task, number, started_ms, words_asked, max_tokens, seed, prompt_bytes, common_bytes, "
    "backend,"
    "  model, ended) SELECT id, 2, 1, 800, 1300, 5, 40000, 39000, 'http://127.0.0.1:8080', 'qwen', 1 FROM task;"
    "UPDATE attempt SET ended = 0 WHERE id = 599990;"
    "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)"
    " INSERT INTO event (job, time_ms, type, text, data) SELECT job.id, i, 'chunk', 'chapter 1, part 1: 800 words', "
    "'{}'"
    " FROM job, n;"
    "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)"
    " INSERT INTO chapter (job, number, weight, title, pov, event, ends_on, cards_count, cards, recap)"
    " SELECT 997, i, 1, 'title', 'pov', 'event', 'end', 4, hex(zeroblob(300)), hex(zeroblob(300)) FROM n;"
    "WITH n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 199)"
    " INSERT INTO chunk (job, chapter, seq, words_asked, words, gap, cut, skip, hash, glue)"
    " SELECT 997, i / 4 + 1, i % 4 + 1, 800, 790, 0, 0, 0, 0, '' FROM n;"
    "INSERT INTO chunk_text SELECT id, hex(zeroblob(2500)) FROM chunk;"
    "COMMIT;"
    "PRAGMA wal_checkpoint;";

static int fill_store(void **state)
{
    if (fixture_set_up(state) != 0) return -1;
    store_close(fixture_open(STORE_READ_WRITE));
    fixture_script(fill);
    busy_job = 997;
    return 0;
}

static void question_open(struct store *s, struct err *e)
{
    struct store *r;

    (void)s;
    (void)store_open(&r, fixture_home, STORE_READ_ONLY, e);
    store_close(r);
}

static void question_get(struct store *s, struct err *e)
{
    struct job j;

    assert_int_equal(store_job_get(s, busy_job, &j, e), STORE_FOUND);
    job_release(&j);
}

static void question_find(struct store *s, struct err *e)
{
    int64_t id;

    assert_int_equal(store_job_find(s, "a-book-about-salt-44", &id, e), STORE_FOUND);
    assert_int_equal(id, 44);
    assert_int_equal(store_job_find(s, NULL, &id, e), STORE_FOUND);
    assert_int_equal(id, busy_job);
}

static bool count_job(void *arg, const struct job *j)
{
    *(int *)arg += j->id > 0;
    return true;
}

static void question_list(struct store *s, struct err *e)
{
    int jobs = 0;

    assert_true(store_jobs_each(s, count_job, &jobs, e));
    assert_int_equal(jobs, 1000);
}

static void question_pick(struct store *s, struct err *e)
{
    int64_t id, n;

    assert_int_equal(store_job_pick(s, &id, e), STORE_FOUND);
    assert_int_equal(id, busy_job);
    assert_true(store_jobs_unfinished(s, &n, e));
    assert_int_equal(n, 100);
}

static void question_in_flight(struct store *s, struct err *e)
{
    struct attempt a;
    int64_t job;

    assert_int_equal(store_attempt_in_flight(s, &job, &a, e), STORE_FOUND);
    assert_int_equal(a.id, 599990);
    attempt_release(&a);
}

static void question_last(struct store *s, struct err *e)
{
    struct task_key task = {.job = busy_job, .kind = "chunk", .chapter = 20, .seq = 3};
    struct attempt a;

    assert_int_equal(store_attempt_last(s, &task, &a, e), STORE_FOUND);
    attempt_release(&a);
    assert_int_equal(store_attempt_best(s, &task, &a, e), STORE_FOUND);
    attempt_release(&a);
}

static void question_book(struct store *s, struct err *e)
{
    struct book b;

    assert_true(store_book_load(s, busy_job, &b, e));
    assert_int_equal(book_words(&b), 200 * 790);
    book_release(&b);
}

static bool count_event(void *arg, const struct event_row *r)
{
    *(int *)arg += r->id > 0;
    return true;
}

static void question_events(struct store *s, struct err *e)
{
    int events = 0;

    assert_true(store_events_each(s, busy_job, 0, count_event, &events, e));
    assert_int_equal(events, 200);
}

static const struct {
    const char *name;
    void (*ask)(struct store *s, struct err *e);
    double limit_ms;
} questions[] = {
    {"open, read-only", question_open, 5},   {"get a job", question_get, 1},
    {"find a job", question_find, 5},        {"list the jobs", question_list, 5},
    {"pick a job", question_pick, 1},        {"attempt in flight", question_in_flight, 1},
    {"last attempt", question_last, 1},      {"load a book", question_book, 0.3},
    {"events of a job", question_events, 5},
};

static void test_questions(void **state)
{
    struct store *s = fixture_open(STORE_READ_ONLY);
    struct err e = ERR_INIT;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
        double best_ms = 1e9;
        for (int run = 0; run < RUNS; run++) {
            double from_ms = fixture_ms();
            questions[i].ask(s, &e);
            double ms = fixture_ms() - from_ms;
            if (ms < best_ms) best_ms = ms;
        }
        print_message("%-20s %7.3f ms\n", questions[i].name, best_ms);
        if (e.code != ERR_NONE) fail_msg("%s: %s", questions[i].name, e.text);
        if (best_ms > questions[i].limit_ms)
            fail_msg("%s: more than %g ms", questions[i].name, questions[i].limit_ms);
    }
    store_close(s);
}

static int64_t rows_of_appends(struct store *s, int64_t id, int count)
{
    static const char kilobyte[1024];
    struct err e = ERR_INIT;
    int64_t before = fixture_number("SELECT count(*) FROM attempt_text");

    for (int i = 0; i < count; i++) assert_ok(store_attempt_append(s, id, kilobyte, sizeof kilobyte, &e));
    return fixture_number("SELECT count(*) FROM attempt_text") - before;
}

// A kilobyte more costs the same whether the answer is short or long.
static void test_append_is_flat(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct err e = ERR_INIT;
    struct attempt_begin b = {.task = {.job = 5, .kind = "bible"}, .backend = "x", .model = "y"};
    int64_t id;
    double took_ms[2];

    (void)state;
    assert_ok(store_attempt_begin(s, &b, &id, &e));
    for (int half = 0; half < 2; half++) {
        double from_ms = fixture_ms();
        assert_int_equal(rows_of_appends(s, id, 400), 400);
        took_ms[half] = fixture_ms() - from_ms;
    }
    print_message("400 appends: %.0f ms, 400 more: %.0f ms\n", took_ms[0], took_ms[1]);
    assert_true(took_ms[1] < 4 * took_ms[0] + 200);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_questions),
        cmocka_unit_test(test_append_is_flat),
    };
    return cmocka_run_group_tests(tests, fill_store, fixture_tear_down);
}
