// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A job that is removed leaves no row in any table. The tables are read from the schema, so that a new one which is not
// thought of fails here: it has no row in this test's full job, or one that stays.
#include "store_fixture.h"

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

// Tables whose rows are of no job, and the answers to messages, which must outlive it.
#define KEPT "'inbox_seen', 'backend_profile', 'model_ratio', 'template_set'"

// A row in every table that has rows of jobs.
static int64_t full_job(const char *slug)
{
    const struct attempt_begin begin = {.task = {.kind = "chunk", .chapter = 1, .seq = 2},
                                        .backend = "b",
                                        .model = "m",
                                        .server = "s",
                                        .prefix = "so far",
                                        .prefix_len = 6};
    const struct attempt_end end = {
        .failure = "none", .finish = "stop", .verdict = "accepted", .message = "", .sent = "sent", .sent_len = 4};
    struct attempt_begin b = begin;
    int64_t job = fixture_job(s, slug), attempt;
    assert_ok(store_templates_set(s, job, slug, "texts", 5, &e));
    assert_ok(store_bible_set(s, job, "a bible", NULL, &e));
    const struct act_row act = {.number = 1, .from = 1, .to = 1, .start = "", .turn = "", .open = ""};
    assert_ok(store_act_add(s, job, &act, &e));
    fixture_chapter(s, job, 1);
    fixture_chunk(s, job, 1, 1, "Once.");
    assert_ok(store_turn_add(s, job, 1, TURN_USER, "?", 1, &e));
    assert_ok(store_turn_add_chunk(s, job, 1, 1, &e));
    assert_ok(store_chapter_retire(s, job, 1, "redo", &e));
    fixture_chunk(s, job, 1, 1, "Twice.");
    assert_ok(store_turn_add_chunk(s, job, 1, 1, &e));
    b.task.job = job;
    assert_ok(store_attempt_begin(s, &b, &attempt, &e) && store_attempt_end(s, attempt, &end, &e));
    assert_ok(store_direction_add(s, job, 1, 0, "be brief", &e));
    assert_ok(store_file_put(s, job, "book.md", 1, 2, &e));
    assert_ok(store_cover_put(s, job, "cover.png", "png", 3, &e));
    char sql[120];
    (void)snprintf(sql, sizeof sql, "INSERT INTO outline_shown VALUES (%d, 1, '1. A Door')", (int)job);
    fixture_script(sql);
    return job;
}

struct table {
    char name[64];
    int64_t rows;
};

static size_t read_tables(struct table *out, size_t most)
{
    sqlite3 *db;
    sqlite3_stmt *st;
    size_t n = 0;
    assert_int_equal(sqlite3_open_v2(fixture_db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                        " AND name NOT LIKE 'sqlite%' AND name NOT IN (" KEPT ")",
                                        -1, &st, NULL),
                     SQLITE_OK);
    for (; sqlite3_step(st) == SQLITE_ROW; n++) {
        char sql[120];
        assert_true(n < most);
        (void)snprintf(out[n].name, sizeof out[n].name, "%s", (const char *)sqlite3_column_text(st, 0));
        (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", out[n].name);
        out[n].rows = fixture_number(sql);
    }
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return n;
}

static void test_no_table_keeps_a_row(void **state)
{
    struct table tables[40];
    (void)state;
    int64_t job = full_job("salt");
    size_t count = read_tables(tables, 40);
    assert_true(count >= 17);
    for (size_t i = 0; i < count; i++)
        if (tables[i].rows == 0) fail_msg("this test puts no row into '%s'", tables[i].name);
    assert_ok(store_job_remove(s, job, &e));
    count = read_tables(tables, 40);
    for (size_t i = 0; i < count; i++)
        if (tables[i].rows > 0) fail_msg("'%s' keeps a row", tables[i].name);
    assert_int_equal(fixture_number("SELECT count(*) FROM template_set"), 0);
    assert_int_equal(fixture_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

// A row that goes is looked for in whatever may refer to it. Without an index that is a look at every row of every book,
// for each chunk of the job, while another one is being written.
static void test_every_reference_has_an_index(void **state)
{
    (void)state;
    (void)full_job("salt");
    assert_int_equal(fixture_number("SELECT count(*) FROM sqlite_schema m, pragma_foreign_key_list(m.name) f"
                                    " WHERE m.type = 'table'") >= 17,
                     1);
    assert_int_equal(
        fixture_number(
            "SELECT count(*) FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
            " AND f.seq = 0 AND NOT EXISTS (SELECT 1 FROM pragma_index_list(m.name) i,"
            " pragma_index_info(i.name) x WHERE x.seqno = 0 AND x.name = f.\"from\")"
            " AND NOT EXISTS (SELECT 1 FROM pragma_table_info(m.name) c"
            " WHERE c.pk = 1 AND c.name = f.\"from\")"),
        0);
}

static void test_another_job_keeps_all(void **state)
{
    struct table before[40], after[40];
    (void)state;
    (void)full_job("kept");
    size_t count = read_tables(before, 40);
    int64_t job = full_job("salt");
    assert_ok(store_job_remove(s, job, &e));
    assert_int_equal(read_tables(after, 40), count);
    for (size_t i = 0; i < count; i++)
        if (before[i].rows != after[i].rows) fail_msg("'%s' had %d rows", before[i].name, (int)before[i].rows);
    assert_int_equal(fixture_number("SELECT count(*) FROM template_set"), 1);
}

static void test_its_id_is_never_given_again(void **state)
{
    (void)state;
    int64_t job = full_job("salt");
    assert_ok(store_job_remove(s, job, &e));
    assert_int_equal(fixture_job(s, "next"), job + 1);
    assert_false(store_job_remove(s, job, &e));
    assert_int_equal(e.code, ERR_INTERNAL);
}

static void test_what_may_still_run(void **state)
{
    int64_t started_ms = 0, job = fixture_job(s, "salt"), attempt;
    int max_tokens = 0;
    (void)state;
    assert_int_equal(store_job_left(s, job, &started_ms, &max_tokens, &e), STORE_NONE);
    const struct attempt_begin b = {.task = {.job = job, .kind = "chunk", .chapter = 1, .seq = 1},
                                    .backend = "b",
                                    .model = "m",
                                    .server = "s",
                                    .prefix = "",
                                    .max_tokens = 900};
    const struct attempt_end end = {.failure = "none", .finish = "stop", .verdict = "accepted", .message = ""};
    assert_ok(store_attempt_begin(s, &b, &attempt, &e));
    assert_int_equal(store_job_left(s, job, &started_ms, &max_tokens, &e), STORE_FOUND);
    assert_int_equal(max_tokens, 900);
    assert_true(started_ms > 0);
    assert_ok(store_attempt_end(s, attempt, &end, &e));
    assert_int_equal(store_job_left(s, job, &started_ms, &max_tokens, &e), STORE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_table_keeps_a_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_reference_has_an_index, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_job_keeps_all, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_its_id_is_never_given_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_may_still_run, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
