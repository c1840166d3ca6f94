// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A book that was half written with an earlier schema goes on with this one: nothing is lost, what is new is not known
// or counted from the rows, and a copy of what was there is kept.
#include "store_fixture.h"

#include "base/hash.h"
#include "store/schema.h"

static const char rows_1[] =
    "INSERT INTO job (uuid, slug, title, state, backend, model, out_parent, detached, seed, words_target,"
    " chapters_total, words_done, chapters_done, requests, retries, generating_ms, created_ms, touched_ms)"
    " VALUES ('u', 'salt', 'Salt', 'writing', 'auto', 'qwen', '/tmp', 0, 7, 900, 3, 8, 1, 4, 2, 900, 1, 1),"
    " ('v', 'rain', '', 'queued', 'auto', '', '/tmp', 0, 7, 900, 3, 0, 0, 0, 0, 0, 2, 2);"
    "INSERT INTO job_spec VALUES (1, '{\"words\":900}'), (2, '{}');"
    "INSERT INTO bible VALUES (1, 'TITLE: Salt');"
    "INSERT INTO chapter (job, number, weight, cards_count, title, pov, event, ends_on, cards, recap) VALUES"
    " (1, 1, 1.5, 1, 'A', 'P', 'E', 'O', 'c', 'r'), (1, 2, 1, 0, 'B', 'P', 'E', 'O', NULL, NULL);"
    "INSERT INTO turn (job, conversation, role, text) VALUES (1, 1, 0, 'write');"
    "INSERT INTO turn (job, conversation, role, chunk) VALUES (1, 1, 1, 1);"
    "INSERT INTO task (job, kind, chapter, seq, state, requests) VALUES (1, 'outline', 1, 0, 'done', 1),"
    " (1, 'chunk', 1, 1, 'done', 1), (1, 'beats', 2, 0, 'ready', 2);"
    "INSERT INTO attempt (task, number, ended, started_ms, words_asked, max_tokens, seed, prompt_bytes, common_bytes,"
    " backend, model, first_token_ms, total_ms, verdict) VALUES"
    " (1, 1, 1, 1, 0, 900, 1, 1000, 0, 'b', 'm', 10, 510, 'accepted'),"
    " (2, 1, 1, 2, 400, 900, 2, 2000, 500, 'b', 'm', 10, 410, 'accepted'),"
    " (3, 1, 1, 3, 0, 900, 3, 3000, 2500, 'b', 'm', 10, 310, 'no_plan'),"
    " (3, 2, 0, 4, 0, 900, 4, 4000, 3000, 'b', 'm', -1, -1, '');"
    "INSERT INTO attempt_text VALUES ((4 << 20) + 1, x'4341');";

static void add_chunk(void)
{
    char sql[400];

    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO chunk VALUES (1, 1, 1, 1, 400, 8, 0, 0, 0, %lld, '');"
                   "INSERT INTO chunk_text VALUES (1, 'It was late.')",
                   (long long)hash_bytes("It was late.", 12));
    fixture_script(sql);
}

static void migrate_to(int version)
{
    const struct schema schema = {.steps = schema_novelgen.steps, .count = version};
    struct err e = ERR_INIT;
    struct db *d = db_open(fixture_db, DB_WRITE, SCHEMA_APPLICATION_ID, NULL, 0, &e);

    assert_non_null(d);
    assert_ok(schema_migrate(d, &schema, fixture_db, &e));
    db_close(d);
}

static void make_first(void)
{
    migrate_to(1);
    fixture_script(rows_1);
    add_chunk();
}

// The same book as the second schema had it, and what had been learnt of servers.
static void make_second(void)
{
    make_first();
    migrate_to(2);
    fixture_script("UPDATE job SET prefix_breaks = 3, words_planned = 800, deadline_ms = 5, obedience = 0.75,"
                   " templates_dir = '/own' WHERE id = 1;"
                   "UPDATE attempt SET left_out = 2, broke = 1, message = 'm' WHERE id = 3;"
                   "INSERT INTO act VALUES (1, 1, 1, 2, 's', 't', 'o', 'merged');"
                   "INSERT INTO attempt_sent VALUES (3, 'sent');"
                   "INSERT INTO model_ratio VALUES ('qwen', 4000, 3000);"
                   "INSERT INTO inbox_seen VALUES ('k', 1, 0, 't', 1);"
                   "INSERT INTO backend_profile VALUES ('attic', 6000, 1, 0, 'qwen'),"
                   " ('http://LocalHost:8080', 4000, 0, 0, ''), ('http://127.0.0.1:8080/v1/', 4096, 0, 0, ''),"
                   " ('https://gpu.lan/v1', 9000, 0, 0, ''), ('nothing', 0, 0, 0, '');");
}

static bool on_text(void *arg, const struct chunk_row *c)
{
    (void)arg;
    assert_string_equal(c->text, "It was late.");
    assert_int_equal(c->tokens, -1);
    return true;
}

static bool on_turn(void *arg, enum turn_role role, const char *text, size_t len)
{
    int *count = arg;

    (void)len;
    assert_string_equal(text, role == TURN_USER ? "write" : "It was late.");
    ++*count;
    return true;
}

static bool on_attempt(void *arg, const struct attempt_row *r)
{
    static const int conversations[] = {0, 1, 2, 2};
    int *count = arg;

    assert_int_equal(r->conversation, conversations[*count]);
    ++*count;
    return true;
}

static void assert_book(struct store *s)
{
    struct err e = ERR_INIT;
    struct book b;

    assert_ok(store_book_load(s, 1, &b, &e));
    assert_true(b.words_target == 900 && b.chapters_total == 3 && b.chapters_count == 2 && b.has_bible);
    assert_true(b.obedience == 1 && b.plan_misses == 1 && b.acts_count == 0);
    assert_true(b.chapters[0].has_recap && b.chapters[0].recap_bytes == 1 && !b.chapters[0].given);
    assert_true(b.chapters[0].chunks_count == 1 && b.chapters[0].chunks[0].tokens == -1);
    book_release(&b);
}

static void assert_job(struct store *s)
{
    struct err e = ERR_INIT;
    struct job j;

    assert_int_equal(store_job_get(s, 1, &j, &e), STORE_FOUND);
    assert_true(j.state == JOB_WRITING && j.words_done == 8 && j.requests == 4 && j.generating_ms == 900);
    assert_string_equal(j.templates_dir, "");
    assert_true(j.busy_ms == 510 + 410 + 310 && j.prompt_bytes == 10000 && j.common_bytes == 6000);
    assert_true(j.prefix_breaks == 0 && j.words_planned == 0 && j.deadline_ms == 0);
    job_release(&j);
    assert_int_equal(store_job_get(s, 2, &j, &e), STORE_FOUND);
    assert_true(j.busy_ms == 0 && j.prompt_bytes == 0);
    job_release(&j);
}

static void test_a_half_written_book_goes_on(void **state)
{
    struct err e = ERR_INIT;
    struct attempt a;
    int64_t in_job = 0;
    int turns = 0, attempts = 0;

    (void)state;
    make_first();
    assert_int_equal(fixture_number("PRAGMA user_version"), 1);
    struct store *s = fixture_open(STORE_READ_WRITE);
    assert_int_equal(fixture_number("PRAGMA user_version"), schema_novelgen.count);
    assert_job(s);
    assert_book(s);
    assert_ok(store_chunks_each(s, 1, 0, STORE_BY_PLACE, on_text, NULL, &e));
    assert_ok(store_turns_each(s, 1, 1, on_turn, &turns, &e) && store_attempts_each(s, 1, on_attempt, &attempts, &e));
    assert_true(turns == 2 && attempts == 4);
    assert_int_equal(store_attempt_left(s, "here", 0, INT64_MAX, &in_job, &a, &e), STORE_FOUND);
    assert_true(in_job == 1 && a.id == 4);
    assert_string_equal(a.text.data, "CA");
    attempt_release(&a);
    struct attempt_end end = {.failure = "abandoned", .first_token_ms = -1, .total_ms = -1};
    assert_ok(store_attempt_end(s, 4, &end, &e) && store_cards_set(s, 1, 2, "x", 1, &e));
    fixture_chunk(s, 1, 2, 1, "It went on.");
    store_close(s);
    assert_int_equal(fixture_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

static void test_what_was_there_is_copied(void **state)
{
    char copy[400];

    (void)state;
    make_first();
    store_close(fixture_open(STORE_READ_WRITE));
    (void)snprintf(copy, sizeof copy, "%s.v1", fixture_db);
    assert_int_equal(rename(copy, fixture_db), 0);
    assert_int_equal(fixture_number("PRAGMA user_version"), 1);
    assert_int_equal(fixture_number("SELECT words_done FROM job WHERE id = 1"), 8);
    struct store *s = fixture_open(STORE_READ_WRITE); // and it can be migrated as well
    assert_book(s);
    store_close(s);
}

static void assert_context(struct store *s, const char *server, const char *model, int n_ctx_tokens)
{
    struct err e = ERR_INIT;
    struct backend_profile p;

    assert_int_equal(store_profile_get(s, server, model, &p, &e), n_ctx_tokens > 0 ? STORE_FOUND : STORE_NONE);
    assert_int_equal(p.n_ctx_tokens, n_ctx_tokens);
    assert_string_equal(p.dialect, "");
    assert_string_equal(p.proved, "");
    assert_true(p.prefill_per_s == 0 && p.decode_per_s == 0 && p.proving_ms == 0);
    backend_profile_release(&p);
}

static void assert_second_job(struct store *s)
{
    struct err e = ERR_INIT;
    struct job j;

    assert_int_equal(store_job_get(s, 1, &j, &e), STORE_FOUND);
    assert_true(j.state == JOB_WRITING && j.words_done == 8 && j.requests == 4 && j.busy_ms == 510 + 410 + 310);
    assert_true(j.prefix_breaks == 3 && j.words_planned == 800 && j.deadline_ms == 5);
    assert_string_equal(j.templates_dir, "/own");
    assert_string_equal(j.backend, "auto");
    assert_string_equal(j.model, "qwen");
    assert_string_equal(j.fallback, "");
    assert_string_equal(j.began_on, "");
    job_release(&j);
}

// All rows of a table, as one number that depends on every column that the second schema had.
static int64_t rows_of(const char *table, const char *columns)
{
    char sql[700];

    (void)snprintf(
        sql, sizeof sql,
        "WITH r AS (SELECT quote(json_array(%s)) AS t FROM %s) SELECT count(*) * 1000000 + sum(length(t)) +"
        " sum(unicode(substr(t, length(t) / 2, 1))) FROM r",
        columns, table);
    return fixture_number(sql);
}

static const struct {
    const char *name, *columns;
} kept[] = {
    {"job", "id, uuid, slug, title, state, backend, model, words_done, busy_ms, obedience, touched_ms"},
    {"job_spec", "job, spec"},
    {"bible", "job, text"},
    {"chapter", "job, number, weight, cards, recap"},
    {"act", "job, number, first, last, start, turn, open, summary"},
    {"chunk", "id, job, chapter, seq, words, hash, tokens"},
    {"chunk_text", "chunk, text"},
    {"turn", "id, job, conversation, role, chunk, text, fresh"},
    {"task", "id, job, kind, chapter, seq, state, requests, charged"},
    {"attempt", "id, task, number, ended, started_ms, backend, model, total_ms, verdict, message, left_out, broke"},
    {"attempt_text", "id, hex(bytes)"},
    {"attempt_sent", "attempt, text"},
    {"model_ratio", "model, asked, came"},
    {"inbox_seen", "key, job, code, text, time_ms"},
};

static void test_the_second_schema_goes_on(void **state)
{
    int64_t before[ARRAY_LEN(kept)], newest = 0;
    struct err e = ERR_INIT;
    struct attempt a;

    (void)state;
    make_second();
    assert_int_equal(fixture_number("PRAGMA user_version"), 2);
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) before[i] = rows_of(kept[i].name, kept[i].columns);
    struct store *s = fixture_open(STORE_READ_WRITE);
    assert_int_equal(fixture_number("PRAGMA user_version"), schema_novelgen.count);
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (rows_of(kept[i].name, kept[i].columns) != before[i]) fail_msg("%s is another now", kept[i].name);
    assert_second_job(s);
    assert_ok(store_attempt_newest(s, &newest, &e));
    // Nobody knows any more where it was in flight.
    assert_int_equal(store_attempt_left(s, "127.0.0.1:8080", 0, newest, NULL, &a, &e), STORE_FOUND);
    assert_int_equal(a.id, 4);
    assert_string_equal(a.text.data, "CA");
    attempt_release(&a);
    struct attempt_end end = {.failure = "abandoned", .first_token_ms = -1, .total_ms = -1, .reasoning_bytes = 5};
    assert_ok(store_attempt_end(s, 4, &end, &e) && store_job_set_began_on(s, 1, "attic", &e));
    store_close(s);
    assert_int_equal(fixture_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_int_equal(fixture_number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

// A book of the third schema: nobody was asked to approve of it, its chapters are in their first version.
static void make_third(void)
{
    make_second();
    migrate_to(3);
    fixture_script("UPDATE job SET fallback = '[]', began_on = 'attic' WHERE id = 1;"
                   "UPDATE attempt SET server = 'attic', slot = 1, reasoning_bytes = 7 WHERE id = 3;"
                   "UPDATE backend_profile SET proved = '{}', prefill_per_s = 900 WHERE server = 'attic';");
}

static void assert_unsteered(struct store *s)
{
    struct err e = ERR_INIT;
    bool written;
    struct job j;
    struct book b;
    int first;

    assert_int_equal(store_job_get(s, 1, &j, &e), STORE_FOUND);
    assert_true(j.approve == JOB_APPROVE_NO && j.priority == 0);
    assert_string_equal(j.began_on, "attic");
    job_release(&j);
    assert_ok(store_book_load(s, 1, &b, &e));
    assert_false(b.awaits_approval);
    book_release(&b);
    // Its first chapter has cards, and of the second they were asked for.
    assert_ok(store_begun_get(s, 1, false, &first, &written, &e));
    assert_true(first == 2 && written);
    assert_ok(store_begun_get(s, 1, true, &first, &written, &e));
    assert_int_equal(first, 3);
}

static void test_the_third_schema_goes_on(void **state)
{
    int64_t before[ARRAY_LEN(kept)];
    struct err e = ERR_INIT;

    (void)state;
    make_third();
    assert_int_equal(fixture_number("PRAGMA user_version"), 3);
    for (size_t i = 0; i < ARRAY_LEN(kept); i++) before[i] = rows_of(kept[i].name, kept[i].columns);
    struct store *s = fixture_open(STORE_READ_WRITE);
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        if (rows_of(kept[i].name, kept[i].columns) != before[i]) fail_msg("%s is another now", kept[i].name);
    assert_unsteered(s);
    assert_ok(store_direction_add(s, 1, 2, 0, "less rain", &e) && store_shown_keep(s, 1, 0, "Act 1", &e));
    store_close(s);
    assert_int_equal(fixture_number("SELECT count(*) FROM chunk WHERE version = 1 AND stale = 0"), 1);
    assert_int_equal(fixture_number("SELECT count(*) FROM task WHERE since = 0"), 3);
    assert_int_equal(fixture_number("SELECT count(*) FROM attempt WHERE server = 'attic' AND reasoning_bytes = 7"),
                     1);
    assert_int_equal(fixture_number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    assert_int_equal(fixture_number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

static void test_what_was_learnt_of_servers_is_kept(void **state)
{
    (void)state;
    make_second();
    struct store *s = fixture_open(STORE_READ_WRITE);
    assert_context(s, "attic", "qwen", 6000);
    assert_context(s, "127.0.0.1:8080", "", 4000); // two names of one server: what is sure to fit
    assert_context(s, "gpu.lan", "", 9000);
    assert_context(s, "nothing", "", 0);
    store_close(s);
    assert_int_equal(fixture_number("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'backend_profile%'"), 1);
}

// Databases that were made with them are in the world.
static void test_published_schemas_stay_as_they_are(void **state)
{
    static const struct {
        size_t len;
        uint64_t hash;
    } published[] = {{4419, UINT64_C(1254780671395585956)},
                     {2214, UINT64_C(4605977105058183213)},
                     {1341, UINT64_C(16001503645591175004)}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(published); i++) {
        const char *step = schema_novelgen.steps[i];
        if (strlen(step) != published[i].len || hash_bytes(step, strlen(step)) != published[i].hash)
            fail_msg("step %zu has %zu bytes, hash %llu", i + 1, strlen(step),
                     (unsigned long long)hash_bytes(step, strlen(step)));
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_half_written_book_goes_on),        TEST(test_what_was_there_is_copied),
        TEST(test_the_second_schema_goes_on),          TEST(test_the_third_schema_goes_on),
        TEST(test_what_was_learnt_of_servers_is_kept), TEST(test_published_schemas_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
