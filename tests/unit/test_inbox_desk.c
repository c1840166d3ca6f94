// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Messages of the author's desk: a book made longer, a chapter taken in, a rank, a job removed. In every state, and with
// members that make no sense: whoever wrote such a file gets an answer, and the rows stay as they were.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/hash.h"
#include "engine/inbox.h"
#include "engine/incoming.h"
#include "engine/message.h"
#include "scratch.h"

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

static struct store *s;
static struct err e;
static int64_t id;
static int told;
static enum job_state told_state;

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

#define FILE_1 "chapters/01-one.md"

// A job with one complete chapter of 100 words, whose file was published.
static int set_up(void **state)
{
    struct job j = {.uuid = mem_strdup("u"),
                    .slug = mem_strdup("salt"),
                    .title = mem_strdup("Salt"),
                    .spec = mem_strdup("{\"premise\":\"An hour is lost.\",\"words\":1000}"),
                    .out_dir = mem_strdup("book"),
                    .out_parent = mem_strdup("."),
                    .words_target = 1000,
                    .chapters_total = 2};
    const struct chapter_row c = {.number = 1, .title = "One", .pov = "", .event = "", .ends_on = "", .weight = 1};
    const struct chunk_row k = {.chapter = 1, .seq = 1, .text = "Prose.", .len = 6, .glue = "", .words = 100};
    e = (struct err)ERR_INIT;
    told = 0;
    if (scratch_setup(state) != 0 || mkdir(INBOX_DIR, 0700) != 0 ||
        store_open(&s, *state, STORE_READ_WRITE, &e) != STORE_OPENED)
        return -1;
    assert_ok(store_job_insert(s, &j, &e));
    id = j.id;
    assert_ok(store_chapter_add(s, id, &c, &e) && store_chunk_add(s, id, &k, &e));
    assert_ok(store_cards_set(s, id, 1, "a card\n", 1, &e) && store_recap_set(s, id, 1, "HAPPENED: it\n", &e));
    assert_ok(store_file_put(s, id, FILE_1, 1, 2, &e));
    job_release(&j);
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return scratch_teardown(state);
}

static void note(void *arg, int64_t job, enum job_state state)
{
    (void)arg;
    (void)job;
    told++;
    told_state = state;
}

// Puts a message, with "job" and what is given, and takes it in.
static struct inbox_answer post(const char *type, const char *members)
{
    static int number;
    const struct inbox_options o = {.home = ".", .queue_max = 10, .default_backend = "auto", .changed = note};
    char name[40], path[80], text[2000];
    struct inbox_answer a;
    int taken;
    (void)snprintf(name, sizeof name, "%06d.json", ++number);
    (void)snprintf(path, sizeof path, "%s/%s", INBOX_DIR, name);
    int n =
        snprintf(text, sizeof text, "{\"type\":\"%s\",\"job\":%d%s%s}", type, (int)id, *members ? "," : "", members);
    assert_ok(file_publish(path, text, (size_t)n, &e));
    assert_ok(inbox_take(&o, s, &taken, &e));
    assert_int_equal(taken, 1);
    assert_int_equal(store_inbox_get(s, name, &a, &e), STORE_FOUND);
    return a;
}

static void check_refused(const char *type, const char *members, const char *part)
{
    struct inbox_answer a = post(type, members);
    assert_int_equal(a.code, ERR_USAGE);
    if (!strstr(a.text, part)) fail_msg("'%s' is not in: %s", part, a.text);
}

static void check_taken(const char *type, const char *members)
{
    struct inbox_answer a = post(type, members);
    if (a.code != 0) fail_msg("%s", a.text);
}

static struct job row(void)
{
    struct job j;
    assert_int_equal(store_job_get(s, id, &j, &e), STORE_FOUND);
    return j;
}

static void check_state(enum job_state expected)
{
    struct job j = row();
    assert_int_equal(j.state, expected);
    job_release(&j);
}

static void lead_to(enum job_state to)
{
    struct job j = row();
    if (j.state != to) assert_ok(store_job_set_state(s, id, j.state, to, "", &e));
    job_release(&j);
}

static const enum job_state states[] = {JOB_QUEUED, JOB_PLANNING, JOB_WRITING,   JOB_WAITING,
                                        JOB_PAUSED, JOB_DONE,     JOB_CANCELLED, JOB_APPROVAL};

// ---- extend --------------------------------------------------------------------------------------------------------

static void test_only_a_done_book_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (states[i] == JOB_DONE) continue;
        lead_to(states[i]);
        check_refused("extend", "\"words\":500", "the book is not done");
        check_state(states[i]);
    }
    lead_to(JOB_DONE);
    check_taken("extend", "\"words\":740,\"note\":\"Mara sails.\"");
    struct job j = row();
    assert_int_equal(j.state, JOB_QUEUED);
    assert_int_equal(j.words_target, 1740);
    assert_int_equal(j.chapters_total, 3); // 500 words a chapter, rounded
    assert_int_equal(told_state, JOB_QUEUED);
    job_release(&j);
    lead_to(JOB_DONE);
    check_taken("extend", "\"words\":100"); // at least one
    j = row();
    assert_int_equal(j.chapters_total, 4);
    job_release(&j);
}

static bool read_direction(void *arg, const struct direction_row *d)
{
    buf_addf(arg, "%d-%d %s|", d->first, d->last, d->text);
    return true;
}

static void test_the_old_end_is_none(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, BUF_MAX_PIECE);
    lead_to(JOB_DONE);
    check_taken("extend", "\"words\":1000,\"note\":\"Mara sails.\"");
    assert_ok(store_directions_each(s, id, read_direction, &out, &e));
    assert_string_equal(out.data, "3-0 The book was to end with chapter 2. It does not end there any more: the story "
                                  "goes on from what has happened, and ends with chapter 4. Mara sails.|");
    buf_release(&out);
}

static void test_lengths_that_make_no_sense(void **state)
{
    (void)state;
    lead_to(JOB_DONE);
    check_refused("extend", "", "fewer than 100");
    check_refused("extend", "\"words\":\"many\"", "fewer than 100");
    check_refused("extend", "\"words\":-5", "fewer than 100");
    check_refused("extend", "\"words\":9223372036854775807", "too many");
    check_refused("extend", "\"words\":4999999", "expected at most 5000000 words");
    check_state(JOB_DONE);
}

// ---- priority ------------------------------------------------------------------------------------------------------

static void test_priority(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        char members[40];
        lead_to(states[i]);
        (void)snprintf(members, sizeof members, "\"priority\":%d", -100 + (int)i);
        check_taken("priority", members);
        struct job j = row();
        assert_int_equal(j.priority, -100 + (int)i);
        assert_int_equal(j.state, states[i]);
        job_release(&j);
    }
    check_refused("priority", "\"priority\":101", "-100 to 100");
    check_refused("priority", "\"priority\":-101", "-100 to 100");
    check_refused("priority", "\"priority\":\"high\"", "no number");
    check_refused("priority", "", "no number");
}

// ---- remove --------------------------------------------------------------------------------------------------------

static void test_what_is_in_the_queue_is_not_removed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (!job_state_runnable(states[i])) continue;
        lead_to(states[i]);
        check_refused("remove", "", "novelgen cancel");
        check_state(states[i]);
    }
}

static void test_what_may_still_run_is_not_removed(void **state)
{
    struct job j;
    const struct attempt_begin b = {.task = {.job = id, .kind = "chunk", .chapter = 2, .seq = 1},
                                    .backend = "b",
                                    .model = "m",
                                    .server = "s",
                                    .prefix = "",
                                    .max_tokens = 900};
    int64_t attempt;
    (void)state;
    lead_to(JOB_CANCELLED);
    assert_ok(store_attempt_begin(s, &b, &attempt, &e));
    struct inbox_answer a = post("remove", "");
    assert_int_equal(a.code, ERR_BUSY);
    assert_non_null(strstr(a.text, "may still be running"));
    assert_non_null(strstr(a.text, " min at most"));
    assert_non_null(strstr(a.text, "novelgen rm 1"));
    assert_int_equal(store_job_get(s, id, &j, &e), STORE_FOUND);
    job_release(&j);
}

static void test_asked_whether_it_may_go(void **state)
{
    (void)state;
    check_refused("remove", "\"check\":true", "novelgen cancel");
    check_taken("cancel", "");
    check_taken("remove", "\"check\":true");
    struct job j = row();
    assert_int_equal(j.state, JOB_CANCELLED);
    job_release(&j);
}

// Who had unpacked a book was killed when its message was answered: what it had unpacked stayed.
static void test_what_a_killed_import_left_goes(void **state)
{
    char mine[INCOMING_KEY_SIZE];
    (void)state;
    (void)snprintf(mine, sizeof mine, "001-%ld-aa", (long)getpid());
    assert_ok(incoming_make(".", "001-99999999-ab", &e) && incoming_make(".", mine, &e));
    check_taken("note", "\"text\":\"rain\"");
    assert_false(file_exists(INCOMING_DIR "/001-99999999-ab"));
    (void)snprintf(mine, sizeof mine, INCOMING_DIR "/001-%ld-aa", (long)getpid());
    assert_true(file_exists(mine));
}

static void test_removed(void **state)
{
    struct job j;
    (void)state;
    lead_to(JOB_DONE);
    check_taken("remove", "");
    assert_int_equal(told, 1); // whoever holds it lets go
    assert_int_equal(store_job_get(s, id, &j, &e), STORE_NONE);
    assert_int_equal(post("remove", "").code, ERR_NO_JOB);
}

// ---- sync ----------------------------------------------------------------------------------------------------------

#define HASH "\"hash\":\"00000000000000ab\",\"len\":20"
#define GOOD "\"chapter\":1,\"path\":\"" FILE_1 "\"," HASH

static int64_t version_of(int chapter)
{
    struct book b;
    assert_ok(store_book_load(s, id, &b, &e));
    int64_t version = book_chapter_at(&b, chapter)->version;
    book_release(&b);
    return version;
}

static void test_a_chapter_is_taken_in(void **state)
{
    uint64_t hash, len;
    struct book b;
    (void)state;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        lead_to(states[i]);
        check_taken("sync", GOOD ",\"title\":\"New\",\"text\":\"Three good words.\"");
        check_state(states[i] == JOB_DONE ? JOB_QUEUED : states[i]);
        assert_int_equal(version_of(1), 2 + (int64_t)i);
    }
    assert_ok(store_book_load(s, id, &b, &e));
    const struct book_chapter *c = book_chapter_at(&b, 1);
    assert_true(c->given);
    assert_false(c->has_recap);
    assert_int_equal(c->cards, 0);
    assert_int_equal(c->chunks_count, 1);
    assert_int_equal(c->chunks[0].words, 3);
    assert_false(b.finished);
    book_release(&b);
    assert_int_equal(store_file_get(s, id, FILE_1, &hash, &len, &e), STORE_FOUND);
    assert_true(hash == 0xab && len == 20);
    struct job j = row();
    assert_int_equal(j.words_done, 3);
    assert_int_equal(j.chapters_done, 0);
    job_release(&j);
}

static void test_what_is_no_chapter_of_ours(void **state)
{
    (void)state;
    lead_to(JOB_DONE);
    check_refused("sync", GOOD ",\"text\":\" \\n\"", "would be empty");
    check_refused("sync", GOOD, "would be empty");
    check_refused("sync", "\"chapter\":2,\"path\":\"" FILE_1 "\"," HASH ",\"text\":\"x\"", "names no file");
    check_refused("sync", "\"chapter\":2,\"path\":\"chapters/02-two.md\"," HASH ",\"text\":\"x\"", "not written yet");
    check_refused("sync", "\"chapter\":1,\"path\":\"chapters/01-x.md\"," HASH ",\"text\":\"x\"", "not published");
    check_refused("sync", "\"chapter\":1,\"path\":\"../01-x.md\"," HASH ",\"text\":\"x\"", "names no file");
    check_refused("sync", "\"chapter\":1,\"path\":\"" FILE_1 "\",\"hash\":\"zz\",\"text\":\"x\"", "names no file");
    check_refused("sync", "", "names no file");
    check_state(JOB_DONE);
    assert_int_equal(version_of(1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_only_a_done_book_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_old_end_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lengths_that_make_no_sense, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_priority, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_in_the_queue_is_not_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_may_still_run_is_not_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_asked_whether_it_may_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_a_killed_import_left_goes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_chapter_is_taken_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_chapter_of_ours, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
