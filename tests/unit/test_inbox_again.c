// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A book that goes into the queue again, by whatever message: there must be room for it, and a deadline that has passed
// is spoken of.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "engine/inbox.h"
#include "engine/message.h"
#include "io/json.h"
#include "scratch.h"

#include <cmocka.h>

#include <sys/stat.h>

enum { HOUR = 3600000 };

static struct store *s;
static struct err e;
static int64_t book;
static int queue_max;

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

static int64_t add_job(const char *uuid)
{
    struct job j = {.uuid = mem_strdup(uuid),
                    .slug = mem_strdup("salt"),
                    .title = mem_strdup("Salt"),
                    .spec = mem_strdup("{}"),
                    .backend = mem_strdup("sim"),
                    .out_parent = mem_strdup("."),
                    .words_target = 600,
                    .chapters_total = 1};
    assert_ok(store_job_insert(s, &j, &e));
    int64_t id = j.id;
    job_release(&j);
    return id;
}

// One chapter, written; another job is queued.
static int set_up(void **state)
{
    const struct chapter_row row = {
        .number = 1, .title = "A Door", .pov = "Mara", .event = "x", .ends_on = "y", .weight = 1};
    const struct chunk_row chunk = {.chapter = 1, .seq = 1, .text = "Text.", .len = 5, .glue = "", .words = 1};
    e = (struct err)ERR_INIT;
    queue_max = 9;
    if (scratch_setup(state) != 0 || mkdir(INBOX_DIR, 0700) != 0) return -1;
    if (store_open(&s, *state, STORE_READ_WRITE, &e) != STORE_OPENED) return -1;
    book = add_job("u-1");
    assert_ok(store_chapter_add(s, book, &row, &e));
    assert_ok(store_cards_set(s, book, 1, "a | b | c\n", 1, &e));
    assert_ok(store_chunk_add(s, book, &chunk, &e));
    assert_ok(store_recap_set(s, book, 1, "HAPPENED: x\n", &e));
    (void)add_job("u-2");
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return scratch_teardown(state);
}

static struct inbox_answer give(enum message_verb verb, const char *members)
{
    const struct inbox_options o = {.home = ".", .queue_max = queue_max, .default_backend = "auto"};
    struct json *more = json_read(members, strlen(members), &e);
    const struct message_change change = {.deadline_ms = -1, .more = more};
    char key[MESSAGE_KEY_SIZE];
    struct inbox_answer a;
    int taken;
    assert_non_null(more);
    assert_ok(message_post(".", verb, book, &change, key, &e));
    json_free(more);
    assert_ok(inbox_take(&o, s, &taken, &e));
    assert_int_equal(store_inbox_get(s, key, &a, &e), STORE_FOUND);
    return a;
}

static struct job job_now(void)
{
    struct job j;
    assert_int_equal(store_job_get(s, book, &j, &e), STORE_FOUND);
    return j;
}

static void is_now(enum job_state to)
{
    struct job j = job_now();
    assert_ok(store_job_set_state(s, book, j.state, to, "", &e));
    job_release(&j);
}

static void check_state(enum job_state state)
{
    struct job j = job_now();
    assert_int_equal(j.state, state);
    job_release(&j);
}

struct told {
    char text[400]; // of the last event about a deadline
    int count;
};

static bool on_event(void *arg, const struct event_row *r)
{
    struct told *t = arg;
    if (strcmp(r->type, "deadline") != 0) return true;
    (void)snprintf(t->text, sizeof(t->text), "%s", r->text);
    t->count++;
    return true;
}

static struct told told_of_deadline(void)
{
    struct told t = {.text = ""};
    assert_ok(store_events_each(s, book, 0, on_event, &t, &e));
    return t;
}

// ---- room ----------------------------------------------------------------------------------------------------------

static const struct {
    enum message_verb verb;
    enum job_state from;
    const char *members;
} again[] = {
    {MESSAGE_REDO, JOB_DONE, "{\"chapter\":1}"},   {MESSAGE_REDO, JOB_CANCELLED, "{\"chapter\":1}"},
    {MESSAGE_EXTEND, JOB_DONE, "{\"words\":500}"}, {MESSAGE_SYNC, JOB_DONE, "{\"chapter\":1}"},
    {MESSAGE_RESUME, JOB_CANCELLED, "{}"},
};

// Only submit and import looked at queue.max: the queue grew past its bound by jobs that came back.
static void test_a_full_queue_takes_no_book_back(void **state)
{
    (void)state;
    queue_max = 1;
    for (size_t i = 0; i < ARRAY_LEN(again); i++) {
        is_now(again[i].from);
        struct inbox_answer a = give(again[i].verb, again[i].members);
        assert_int_equal(a.code, ERR_QUEUE_FULL);
        assert_string_equal(
            a.text, "the queue is full: 1 unfinished jobs, queue.max is 1; wait for one to end, or cancel one");
        check_state(again[i].from);
        struct job j = job_now();
        assert_int_equal(j.words_done, 1); // nothing of it was taken out
        assert_int_equal(j.words_target, 600);
        job_release(&j);
    }
}

// What is paused, or waits, is counted already.
static void test_a_full_queue_lets_its_own_go_on(void **state)
{
    static const enum job_state own[] = {JOB_PAUSED, JOB_WAITING};
    (void)state;
    queue_max = 1;
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        is_now(own[i]);
        assert_int_equal(give(MESSAGE_RESUME, "{}").code, 0);
        check_state(JOB_QUEUED);
        is_now(own[i]);
        assert_int_equal(give(MESSAGE_REDO, "{\"chapter\":1,\"chunk\":1}").code, 0);
        check_state(JOB_QUEUED);
    }
}

// ---- a deadline ----------------------------------------------------------------------------------------------------

static void check_deadline(int64_t expected)
{
    struct job j = job_now();
    assert_true(j.deadline_ms == expected);
    job_release(&j);
}

// It was for the writing of the book. A redo wrote a chapter of a hundred words, or heeded it in no way at all.
static void test_one_that_passed_does_not_hold_for_a_book_that_was_done(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i += 2) { // redo, extend
        is_now(JOB_DONE);
        assert_ok(store_job_set_deadline(s, book, clock_wall_ms() - HOUR, &e));
        assert_int_equal(give(again[i].verb, again[i].members).code, 0);
        check_state(JOB_QUEUED);
        check_deadline(0);
        struct told t = told_of_deadline();
        assert_int_equal(t.count, (int)(i / 2) + 1);
        assert_non_null(strstr(t.text, " has passed: what is written now takes the time it needs; to give it another "
                                       "one: novelgen resume 1 --within 2h"));
    }
}

static void test_one_that_lies_ahead_holds(void **state)
{
    int64_t ahead = clock_wall_ms() + HOUR;
    (void)state;
    is_now(JOB_DONE);
    assert_ok(store_job_set_deadline(s, book, ahead, &e));
    assert_int_equal(give(MESSAGE_REDO, "{\"chapter\":1}").code, 0);
    check_deadline(ahead);
    assert_int_equal(told_of_deadline().count, 0);
}

// Who asks for more words wants them.
static void test_none_holds_for_a_book_that_is_made_longer(void **state)
{
    (void)state;
    is_now(JOB_DONE);
    assert_ok(store_job_set_deadline(s, book, clock_wall_ms() + HOUR, &e));
    assert_int_equal(give(MESSAGE_EXTEND, "{\"words\":500}").code, 0);
    check_deadline(0);
    struct told t = told_of_deadline();
    assert_non_null(strstr(t.text, " was for the book as it was: what is written now takes the time it needs; "));
}

static void test_a_book_that_was_broken_off_keeps_it(void **state)
{
    int64_t passed = clock_wall_ms() - HOUR;
    (void)state;
    assert_ok(store_job_set_deadline(s, book, passed, &e));
    for (size_t i = 0; i < 2; i++) {
        is_now(JOB_PAUSED);
        assert_int_equal(
            give(i == 0 ? MESSAGE_RESUME : MESSAGE_REDO, i == 0 ? "{}" : "{\"chapter\":1,\"chunk\":1}").code, 0);
        check_deadline(passed);
        struct told t = told_of_deadline();
        assert_int_equal(t.count, (int)i + 1);
        assert_non_null(strstr(t.text,
                               " has passed: the book comes to its end as soon as it can; to give it more time: "
                               "novelgen resume 1 --within 2h"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_full_queue_takes_no_book_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_queue_lets_its_own_go_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_that_passed_does_not_hold_for_a_book_that_was_done, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_one_that_lies_ahead_holds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_none_holds_for_a_book_that_is_made_longer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_book_that_was_broken_off_keeps_it, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("inbox_again", tests, NULL, NULL);
}
