// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Whose a file is: told apart by what was published, said once, and never taken for ours when it is its owner's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "app/own_chapter.h"
#include "app/own_edits.h"
#include "app/own_files.h"
#include "engine/pages.h"
#include "base/hash.h"
#include "engine/publish.h"
#include "out/folder.h"
#include "scratch.h"

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_WORDS = 100 };

static struct store *s;
static struct job job;
static struct err e;

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

// Two complete chapters in the folder "book".
static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (scratch_setup(state) != 0 || store_open(&s, *state, STORE_READ_WRITE, &e) != STORE_OPENED) return -1;
    job = (struct job){.uuid = mem_strdup("u"),
                       .slug = mem_strdup("salt"),
                       .title = mem_strdup("Salt"),
                       .spec = mem_strdup("{\"premise\":\"An hour is lost.\",\"words\":200,\"chapters\":2}"),
                       .out_dir = mem_strdup("book"),
                       .out_parent = mem_strdup("."),
                       .words_target = 200,
                       .chapters_total = 2};
    assert_ok(store_job_insert(s, &job, &e));
    for (int n = 1; n <= 2; n++) {
        const struct chapter_row c = {
            .number = n, .title = n == 1 ? "One" : "Two", .pov = "", .event = "", .ends_on = "", .weight = 1};
        const struct chunk_row k = {.chapter = n, .seq = 1, .text = "Prose.", .len = 6, .glue = "", .words = 100};
        assert_ok(store_chapter_add(s, job.id, &c, &e) && store_chunk_add(s, job.id, &k, &e));
        assert_ok(store_recap_set(s, job.id, n, "HAPPENED: it\n", &e));
    }
    return 0;
}

static int tear_down(void **state)
{
    job_release(&job);
    store_close(s);
    return scratch_teardown(state);
}

static void publish(void)
{
    struct publish p;
    struct book b;
    assert_ok(store_book_load(s, job.id, &b, &e));
    publish_open(&p, s, &job, &b, CHUNK_WORDS);
    assert_false(p.failing);
    assert_ok(publish_book(&p, &e));
    book_release(&b);
}

static void put(const char *path, const char *text)
{
    assert_ok(file_publish(path, text, strlen(text), &e));
}

static void check_edits(const char *expected)
{
    struct own_edits l;
    struct buf out;
    buf_init(&out, BUF_MAX_LINE);
    assert_ok(own_edits_find(&l, s, &job, &e));
    own_edits_text(&l, 3, " --home X", &out);
    assert_string_equal(out.len > 0 ? out.data : "", expected);
    own_edits_release(&l);
    buf_release(&out);
}

// ---- edits ---------------------------------------------------------------------------------------------------------

static void test_edits(void **state)
{
    (void)state;
    publish();
    check_edits("");
    assert_ok(file_remove("book/chapters/01-one.md", &e)); // it will be made again: no edit
    check_edits("");
    put("book/chapters/02-two.md", "# Two\n\nPr0se.\n"); // of the same length
    check_edits("changed by hand: chapters/02-two.md; take it in with: novelgen sync 3 --home X");
    put("book/book.md", "mine");
    check_edits("changed by hand: book.md, chapters/02-two.md; take the chapters in with: novelgen sync 3 --home X");
    put("book/live.md", "mine"); // a projection
    put("book/notes.md", "mine");
    assert_ok(file_remove("book/chapters/02-two.md", &e));
    check_edits("changed by hand: book.md; left alone: move it away to have it made again");
}

static int64_t count_told(void)
{
    int64_t n = 0;
    uint64_t hash, len;
    char data[200], digits[HASH_TEXT_SIZE];
    assert_true(file_hash("book/chapters/02-two.md", &hash, &len, &e));
    hash_text(digits, hash);
    (void)snprintf(data, sizeof data, "{\"path\":\"chapters/02-two.md\",\"hash\":\"%s\"}", digits);
    n += store_event_find(s, job.id, "file", data, &e) == STORE_FOUND;
    return n;
}

static bool count_file_event(void *arg, const struct event_row *row)
{
    *(int *)arg += strcmp(row->type, "file") == 0;
    return true;
}

static int file_events(void)
{
    int n = 0;
    assert_ok(store_events_each(s, job.id, 0, count_file_event, &n, &e));
    return n;
}

static void test_an_edit_is_said_once(void **state)
{
    (void)state;
    publish();
    put("book/chapters/02-two.md", "mine\n");
    for (int i = 0; i < 3; i++) publish();
    assert_int_equal(file_events(), 1);
    assert_int_equal(count_told(), 1);
    put("book/chapters/02-two.md", "mine, and more\n");
    for (int i = 0; i < 3; i++) publish();
    assert_int_equal(file_events(), 2);
    assert_true(scratch_holds("book/chapters/02-two.md", "mine, and more\n"));
}

// ---- another title -------------------------------------------------------------------------------------------------

static void test_a_file_of_another_name(void **state)
{
    (void)state;
    publish();
    assert_ok(store_chapter_set_given(s, job.id, 1, "The Tide", &e) &&
              store_chapter_set_given(s, job.id, 2, "The Ebb", &e));
    put("book/chapters/02-two.md", "mine\n");
    publish();
    assert_true(scratch_holds("book/chapters/01-the-tide.md", "# The Tide\n\nProse.\n"));
    assert_true(scratch_holds("book/chapters/02-the-ebb.md", "# The Ebb\n\nProse.\n"));
    assert_false(file_exists("book/chapters/01-one.md"));
    assert_true(scratch_holds("book/chapters/02-two.md", "mine\n"));
    check_edits("changed by hand: chapters/02-two.md; take it in with: novelgen sync 3 --home X");
}

static void test_chapter_paths(void **state)
{
    (void)state;
    assert_int_equal(pages_path_chapter("chapters/01-one.md"), 1);
    assert_int_equal(pages_path_chapter("chapters/1200-one.md"), 1200);
    assert_int_equal(pages_path_chapter("chapters/01-one.md.part"), 0);
    assert_int_equal(pages_path_chapter("chapters/one.md"), 0);
    assert_int_equal(pages_path_chapter("book.md"), 0);
    assert_int_equal(pages_path_chapter("chapters/-1-one.md"), 0);
    assert_int_equal(pages_path_chapter("chapters/+1-one.md"), 0);
    assert_int_equal(pages_path_chapter("chapters/ 1-one.md"), 0);
}

// ---- all files -----------------------------------------------------------------------------------------------------

static void test_what_may_go(void **state)
{
    struct own_files l;
    bool gone = true;
    (void)state;
    publish();
    put("book/" OUT_FOLDER_MARK, "u\n");
    put("book/chapters/03-three.md.part", "so far");
    put("book/chapters/02-two.md", "mine\n");
    put("book/own.txt", "mine\n");
    assert_ok(own_files_find(&l, s, &job, &e));
    assert_int_equal(l.kept_count, 2);
    assert_string_equal(l.kept[0], "chapters/02-two.md");
    assert_string_equal(l.kept[1], "own.txt");
    assert_ok(own_files_remove(&l, &job, &gone, &e));
    own_files_release(&l);
    assert_false(gone);
    assert_int_equal(scratch_entries("book"), 2);
    assert_int_equal(scratch_entries("book/chapters"), 1);
    assert_ok(file_remove("book/own.txt", &e) && file_remove("book/chapters/02-two.md", &e));
    assert_ok(own_files_find(&l, s, &job, &e) && own_files_remove(&l, &job, &gone, &e));
    own_files_release(&l);
    assert_true(gone);
}

static void check_nothing_goes(void)
{
    struct own_files l;
    assert_ok(own_files_find(&l, s, &job, &e));
    assert_int_equal(l.ours_count, 0);
    own_files_release(&l);
}

// The book was moved away, and another home's has taken the name.
static void test_the_folder_of_another_book(void **state)
{
    (void)state;
    publish();
    check_nothing_goes(); // it bears no mark
    put("book/" OUT_FOLDER_MARK, "v\n");
    check_nothing_goes();
}

static void test_a_link_is_not_followed(void **state)
{
    struct own_files l;
    (void)state;
    publish();
    put("book/" OUT_FOLDER_MARK, "u\n");
    assert_int_equal(rename("book/chapters", "elsewhere"), 0);
    assert_int_equal(symlink("../elsewhere", "book/chapters"), 0);
    put("elsewhere/mine.md.part", "mine");
    assert_ok(own_files_find(&l, s, &job, &e));
    for (size_t i = 0; i < l.ours_count; i++) assert_null(strstr(l.ours[i], "chapters/"));
    assert_int_equal(l.kept_count, 1);
    assert_string_equal(l.kept[0], "chapters");
    own_files_release(&l);
}

// ---- reading an edited chapter -------------------------------------------------------------------------------------

static void check_read(const char *file, const char *title, const char *text)
{
    struct own_chapter c;
    put("edited.md", file);
    assert_ok(own_chapter_read(&c, "edited.md", &e));
    if (title)
        assert_string_equal(c.title, title);
    else
        assert_null(c.title);
    assert_string_equal(c.text.data, text);
    assert_int_equal(c.len, strlen(file));
    assert_true(c.hash == hash_bytes(file, strlen(file)));
    own_chapter_release(&c);
}

static void test_reading(void **state)
{
    (void)state;
    check_read("# One\n\nText.\n", "One", "Text.\n");
    check_read("\n\n## One two ##\nText.\n", "One two", "Text.\n");
    check_read("\xEF\xBB\xBF# One\r\n\r\nText.\r\n", "One", "Text.\n");
    check_read("#hash is no heading\n\nText.\n", NULL, "#hash is no heading\n\nText.\n");
    check_read("####### seven marks are none\n", NULL, "####### seven marks are none\n");
    check_read("Text.\n\n# Later\n", NULL, "Text.\n\n# Later\n");
    check_read("# \n\nText.\n", NULL, "Text.\n");
}

static void check_refused(const void *data, size_t len, const char *part)
{
    struct own_chapter c;
    struct err bad = ERR_INIT;
    assert_ok(file_publish("edited.md", data, len, &e));
    assert_false(own_chapter_read(&c, "edited.md", &bad));
    assert_int_equal(bad.code, ERR_USAGE);
    if (!strstr(bad.text, part)) fail_msg("'%s' is not in: %s", part, bad.text);
}

static void test_what_is_no_chapter(void **state)
{
    struct own_chapter c;
    struct err bad = ERR_INIT;
    (void)state;
    check_refused("", 0, "holds no text");
    check_refused("# One\n \n", 8, "holds no text");
    check_refused("# One\n\nb\xe9", 9, "line 3");
    check_refused("a\0b", 3, "NUL");
    assert_false(own_chapter_read(&c, "nothing.md", &bad));
    assert_non_null(strstr(bad.text, "there is no file 'nothing.md'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_folder_of_another_book, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_link_is_not_followed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_edits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_edit_is_said_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_file_of_another_name, set_up, tear_down),
        cmocka_unit_test(test_chapter_paths),
        cmocka_unit_test_setup_teardown(test_what_may_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reading, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_chapter, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
