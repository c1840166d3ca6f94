// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The folder of a book, and its prose as Markdown.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "out/folder.h"
#include "out/prose.h"
#include "scratch.h"

#include <cmocka.h>

static struct err e;
static struct buf out;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    buf_init(&out, BUF_MAX_PIECE);
    return scratch_setup(state);
}

static int tear_down(void **state)
{
    buf_release(&out);
    return scratch_teardown(state);
}

// ---- the folder --------------------------------------------------------------------------------------------------

static const char *make_in(const char *home, int64_t id, const char *slug, const char *uuid)
{
    static char path[1024];
    if (!out_folder_make(path, sizeof(path), ".", id, slug, uuid, home, &e)) fail_msg("%s", e.text);
    assert_true(file_exists(path));
    return path;
}

static const char *make(int64_t id, const char *slug, const char *uuid)
{
    return make_in(NULL, id, slug, uuid);
}

static void test_a_folder_is_found_again(void **state)
{
    (void)state;
    assert_string_equal(make(7, "salt", "u-7"), "./books/7-salt");
    assert_string_equal(make(7, "salt", "u-7"), "./books/7-salt");
}

// Two homes may share an output folder; each has a job 7.
static void test_a_strangers_folder_is_left_alone(void **state)
{
    (void)state;
    make(7, "salt", "u-7");
    assert_string_equal(make(7, "salt", "other"), "./books/7-salt-2");
    assert_string_equal(make(7, "salt", "third"), "./books/7-salt-3");
    assert_string_equal(make(7, "salt", "other"), "./books/7-salt-2");
}

static const char *home(const char *name)
{
    static char paths[2][1024];
    static int n;
    char db[1100];
    char *path = paths[n++ % 2];
    assert_true(file_absolute(path, 1024, name, &e) && file_mkdirs(path, 0755, &e));
    (void)snprintf(db, sizeof(db), "%s/novelgen.db", path);
    assert_true(file_publish(db, "", 0, &e));
    return path;
}

// Both have imported the same archive, with one output folder: their engines wrote the same files.
static void test_one_book_in_two_homes(void **state)
{
    char found[1024], db[1200];
    (void)state;
    const char *first = home("first"), *second = home("second");
    assert_string_equal(make_in(first, 7, "salt", "u-7"), "./books/7-salt");
    assert_string_equal(make_in(second, 7, "salt", "u-7"), "./books/7-salt-2");
    assert_string_equal(make_in(first, 7, "salt", "u-7"), "./books/7-salt");
    assert_string_equal(make_in(second, 7, "salt", "u-7"), "./books/7-salt-2");
    // Nor is the other's taken for one's own that was renamed.
    assert_true(out_folder_beside(found, sizeof(found), "./books/7-gone", "u-7", second));
    assert_string_equal(found, "./books/7-salt-2");
    // Of a home that is gone it is found again, and then it is ours.
    (void)snprintf(db, sizeof(db), "%s/novelgen.db", first);
    assert_true(file_remove(db, &e));
    assert_string_equal(make_in(second, 7, "salt", "u-7"), "./books/7-salt");
    assert_true(file_publish(db, "", 0, &e));
    assert_string_equal(make_in(first, 7, "salt", "u-7"), "./books/7-salt-3");
}

static void test_a_folder_of_the_users_is_left_alone(void **state)
{
    (void)state;
    assert_true(file_mkdirs("books/7-salt", 0755, &e) && file_publish("books/7-salt/notes.txt", "mine", 4, &e));
    assert_string_equal(make(7, "salt", "u-7"), "./books/7-salt-2");
    assert_int_equal(scratch_entries("books/7-salt"), 1);
}

// The power went between the folder and its mark.
static void test_an_empty_folder_is_taken(void **state)
{
    (void)state;
    assert_true(file_mkdirs("books/7-salt", 0755, &e));
    assert_string_equal(make(7, "salt", "u-7"), "./books/7-salt");
    assert_int_equal(scratch_entries("books/7-salt"), 1);
}

// A kill between the mark's temporary and its name left a folder for nobody, and the book came into another.
static void test_a_folder_with_half_a_mark_is_taken(void **state)
{
    (void)state;
    assert_true(file_mkdirs("books/7-salt", 0755, &e));
    assert_true(file_publish("books/7-salt/." OUT_FOLDER_MARK ".4000000.1.tmp", "u-", 2, &e));
    assert_string_equal(make(7, "salt", "u-7"), "./books/7-salt");
    assert_true(file_exists("books/7-salt/" OUT_FOLDER_MARK));
}

static void test_a_folder_that_cannot_be_made_is_an_error(void **state)
{
    char path[1024], tiny[8];
    (void)state;
    assert_true(file_publish("books", "a file", 6, &e));
    assert_false(out_folder_make(path, sizeof(path), ".", 7, "salt", "u", NULL, &e));
    assert_int_equal(e.code, ERR_STORE);
    err_clear(&e);
    assert_false(out_folder_make(tiny, sizeof(tiny), ".", 7, "salt", "u", NULL, &e));
    assert_non_null(strstr(e.text, "too long"));
}

// ---- prose -------------------------------------------------------------------------------------------------------

static void add(int seq, const char *glue, const char *text)
{
    const struct prose_chunk c = {.chapter = 1, .seq = seq, .glue = glue, .text = text, .len = strlen(text)};
    prose_add(&out, &c);
}

static void test_a_chapter_is_a_heading_and_its_chunks(void **state)
{
    (void)state;
    prose_heading(&out, 1, "The Bell", true);
    add(1, "", "It rang.");
    add(2, "\n\n", "She went.");
    add(3, " ", "Nobody saw.");
    prose_end(&out);
    assert_string_equal(out.data, "# The Bell\n\nIt rang.\n\nShe went. Nobody saw.\n");
}

static void test_headings_stand_apart(void **state)
{
    (void)state;
    prose_heading(&out, 1, "Book", true);
    prose_heading(&out, 2, "One", false); // behind a heading: no second blank line
    add(1, "", "It rang.");
    prose_heading(&out, 2, "Two", false);
    assert_string_equal(out.data, "# Book\n\n## One\n\nIt rang.\n\n## Two\n\n");
    buf_clear(&out);
    prose_heading(&out, 1, "Three", false); // to be appended
    assert_string_equal(out.data, "\n\n# Three\n\n");
}

static void test_a_gap_is_seen(void **state)
{
    const struct prose_chunk gap = {.chapter = 3, .seq = 2, .glue = "", .text = "", .gap = true};
    (void)state;
    add(1, "", "It rang.");
    prose_add(&out, &gap);
    add(3, "\n\n", "She went.");
    assert_string_equal(
        out.data, "It rang.\n\n*[A part is missing here: chapter 3, part 2 could not be written.]*\n\nShe went.");
}

static void check_partial(const char *text, bool first, const char *whole)
{
    buf_clear(&out);
    buf_adds(&out, "It rang.");
    prose_add_partial(&out, text, strlen(text), first);
    assert_string_equal(out.data, whole);
}

static void test_what_streams_joins_as_it_will_stand(void **state)
{
    (void)state;
    check_partial("", false, "It rang.");
    check_partial(" \n", false, "It rang.");
    check_partial(" She w", false, "It rang. She w");
    check_partial("\n\nShe w", false, "It rang.\n\nShe w");
    check_partial("She w", false, "It rang.\n\nShe w");
    check_partial("  She w", true, "It rang.She w"); // behind a heading, which brings its blank line
}

static void test_an_end_has_one_newline(void **state)
{
    (void)state;
    prose_end(&out);
    assert_string_equal(out.data, "");
    buf_adds(&out, "It rang.\n");
    prose_end(&out);
    assert_string_equal(out.data, "It rang.\n");
}

static void check_path(int number, int total, const char *title, const char *path)
{
    char got[256];
    prose_chapter_path(got, sizeof(got), number, total, title);
    assert_string_equal(got, path);
}

static void test_chapter_files_sort_and_stay_in_their_folder(void **state)
{
    char got[256];
    (void)state;
    check_path(1, 9, "The First Bell", "chapters/01-the-first-bell.md");
    check_path(7, 120, "Salt", "chapters/007-salt.md");
    check_path(7, 2000, "Salt", "chapters/0007-salt.md");
    prose_chapter_path(got, sizeof(got), 1, 9, "../../etc/passwd");
    assert_null(strstr(got, ".."));
    assert_ptr_equal(strrchr(got, '/'), got + strlen("chapters"));
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_a_folder_is_found_again),
        test(test_a_strangers_folder_is_left_alone),
        test(test_one_book_in_two_homes),
        test(test_a_folder_of_the_users_is_left_alone),
        test(test_an_empty_folder_is_taken),
        test(test_a_folder_with_half_a_mark_is_taken),
        test(test_a_folder_that_cannot_be_made_is_an_error),
        test(test_a_chapter_is_a_heading_and_its_chunks),
        test(test_headings_stand_apart),
        test(test_a_gap_is_seen),
        test(test_what_streams_joins_as_it_will_stand),
        test(test_an_end_has_one_newline),
        test(test_chapter_files_sort_and_stay_in_their_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
