// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The message "redo" in every state of a job, and what it refuses.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/inbox.h"
#include "engine/message.h"
#include "io/json.h"
#include "scratch.h"

#include <cmocka.h>
#include <sqlite3.h>

#include <sys/stat.h>

static struct store *s;
static struct err e;
static int64_t job;
static int told; // calls of `changed`

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

static void add_chunk(int chapter, int seq, bool gap)
{
    const struct chunk_row c = {.chapter = chapter,
                                .seq = seq,
                                .text = gap ? "" : "Text.",
                                .len = gap ? 0 : 5,
                                .glue = "",
                                .words_asked = 5,
                                .words = gap ? 0 : 5,
                                .gap = gap};
    assert_ok(store_chunk_add(s, job, &c, &e));
}

// Chapters 1 and 2 are complete, of 3 there are the cards, 4 is only planned.
static void write_rows(void)
{
    for (int n = 1; n <= 4; n++) {
        const struct chapter_row c = {
            .number = n, .title = "A Door", .pov = "Mara", .event = "x", .ends_on = "y", .weight = 1};
        assert_ok(store_chapter_add(s, job, &c, &e));
        if (n < 4) assert_ok(store_cards_set(s, job, n, "a | b | c\n", 1, &e));
        if (n > 2) continue;
        add_chunk(n, 1, false);
        add_chunk(n, 2, n == 2);
        assert_ok(store_recap_set(s, job, n, "HAPPENED: x\n", &e));
    }
}

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    told = 0;
    if (scratch_setup(state) != 0 || mkdir(INBOX_DIR, 0700) != 0) return -1;
    if (store_open(&s, *state, STORE_READ_WRITE, &e) != STORE_OPENED) return -1;
    struct job j = {.uuid = mem_strdup("u-1"),
                    .slug = mem_strdup("salt"),
                    .title = mem_strdup("Salt"),
                    .spec = mem_strdup("{}"),
                    .backend = mem_strdup("sim"),
                    .out_parent = mem_strdup("."),
                    .words_target = 600,
                    .chapters_total = 4};
    bool ok = store_job_insert(s, &j, &e);
    job = j.id;
    job_release(&j);
    if (ok) write_rows();
    return ok ? 0 : -1;
}

static int tear_down(void **state)
{
    store_close(s);
    return scratch_teardown(state);
}

static void note(void *arg, int64_t id, enum job_state state)
{
    (void)arg;
    (void)id;
    (void)state;
    told++;
}

static struct inbox_answer redo(const char *members)
{
    const struct inbox_options o = {.home = ".", .queue_max = 9, .default_backend = "auto", .changed = note};
    struct json *more = json_read(members, strlen(members), &e);
    const struct message_change change = {.deadline_ms = -1, .more = more};
    char key[MESSAGE_KEY_SIZE];
    struct inbox_answer a;
    int taken;
    assert_non_null(more);
    assert_ok(message_post(".", MESSAGE_REDO, job, &change, key, &e));
    json_free(more);
    assert_ok(inbox_take(&o, s, &taken, &e));
    assert_int_equal(store_inbox_get(s, key, &a, &e), STORE_FOUND);
    return a;
}

static void check_refused(const char *members, const char *says)
{
    struct inbox_answer a = redo(members);
    assert_int_equal(a.code, ERR_USAGE);
    if (!strstr(a.text, says)) fail_msg("'%s' is not in: %s", says, a.text);
    assert_int_equal(told, 0);
}

static void check_done(const char *members)
{
    struct inbox_answer a = redo(members);
    if (a.code != 0) fail_msg("%s: %s", members, a.text);
}

static enum job_state state_now(void)
{
    struct job j;
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    enum job_state state = j.state;
    job_release(&j);
    return state;
}

static struct book book_now(void)
{
    struct book b;
    assert_ok(store_book_load(s, job, &b, &e));
    return b;
}

static int directions;

static bool count_direction(void *arg, const struct direction_row *d)
{
    const struct direction_row *expected = arg;
    assert_int_equal(d->first, expected->first);
    assert_int_equal(d->last, expected->last);
    assert_string_equal(d->text, expected->text);
    directions++;
    return true;
}

static void check_direction(int first, int last, const char *text)
{
    struct direction_row expected = {.first = first, .last = last, .text = text};
    directions = 0;
    assert_ok(store_directions_each(s, job, count_direction, &expected, &e));
    assert_int_equal(directions, 1);
}

// ---- what cannot be -----------------------------------------------------------------------------------------------

static void test_what_is_not_there_is_refused(void **state)
{
    (void)state;
    check_refused("{}", "there is no chapter 0: the book has 4");
    check_refused("{\"chapter\":5}", "there is no chapter 5: the book has 4");
    check_refused("{\"chapter\":4}",
                  "chapter 4 is not written yet: the book stands up to chapter 3; change its plan with: "
                  "novelgen outline 1 --edit");
    check_refused("{\"chapter\":2,\"chunk\":3}", "chapter 2 has 2 parts so far, there is no part 3");
    check_refused("{\"chapter\":2,\"chunk\":-1}", "there is no part -1");
    check_refused("{\"chapter\":3,\"chunk\":1}", "chapter 3 has 0 parts so far");
    // 2^32 + 1: no 1.
    check_refused("{\"chapter\":4294967297}", "there is no chapter 0");
    check_refused("{\"chapter\":1,\"chunk\":4294967297}", "there is no part -1");
    check_refused("{\"chapter\":\"1\"}", "there is no chapter 0");
    assert_int_equal(state_now(), JOB_QUEUED);
}

// ---- what becomes of rows -----------------------------------------------------------------------------------------

static void test_a_chapter(void **state)
{
    (void)state;
    check_done("{\"chapter\":1,\"note\":\"more rain\"}");
    struct book b = book_now();
    assert_int_equal(b.chapters[0].chunks_count, 0);
    assert_int_equal(b.chapters[1].chunks_count, 2);
    book_release(&b);
    check_direction(1, 1, "more rain");
    assert_int_equal(told, 1);
    check_done("{\"chapter\":1}"); // once more, before it was begun
}

static void test_a_chapter_and_all_behind_it(void **state)
{
    (void)state;
    check_done("{\"chapter\":2,\"chunk\":1,\"onward\":true,\"note\":\"darker\"}");
    struct book b = book_now();
    assert_int_equal(b.chapters[0].chunks_count, 2);
    assert_int_equal(b.chapters[1].chunks_count, 0);
    assert_int_equal(b.chapters[1].version, 2);
    assert_int_equal(b.chapters[2].cards, 0); // planned after a chapter that is gone
    assert_int_equal(b.chapters[2].version, 1);
    book_release(&b);
    check_direction(2, 0, "darker");
}

static void test_a_part_and_its_note(void **state)
{
    struct buf asked;
    (void)state;
    check_done("{\"chapter\":1,\"chunk\":2,\"note\":\"shorter\"}");
    struct book b = book_now();
    assert_false(b.chapters[0].chunks[0].stale);
    assert_true(b.chapters[0].chunks[1].stale);
    assert_true(b.chapters[0].has_recap);
    book_release(&b);
    buf_init(&asked, BUF_MAX_PIECE);
    assert_ok(store_chunk_note(s, job, 1, 2, &asked, &e));
    assert_string_equal(asked.data, "shorter");
    buf_release(&asked);
}

static void test_gaps(void **state)
{
    (void)state;
    check_done("{\"gaps\":true}");
    struct book b = book_now();
    assert_true(b.chapters[1].chunks[1].stale);
    assert_false(b.chapters[1].chunks[0].stale || b.chapters[0].chunks[0].stale);
    book_release(&b);
    assert_int_equal(told, 1);
}

static void test_no_gaps_change_nothing(void **state)
{
    (void)state;
    check_done("{\"chapter\":2}"); // takes the gap with it
    told = 0;
    check_done("{\"gaps\":true}");
    assert_int_equal(told, 0);
}

static void test_a_note_is_held_to_its_length(void **state)
{
    struct buf members;
    (void)state;
    buf_init(&members, BUF_MAX_PIECE);
    buf_addf(&members, "{\"chapter\":1,\"note\":\"%*s\"}", DIRECTION_BYTES + 1, "x");
    check_done(members.data); // blank ends are none of it
    check_direction(1, 1, "x");
    buf_clear(&members);
    buf_adds(&members, "{\"chapter\":1,\"note\":\"");
    for (int i = 0; i <= DIRECTION_BYTES; i++) buf_addc(&members, 'x');
    buf_adds(&members, "\"}");
    told = 0;
    check_refused(members.data, "the note has 4001 bytes, at most 4000 are taken");
    buf_release(&members);
}

// ---- what was seen and is not accepted ----------------------------------------------------------------------------

static int64_t begin_part(int chapter, int seq)
{
    int64_t id;
    const struct attempt_begin b = {.task = {.job = job, .kind = "chunk", .chapter = chapter, .seq = seq},
                                    .backend = "sim",
                                    .model = "m",
                                    .server = "sim",
                                    .words_asked = 80,
                                    .prefix = "",
                                    .conversation = chapter};
    assert_ok(store_attempt_begin(s, &b, &id, &e));
    return id;
}

static void stream_part(int chapter, int seq, const char *text)
{
    assert_ok(store_attempt_append(s, begin_part(chapter, seq), text, strlen(text), &e));
}

struct seen {
    char text[400];
};

static bool see_chunk(void *arg, const struct chunk_row *c)
{
    struct seen *seen = arg;
    size_t len = strlen(seen->text);
    (void)snprintf(seen->text + len, sizeof(seen->text) - len, "%d: %.*s;", c->seq, (int)(c->len - c->skip),
                   c->text + c->skip);
    return true;
}

static void check_version(int chapter, int version, const char *expected)
{
    struct seen seen = {""};
    assert_ok(store_chunks_of_version(s, job, chapter, version, see_chunk, &seen, &e));
    assert_string_equal(seen.text, expected);
}

static bool see_version(void *arg, const struct version_row *v)
{
    struct seen *seen = arg;
    size_t len = strlen(seen->text);
    (void)snprintf(seen->text + len, sizeof(seen->text) - len, "%d: %d parts, %s;", v->version, v->parts, v->reason);
    return true;
}

static void check_versions(int chapter, const char *expected)
{
    struct seen seen = {""};
    assert_ok(store_versions_each(s, job, chapter, see_version, &seen, &e));
    assert_string_equal(seen.text, expected);
}

static int64_t words_done(void)
{
    struct job j;
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    int64_t words = j.words_done;
    job_release(&j);
    return words;
}

// A redo of the chapter that was just being written lost the part at hand: it stood on the screen and in the .part file,
// and was in no version.
static void test_the_part_at_hand_stays_in_its_version(void **state)
{
    (void)state;
    add_chunk(3, 1, false);
    stream_part(3, 2, "\n\nShe opened the do");
    check_done("{\"chapter\":3,\"note\":\"darker\"}");
    check_version(3, 1, "1: Text.;2: She opened the do;");
    check_versions(3, "1: 2 parts, redo: darker;");
    assert_int_equal(words_done(), 15); // of the chapters that stand
    add_chunk(3, 1, false);
    check_version(3, 2, "1: Text.;");
}

static void test_the_first_part_at_hand_is_a_version(void **state)
{
    (void)state;
    stream_part(3, 1, "She opened the do");
    check_done("{\"chapter\":3}");
    check_versions(3, "1: 1 parts, redo;");
    add_chunk(3, 1, false);
    check_version(3, 1, "1: She opened the do;");
    check_version(3, 2, "1: Text.;");
    check_versions(3, "1: 1 parts, redo;2: 1 parts, ;");
}

static void test_a_part_written_anew_is_a_version_of_its_own(void **state)
{
    (void)state;
    check_done("{\"chapter\":1,\"chunk\":2}");
    stream_part(1, 2, "He ran an");
    check_done("{\"chapter\":1}");
    check_version(1, 1, "1: Text.;2: Text.;");
    check_version(1, 2, "1: Text.;2: He ran an;");
    assert_int_equal(words_done(), 5);
}

// What the gate has refused was said to be nothing of the book's.
static void test_what_was_refused_is_in_no_version(void **state)
{
    const struct attempt_end refused = {.failure = "none", .finish = "stop", .verdict = "refusal", .message = ""};
    (void)state;
    int64_t id = begin_part(3, 1);
    assert_ok(store_attempt_append(s, id, "I cannot help with that.", 24, &e));
    assert_ok(store_attempt_end(s, id, &refused, &e));
    check_done("{\"chapter\":3}");
    check_versions(3, "");
}

// Rows that contradict one another came from elsewhere. The message failed, the engine ended, and so did every engine
// after it, because the message was still there.
static void test_a_message_that_the_rows_do_not_allow_is_refused_for_good(void **state)
{
    sqlite3 *db;
    (void)state;
    assert_int_equal(sqlite3_open("novelgen.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "INSERT INTO chunk_old SELECT id, job, chapter, seq, 1, 1, 0, 0, 0, 0, 0, 0, '', 0,"
                                  " '', '', 0 FROM chunk",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    struct inbox_answer a = redo("{\"chapter\":1}");
    assert_int_equal(a.code, ERR_INTERNAL);
    assert_non_null(strstr(a.text, "UNIQUE"));
    assert_int_equal(told, 0);
    struct book b = book_now();
    assert_int_equal(b.chapters[0].chunks_count, 2);
    book_release(&b);
}

// ---- states -------------------------------------------------------------------------------------------------------

static void test_in_every_state(void **state)
{
    static const enum job_state ways[][3] = {
        {JOB_QUEUED, JOB_QUEUED, JOB_QUEUED},     {JOB_QUEUED, JOB_PLANNING, JOB_PLANNING},
        {JOB_PLANNING, JOB_WRITING, JOB_WRITING}, {JOB_WRITING, JOB_WAITING, JOB_QUEUED},
        {JOB_QUEUED, JOB_PAUSED, JOB_QUEUED},     {JOB_QUEUED, JOB_CANCELLED, JOB_QUEUED},
        {JOB_QUEUED, JOB_WRITING, JOB_WRITING},   {JOB_WRITING, JOB_DONE, JOB_QUEUED},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        enum job_state now = state_now();
        if (now != ways[i][1]) assert_ok(store_job_set_state(s, job, now, ways[i][1], "", &e));
        told = 0;
        check_done("{\"chapter\":1,\"chunk\":1}");
        assert_int_equal(state_now(), ways[i][2]);
        assert_int_equal(told, 1);
    }
}

// Killed between a chapter's file and its row, and then the chapter was to be written anew: its own file was left as its
// owner's work.
static void test_a_file_without_a_row_is_ours_before_its_chapter_goes(void **state)
{
    static const char text[] = "# A Door\n\nText.\n\nText.\n";
    uint64_t hash, len;
    (void)state;
    assert_ok(store_job_set_folder(s, job, "book", &e));
    assert_ok(file_mkdirs("book/chapters", 0755, &e));
    assert_ok(file_publish("book/chapters/01-a-door.md", text, sizeof(text) - 1, &e));
    check_done("{\"chapter\":1}");
    assert_int_equal(store_file_get(s, job, "chapters/01-a-door.md", &hash, &len, &e), STORE_FOUND);
    assert_int_equal(len, sizeof(text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_not_there_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_chapter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_chapter_and_all_behind_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_part_and_its_note, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_gaps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_gaps_change_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_note_is_held_to_its_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_part_at_hand_stays_in_its_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_first_part_at_hand_is_a_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_part_written_anew_is_a_version_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_refused_is_in_no_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_message_that_the_rows_do_not_allow_is_refused_for_good, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_a_file_without_a_row_is_ours_before_its_chapter_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_in_every_state, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("inbox_redo", tests, NULL, NULL);
}
