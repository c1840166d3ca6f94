// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Starting programs: their environment, their group, their descriptors.
#include "io/child.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>

// Returns what the program printed, to be freed.
static char *run(const char *const *argv, const char *const *more)
{
    struct err e = ERR_INIT;
    struct buf out;
    int ends[2];
    pid_t pid;
    buf_init(&out, BUF_MAX_PIECE);
    assert_true(child_pipe(ends, &e));
    struct child_fds fds = {{-1, ends[1], -1, -1}};
    assert_true(child_spawn(&pid, argv, &fds, more, &e));
    close(ends[1]);
    assert_true(file_read_fd(ends[0], "pipe", &out, &e));
    close(ends[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return out.data;
}

static char *run_script(const char *script, const char *const *more)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    return run(argv, more);
}

static void test_more_environment(void **state)
{
    (void)state;
    static const char *const more[] = {"NOVELGEN_A=one two = three", "NOVELGEN_HAD=new", "NOVELGEN_EMPTY=", NULL};
    static const char *const none[] = {NULL};
    static const char script[] = "echo \"[$NOVELGEN_A][$NOVELGEN_HAD][${NOVELGEN_EMPTY-unset}][$NOVELGEN_OWN]\"";
    static const struct {
        const char *const *more;
        const char *printed;
    } cases[] = {
        {NULL, "[][old][unset][kept]\n"},
        {none, "[][old][unset][kept]\n"},
        {more, "[one two = three][new][][kept]\n"},
    };
    setenv("NOVELGEN_HAD", "old", 1);
    setenv("NOVELGEN_OWN", "kept", 1);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *printed = run_script(script, cases[i].more);
        assert_string_equal(printed, cases[i].printed);
        free(printed);
    }
    assert_string_equal(getenv("NOVELGEN_HAD"), "old"); // ours is as it was
}

// Two of one name would be read differently by a shell and by a program.
static void test_a_name_stands_there_once(void **state)
{
    (void)state;
    static const char *const more[] = {"NOVELGEN_HAD=new", NULL};
    static const char *const argv[] = {"env", NULL}; // prints the list as it was given
    setenv("NOVELGEN_HAD", "old", 1);
    setenv("NOVELGEN_HAD_TOO", "1", 1);
    char *printed = run(argv, more);
    assert_non_null(strstr(printed, "NOVELGEN_HAD=new\n"));
    assert_null(strstr(printed, "NOVELGEN_HAD=old\n"));
    assert_non_null(strstr(printed, "NOVELGEN_HAD_TOO=1\n"));
    free(printed);
}

static void test_own_group_and_default_signals(void **state)
{
    (void)state;
    sigset_t held, before;
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    (void)signal(SIGHUP, SIG_IGN);
    sigprocmask(SIG_BLOCK, &held, &before);
    char *printed = run_script(
        "group=$(ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat); test $$ = $group && echo leads; "
        "(kill -TERM $$; echo no) & wait; echo lives",
        NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(strncmp(printed, "leads\n", 6), 0);
    assert_null(strstr(printed, "lives"));
    free(printed);
}

static void test_program_that_is_not_there(void **state)
{
    (void)state;
    const char *argv[] = {"/no/such/program", NULL};
    struct child_fds fds = {{-1, -1, -1, -1}};
    struct err e = ERR_INIT;
    pid_t pid;
    assert_false(child_spawn(&pid, argv, &fds, NULL, &e));
    assert_string_equal(e.text, "cannot run '/no/such/program': No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_more_environment),
        cmocka_unit_test(test_a_name_stands_there_once),
        cmocka_unit_test(test_own_group_and_default_signals),
        cmocka_unit_test(test_program_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
