// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Rows looked at with distrust: the listing goes on behind what is damaged, sums are compared and made right, and SQLite's
// own check is asked.
#include "store_fixture.h"

struct seen {
    int chunks, damaged;
    char places[100];
};

static bool see(void *arg, const struct chunk_row *c, bool damaged)
{
    struct seen *s = arg;
    size_t len = strlen(s->places);
    s->chunks++;
    s->damaged += damaged;
    (void)snprintf(s->places + len, sizeof(s->places) - len, "%d.%d%s ", c->chapter, c->seq, damaged ? "!" : "");
    return true;
}

static struct store *three_chunks(int64_t *job)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    *job = fixture_job(s, "salt");
    fixture_chapter(s, *job, 1);
    fixture_chapter(s, *job, 2);
    fixture_chunk(s, *job, 1, 1, "One.");
    fixture_chunk(s, *job, 1, 2, "Two.");
    fixture_chunk(s, *job, 2, 1, "Three.");
    return s;
}

static void test_listing_goes_on(void **state)
{
    struct err e = ERR_INIT;
    struct seen seen = {0};
    int64_t job;
    (void)state;
    struct store *s = three_chunks(&job);
    fixture_script("UPDATE chunk_text SET text = 'On.' WHERE text = 'One.';"
                   "DELETE FROM chunk_text WHERE text = 'Three.'");
    assert_ok(store_chunks_audit(s, job, see, &seen, &e));
    assert_string_equal(seen.places, "1.1! 1.2 2.1! ");
    assert_int_equal(seen.damaged, 2);
    store_close(s);
}

static void test_sums(void **state)
{
    struct err e = ERR_INIT;
    struct store_sums n;
    int64_t job;
    (void)state;
    struct store *s = three_chunks(&job);
    assert_ok(store_sums_get(s, job, &n, &e));
    assert_int_equal(n.words_done, 12);
    assert_int_equal(n.words, 12);
    assert_int_equal(n.stray_turns, 0);
    fixture_script("UPDATE job SET words_done = 1, chapters_done = 2, gaps = 3");
    assert_ok(store_chunk_recount(s, job, 1, 1, 1, &e));
    assert_ok(store_sums_get(s, job, &n, &e));
    assert_int_equal(n.words_done, 1);
    assert_int_equal(n.words, 9);
    assert_int_equal(n.chapters_done - n.recaps, 2);
    assert_int_equal(n.gaps_done - n.gaps, 3);
    assert_ok(store_sums_mend(s, job, &e));
    assert_ok(store_sums_get(s, job, &n, &e));
    assert_true(n.words_done == 9 && n.words == 9 && n.chapters_done == 0 && n.gaps_done == 0);
    assert_false(store_sums_get(s, 99, &n, &e));
    assert_int_equal(e.code, ERR_NO_JOB);
    store_close(s);
}

static void test_stray_turns(void **state)
{
    struct err e = ERR_INIT;
    struct store_sums n;
    int64_t job;
    (void)state;
    struct store *s = three_chunks(&job);
    assert_ok(store_turn_add_chunk(s, job, 1, 1, &e));
    assert_ok(store_turn_add_chunk(s, job, 2, 1, &e));
    fixture_script("UPDATE turn SET conversation = 1");
    assert_ok(store_sums_get(s, job, &n, &e));
    assert_int_equal(n.stray_turns, 1);
    store_close(s);
}

static bool add_name(void *arg, const struct file_row *f)
{
    char *names = arg;
    size_t at = strlen(names);
    (void)snprintf(names + at, 100 - at, "%s/%d/%d ", f->path, (int)f->hash, (int)f->len);
    return true;
}

static void test_files(void **state)
{
    struct err e = ERR_INIT;
    char names[100] = "";
    int64_t job;
    (void)state;
    struct store *s = three_chunks(&job);
    assert_ok(store_file_put(s, job, "live.md", 1, 2, &e));
    assert_ok(store_file_put(s, job, "book.md", 3, 4, &e));
    assert_ok(store_files_each(s, job, add_name, names, &e));
    assert_string_equal(names, "book.md/3/4 live.md/1/2 ");
    store_close(s);
}

static void test_quick_check(void **state)
{
    struct err e = ERR_INIT;
    char why[200] = "?";
    int64_t job;
    (void)state;
    struct store *s = three_chunks(&job);
    assert_ok(store_quick_check(s, why, sizeof(why), &e));
    assert_string_equal(why, "");
    store_close(s);
}

static void test_set_aside(void **state)
{
    struct err e = ERR_INIT;
    char path[300], aside[320], expected[320];
    (void)state;
    (void)snprintf(path, sizeof(path), "%s/a", fixture_home);
    for (int i = 1; i <= 3; i++) {
        assert_ok(file_publish(path, "x", 1, &e));
        assert_ok(file_set_aside(path, aside, sizeof(aside), &e));
        (void)snprintf(expected, sizeof(expected), i > 1 ? "%s.mine-%d" : "%s.mine", path, i);
        assert_string_equal(aside, expected);
        assert_true(file_exists(aside) && !file_exists(path));
    }
    assert_false(file_set_aside(path, aside, sizeof(aside), &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_listing_goes_on, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_sums, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_stray_turns, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_files, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_quick_check, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_set_aside, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
