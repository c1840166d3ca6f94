// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Managed backends with real processes. This program is its own keeper ("… keeper --lock …"), and its own engine
// where one has to be killed ("… engine COMMAND", which prints its keeper's pid and sleeps).
#include "backend/keeper.h"

#include "base/clock.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/os.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LIMIT_MS = 60000, NAP_US = 5000 }; // of what must end by itself, on a machine that is busy with other things

static char self[1024];

static struct keeper *keep(const char *script, int socket)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    struct keeper_options o = {self, argv, "keeper.lock", "backend.log", socket};
    struct err e = ERR_INIT;
    struct keeper *k = keeper_start(&o, &e);
    assert_non_null(k);
    return k;
}

static bool file_says(const char *path, const char *want)
{
    struct buf b;
    struct err e = ERR_INIT;
    buf_init(&b, BUF_MAX_PIECE);
    bool found = file_read(path, &b, &e) == FILE_READ_OK && strstr(b.data, want) != NULL;
    buf_release(&b);
    return found;
}

static void await_file(const char *path, const char *want)
{
    int64_t until_ms = clock_mono_ms() + LIMIT_MS;
    while (!file_says(path, want)) {
        if (clock_mono_ms() > until_ms) fail_msg("'%s' never said '%s'", path, want);
        usleep(NAP_US);
    }
}

static pid_t read_pid(const char *path)
{
    struct buf b;
    struct err e = ERR_INIT;
    await_file(path, "\n");
    buf_init(&b, BUF_MAX_LINE);
    assert_int_equal(file_read(path, &b, &e), FILE_READ_OK);
    pid_t pid = (pid_t)strtol(b.data, NULL, 10);
    buf_release(&b);
    assert_true(pid > 1);
    return pid;
}

// A zombie that init has not collected yet is as good as gone.
static bool is_gone(pid_t pid)
{
    char path[64];
    if (kill(pid, 0) != 0) return errno == ESRCH;
    (void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    return file_says(path, ") Z ");
}

static void await_gone(pid_t pid)
{
    int64_t until_ms = clock_mono_ms() + LIMIT_MS;
    while (!is_gone(pid)) {
        if (clock_mono_ms() > until_ms) fail_msg("process %ld lives on", (long)pid);
        usleep(NAP_US);
    }
}

static void await_lock_free(void)
{
    int64_t until_ms = clock_mono_ms() + LIMIT_MS;
    struct lock l = LOCK_INIT;
    struct err e = ERR_INIT;
    while (lock_try(&l, "keeper.lock", false, &e) != LOCK_HELD) {
        if (clock_mono_ms() > until_ms) fail_msg("the lock is still held");
        usleep(NAP_US);
    }
    lock_release(&l);
}

static void await_end(struct keeper *k, char *why, size_t size)
{
    int64_t until_ms = clock_mono_ms() + LIMIT_MS;
    while (keeper_alive(k, why, size)) {
        if (clock_mono_ms() > until_ms) fail_msg("the keeper does not end");
        usleep(NAP_US);
    }
}

static void test_backend_dies(void **state)
{
    (void)state;
    static const struct {
        const char *script, *why;
    } cases[] = {
        {"echo starting; echo 'error: no such model' >&2; exit 3",
         "'sh' exited with status 3: starting | error: no such model"},
        {"for i in 1 2 3 4 5; do echo line $i; echo; done; exit 1",
         "'sh' exited with status 1: line 3 | line 4 | line 5"},
        {"kill -9 $$", "'sh' was killed by signal 9"},
        {"printf 'bell \\a without newline'; exit 1", "'sh' exited with status 1: bell ? without newline"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char why[256] = "";
        struct keeper *k = keep(cases[i].script, -1);
        await_end(k, why, sizeof(why));
        assert_string_equal(why, cases[i].why);
        keeper_stop(k);
        await_lock_free();
    }
    assert_true(file_says("backend.log", "starting"));
}

// A line as long as this leaves no room for those before it, and is cut itself.
static void test_long_last_words(void **state)
{
    (void)state;
    char why[400] = "", words[2048];
    struct keeper *k = keep("echo short; printf '%0300d\\n' 7; exit 1", -1);
    await_end(k, why, sizeof(why));
    assert_int_equal(strncmp(why, "'sh' exited with status 1: 0000", 31), 0);
    assert_in_range(strlen(why), 200, 270);
    keeper_words(k, words, sizeof(words));
    assert_int_equal(strncmp(words, "short | 0000", 12), 0);
    assert_int_equal(strlen(words), 8 + 300);
    keeper_stop(k);
}

static void await_words(struct keeper *k, const char *want)
{
    char words[256] = "";
    int64_t until_ms = clock_mono_ms() + LIMIT_MS;
    for (keeper_words(k, words, sizeof(words)); strcmp(words, want) != 0; keeper_words(k, words, sizeof(words))) {
        if (clock_mono_ms() > until_ms) fail_msg("its words are '%s', not '%s'", words, want);
        usleep(NAP_US);
    }
}

// While it lives, after its end, and nothing of the one before; control characters never come through.
static void test_words(void **state)
{
    (void)state;
    char why[256] = "";
    struct keeper *k =
        keep("for i in 1 2 3 4 5 6; do echo loading $i; done; printf 'b\\033[2J\\n'; exec sleep 1000", -1);
    await_words(k, "loading 3 | loading 4 | loading 5 | loading 6 | b?[2J");
    assert_true(keeper_alive(k, why, sizeof(why)));
    keeper_stop(k);

    k = keep("until test -e go; do sleep 0.01; done; echo out of memory; exit 1", -1);
    await_words(k, "");
    int fd = open("go", O_WRONLY | O_CREAT, 0600);
    close(fd);
    await_end(k, why, sizeof(why));
    await_words(k, "out of memory");
    keeper_stop(k);
}

// Only the last 4 KB of the log are read, and a line whose head is cut off by that is none.
static void test_words_of_a_long_log(void **state)
{
    (void)state;
    struct keeper *k = keep("printf '%03000d\\n' 0; printf '%01500d\\nlast\\n' 1; exec sleep 1000", -1);
    char words[4096] = "";
    await_file("backend.log", "last\n");
    keeper_words(k, words, sizeof(words));
    assert_int_equal(strspn(words, "0"), 511);
    assert_string_equal(words + 511, " | last");
    keeper_stop(k);
}

static void test_command_that_does_not_exist(void **state)
{
    (void)state;
    const char *argv[] = {"no-such-command", NULL};
    struct keeper_options o = {self, argv, "keeper.lock", "backend.log", -1};
    struct err e = ERR_INIT;
    char why[256] = "";
    struct keeper *k = keeper_start(&o, &e);
    assert_non_null(k);
    await_end(k, why, sizeof(why));
    assert_string_equal(why, "cannot run 'no-such-command': No such file or directory");
    keeper_stop(k);
}

static void test_program_that_does_not_exist(void **state)
{
    (void)state;
    const char *argv[] = {"true", NULL};
    struct keeper_options o = {"/no/such/program", argv, "keeper.lock", "backend.log", -1};
    struct err e = ERR_INIT;
    assert_null(keeper_start(&o, &e));
    assert_int_equal(e.code, ERR_BACKEND);
}

// When the leader dies by itself, what it left running in its group goes too.
static void test_rest_of_the_group_goes_with_its_leader(void **state)
{
    (void)state;
    char why[256] = "";
    struct keeper *k = keep("sleep 1000 & echo $! >child; exit 4", -1);
    pid_t child = read_pid("child");
    await_end(k, why, sizeof(why));
    await_gone(child);
    keeper_stop(k);
}

static void test_stop_is_gentle_then_hard(void **state)
{
    (void)state;
    struct keeper *k = keep("trap 'echo bye >bye; exit 0' TERM; echo $$ >gentle; while :; do sleep 0.01; done", -1);
    pid_t gentle = read_pid("gentle");
    int64_t start_ms = clock_mono_ms();
    keeper_stop(k);
    assert_true(is_gone(gentle));
    assert_true(file_says("bye", "bye"));
    assert_in_range(clock_mono_ms() - start_ms, 0, LIMIT_MS);

    k = keep(
        "trap '' TERM; (while :; do sleep 0.01; done) & echo $! >child; echo $$ >hard; while :; do sleep 0.01; done",
        -1);
    pid_t hard = read_pid("hard"), child = read_pid("child");
    start_ms = clock_mono_ms();
    keeper_stop(k);
    assert_in_range(clock_mono_ms() - start_ms, 2900, LIMIT_MS);
    await_gone(hard);
    await_gone(child);
    await_lock_free();
}

// The engine is killed, so nobody tells the keeper anything: only the pipe ends.
static void test_engine_is_killed(void **state)
{
    (void)state;
    static const char script[] =
        "trap '' TERM; sleep 1000 & echo $! >child; echo $$ >leader; while :; do sleep 0.01; done";
    pid_t engine = fork();
    assert_true(engine >= 0);
    if (engine == 0) {
        execl(self, self, "engine", script, (char *)NULL);
        _exit(127);
    }
    pid_t leader = read_pid("leader"), child = read_pid("child");
    kill(engine, SIGKILL);
    assert_int_equal(waitpid(engine, NULL, 0), engine);
    await_gone(leader);
    await_gone(child);
    await_lock_free();
}

static void kill_keeper(struct keeper *k)
{
    char why[256] = "";
    kill((pid_t)lock_holder("keeper.lock"), SIGKILL);
    await_end(k, why, sizeof(why));
    assert_string_equal(why, "the keeper was killed by signal 9");
    keeper_stop(k);
}

// Nobody could end its backend then: the next keeper does, whether it goes gently or not, before it starts its own.
static void test_keeper_is_killed(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "echo $$ >left; while :; do sleep 0.01; done",
        "trap '' TERM; (while :; do sleep 0.01; done) & echo $! >child; echo $$ >left; while :; do sleep 0.01; done",
    };
    for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
        struct keeper *k = keep(scripts[i], -1);
        pid_t left = read_pid("left");
        // The keeper signs after the spawn: wait for that, not for its backend.
        char group[32];
        (void)snprintf(group, sizeof(group), "\n%ld ", (long)left);
        await_file("keeper.lock", group);
        kill_keeper(k);
        assert_false(is_gone(left));
        k = keep("kill -0 $(cat left) 2>/dev/null && echo both >both; echo $$ >next; exec sleep 1000", -1);
        (void)read_pid("next");
        assert_true(is_gone(left));
        if (i == 1) await_gone(read_pid("child"));
        assert_true(file_says("backend.log", "ending what an earlier keeper left running"));
        keeper_stop(k);
        assert_false(file_says("keeper.lock", " "));
        (void)remove("left");
        (void)remove("next");
    }
}

// Its number was given to somebody else meanwhile.
static void test_stranger_of_the_same_number_is_left_alone(void **state)
{
    (void)state;
    char *line = NULL, mark[OS_MARK_SIZE];
    pid_t stranger = fork();
    assert_true(stranger >= 0);
    if (stranger == 0) {
        setpgid(0, 0);
        for (;;) pause();
    }
    setpgid(stranger, stranger);
    assert_true(os_process_mark(stranger, mark));
    for (int same = 0; same < 2; same++) {
        struct err e = ERR_INIT;
        line = mem_printf("1\n%ld %s%s\n", (long)stranger, same ? "" : "1", mark);
        assert_true(file_publish("keeper.lock", line, strlen(line), &e));
        free(line);
        struct keeper *k = keep("echo $$ >next; exec sleep 1000", -1);
        (void)read_pid("next");
        assert_int_equal(is_gone(stranger), same); // told apart by nothing but the mark
        keeper_stop(k);
        (void)remove("next");
    }
    assert_int_equal(waitpid(stranger, NULL, 0), stranger);
}

static void test_second_keeper_waits_for_the_first(void **state)
{
    (void)state;
    char why[256];
    struct keeper *first =
        keep("trap 'sleep 0.2; echo end >first-end; exit 0' TERM; echo $$ >first; while :; do sleep 0.01; done", -1);
    (void)read_pid("first");
    struct keeper *second = keep("test -e first-end && echo good >order; echo $$ >second; sleep 1000", -1);
    assert_true(keeper_alive(second, why, sizeof(why)));
    keeper_stop(first);
    (void)read_pid("second");
    assert_true(file_says("order", "good"));
    keeper_stop(second);
}

static void test_stop_while_it_waits_for_the_lock(void **state)
{
    (void)state;
    struct lock l = LOCK_INIT;
    struct err e = ERR_INIT;
    assert_int_equal(lock_try(&l, "keeper.lock", false, &e), LOCK_HELD);
    struct keeper *k = keep("echo x >started", -1);
    int64_t start_ms = clock_mono_ms();
    keeper_stop(k);
    assert_in_range(clock_mono_ms() - start_ms, 0, LIMIT_MS);
    assert_false(file_exists("started"));
    lock_release(&l);
}

// Also with descriptors that our own parent left open: the backend sees 0, 1, 2 and, if given, 3.
static void test_descriptors(void **state)
{
    (void)state;
    if (access("/proc/self/fd", F_OK) != 0) skip(); // macOS: nowhere to look
    const char *argv[] = {self, "descriptors", NULL};
    int port = 0, null = open("/dev/null", O_RDONLY), stray = dup2(null, 57);
    struct err e = ERR_INIT;
    int fd = keeper_listen(&port, &e);
    assert_true(fd >= 0 && port > 0 && stray == 57);
    for (int with_socket = 0; with_socket < 2; with_socket++) {
        struct keeper_options o = {self, argv, "keeper.lock", "backend.log", with_socket ? fd : -1};
        char why[256] = "";
        struct keeper *k = keeper_start(&o, &e);
        await_end(k, why, sizeof(why));
        assert_non_null(
            strstr(why, with_socket ? "0:/dev/null 1:pipe 2:pipe 3:socket " : "0:/dev/null 1:pipe 2:pipe "));
        assert_null(strstr(why, with_socket ? " 4:" : " 3:"));
        assert_null(strstr(why, "57:"));
        assert_null(strstr(why, ".lock"));
        keeper_stop(k);
    }
    close(null);
    close(stray);
    close(fd);
}

static void test_log_has_a_cap(void **state)
{
    (void)state;
    char why[256] = "";
    struct keeper *k = keep("yes 'a line of thirty-two characters.' | head -n 300000; exit 1", -1);
    await_end(k, why, sizeof(why));
    struct stat now, old;
    assert_int_equal(stat("backend.log", &now), 0);
    assert_int_equal(stat("backend.log.1", &old), 0);
    assert_in_range(now.st_size + old.st_size, 4 * 1024 * 1024, 9 * 1024 * 1024);
    keeper_stop(k);
}

static void test_tied_command_ends_with_its_pipe(void **state)
{
    (void)state;
    const char *argv[] = {"sh", "-c", "echo $$ >tied; exec cat", NULL};
    int fd = keeper_spawn_tied(argv);
    assert_true(fd >= 0);
    pid_t pid = read_pid("tied");
    assert_false(is_gone(pid));
    close(fd);
    await_gone(pid);
    const char *none[] = {"no-such-command", NULL};
    assert_int_equal(keeper_spawn_tied(none), -1);
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
}

static int run_engine(const char *script)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    struct keeper_options o = {self, argv, "keeper.lock", "backend.log", -1};
    struct err e = ERR_INIT;
    if (keeper_start(&o, &e) == NULL) return 1;
    for (;;) pause();
}

// As a backend: says what each descriptor is, on one line.
static int run_descriptors(void)
{
    for (int fd = 0; fd < 1024; fd++) {
        char path[64], target[256];
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        ssize_t n = readlink(path, target, sizeof(target) - 1);
        if (n <= 0) continue;
        target[n] = '\0';
        target[strcspn(target, ":")] = '\0'; // "socket:[123]"
        (void)printf("%d:%s ", fd, target);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (!os_self_path(self, sizeof(self))) return 1;
    if (argc > 1 && strcmp(argv[1], "keeper") == 0) return keeper_main(argc, argv);
    if (argc > 1 && strcmp(argv[1], "descriptors") == 0) return run_descriptors();
    if (argc > 2 && strcmp(argv[1], "engine") == 0) return run_engine(argv[2]);
#define KEEPER_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        KEEPER_TEST(test_backend_dies),
        KEEPER_TEST(test_long_last_words),
        KEEPER_TEST(test_words),
        KEEPER_TEST(test_words_of_a_long_log),
        KEEPER_TEST(test_command_that_does_not_exist),
        KEEPER_TEST(test_program_that_does_not_exist),
        KEEPER_TEST(test_rest_of_the_group_goes_with_its_leader),
        KEEPER_TEST(test_stop_is_gentle_then_hard),
        KEEPER_TEST(test_engine_is_killed),
        KEEPER_TEST(test_keeper_is_killed),
        KEEPER_TEST(test_stranger_of_the_same_number_is_left_alone),
        KEEPER_TEST(test_second_keeper_waits_for_the_first),
        KEEPER_TEST(test_stop_while_it_waits_for_the_lock),
        KEEPER_TEST(test_descriptors),
        KEEPER_TEST(test_log_has_a_cap),
        KEEPER_TEST(test_tied_command_ends_with_its_pipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
