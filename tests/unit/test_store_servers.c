// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the log says of a server: what may still run there, how fast it wrote, and what was asked of it since when.
#include "store/sql.h"
#include "store_fixture.h"

static struct store *s;
static struct err e;
static int64_t job;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (fixture_set_up(state) != 0) return -1;
    s = fixture_open(STORE_READ_WRITE);
    job = fixture_job(s, "one");
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return fixture_tear_down(state);
}

static int64_t begin(const char *server, const char *model)
{
    struct attempt_begin b = {.task = {.job = job, .kind = "chunk", .chapter = 1, .seq = 1},
                              .backend = "b",
                              .model = model,
                              .server = server,
                              .max_tokens = 900};
    int64_t id = 0;

    assert_ok(store_attempt_begin(s, &b, &id, &e));
    return id;
}

static int64_t end(int64_t id, const char *failure, const char *finish, int64_t tokens, int64_t writing_ms)
{
    struct attempt_end r = {.failure = failure,
                            .finish = finish,
                            .verdict = "",
                            .prompt_tokens = 100,
                            .cached_tokens = 60,
                            .output_tokens = tokens,
                            .first_token_ms = writing_ms >= 0 ? 500 : -1,
                            .total_ms = 500 + (writing_ms >= 0 ? writing_ms : 0),
                            .reasoning_bytes = 77};

    assert_ok(store_attempt_end(s, id, &r, &e));
    return id;
}

// ---- what may still run

// `id` 0: nothing.
static void assert_left(const char *server, int64_t newest, int64_t id)
{
    struct attempt a;
    int64_t in_job = 0;
    enum store_found found = store_attempt_left(s, server, 0, newest, &in_job, &a, &e);

    if (found == STORE_ERROR) fail_msg("%s", e.text);
    if ((found == STORE_FOUND ? a.id : 0) != id)
        fail_msg("on '%s' up to %d: %d, not %d", server, (int)newest, found == STORE_FOUND ? (int)a.id : 0, (int)id);
    if (found == STORE_FOUND) assert_int_equal(in_job, job);
    attempt_release(&a);
}

static int64_t newest(void)
{
    int64_t id = -1;

    assert_ok(store_attempt_newest(s, &id, &e));
    return id;
}

static void test_nothing_was_left(void **state)
{
    (void)state;
    assert_int_equal(newest(), 0);
    assert_left("a", 0, 0);
    int64_t one = end(begin("a", "m"), "none", "stop", 40, 100);
    assert_int_equal(newest(), one);
    assert_left("a", one, 0);
    assert_left("b", one, 0);
}

static void test_what_is_in_flight_was_left_there(void **state)
{
    (void)state;
    int64_t one = begin("a", "m"), two = begin("b", "m");
    assert_ok(store_attempt_append(s, one, "It was", 6, &e));
    struct attempt a;
    assert_int_equal(store_attempt_left(s, "a", 0, newest(), NULL, &a, &e), STORE_FOUND);
    assert_true(a.id == one && !a.ended && a.max_tokens == 900 && a.started_ms > 0);
    assert_string_equal(a.text.data, "It was");
    attempt_release(&a);
    assert_left("b", newest(), two);
    assert_left("c", newest(), 0);
    assert_left("b", one, 0);        // that one is the caller's own
    int64_t three = begin("a", "m"); // of another slot
    assert_left("a", newest(), three);
    end(three, "none", "stop", 40, 100);
    assert_left("a", newest(), one);
    end(one, "none", "stop", 40, 100);
    assert_left("a", newest(), 0);
}

static void test_what_was_given_up_was_left_there(void **state)
{
    static const struct {
        const char *failure, *finish;
        bool left;
    } cases[] = {
        {"none", "stop", false},     {"none", "stopped", true},
        {"stall", "", true},         {"first_token_timeout", "", true},
        {"total_timeout", "", true}, {"gateway_timeout", "", true},
        {"wedged", "", true},        {"abandoned", "", true},
        {"too_big", "", true},       {"refused", "", false},
        {"error_frame", "", true},   {"busy", "", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t id = end(begin("a", "m"), cases[i].failure, cases[i].finish, -1, -1);
        end(begin("b", "m"), "none", "stop", 40, 100); // elsewhere
        assert_left("a", newest(), cases[i].left ? id : 0);
    }
    int64_t last = end(begin("a", "m"), "stall", "", -1, -1);
    assert_left("a", last, last);
    end(begin("a", "m"), "none", "stop", 40, 100); // it has answered since
    assert_left("a", newest(), 0);
    assert_left("a", last, last);
}

// The job was cancelled while its request was in flight, and nobody has closed the row since.
static void test_an_old_one_in_flight_hides_nothing(void **state)
{
    (void)state;
    int64_t old = begin("a", "m");
    int64_t stalled = end(begin("a", "m"), "stall", "", -1, -1);
    assert_left("a", newest(), stalled);
    end(begin("a", "m"), "none", "stop", 40, 100);
    assert_left("a", newest(), old);
}

static void test_an_unknown_server_may_be_any(void **state)
{
    (void)state;
    int64_t id = begin(NULL, "m");
    assert_left("a", newest(), id);
    assert_left("b", newest(), id);
    end(id, "stall", "", -1, -1);
    assert_left("a", newest(), 0);
}

// ---- how fast it wrote

static void on_speed(void *arg, double tokens_per_s)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%.1f ", tokens_per_s);
}

static void assert_speeds(const char *server, const char *model, int most, const char *expected)
{
    char text[400] = "";

    assert_ok(store_attempt_speeds(s, server, model, most, on_speed, text, &e));
    assert_string_equal(text, expected);
}

static void test_speeds(void **state)
{
    (void)state;
    assert_speeds("a", "m", 51, "");
    end(begin("a", "m"), "none", "stop", 30, 1000);
    end(begin("a", "m"), "none", "stop", 29, 1000); // too short to say anything
    end(begin("a", "n"), "none", "stop", 90, 1000);
    end(begin("b", "m"), "none", "stop", 80, 1000);
    end(begin("a", "m"), "stall", "", 70, 1000);
    end(begin("a", "m"), "none", "stop", 60, -1);
    end(begin("a", "m"), "none", "stop", 60, 0);
    end(begin("a", "m"), "none", "stop", 50, 2000);
    end(begin(NULL, "m"), "none", "stop", 99, 1000);
    (void)begin("a", "m");
    end(begin("a", "m"), "none", "length", 40, 500);
    assert_speeds("a", "m", 51, "30.0 25.0 80.0 ");
    assert_speeds("a", "m", 2, "25.0 80.0 ");
    assert_speeds("b", "m", 51, "80.0 ");
    assert_speeds("c", "m", 51, "");
    assert_speeds("", "m", 51, "");
}

// ---- the log from a time on

static bool on_attempt(void *arg, const struct attempt_row *r)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%lld of %lld %s %lld;", (long long)r->id, (long long)r->job, r->model,
                   (long long)r->reasoning_bytes);
    return true;
}

static void assert_since(int64_t of_job, int64_t since_ms, const char *expected)
{
    char text[400] = "";

    assert_ok(store_attempts_since(s, of_job, since_ms, on_attempt, text, &e));
    assert_string_equal(text, expected);
}

static void test_since(void **state)
{
    (void)state;
    int64_t first = job;
    end(begin("a", "m"), "none", "stop", 40, 100);
    job = fixture_job(s, "two");
    (void)begin("a", "n");
    job = first;
    (void)begin("b", "o");
    fixture_script("UPDATE attempt SET started_ms = id * 1000");
    assert_since(0, 0, "1 of 1 m 77;2 of 2 n 0;3 of 1 o 0;");
    assert_since(0, 2000, "2 of 2 n 0;3 of 1 o 0;");
    assert_since(0, 3001, "");
    assert_since(1, 0, "1 of 1 m 77;3 of 1 o 0;");
    assert_since(1, 1001, "3 of 1 o 0;");
    assert_since(2, 0, "2 of 2 n 0;");
    assert_since(9, 0, "");
}

// ---- and without reading the whole log

static bool plan_scans(const char *sql)
{
    char explain[1200];
    sqlite3 *db;
    sqlite3_stmt *st;
    bool scans = false;

    (void)snprintf(explain, sizeof explain, "EXPLAIN QUERY PLAN %s", sql);
    assert_int_equal(sqlite3_open_v2(fixture_db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    if (sqlite3_prepare_v2(db, explain, -1, &st, NULL) != SQLITE_OK) fail_msg("%s", sqlite3_errmsg(db));
    while (sqlite3_step(st) == SQLITE_ROW)
        scans = scans || strcmp((const char *)sqlite3_column_text(st, 3), "SCAN attempt") == 0;
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return scans;
}

static void test_a_long_log_is_not_read(void **state)
{
    (void)state;
    assert_true(plan_scans("SELECT count(*) FROM attempt WHERE failure = 'stall'"));
    assert_false(plan_scans(store_sql[SQL_ATTEMPT_LEFT]));
    assert_false(plan_scans(store_sql[SQL_ATTEMPT_SPEEDS]));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_was_left),
        TEST(test_what_is_in_flight_was_left_there),
        TEST(test_what_was_given_up_was_left_there),
        TEST(test_an_old_one_in_flight_hides_nothing),
        TEST(test_an_unknown_server_may_be_any),
        TEST(test_speeds),
        TEST(test_since),
        TEST(test_a_long_log_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
