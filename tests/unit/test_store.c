// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Opening the store: what is made, what is refused, what is migrated; transactions and the log.
#include "store_fixture.h"

#include "store/schema.h"

#include <fcntl.h>
#include <sys/stat.h>

static int mode_of(const char *suffix)
{
    char path[400];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s%s", fixture_db, suffix);
    assert_int_equal(stat(path, &st), 0);
    return (int)(st.st_mode & 07777);
}

static enum store_opened open_status(enum store_mode mode, struct err *e)
{
    struct store *s;

    *e = (struct err)ERR_INIT;
    enum store_opened opened = store_open(&s, fixture_home, mode, e);
    assert_true((s != NULL) == (opened == STORE_OPENED));
    assert_true((e->code == ERR_STORE || e->code == ERR_DAMAGED) == (opened == STORE_FAILED));
    store_close(s);
    return opened;
}

static void test_absent_then_made(void **state)
{
    struct err e;

    (void)state;
    assert_int_equal(open_status(STORE_READ_ONLY, &e), STORE_ABSENT);
    // Killed after the file was made and before there was a table in it.
    assert_int_equal(close(open(fixture_db, O_CREAT | O_WRONLY | O_CLOEXEC, 0600)), 0);
    assert_int_equal(open_status(STORE_READ_ONLY, &e), STORE_ABSENT);
    mode_t mask = umask(0);
    assert_int_equal(unlink(fixture_db), 0);
    struct store *s = fixture_open(STORE_READ_WRITE);
    (void)umask(mask);
    assert_int_equal(open_status(STORE_READ_ONLY, &e), STORE_OPENED);
    assert_int_equal(mode_of(""), 0600);
    assert_int_equal(mode_of("-wal"), 0600);
    assert_int_equal(mode_of("-shm"), 0600);
    store_close(s);
    assert_int_equal(fixture_number("PRAGMA application_id"), SCHEMA_APPLICATION_ID);
    assert_int_equal(fixture_number("PRAGMA user_version"), schema_novelgen.count);
    assert_int_equal(fixture_number("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND NOT strict"
                                    " AND name NOT LIKE 'sqlite_%'"),
                     0);
}

static void test_newer_is_refused(void **state)
{
    struct err e;

    (void)state;
    store_close(fixture_open(STORE_READ_WRITE));
    fixture_script("PRAGMA user_version = 9");
    assert_int_equal(open_status(STORE_READ_WRITE, &e), STORE_FAILED);
    assert_non_null(strstr(e.text, "version 9"));
    assert_non_null(strstr(e.text, "up to 4"));
    assert_int_equal(open_status(STORE_READ_ONLY, &e), STORE_FAILED);
    assert_int_equal(fixture_number("PRAGMA user_version"), 9);
}

static void test_older_is_left_to_the_engine(void **state)
{
    struct err e;

    (void)state;
    store_close(fixture_open(STORE_READ_WRITE));
    fixture_script("PRAGMA user_version = 1");
    assert_int_equal(open_status(STORE_READ_ONLY, &e), STORE_OLD);
}

static void test_foreign_is_left_alone(void **state)
{
    struct err e;

    (void)state;
    fixture_script("CREATE TABLE photos (x); PRAGMA user_version = 1");
    assert_int_equal(open_status(STORE_READ_WRITE, &e), STORE_FAILED);
    assert_non_null(strstr(e.text, "another program"));
    assert_int_equal(open_status(STORE_READ_ONLY, &e), STORE_FAILED);
    assert_int_equal(access(fixture_db, F_OK), 0);
    char wal[400];
    (void)snprintf(wal, sizeof wal, "%s-wal", fixture_db);
    assert_int_not_equal(access(wal, F_OK), 0);
}

static void test_damage_is_reported_and_kept(void **state)
{
    char before[4096], after[4096];
    struct err e;
    int fd = open(fixture_db, O_CREAT | O_RDWR | O_CLOEXEC, 0600);

    (void)state;
    memset(before, 'x', sizeof before);
    assert_int_equal(write(fd, before, sizeof before), (int)sizeof before);
    assert_int_equal(open_status(STORE_READ_WRITE, &e), STORE_FAILED);
    assert_int_equal(e.code, ERR_DAMAGED);
    assert_non_null(strstr(e.text, "is damaged"));
    assert_non_null(strstr(e.text, ".recover"));
    assert_int_equal(open_status(STORE_READ_ONLY, &e), STORE_FAILED);
    assert_int_equal(pread(fd, after, sizeof after, 0), (int)sizeof after);
    assert_memory_equal(before, after, sizeof after);
    assert_int_equal(close(fd), 0);
}

// ---- migrations, with a schema of the test's own

static const char *const steps_good[] = {"CREATE TABLE a (x INTEGER) STRICT",
                                         "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 5"};
static const char *const steps_bad[] = {"CREATE TABLE a (x INTEGER) STRICT",
                                        "CREATE TABLE b (x INTEGER) STRICT; CREATE TABLE no such thing"};

static bool migrate(const char *const *steps, int count, struct err *e)
{
    struct schema schema = {.steps = steps, .count = count};
    struct db *d = db_open(fixture_db, DB_WRITE, SCHEMA_APPLICATION_ID, NULL, 0, e);

    assert_non_null(d);
    bool ok = schema_migrate(d, &schema, fixture_db, e);
    db_close(d);
    return ok;
}

static void test_migration(void **state)
{
    struct err e = ERR_INIT;
    char copy[400];

    (void)state;
    assert_ok(migrate(steps_good, 1, &e));
    (void)snprintf(copy, sizeof copy, "%s.v1", fixture_db);
    assert_false(file_exists(copy)); // a new database needs none
    fixture_script("INSERT INTO a VALUES (1)");
    assert_ok(migrate(steps_good, 2, &e));
    assert_int_equal(fixture_number("SELECT x * 10 + y FROM a"), 15);
    assert_int_equal(fixture_number("PRAGMA user_version"), 2);
    assert_int_equal(mode_of(".v1"), 0600);
    assert_int_equal(rename(copy, fixture_db), 0);
    assert_int_equal(fixture_number("SELECT x FROM a"), 1);
    assert_int_equal(fixture_number("PRAGMA user_version"), 1);
}

static void test_failed_migration_changes_nothing(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    assert_ok(migrate(steps_bad, 1, &e));
    assert_false(migrate(steps_bad, 2, &e));
    assert_non_null(strstr(e.text, "schema version 2"));
    assert_int_equal(fixture_number("PRAGMA user_version"), 1);
    assert_int_equal(fixture_number("SELECT count(*) FROM sqlite_schema"), 1);
}

// ---- transactions and the log

static void test_transactions(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct err e = ERR_INIT;
    int64_t before = store_commits(s);

    (void)state;
    assert_ok(store_begin(s, &e));
    (void)fixture_job(s, "one");
    (void)fixture_job(s, "two");
    store_rollback(s);
    store_rollback(s);
    assert_int_equal(fixture_number("SELECT count(*) FROM job"), 0);
    assert_ok(store_begin(s, &e));
    (void)fixture_job(s, "one");
    (void)fixture_job(s, "two");
    assert_ok(store_commit(s, &e));
    assert_int_equal(store_commits(s), before + 1);
    (void)fixture_job(s, "three");
    assert_int_equal(store_commits(s), before + 2);
    assert_int_equal(fixture_number("SELECT count(*) FROM job"), 3);
    assert_int_equal(fixture_number("SELECT count(*) FROM event"), 3);
    store_close(s);
}

static void test_reader_cannot_write(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE), *r;
    struct err e = ERR_INIT;
    int64_t job = fixture_job(s, "one"), v1 = 0, v2 = 0, v3 = 0;

    (void)state;
    r = fixture_open(STORE_READ_ONLY);
    assert_false(store_event_add(r, job, "x", "y", NULL, &e));
    assert_int_equal(e.code, ERR_STORE);
    e = (struct err)ERR_INIT;
    assert_ok(store_version(r, &v1, &e) && store_version(r, &v2, &e));
    assert_int_equal(v1, v2);
    assert_ok(store_event_add(s, job, "x", "y", NULL, &e));
    assert_ok(store_version(r, &v3, &e));
    assert_int_not_equal(v2, v3);
    store_close(r);
    store_close(s);
}

// One view over several questions, and a reader never makes the writer wait.
static void test_reader_has_one_view(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE), *r;
    struct err e = ERR_INIT;
    int64_t n;

    (void)state;
    (void)fixture_job(s, "one");
    r = fixture_open(STORE_READ_ONLY);
    assert_ok(store_begin(r, &e) && store_jobs_unfinished(r, &n, &e));
    (void)fixture_job(s, "two");
    assert_ok(store_jobs_unfinished(r, &n, &e));
    assert_int_equal(n, 1);
    assert_ok(store_commit(r, &e) && store_jobs_unfinished(r, &n, &e));
    assert_int_equal(n, 2);
    store_close(r);
    store_close(s);
}

static int64_t wal_size(void)
{
    char path[400];
    struct stat st;

    (void)snprintf(path, sizeof path, "%s-wal", fixture_db);
    return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static void test_log_stays_short(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct err e = ERR_INIT;
    int64_t job = fixture_job(s, "one");

    (void)state;
    for (int i = 0; i < 2000; i++) {
        assert_ok(store_event_add(s, job, "chunk", "something has happened", NULL, &e));
        assert_ok(store_checkpoint(s, &e));
    }
    assert_in_range(wal_size(), 1, INT64_C(1280) * 1024);
    store_close(s);
    assert_int_equal(wal_size(), -1); // it would be played into a copy put in the database's place
    assert_int_equal(fixture_number("SELECT count(*) FROM event"), 2001);
}

// A job in a state of a program to come: the error came, and with it strings that nobody would have freed.
static void test_a_job_in_an_unknown_state(void **state)
{
    struct err e = ERR_INIT;
    struct store *s = fixture_open(STORE_READ_WRITE);
    int64_t id = fixture_job(s, "one");
    struct job j;

    (void)state;
    fixture_script("UPDATE job SET state = 'dreaming'");
    assert_int_equal(store_job_get(s, id, &j, &e), STORE_ERROR);
    assert_int_equal(e.code, ERR_DAMAGED);
    assert_non_null(strstr(e.text, "job 1 is in a state"));
    assert_null(j.slug);
    assert_null(j.spec);
    store_close(s);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_absent_then_made),
        TEST(test_newer_is_refused),
        TEST(test_older_is_left_to_the_engine),
        TEST(test_foreign_is_left_alone),
        TEST(test_damage_is_reported_and_kept),
        TEST(test_migration),
        TEST(test_failed_migration_changes_nothing),
        TEST(test_transactions),
        TEST(test_reader_cannot_write),
        TEST(test_reader_has_one_view),
        TEST(test_log_stays_short),
        TEST(test_a_job_in_an_unknown_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
