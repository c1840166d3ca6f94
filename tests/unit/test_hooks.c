// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The user's commands, with real shells that write down what they were told.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/hooks.h"
#include "scratch.h"

#include <cmocka.h>

#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { PATIENCE_MS = 20000 };

static struct hooks *hooks;
static int64_t now_ms = 1000;
static struct job job;

// Appears under its name only when all of it is there.
#define WRITE(text) "printf '%s' \"" text "\" >>out.part && mv out.part out"

static char *tells_all[] = {"/bin/sh", "-c",
                            WRITE("$NOVELGEN_EVENT|$NOVELGEN_JOB|$NOVELGEN_TITLE|$NOVELGEN_STATE|$NOVELGEN_REASON|"
                                  "$NOVELGEN_FOLDER|$NOVELGEN_WORDS|$NOVELGEN_TARGET|$NOVELGEN_CHAPTERS|"
                                  "$NOVELGEN_GAPS"),
                            NULL};
// Each call makes one more file.
static char *counts[] = {"/bin/sh", "-c", "mktemp told.XXXXXX", NULL};

static int set_up(void **state)
{
    job = (struct job){.id = 7,
                       .title = "The Hour",
                       .slug = "the-hour",
                       .state = JOB_DONE,
                       .reason = "",
                       .out_dir = "/tmp/books/7-the-hour",
                       .words_done = 1488,
                       .words_target = 1500,
                       .chapters_done = 2,
                       .gaps = 1};
    return scratch_setup(state);
}

static void pause_ms(int ms)
{
    (void)poll(NULL, 0, ms);
}

// Those that outlived their hooks are no children of the next test.
static void collect(void)
{
    for (int64_t until = clock_mono_ms() + PATIENCE_MS; clock_mono_ms() < until; pause_ms(5)) {
        pid_t got = 1;
        while (got > 0) got = waitpid(-1, NULL, WNOHANG);
        if (got < 0) return;
    }
}

static int tear_down(void **state)
{
    hooks_free(hooks);
    hooks = NULL;
    collect();
    return scratch_teardown(state);
}

static void assert_comes(const char *path, const char *text)
{
    for (int64_t until = clock_mono_ms() + PATIENCE_MS; !scratch_holds(path, text); pause_ms(5))
        if (clock_mono_ms() > until) fail_msg("'%s' does not hold: %s", path, text);
}

static bool has_children(void)
{
    return waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) == 0;
}

// Until the last of ours has been collected.
static void reap_all(void)
{
    for (int64_t until = clock_mono_ms() + PATIENCE_MS; has_children(); pause_ms(5)) {
        hooks_reap(hooks);
        if (clock_mono_ms() > until) fail_msg("a command was not collected");
    }
}

static void tell(enum job_state to)
{
    job.state = to;
    hooks_tell(hooks, &job, now_ms);
}

// ---- what they hear

static void test_the_facts(void **state)
{
    const struct config c = {.on_done = tells_all};

    (void)state;
    hooks = hooks_new(&c);
    tell(JOB_DONE);
    assert_comes("out", "done|7|The Hour|done||/tmp/books/7-the-hour|1488|1500|2|1");
}

static void test_a_reason_is_one_line(void **state)
{
    const struct config c = {.on_pause = tells_all};

    (void)state;
    job.title = "";
    job.reason = "first\nNOVELGEN_JOB=9\x1b[31m";
    hooks = hooks_new(&c);
    tell(JOB_PAUSED);
    assert_comes("out", "pause|7|the-hour|paused|first?NOVELGEN_JOB=9?[31m|/tmp/books/7-the-hour|1488|1500|2|1");
}

static void test_it_has_no_terminal_and_our_environment(void **state)
{
    static char *looks[] = {
        "/bin/sh", "-c",
        "cat; echo lost; echo lost >&2; if [ -t 0 ] || [ -t 1 ]; then OWN=terminal; fi; " WRITE("$OWN $NOVELGEN_JOB"),
        NULL};
    const struct config c = {.on_done = looks};

    (void)state;
    assert_int_equal(setenv("OWN", "mine", 1), 0);
    hooks = hooks_new(&c);
    tell(JOB_DONE);
    assert_comes("out", "mine 7");
}

// ---- when they are started

static void assert_told(size_t times)
{
    reap_all();
    assert_int_equal(scratch_entries("."), times);
}

static void test_only_three_states_are_told(void **state)
{
    const struct config c = {.on_wait = counts, .on_done = counts, .on_pause = counts}, none = {0};

    (void)state;
    hooks = hooks_new(&c);
    tell(JOB_QUEUED);
    tell(JOB_PLANNING);
    tell(JOB_WRITING);
    tell(JOB_CANCELLED);
    assert_told(0);
    tell(JOB_WAITING);
    assert_told(1);
    tell(JOB_PAUSED);
    assert_told(2);
    tell(JOB_DONE);
    assert_told(3);
    hooks_free(hooks);
    hooks = hooks_new(&none);
    tell(JOB_WAITING);
    tell(JOB_DONE);
    tell(JOB_PAUSED);
    assert_told(3);
}

static void test_one_wait_is_told_once(void **state)
{
    const struct config c = {.on_wait = counts};

    (void)state;
    hooks = hooks_new(&c);
    tell(JOB_WAITING);
    job.reason = "another one";
    tell(JOB_WAITING);
    tell(JOB_WAITING);
    assert_told(1);
    job.id = 8; // of another job
    tell(JOB_WAITING);
    job.id = 7;
    tell(JOB_WAITING);
    assert_told(2);
    tell(JOB_WRITING);
    tell(JOB_WAITING); // a new one, a moment later: a server that comes and goes
    assert_told(2);
    tell(JOB_WRITING);
    now_ms += INT64_C(10) * 60 * 1000;
    tell(JOB_WAITING);
    assert_told(3);
    job.id = 8;
    tell(JOB_WAITING);
    assert_told(3);
}

// ---- when it goes wrong

static void test_a_command_that_is_not_there_is_a_line_in_the_log(void **state)
{
    static char *absent[] = {"/no/such/command", NULL};
    const struct config c = {.on_done = absent, .on_pause = counts};
    struct err e = ERR_INIT;
    struct buf text;

    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    assert_true(log_to_file("log", 100000, &e));
    hooks = hooks_new(&c);
    tell(JOB_DONE);
    assert_int_equal(file_read("log", &text, &e), FILE_READ_OK);
    assert_non_null(strstr(text.data, "on_done: cannot run '/no/such/command'"));
    buf_release(&text);
    assert_false(has_children());
    tell(JOB_PAUSED); // the others go on
    assert_told(2);   // and the log
}

static void test_a_failure_is_a_line_in_the_log(void **state)
{
    static char *fails[] = {"/bin/sh", "-c", "exit 3", NULL};
    const struct config c = {.on_wait = fails};
    struct err e = ERR_INIT;
    struct buf text;

    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    assert_true(log_to_file("log", 100000, &e));
    hooks = hooks_new(&c);
    tell(JOB_WAITING);
    reap_all();
    assert_int_equal(file_read("log", &text, &e), FILE_READ_OK);
    assert_non_null(strstr(text.data, "on_wait: the command ended with exit code 3"));
    buf_release(&text);
}

static void test_nobody_waits_for_it(void **state)
{
    static char *hangs[] = {"/bin/sh", "-c", "read line <fifo; " WRITE("$line"), NULL};
    const struct config c = {.on_done = hangs};

    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    hooks = hooks_new(&c);
    tell(JOB_DONE);
    hooks_reap(hooks);
    assert_true(has_children());
    hooks_free(hooks); // it goes on
    hooks = NULL;
    FILE *fifo = fopen("fifo", "w"); // waits until it reads
    assert_non_null(fifo);
    assert_true(fputs("still here\n", fifo) >= 0 && fclose(fifo) == 0);
    assert_comes("out", "still here");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_the_facts),
        TEST(test_a_reason_is_one_line),
        TEST(test_it_has_no_terminal_and_our_environment),
        TEST(test_only_three_states_are_told),
        TEST(test_one_wait_is_told_once),
        TEST(test_nobody_waits_for_it),
        TEST(test_a_command_that_is_not_there_is_a_line_in_the_log),
        TEST(test_a_failure_is_a_line_in_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
