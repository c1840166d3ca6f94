// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The sums of the inference log, and the page of them.
#include "store_fixture.h"

#include "app/stats.h"
#include "cli/page_stats.h"

#define NOW INT64_C(1800000000000)

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

static int64_t begin(const char *backend, const char *model)
{
    struct attempt_begin b = {
        .task = {.job = job, .kind = "chunk", .chapter = 1, .seq = 1}, .backend = backend, .model = model};
    int64_t id = 0;

    assert_ok(store_attempt_begin(s, &b, &id, &e));
    return id;
}

static struct attempt_end answer(int64_t first_ms, int64_t total_ms)
{
    return (struct attempt_end){.failure = "none",
                                .verdict = "accepted",
                                .prompt_tokens = -1,
                                .cached_tokens = -1,
                                .output_tokens = -1,
                                .first_token_ms = first_ms,
                                .total_ms = total_ms};
}

static void add(const char *backend, const struct attempt_end *r)
{
    assert_ok(store_attempt_end(s, begin(backend, "m"), r, &e));
}

// All of them stand within the hour, one second apart.
static struct stats stats_of(int64_t of_job, int64_t since_ms)
{
    const struct stats_ask ask = {.job = of_job, .since_ms = since_ms, .now_ms = NOW};
    struct stats st;

    fixture_script("UPDATE attempt SET started_ms = 1800000000000 - 1000 * ((SELECT max(id) FROM attempt) - id)");
    assert_ok(stats_read(&st, s, &ask, &e));
    return st;
}

static void test_no_store_and_no_rows(void **state)
{
    const struct stats_ask ask = {.now_ms = NOW};
    struct stats st;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_ok(stats_read(&st, i == 0 ? NULL : s, &ask, &e));
        assert_true(st.all.requests == 0 && st.backends_count == 0 && st.waits_count == 0);
        assert_true(stats_cached_share(&st.all) < 0 && stats_tokens_per_s(&st.all) < 0);
        assert_int_equal(stats_mean_ms(&st.all.total), -1);
        stats_release(&st);
    }
}

// The least value that 95 of 100 stay within, whatever the order in which they came.
static void test_percentiles(void **state)
{
    static const struct {
        int count;
        int64_t p95;
    } cases[] = {{1, 1}, {2, 2}, {19, 19}, {20, 19}, {21, 20}, {100, 95}, {101, 96}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        fixture_script("DELETE FROM attempt");
        for (int k = 0; k < cases[i].count; k++) {
            struct attempt_end r = answer(1 + (k * 7919) % cases[i].count, INT64_C(1000) * (cases[i].count - k));
            add("a", &r);
        }
        struct stats st = stats_of(0, 0);
        if (st.all.total.p95_ms != 1000 * cases[i].p95 || st.backends[0].total.p95_ms != 1000 * cases[i].p95)
            fail_msg("of %d: %d", cases[i].count, (int)st.all.total.p95_ms);
        assert_int_equal(st.all.first_token.p95_ms, cases[i].p95);
        stats_release(&st);
    }
}

static void test_what_is_not_known_counts_nowhere(void **state)
{
    struct attempt_end known = answer(500, 2500), unknown = answer(-1, -1), mute = answer(500, 500);

    (void)state;
    known.prompt_tokens = 1000;
    known.cached_tokens = 750;
    known.output_tokens = 100;
    unknown.prompt_tokens = 3000; // and nothing said of the cache
    mute.output_tokens = 40;      // in no time
    add("a", &known);
    add("a", &unknown);
    add("a", &mute);
    for (int i = 0; i < 9; i++) (void)begin("a", "m"); // nine servers gone mad
    fixture_script("UPDATE attempt SET ended = 1, verdict = 'loop', prompt_tokens = 4000000000000000000,"
                   " cached_tokens = 4000000000000000000, output_tokens = 4000000000000000000 WHERE ended = 0");
    struct stats st = stats_of(0, 0);
    const struct stats_sums *t = &st.backends[0];
    assert_true(t->prompt_tokens == 4000 && t->cached_tokens == 750 && t->output_tokens == 140);
    assert_true(stats_cached_share(t) == 0.75 && stats_tokens_per_s(t) == 50);
    assert_true(t->first_token.count == 2 && stats_mean_ms(&t->first_token) == 500);
    assert_int_equal(stats_count_all(&t->refusals), 9);
    stats_release(&st);
}

static void test_lines_and_the_sum_of_all(void **state)
{
    struct attempt_end good = answer(100, 1000), stalled = answer(100, 90000), reset = answer(-1, 10);
    struct attempt_end looped = answer(300, 3000);

    (void)state;
    stalled.failure = "stall";
    reset.failure = "reset";
    stalled.verdict = reset.verdict = "";
    looped.verdict = "loop";
    add("a", &good);
    add("b", &reset);
    add("a", &looped);
    add("b", &stalled);
    add("b", &stalled);
    (void)begin("b", "n");
    struct stats st = stats_of(0, 0);
    assert_int_equal(st.backends_count, 3);
    assert_string_equal(st.backends[0].backend, "a");
    assert_string_equal(st.backends[1].backend, "b");
    assert_string_equal(st.backends[2].model, "n");
    assert_true(st.backends[2].in_flight == 1 && st.backends[1].failures.count == 2);
    assert_string_equal(st.all.failures.items[0].name, "stall"); // the most frequent first
    assert_int_equal(st.all.failures.items[0].count, 2);
    assert_true(st.all.requests == 6 && st.all.accepted == 1 && stats_count_all(&st.all.refusals) == 1);
    // What failed says nothing of how long an answer takes.
    assert_true(st.all.total.count == 2 && stats_mean_ms(&st.all.total) == 2000 && st.all.total.p95_ms == 3000);
    assert_true(st.all.first_token.count == 4 && st.all.first_token.sum_ms == 600);
    stats_release(&st);
    st = stats_of(job + 1, 0);
    assert_int_equal(st.all.requests, 0);
    stats_release(&st);
    st = stats_of(0, NOW - 2500); // of the last three; the hour has them all
    assert_true(st.all.requests == 3 && st.all.last_hour == 6);
    stats_release(&st);
}

// ---- the page

static void assert_page(const struct stats *st, size_t columns, const char *part)
{
    struct buf page;

    buf_init(&page, BUF_MAX_PIECE);
    page_stats(st, columns, &page);
    if (strstr(page.data, part) == NULL) fail_msg("no '%s' in:\n%s", part, page.data);
    buf_release(&page);
}

static void test_figures_keep_to_their_columns(void **state)
{
    static const struct {
        int64_t requests, in, out, first_ms, total_ms;
        const char *line;
    } cases[] = {
        {1, 999, 1000, 99, 100, "    1      0    999      -   1.0k      -   99ms   99ms   0.1s   0.1s  a"},
        {9949, 9950, 999499, 9949, 9950, " 9.9k      0    10k      -   999k      -   9.9s   9.9s    10s    10s  a"},
        {1, 999500, 9949999, 599999, 600000,
         "    1      0   1.0M      -   9.9M      -   600s   600s    10m    10m  a"},
        {1, 1, INT64_C(999400000000), 35999000, 36000000,
         "    1      0      1      -   999G      -   600m   600m    10h    10h  a"},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct stats_sums line = {.backend = "a",
                                  .model = "",
                                  .requests = cases[i].requests,
                                  .prompt_tokens = cases[i].in,
                                  .output_tokens = cases[i].out,
                                  .first_token = {1, cases[i].first_ms, cases[i].first_ms},
                                  .total = {1, cases[i].total_ms, cases[i].total_ms}};
        const struct stats st = {.backends = &line, .backends_count = 1};
        assert_page(&st, 0, cases[i].line);
    }
}

static void test_names_fit_the_terminal(void **state)
{
    struct stats_sums line = {.backend = "http://gpu.lan:8080", .model = "żółć-qwen3"};
    const struct stats st = {.backends = &line, .backends_count = 1};

    (void)state;
    assert_page(&st, 0, "  http://gpu.lan:8080, żółć-qwen3\n");
    assert_page(&st, 120, "  http://gpu.lan:8080, żółć-qwen3\n");
    assert_page(&st, 94, "  http://gpu.lan:8080, żół\n"); // 70 and 24
    assert_page(&st, 40, "  http://gpu\n");               // so much in any case
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_no_store_and_no_rows),
        TEST(test_percentiles),
        TEST(test_what_is_not_known_counts_nowhere),
        TEST(test_lines_and_the_sum_of_all),
        TEST(test_figures_keep_to_their_columns),
        TEST(test_names_fit_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
