// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Files as projections of rows: whatever a crash, a full disk or a user did to them, publish_open makes them what the
// rows say; only what its owner has changed is left alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sys.h"
#include "engine/publish.h"
#include "out/folder.h"
#include "scratch.h"

#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>

enum { CHUNK_WORDS = 100 };

static struct store *s;
static struct job job;
static struct publish publish;
static struct err e;

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

static void add_chapter(int number, const char *title)
{
    const struct chapter_row c = {.number = number,
                                  .title = title,
                                  .pov = "Mara",
                                  .event = "a bell is found",
                                  .ends_on = "a ring",
                                  .weight = 1};
    assert_ok(store_chapter_add(s, job.id, &c, &e));
    assert_ok(store_cards_set(s, job.id, number, "a card | an event | a stop\n", 1, &e));
}

// The answer had a heading, which is kept in the row and is no prose.
static void add_chunk(int chapter, int seq, const char *text, int words)
{
    char whole[400];
    int n = snprintf(whole, sizeof(whole), "## X\n\n%s", text);
    const struct chunk_row c = {.chapter = chapter,
                                .seq = seq,
                                .text = whole,
                                .len = (size_t)n,
                                .skip = 6,
                                .glue = seq > 1 ? "\n\n" : "",
                                .words_asked = words,
                                .words = words};
    assert_ok(store_chunk_add(s, job.id, &c, &e));
}

static void open_files(void)
{
    struct book b;
    assert_ok(store_book_load(s, job.id, &b, &e));
    publish_open(&publish, s, &job, &b, CHUNK_WORDS);
    book_release(&b);
}

// Chapter 1 is complete, chapter 2 has all its prose and no recap yet, of chapter 3 there is one chunk.
static void write_rows(void)
{
    assert_ok(store_bible_set(s, job.id, "TITLE: Salt\nLOGLINE: x\n", "Salt", &e));
    add_chapter(1, "The Bell");
    add_chapter(2, "The Stair");
    add_chapter(3, "The Hour");
    add_chunk(1, 1, "It rang.", 100);
    add_chunk(1, 2, "She went.", 100);
    assert_ok(store_recap_set(s, job.id, 1, "HAPPENED: a bell\n", &e));
    add_chunk(2, 1, "Down it went.", 200);
    add_chunk(3, 1, "The hour was gone.", 100);
}

static int set_up(void **state)
{
    char folder[1024];
    e = (struct err)ERR_INIT;
    if (scratch_setup(state) != 0 || store_open(&s, *state, STORE_READ_WRITE, &e) != STORE_OPENED) return -1;
    job = (struct job){.uuid = mem_strdup("u-1"),
                       .slug = mem_strdup("salt"),
                       .title = mem_strdup("Salt"),
                       .spec = mem_strdup("{}"),
                       .backend = mem_strdup("sim"),
                       .out_parent = mem_strdup(*state),
                       .words_target = 600,
                       .chapters_total = 3};
    if (!store_job_insert(s, &job, &e)) return -1;
    int64_t id = job.id;
    if (!out_folder_make(folder, sizeof(folder), *state, id, "salt", "u-1", NULL, &e)) return -1;
    if (!store_job_set_folder(s, id, folder, &e) || chdir(folder) != 0) return -1;
    write_rows();
    job_release(&job);
    return store_job_get(s, id, &job, &e) == STORE_FOUND ? 0 : -1;
}

static int tear_down(void **state)
{
    job_release(&job);
    store_close(s);
    return scratch_teardown(state);
}

// ---- all files as one text -----------------------------------------------------------------------------------------

struct picture {
    struct buf text;
    const char *dir;
};

static bool add_file(void *arg, const char *name)
{
    struct picture *p = arg;
    char path[1024];
    struct buf content;
    (void)snprintf(path, sizeof(path), "%s/%s", p->dir, name);
    if (strcmp(name, "chapters") == 0) return true;
    buf_init(&content, BUF_MAX_PIECE);
    assert_int_equal(file_read(path, &content, &e), FILE_READ_OK);
    buf_addf(&p->text, "==== %s\n%s\n", path, content.data);
    buf_release(&content);
    return true;
}

static char *picture(void)
{
    struct picture p = {.dir = "."};
    buf_init(&p.text, BUF_MAX_PIECE);
    assert_ok(file_list(p.dir, add_file, &p, &e));
    p.dir = "chapters";
    assert_ok(file_list(p.dir, add_file, &p, &e));
    char *text = mem_strndup(p.text.data, p.text.len);
    buf_release(&p.text);
    return text;
}

static bool count_file_event(void *arg, const struct event_row *r)
{
    if (strcmp(r->type, "file") == 0) ++*(int *)arg;
    return true;
}

static int file_events(void)
{
    int n = 0;
    assert_ok(store_events_each(s, job.id, 0, count_file_event, &n, &e));
    return n;
}

static void write_over(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

// ---- from rows to files ----------------------------------------------------------------------------------------------

static void test_the_rows_give_the_files(void **state)
{
    (void)state;
    open_files();
    assert_true(scratch_holds("chapters/01-the-bell.md", "# The Bell\n\nIt rang.\n\nShe went.\n"));
    assert_true(scratch_holds("chapters/02-the-stair.md", "# The Stair\n\nDown it went.\n"));
    assert_true(scratch_holds("chapters/03-the-hour.md.part", "# The Hour\n\nThe hour was gone."));
    assert_true(scratch_holds("live.md", "# The Bell\n\nIt rang.\n\nShe went.\n\n# The Stair\n\nDown it went.\n\n"
                                         "# The Hour\n\nThe hour was gone."));
    assert_int_equal(scratch_entries("chapters"), 3);
    assert_true(file_exists("outline.md") && file_exists("outline.json"));
    assert_int_equal(file_events(), 0);
}

static void damage_nothing(void)
{
}
static void damage_live_gone(void)
{
    assert_int_equal(unlink("live.md"), 0);
}
static void damage_live_cut(void)
{
    assert_int_equal(truncate("live.md", 20), 0);
}
static void damage_live_longer(void)
{
    FILE *f = fopen("live.md", "a");
    assert_non_null(f);
    assert_true(fputs("\n\nA chunk whose commit was lost.", f) >= 0);
    assert_int_equal(fclose(f), 0);
}
static void damage_live_other(void)
{
    write_over("live.md", "something else altogether");
}
static void damage_chapter_gone(void)
{
    assert_int_equal(unlink("chapters/01-the-bell.md"), 0);
}
static void damage_part_left_behind(void)
{
    write_over("chapters/01-the-bell.md.part", "# The Bell\n\nIt ra");
}
static void damage_chapter_unpublished(void)
{
    assert_int_equal(rename("chapters/02-the-stair.md", "chapters/02-the-stair.md.part"), 0);
}
static void damage_part_streamed(void)
{
    write_over("chapters/03-the-hour.md.part", "# The Hour\n\nThe hour was gone.\n\nAnd what streamed th");
}
static void damage_temporary_left(void)
{
    write_over("chapters/.01-the-bell.md.999999999.1.tmp", "# The B");
    write_over(".outline.md.999999999.7.tmp", "#");
}
static void damage_outline_gone(void)
{
    assert_int_equal(unlink("outline.md") + unlink("outline.json"), 0);
}
static bool remove_chapter(void *arg, const char *name)
{
    char path[300];
    (void)arg;
    (void)snprintf(path, sizeof(path), "chapters/%s", name);
    return unlink(path) == 0;
}
static void damage_chapters_gone(void)
{
    assert_ok(file_list("chapters", remove_chapter, NULL, &e));
    assert_int_equal(rmdir("chapters"), 0);
}

static void test_damaged_files_are_made_right(void **state)
{
    static void (*const damages[])(void) = {
        damage_nothing,       damage_live_gone,      damage_live_cut,         damage_live_longer,
        damage_live_other,    damage_chapter_gone,   damage_part_left_behind, damage_chapter_unpublished,
        damage_part_streamed, damage_temporary_left, damage_outline_gone,     damage_chapters_gone,
    };
    (void)state;
    open_files();
    char *right = picture();
    for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
        damages[i]();
        open_files();
        char *now = picture();
        if (strcmp(now, right) != 0) fail_msg("damage %zu: %s", i, now);
        free(now);
    }
    assert_int_equal(file_events(), 0);
    free(right);
}

// Killed between the file and its row: the file is ours all the same.
static void test_a_file_without_a_row_is_known_by_its_bytes(void **state)
{
    (void)state;
    assert_ok(file_mkdirs("chapters", 0755, &e));
    write_over("chapters/01-the-bell.md", "# The Bell\n\nIt rang.\n\nShe went.\n");
    open_files();
    assert_int_equal(file_events(), 0);
    uint64_t hash, len;
    assert_int_equal(store_file_get(s, job.id, "chapters/01-the-bell.md", &hash, &len, &e), STORE_FOUND);
}

// The same, and the book was changed before anybody looked: what was ours was taken for its owner's work, and left.
static void test_a_file_without_a_row_is_known_before_the_rows_change(void **state)
{
    (void)state;
    open_files();
    assert_ok(publish_book(&publish, &e));
    const char *names[] = {"chapters/01-the-bell.md", "book.md", "outline.md", "outline.json"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) assert_ok(store_file_drop(s, job.id, names[i], &e));
    write_over("chapters/02-the-stair.md", "mine");
    assert_ok(publish_own(s, &job, &e));
    assert_ok(store_chapter_set_given(s, job.id, 1, "The Chime", &e));
    assert_ok(store_chapter_set_given(s, job.id, 2, "The Well", &e));
    open_files();
    publish_outline(&publish);
    assert_ok(publish_book(&publish, &e));
    assert_int_equal(file_events(), 0);
    assert_false(file_exists("chapters/01-the-bell.md"));
    assert_true(scratch_holds("chapters/02-the-stair.md", "mine"));
    char *now = picture();
    assert_null(strstr(now, "The Bell"));
    free(now);
}

// ---- the owner's hand ------------------------------------------------------------------------------------------------

static void test_a_chapter_edited_by_hand_is_left_alone(void **state)
{
    static const char mine[] = "# The Bell\n\nIt rang, twice.\n";
    (void)state;
    open_files();
    write_over("chapters/01-the-bell.md", mine);
    open_files();
    assert_true(scratch_holds("chapters/01-the-bell.md", mine));
    assert_true(file_events() > 0);
    assert_ok(publish_book(&publish, &e));
    assert_true(scratch_holds("chapters/01-the-bell.md", mine));
}

// A chapter to be written anew was moved by its owner: the file under its old name stayed beside the new one.
static void test_a_chapter_with_another_title_leaves_no_old_file(void **state)
{
    (void)state;
    open_files();
    assert_true(file_exists("chapters/01-the-bell.md"));
    assert_ok(store_chapter_set_given(s, job.id, 1, "The Chime", &e));
    publish_chunks(&publish, 1, true);
    assert_true(file_exists("chapters/01-the-chime.md"));
    assert_false(file_exists("chapters/01-the-bell.md"));
    assert_true(file_exists("chapters/02-the-stair.md"));
}

static void test_a_file_that_was_there_before_is_left_alone(void **state)
{
    (void)state;
    write_over("book.md", "my own book");
    open_files();
    assert_ok(publish_book(&publish, &e));
    assert_true(scratch_holds("book.md", "my own book"));
    assert_int_equal(file_events(), 1);
}

static int fsync_but_no_directory(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode)) return sys_real.fsync(fd);
    errno = ENOSPC;
    return -1;
}

// A full disk kept the directory from being synced after the rename: the file had no row, and its next version was kept
// from it as from one that its owner had edited.
static void test_a_file_in_an_unsynced_directory_is_ours(void **state)
{
    (void)state;
    sys.fsync = fsync_but_no_directory;
    open_files();
    publish_outline(&publish);
    sys = sys_real;
    assert_true(publish.failing);
    assert_ok(store_chapter_set_given(s, job.id, 1, "The Chime", &e));
    open_files();
    publish_outline(&publish);
    char *now = picture();
    assert_non_null(strstr(now, "==== chapters/01-the-chime.md\n# The Chime\n"));
    assert_null(strstr(now, "The Bell"));
    free(now);
    assert_int_equal(file_events(), 1);
}

// ---- step by step ------------------------------------------------------------------------------------------------------

static void test_step_by_step_is_the_same_as_all_at_once(void **state)
{
    (void)state;
    open_files();
    add_chunk(3, 2, "Nobody had seen it.", 60);
    publish_partial(&publish, 3, 2, "Then", 4);
    publish_chunks(&publish, 3, false);
    assert_true(
        scratch_holds("chapters/03-the-hour.md.part", "# The Hour\n\nThe hour was gone.\n\nNobody had seen it."));
    publish_partial(&publish, 3, 3, " And she", 8);
    assert_true(scratch_holds("chapters/03-the-hour.md.part",
                              "# The Hour\n\nThe hour was gone.\n\nNobody had seen it. And she"));
    add_chunk(3, 3, "And she laughed.", 40);
    publish_chunks(&publish, 3, true);
    assert_false(file_exists("chapters/03-the-hour.md.part"));
    char *by_steps = picture();
    damage_live_gone();
    damage_chapters_gone();
    open_files();
    char *at_once = picture();
    assert_string_equal(by_steps, at_once);
    free(by_steps);
    free(at_once);
}

// ---- written anew --------------------------------------------------------------------------------------------------------

static void check_live(const char *expected)
{
    if (!scratch_holds("live.md", expected)) fail_msg("live.md is not: %s", expected);
}

#define LIVE "# The Bell\n\nIt rang.\n\nShe went.\n\n# The Stair\n\nDown it went.\n\n# The Hour\n\nThe hour was gone."

static void replace_chunk(int chapter, int seq, const char *text)
{
    const struct chunk_row c = {
        .chapter = chapter, .seq = seq, .text = text, .len = strlen(text), .glue = "\n\n", .words = 100};
    assert_ok(store_chunk_redo(s, job.id, chapter, seq, "", &e));
    assert_ok(store_chunk_replace(s, job.id, &c, &e));
}

// Only ever added to, by steps or all at once.
static void test_live_is_in_the_order_of_acceptance(void **state)
{
    (void)state;
    open_files();
    check_live(LIVE);
    replace_chunk(1, 2, "She ran.");
    publish_chunks(&publish, 1, true);
    check_live(LIVE "\n\n*[Chapter 1, part 2, written anew:]*\n\nShe ran.");
    add_chunk(3, 2, "Nobody had seen it.", 100);
    publish_chunks(&publish, 3, false);
    check_live(LIVE "\n\n*[Chapter 1, part 2, written anew:]*\n\nShe ran."
                    "\n\n*[Chapter 3, part 2:]*\n\nNobody had seen it.");
    assert_int_equal(unlink("live.md"), 0);
    open_files();
    check_live(LIVE "\n\n*[Chapter 1, part 2, written anew:]*\n\nShe ran."
                    "\n\n*[Chapter 3, part 2:]*\n\nNobody had seen it.");
    assert_true(scratch_holds("chapters/01-the-bell.md", "# The Bell\n\nIt rang.\n\nShe ran.\n"));
}

// Complete or as it was: what is being written stands beside it.
static void test_a_chapter_that_is_written_anew_keeps_its_file_until_it_is_whole(void **state)
{
    static const char old[] = "# The Bell\n\nIt rang.\n\nShe went.\n";
    (void)state;
    open_files();
    assert_ok(store_chapter_redo(s, job.id, 1, "", &e));
    open_files();
    assert_true(scratch_holds("chapters/01-the-bell.md", old));
    publish_partial(&publish, 1, 1, "It did not", 10);
    assert_true(scratch_holds("chapters/01-the-bell.md.part", "# The Bell\n\nIt did not"));
    add_chunk(1, 1, "It did not ring.", 100);
    publish_chunks(&publish, 1, false);
    assert_true(scratch_holds("chapters/01-the-bell.md", old));
    add_chunk(1, 2, "She stayed.", 100);
    publish_chunks(&publish, 1, true);
    assert_true(scratch_holds("chapters/01-the-bell.md", "# The Bell\n\nIt did not ring.\n\nShe stayed.\n"));
    assert_false(file_exists("chapters/01-the-bell.md.part"));
    check_live(LIVE "\n\n*[Chapter 1, part 1, written anew:]*\n\n# The Bell\n\nIt did not ring.\n\nShe stayed.");
}

static void test_a_part_that_is_written_anew_shows_what_stands_before_it(void **state)
{
    (void)state;
    open_files();
    publish_partial(&publish, 1, 2, "She ran", 7);
    assert_true(scratch_holds("chapters/01-the-bell.md.part", "# The Bell\n\nIt rang.\n\nShe ran"));
    assert_true(scratch_holds("chapters/01-the-bell.md", "# The Bell\n\nIt rang.\n\nShe went.\n"));
}

static void test_a_live_file_that_somebody_cut_is_whole_after_the_next_chunk(void **state)
{
    (void)state;
    open_files();
    assert_int_equal(truncate("live.md", 3), 0);
    add_chunk(3, 2, "Nobody had seen it.", 100);
    publish_chunks(&publish, 3, true);
    char *by_steps = picture();
    open_files();
    char *at_once = picture();
    assert_string_equal(by_steps, at_once);
    free(by_steps);
    free(at_once);
}

static void test_a_failure_is_told_once_and_mended_later(void **state)
{
    (void)state;
    open_files();
    char *right = picture();
    damage_chapters_gone();
    write_over("chapters", "a file where a folder should be");
    for (int i = 0; i < 3; i++) publish_partial(&publish, 3, 0, " More", 5);
    assert_int_equal(file_events(), 1);
    assert_int_equal(unlink("chapters"), 0);
    open_files();
    char *now = picture();
    assert_string_equal(now, right);
    free(right);
    free(now);
}

// Chapter 3 was completed while its folder could not be written, chapter 4 could be: the job ended without the file of
// chapter 3.
static void test_a_later_success_does_not_hide_an_earlier_failure(void **state)
{
    struct book b;
    (void)state;
    open_files();
    assert_int_equal(rename("chapters", "away"), 0);
    write_over("chapters", "a file where a folder should be");
    add_chunk(3, 2, "Nobody had seen it.", 100);
    publish_chunks(&publish, 3, true);
    assert_true(publish.failing && publish.why[0] != '\0');
    assert_int_equal(unlink("chapters") + rename("away", "chapters"), 0);
    publish_outline(&publish);
    assert_true(publish.failing);
    assert_ok(store_book_load(s, job.id, &b, &e));
    publish_again(&publish, &b, CHUNK_WORDS);
    book_release(&b);
    assert_false(publish.failing);
    assert_true(file_exists("chapters/03-the-hour.md"));
    assert_int_equal(file_events(), 1);
}

// A chunk that live.md had no room for was counted as written, and missing there from then on.
static void test_live_takes_up_what_it_had_no_room_for(void **state)
{
    (void)state;
    open_files();
    assert_int_equal(rename("live.md", "aside"), 0);
    assert_int_equal(mkdir("live.md", 0755), 0);
    add_chunk(3, 2, "Nobody had seen it.", 60);
    publish_chunks(&publish, 3, false);
    assert_int_equal(rmdir("live.md") + rename("aside", "live.md"), 0);
    add_chunk(3, 3, "And she laughed.", 40);
    publish_chunks(&publish, 3, true);
    char *by_steps = picture();
    open_files();
    char *at_once = picture();
    assert_string_equal(by_steps, at_once);
    free(by_steps);
    free(at_once);
}

static void test_the_book_and_its_report(void **state)
{
    (void)state;
    open_files();
    assert_ok(publish_book(&publish, &e));
    assert_true(scratch_holds("book.md",
                              "# Salt\n\n## The Bell\n\nIt rang.\n\nShe went.\n\n## The Stair\n\nDown it went.\n\n"
                              "## The Hour\n\nThe hour was gone.\n"));
    assert_true(file_exists("report.json"));
    assert_int_equal(unlink("book.md"), 0);
    assert_int_equal(mkdir("book.md", 0755), 0); // cannot be replaced by a file
    assert_false(publish_book(&publish, &e));
    assert_int_equal(rmdir("book.md"), 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_the_rows_give_the_files),
        test(test_damaged_files_are_made_right),
        test(test_a_file_without_a_row_is_known_by_its_bytes),
        test(test_a_file_without_a_row_is_known_before_the_rows_change),
        test(test_a_chapter_edited_by_hand_is_left_alone),
        test(test_a_chapter_with_another_title_leaves_no_old_file),
        test(test_a_file_that_was_there_before_is_left_alone),
        test(test_a_file_in_an_unsynced_directory_is_ours),
        test(test_step_by_step_is_the_same_as_all_at_once),
        test(test_a_live_file_that_somebody_cut_is_whole_after_the_next_chunk),
        test(test_live_is_in_the_order_of_acceptance),
        test(test_a_chapter_that_is_written_anew_keeps_its_file_until_it_is_whole),
        test(test_a_part_that_is_written_anew_shows_what_stands_before_it),
        test(test_a_failure_is_told_once_and_mended_later),
        test(test_a_later_success_does_not_hide_an_earlier_failure),
        test(test_live_takes_up_what_it_had_no_room_for),
        test(test_the_book_and_its_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
