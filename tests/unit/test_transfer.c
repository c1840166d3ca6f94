// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The rows of a job as lines and back: nothing is left behind by mistake, ids keep their order in a store that has others
// already, and a line that is not as it must be is refused.
#include "store_fixture.h"

#include "base/hash.h"
#include "store/transfer.h"
#include "store/transfer_table.h"
#include "text/base64.h"

static struct err e;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    return fixture_set_up(state);
}

// ---- the list and the schema

static const struct move_table *find_table(const char *name)
{
    for (const struct move_table *t = move_tables; t->name != NULL; t++)
        if (strcmp(t->name, name) == 0) return t;
    return NULL;
}

static bool is_left(const char *name)
{
    for (const char *const *p = move_left; *p != NULL; p++)
        if (strcmp(*p, name) == 0) return true;
    return strncmp(name, "sqlite_", 7) == 0;
}

static const struct move_column *find_column(const struct move_table *t, const char *name)
{
    for (const struct move_column *c = t->columns; c->kind != MOVE_END; c++)
        if (strcmp(c->name, name) == 0) return c;
    return NULL;
}

static int check_columns(sqlite3 *db, const char *table)
{
    const struct move_table *t = find_table(table);
    sqlite3_stmt *st;
    int count = 0;

    if (t == NULL) {
        fail_msg("nobody has decided what becomes of table '%s' when a job moves", table);
        return 0;
    }
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name, \"notnull\", pk FROM pragma_table_info(?1)", -1, &st, NULL),
                     SQLITE_OK);
    (void)sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
    while (sqlite3_step(st) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(st, 0);
        const struct move_column *c = find_column(t, name);
        if (c == NULL) {
            fail_msg("nobody has decided what becomes of '%s.%s' when a job moves", table, name);
            break;
        }
        bool required = sqlite3_column_int(st, 1) != 0 || sqlite3_column_int(st, 2) > 0;
        if (move_is_written(c->kind) && c->null == required) fail_msg("'%s.%s': whether it may be NULL", table, name);
        count++;
    }
    (void)sqlite3_finalize(st);
    return count;
}

// A table or a column that is new in the schema must be decided on.
static void test_every_column_is_decided_on(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    sqlite3 *db;
    sqlite3_stmt *st;
    int tables = 0;

    (void)state;
    assert_int_equal(sqlite3_open_v2(fixture_db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type = 'table'", -1, &st, NULL),
                     SQLITE_OK);
    while (sqlite3_step(st) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(st, 0);
        if (is_left(table)) continue;
        assert_true(check_columns(db, table) > 0);
        tables++;
    }
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    assert_int_equal(tables, transfer_tables());
    assert_true(tables <= TRANSFER_TABLES);
    store_close(s);
}

// ---- there and back

static struct buf lines;

static bool add_line(void *arg, const char *text, size_t len)
{
    return buf_add(arg, text, len);
}

static void read_lines(struct store *s, int64_t job, struct buf *out)
{
    buf_init(out, BUF_MAX_BOOK);
    assert_ok(store_begin(s, &e));
    assert_ok(store_transfer_out(s, job, add_line, out, &e));
    store_rollback(s);
}

#define UUID "0b5a2f6e-1c1d-4d55-8a3b-2f3c4d5e6f70"

// A book in the middle of a part, with one part that was written anew, and bytes that are no UTF-8 where they may be.
static int64_t make_book(struct store *s)
{
    char sql[4000];
    int64_t job = fixture_job(s, "the-door"), attempt;

    fixture_chapter(s, job, 1);
    fixture_chapter(s, job, 2);
    fixture_chunk(s, job, 1, 1, "Mara waits.");
    fixture_chunk(s, job, 1, 2, "She has waited before.");
    fixture_chunk(s, job, 2, 1, "The door opens.");
    assert_ok(store_turn_add(s, job, 1, TURN_USER, "Write.", 6, &e));
    assert_ok(store_turn_add_chunk(s, job, 1, 2, &e));
    const struct attempt_begin b = {.task = {job, "chunk", 2, 2},
                                    .backend = "auto",
                                    .model = "m",
                                    .server = "127.0.0.1:8080",
                                    .max_tokens = 900,
                                    .prefix = "carried",
                                    .prefix_len = 7};
    assert_ok(store_attempt_begin(s, &b, &attempt, &e));
    assert_ok(store_attempt_append(s, attempt, "caf\xc3", 4, &e)); // a checkpoint in the middle of an é
    assert_ok(store_attempt_append(s, attempt, "\xa9 au lait", 9, &e));
    assert_ok(store_event_add(s, job, "retry", "cut with\xc5", NULL, &e));
    assert_ok(store_file_put(s, job, "chapters/01-a-door.md", UINT64_MAX - 5, 11, &e));
    assert_ok(store_templates_set(s, job, "0123456789abcdef", "a set", 5, &e));
    (void)snprintf(
        sql, sizeof sql,
        "UPDATE job SET uuid = '" UUID "', state = 'writing', reason = 'x', obedience = 0.1, words_done = 8,"
        " fallback = '', backend = 'auto' WHERE id = %d;"
        "UPDATE job_spec SET spec = '{\"premise\":\"A door.\",\"words\":900}' WHERE job = %d;"
        // The second part of chapter 1 was replaced: its id lies between those that stand.
        "UPDATE turn SET chunk = NULL, text = 'x' WHERE chunk IS NOT NULL AND job = %d;"
        "INSERT INTO chunk_old SELECT c.id, job, chapter, seq, 1, 1, words_asked, words, gap, cut, skip, hash,"
        " glue, tokens, text, 'redo', 5 FROM chunk c JOIN chunk_text t ON t.chunk = c.id"
        " WHERE job = %d AND chapter = 1 AND seq = 2;"
        "DELETE FROM chunk_text WHERE chunk IN (SELECT id FROM chunk_old);"
        "DELETE FROM chunk WHERE id IN (SELECT id FROM chunk_old);"
        // Nothing is as it is by default.
        "UPDATE chapter SET cards_count = 2, cards = 'a', recap = 'r', purpose = 'p', opens = 'o', closes = 'c',"
        " given = 1, version = 3;"
        "UPDATE chunk SET gap = 1, cut = 1, skip = 2, tokens = 9, version = 2, stale = 1;"
        "UPDATE turn SET fresh = 1;"
        "UPDATE task SET charged = 2, since = 1;"
        "UPDATE job SET chapters_done = 2, gaps = 2;"
        "INSERT INTO bible VALUES (1, 'b'); INSERT INTO act VALUES (1, 1, 1, 3, 's', 't', 'o', 'm');"
        // The list of acts, the heading of an act, and an outline.
        "INSERT INTO outline_shown VALUES (1, 0, ''), (1, -1, 'Act 1'), (1, 2, 'shown');"
        "INSERT INTO direction (job, first, last, text, time_ms) VALUES (1, 2, 3, 'more rain', 4);",
        (int)job, (int)job, (int)job, (int)job);
    fixture_script(sql);
    return job;
}

static struct transfer *begin_in(struct store *s)
{
    const struct transfer_place place = {.out_parent = "/elsewhere", .detached = true};

    assert_ok(store_begin(s, &e));
    return transfer_new(s, &place);
}

static int64_t put_lines(struct store *s, const struct buf *text)
{
    struct transfer *t = begin_in(s);
    struct transfer_summary got;

    for (size_t i = 0; i < text->len; i++) assert_ok(transfer_feed(t, text->data + i, 1, &e));
    assert_ok(transfer_end(t, &got, &e));
    assert_string_equal(got.templates.data, "a set");
    assert_ok(store_commit(s, &e));
    transfer_summary_release(&got);
    transfer_free(t);
    return got.job;
}

static void check_same(const struct buf *a, const struct buf *b)
{
    if (a->len == b->len && memcmp(a->data, b->data, a->len) == 0) return;
    fail_msg("they differ:\n%s\n---- and\n%s", a->data, b->data);
}

// Every column but ids: those of the two jobs are the same.
static void check_same_rows(const char *table, int64_t job, int64_t copy)
{
    char sql[4000], columns[1500];
    sqlite3 *db;
    sqlite3_stmt *st;

    assert_int_equal(sqlite3_open_v2(fixture_db, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT group_concat('\"' || name || '\"', ', ') FROM pragma_table_info(?1)"
                                        " WHERE name NOT IN ('id', 'job')",
                                        -1, &st, NULL),
                     SQLITE_OK);
    (void)sqlite3_bind_text(st, 1, table, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    (void)snprintf(columns, sizeof columns, "%s", (const char *)sqlite3_column_text(st, 0));
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) * 1000 + (SELECT count(*) FROM (SELECT %s FROM %s WHERE job = %d"
                   " EXCEPT SELECT %s FROM %s WHERE job = %d)) FROM %s WHERE job = %d",
                   columns, table, (int)job, columns, table, (int)copy, table, (int)copy);
    int64_t n = fixture_number(sql);
    if (n < 1000 || n % 1000 != 0)
        fail_msg("'%s' came with %d rows, %d are not the same", table, (int)n / 1000, (int)n % 1000);
}

// What a machine does not take over is the same again in the lines that are made from it, so that they can be compared.
static void test_a_book_moves_and_moves_back(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct buf again;
    int64_t job = make_book(s);

    (void)state;
    read_lines(s, job, &lines);
    assert_non_null(strstr(lines.data, "{\"base64\":\"Y2Fmww==\"}"));
    assert_non_null(strstr(lines.data, "\"obedience\":0.10000000000000001"));
    fixture_script("UPDATE job SET uuid = 'other'");
    int64_t copy = put_lines(s, &lines);
    assert_true(copy > job);
    assert_int_equal(fixture_number("SELECT count(*) FROM job WHERE state = 'queued' AND reason = '' AND detached = 1"
                                    " AND out_parent = '/elsewhere' AND out_dir = '' AND templates_dir = ''"),
                     1);
    // The newer ones come behind all that was there, in their old order, over both tables.
    assert_int_equal(
        fixture_number("SELECT group_concat(id, '') FROM (SELECT id FROM chunk UNION SELECT id FROM chunk_old)"),
        123456);
    assert_int_equal(fixture_number("SELECT id FROM chunk_old WHERE job = (SELECT max(id) FROM job)"), 5);
    assert_int_equal(fixture_number("SELECT count(*) FROM attempt_text WHERE id >> 20 = 2"), 3);
    static const char *const tables[] = {"job_spec",  "bible", "act",  "chapter", "outline_shown", "chunk",
                                         "chunk_old", "turn",  "task", "event",   "direction",     "file"};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) check_same_rows(tables[i], job, copy);
    struct attempt a;
    const struct task_key key = {copy, "chunk", 2, 2};
    fixture_script("UPDATE task SET since = 0");
    assert_int_equal(store_attempt_last(s, &key, &a, &e), STORE_FOUND);
    assert_string_equal(a.prefix.data, "carried");
    assert_string_equal(a.text.data, "caf\xc3\xa9 au lait");
    assert_false(a.ended);
    attempt_release(&a);
    fixture_script("UPDATE task SET since = 1");

    fixture_script("UPDATE job SET state = 'writing', reason = 'x', templates = '0123456789abcdef'");
    read_lines(s, copy, &again);
    check_same(&lines, &again);
    buf_release(&again);
    buf_release(&lines);
    store_close(s);
}

// A book that came from a machine whose clock is ahead, or lies, kept every engine waiting for its last request.
static void test_nothing_began_in_the_time_to_come(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);

    (void)state;
    (void)make_book(s);
    fixture_script("UPDATE attempt SET started_ms = 99999999999999; UPDATE job SET touched_ms = 99999999999999");
    read_lines(s, 1, &lines);
    fixture_script("UPDATE job SET uuid = 'other'");
    (void)put_lines(s, &lines);
    assert_int_equal(fixture_number("SELECT started_ms < 99999999999999 FROM attempt ORDER BY id DESC LIMIT 1"), 1);
    assert_int_equal(fixture_number("SELECT touched_ms < 99999999999999 FROM job ORDER BY id DESC LIMIT 1"), 1);
    buf_release(&lines);
    store_close(s);
}

// ---- what is refused

// The lines with the first `from` replaced by `to`.
static void check_refused(struct store *s, const char *from, const char *to, const char *why)
{
    struct transfer_summary got = {0};
    struct buf text;
    char *at = strstr(lines.data, from);

    if (at == NULL) fail_msg("there is no '%s'", from);
    buf_init(&text, BUF_MAX_BOOK);
    buf_add(&text, lines.data, (size_t)(at - lines.data));
    buf_adds(&text, to);
    buf_adds(&text, at + strlen(from));
    struct transfer *t = begin_in(s);
    if (transfer_feed(t, text.data, text.len, &e) && transfer_end(t, &got, &e)) fail_msg("'%s' is taken", to);
    if (e.code != ERR_USAGE || strstr(e.text, why) == NULL) fail_msg("'%s': %s", to, e.text);
    err_clear(&e);
    store_rollback(s);
    transfer_free(t);
    buf_release(&text);
}

static void test_rows_that_cannot_be_are_refused(void **state)
{
    static const struct {
        const char *from, *to, *why;
    } cases[] = {
        {"\"seed\":7", "\"seed\":\"7\"", "$.seed: found a string, expected a whole number"},
        {"\"words_target\":900", "\"words_target\":-900", "$.words_target: found -900"},
        {"\"seed\":7,", "", "$.seed: found nothing"},
        {"\"seed\":7,", "\"seed\":7,\"sed\":8,", "a column that is not known"},
        {"\"seed\":7,", "\"seed\":7,\"seed\":8,", "line 1"},
        {UUID, "../../../../../../etc/passwd-0123456", "line 1"},
        {"\"slug\":\"the-door\"", "\"slug\":\"../door\"", "$.slug"},
        {"\"state\":\"writing\"", "\"state\":\"written\"", "$.state"},
        {"\"backend\":\"auto\"", "\"backend\":\"http://me:secret@x/\"", "$.backend"},
        {"\"obedience\":0.10000000000000001", "\"obedience\":1e300", "$.obedience"},
        {"A door.", "A door.\\\",\\\"word\\\":\\\"", "line 2"},
        {"{\"table\":\"job_spec\"", "{\"table\":\"bible\"", "a row of 'job_spec' is missing"},
        {"{\"table\":\"chapter\",\"number\":2", "{\"table\":\"chapter\",\"number\":1", "contradicts"},
        {"{\"table\":\"chapter\",\"number\":2", "{\"table\":\"chapter\",\"number\":7",
         "refers to one that is not there"},
        {"{\"table\":\"act\",\"number\":1", "{\"table\":\"act\",\"number\":2", "acts are not numbered from 1"},
        {"\"first\":1,\"last\":3", "\"first\":4,\"last\":3", "ends before it begins"},
        {"\"first\":1,\"last\":3", "\"first\":2,\"last\":3", "acts do not follow one another"},
        {"\"first\":1,\"last\":3", "\"first\":1,\"last\":4", "behind its last chapter"},
        {"\"chapter\":2,\"seq\":1", "\"chapter\":2,\"seq\":5", "parts of a chapter are not numbered from 1"},
        {"\"requests\":1,\"charged\":2,\"since\":1", "\"requests\":1,\"charged\":2,\"since\":2",
         "more attempts than"},
        {"\"requests\":1,\"charged\":2,\"since\":1", "\"requests\":0,\"charged\":2,\"since\":0",
         "more attempts than"},
        {"\"priority\":0", "\"priority\":101", "$.priority"},
        {"\"chapters_total\":3", "\"chapters_total\":1", "more chapters than it is to have"},
        {"\"cards\":\"a\"", "\"cards\":null", "a number of cards and no cards"},
        {"{\"table\":\"chunk\",\"id\":3", "{\"table\":\"chunk\",\"id\":1", "contradicts"},
        {"{\"table\":\"chunk\",\"id\":3", "{\"table\":\"chunk\",\"id\":30000000", "expected an id"},
        {"{\"table\":\"chunk_old\",\"id\":2", "{\"table\":\"chunk_old\",\"id\":3", "stands and is replaced"},
        {"Mara waits.", "Mara waits!", "its hash does not fit"},
        {"She has waited before.", "She has waited.", "the hash does not fit"},
        {"{\"table\":\"chunk_text\",\"chunk\":3", "{\"table\":\"chunk_text\",\"chunk\":9", "there is no row 9"},
        {"\"role\":0", "\"role\":2", "$.role"},
        {"\"state\":\"running\"", "\"state\":\"walking\"", "$.state"},
        {"\"attempt\":1,\"part\":1,", "\"attempt\":2,\"part\":1,", "there is no row 2"},
        {"\"attempt\":1,\"part\":1,", "\"attempt\":1,\"part\":1048576,", "$.part"},
        {"Y2Fmww==", "Y2Fmww=", "$.bytes"},
        {"Y2Fmww==", "Y2F\xc3\xa9ww==", "$.bytes"},
        {"chapters/01-a-door.md", "chapters/../../x", "$.path"},
        {"{\"table\":\"event\"", "{\"table\":\"inbox_seen\"", "unknown table"},
        {"{\"table\":\"task\"", "{\"table\":\"chapter\"", "out of turn"},
    };
    struct store *s = fixture_open(STORE_READ_WRITE);

    (void)state;
    read_lines(s, make_book(s), &lines);
    fixture_script("UPDATE job SET uuid = 'other'");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) check_refused(s, cases[i].from, cases[i].to, cases[i].why);
    assert_int_equal(fixture_number("SELECT count(*) FROM job"), 1);
    buf_release(&lines);
    store_close(s);
}

static void test_rows_that_are_cut_off_are_refused(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct transfer_summary got = {0};

    (void)state;
    read_lines(s, make_book(s), &lines);
    fixture_script("UPDATE job SET uuid = 'other'");
    const char *spec = strstr(lines.data, "{\"table\":\"job_spec\"");
    const size_t ends[] = {0, lines.len - 1, (size_t)(spec - lines.data)};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        struct transfer *t = begin_in(s);
        assert_ok(transfer_feed(t, lines.data, ends[i], &e));
        assert_false(transfer_end(t, &got, &e));
        assert_int_equal(e.code, ERR_USAGE);
        err_clear(&e);
        store_rollback(s);
        transfer_free(t);
    }
    buf_release(&lines);
    store_close(s);
}

// ---- base 64

static void test_base64(void **state)
{
    static const char *const pairs[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"\xff\xfe\xfb", "//77"}};
    static const char *const bad[] = {"Z", "Zg=", "Zg==Zg==", "====", "Zm=v", "Zm9\n", "Zm 9", "=m9v"};
    struct buf out;

    (void)state;
    buf_init(&out, 100);
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        buf_clear(&out);
        assert_true(base64_write(&out, pairs[i][0], strlen(pairs[i][0])));
        assert_string_equal(out.data, pairs[i][1]);
        buf_clear(&out);
        assert_true(base64_read(&out, pairs[i][1], strlen(pairs[i][1])));
        assert_string_equal(out.data, pairs[i][0]);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (base64_read(&out, bad[i], strlen(bad[i]))) fail_msg("'%s' is taken", bad[i]);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_every_column_is_decided_on, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_a_book_moves_and_moves_back, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_nothing_began_in_the_time_to_come, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_rows_that_cannot_be_are_refused, set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_rows_that_are_cut_off_are_refused, set_up, fixture_tear_down),
        cmocka_unit_test(test_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
