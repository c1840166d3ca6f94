// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From rows to a manuscript: what is in it, what is not, and when it is finished.
#include "store_fixture.h"

#include "base/clock.h"
#include "engine/edition.h"

static const char png[] = "\x89PNG\r\n\x1A\n"
                          "\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03\x08\x02\0\0\0...."
                          "\0\0\0\x01IDATx....\0\0\0\0IEND....";

static struct err e;

static int64_t job_of(struct store *s, const char *spec, int chapters)
{
    struct job j = {.uuid = mem_strdup("u-1"),
                    .slug = mem_strdup("salt"),
                    .title = mem_strdup("Salt"),
                    .spec = mem_strdup(spec),
                    .backend = mem_strdup("auto"),
                    .templates_dir = mem_strdup(""),
                    .out_parent = mem_strdup("/tmp"),
                    .words_target = 900,
                    .chapters_total = chapters};
    assert_ok(store_job_insert(s, &j, &e));
    int64_t id = j.id;
    job_release(&j);
    return id;
}

static void add(struct store *s, int64_t job, int chapter, int seq, const char *text, const char *glue, bool gap)
{
    char whole[200];
    int n = snprintf(whole, sizeof(whole), "## X\n\n%s", text);
    const struct chunk_row c = {.chapter = chapter,
                                .seq = seq,
                                .text = gap ? "" : whole,
                                .len = gap ? 0 : (size_t)n,
                                .skip = gap ? 0 : 6,
                                .glue = glue,
                                .gap = gap};
    assert_ok(store_chunk_add(s, job, &c, &e));
}

// Three chapters are planned: the first is complete and has a gap, the second is being written.
static int64_t half_a_book(struct store *s)
{
    int64_t job =
        job_of(s, "{\"premise\":\"p\",\"words\":900,\"language\":\"pl\",\"author\":\"Ana\",\"series\":\"S\"}", 3);
    for (int i = 1; i <= 3; i++) fixture_chapter(s, job, i);
    add(s, job, 1, 1, "One", "", false);
    add(s, job, 1, 2, "two.", " ", false);
    add(s, job, 1, 3, "", "\n\n", true);
    add(s, job, 1, 4, "Four.", "\n\n", false);
    add(s, job, 2, 1, "Five.", "", false);
    assert_ok(store_recap_set(s, job, 1, "HAPPENED: x\n", &e));
    return job;
}

static void test_what_is_finished_so_far(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct manuscript m;
    (void)state;
    int64_t before = clock_wall_ms() / 1000, job = half_a_book(s);
    assert_ok(edition_load(&m, s, job, &e));
    assert_string_equal(m.title, "Salt");
    assert_string_equal(m.uuid, "u-1");
    assert_string_equal(m.author, "Ana");
    assert_string_equal(m.series, "S");
    assert_null(m.subtitle);
    assert_ptr_equal(m.language, language_get("pl"));
    assert_false(m.complete);
    assert_int_equal(m.chapters_count, 2); // the third is not begun
    assert_true(m.chapters[0].complete);
    assert_string_equal(m.chapters[0].title, "A Door");
    assert_string_equal(
        m.chapters[0].text.data,
        "One two.\n\n*[Tu brakuje fragmentu: rozdziału 1, części 3 nie udało się napisać.]*\n\nFour.");
    assert_false(m.chapters[1].complete);
    assert_string_equal(m.chapters[1].text.data, "Five.");
    assert_in_range(m.modified_s, before, clock_wall_ms() / 1000);
    assert_int_equal(m.cover.data.len, 0);
    manuscript_release(&m);
    store_close(s);
}

static void finish(struct store *s, int64_t job)
{
    for (int i = 2; i <= 3; i++) assert_ok(store_recap_set(s, job, i, "HAPPENED: x\n", &e));
}

static void test_a_finished_book(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct manuscript m;
    (void)state;
    int64_t job = half_a_book(s);
    add(s, job, 3, 1, "Six.", "", false);
    assert_ok(edition_load(&m, s, job, &e)); // all chapters are begun, and that is all
    assert_false(m.complete);
    manuscript_release(&m);
    finish(s, job);
    assert_ok(edition_load(&m, s, job, &e));
    assert_true(m.complete);
    assert_int_equal(m.chapters_count, 3);
    manuscript_release(&m);
    store_close(s);
}

// What happens to a job besides its text does not change its files: they would differ each time.
static void test_its_date_is_that_of_its_text(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct manuscript m;
    (void)state;
    int64_t job = half_a_book(s);
    fixture_script("UPDATE job SET created_ms = 1000; UPDATE event SET time_ms = 5999 WHERE type = 'chunk';"
                   "UPDATE event SET time_ms = 9000 WHERE type <> 'chunk'");
    assert_ok(edition_load(&m, s, job, &e));
    assert_int_equal(m.modified_s, 5);
    manuscript_release(&m);
    assert_int_equal(setenv("SOURCE_DATE_EPOCH", "1700000000", 1), 0);
    assert_ok(edition_load(&m, s, job, &e));
    assert_int_equal(m.modified_s, 1700000000);
    manuscript_release(&m);
    assert_int_equal(setenv("SOURCE_DATE_EPOCH", "12x", 1), 0);
    assert_false(edition_load(&m, s, job, &e));
    assert_int_equal(e.code, ERR_USAGE);
    err_clear(&e);
    assert_int_equal(unsetenv("SOURCE_DATE_EPOCH"), 0);
    store_close(s);
}

static void test_the_cover_goes_with_the_job(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct manuscript m;
    (void)state;
    int64_t job = half_a_book(s);
    assert_ok(store_cover_put(s, job, "art/c.png", png, sizeof(png) - 1, &e));
    assert_ok(edition_load(&m, s, job, &e));
    assert_int_equal(m.cover.width, 2);
    assert_int_equal(m.cover.height, 3);
    assert_memory_equal(m.cover.data.data, png, sizeof(png) - 1);
    manuscript_release(&m);
    assert_ok(store_cover_put(s, job, "art/c.png", png, 40, &e)); // rows from elsewhere may hold anything
    assert_false(edition_load(&m, s, job, &e));
    assert_non_null(strstr(e.text, "cover 'art/c.png': found a PNG that is cut short"));
    err_clear(&e);
    store_close(s);
}

static void test_a_job_that_is_not_there(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct manuscript m;
    (void)state;
    assert_false(edition_load(&m, s, 9, &e));
    assert_int_equal(e.code, ERR_NO_JOB);
    err_clear(&e);
    store_close(s);
}

// Within a transaction of the caller's it reads what that one sees, and leaves it open.
static void test_within_a_transaction(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct manuscript m;
    (void)state;
    int64_t job = half_a_book(s);
    assert_ok(store_begin(s, &e));
    add(s, job, 3, 1, "Six.", "", false);
    finish(s, job);
    assert_ok(edition_load(&m, s, job, &e));
    assert_true(m.complete);
    manuscript_release(&m);
    store_rollback(s);
    assert_ok(edition_load(&m, s, job, &e));
    assert_false(m.complete);
    manuscript_release(&m);
    store_close(s);
}

#define EDITION_TEST(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EDITION_TEST(test_what_is_finished_so_far),      EDITION_TEST(test_a_finished_book),
        EDITION_TEST(test_its_date_is_that_of_its_text), EDITION_TEST(test_the_cover_goes_with_the_job),
        EDITION_TEST(test_a_job_that_is_not_there),      EDITION_TEST(test_within_a_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
