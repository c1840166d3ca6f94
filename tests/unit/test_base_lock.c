// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Tests of base/lock with a second process, and of the parts of base/os and base/log that need no special machine.
#include "base/lock.h"
#include "base/log.h"
#include "base/os.h"

#include "scratch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <setjmp.h>

#include <cmocka.h>

struct holder {
    pid_t pid;
    int stop; // closing it lets the child go
};

static void holder_child(bool shared, int ready, int stop) __attribute__((noreturn));

static void holder_child(bool shared, int ready, int stop)
{
    struct lock l = LOCK_INIT;
    struct err e = ERR_INIT;
    char c = lock_try(&l, "lock", shared, &e) == LOCK_HELD ? 'y' : 'n';

    lock_sign(&l);
    if (write(ready, &c, 1) != 1) _exit(1);
    (void)!read(stop, &c, 1);
    _exit(0);
}

// Starts a child that holds the lock, and returns when it does.
static struct holder holder_start(bool shared)
{
    int ready[2], stop[2];
    char c = 'n';

    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(stop), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(stop[1]);
        holder_child(shared, ready[1], stop[0]);
    }
    (void)close(ready[1]);
    (void)close(stop[0]);
    assert_int_equal(read(ready[0], &c, 1), 1);
    (void)close(ready[0]);
    assert_int_equal(c, 'y');
    return (struct holder){.pid = pid, .stop = stop[1]};
}

static void holder_kill(struct holder *h)
{
    assert_int_equal(kill(h->pid, SIGKILL), 0);
    assert_int_equal(waitpid(h->pid, NULL, 0), h->pid);
    (void)close(h->stop);
}

static void test_one_holder(void **state)
{
    struct lock l = LOCK_INIT;
    struct err e = ERR_INIT;

    (void)state;
    assert_int_equal(lock_holder("lock"), 0);
    struct holder h = holder_start(false);
    assert_int_equal(lock_try(&l, "lock", false, &e), LOCK_TAKEN);
    assert_int_equal(lock_try(&l, "lock", true, &e), LOCK_TAKEN);
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(l.fd, -1);
    assert_int_equal(lock_holder("lock"), h.pid);
    holder_kill(&h); // kill -9 leaves no stale lock
    assert_int_equal(lock_try(&l, "lock", false, &e), LOCK_HELD);
    lock_sign(&l);
    assert_int_equal(lock_holder("lock"), getpid());
    lock_release(&l);
    lock_release(&l);
    assert_int_equal(l.fd, -1);
}

static void test_shared_holders(void **state)
{
    struct lock l = LOCK_INIT;
    struct err e = ERR_INIT;

    (void)state;
    struct holder h = holder_start(true);
    assert_int_equal(lock_try(&l, "lock", false, &e), LOCK_TAKEN);
    assert_true(lock_shared_wait(&l, "lock", &e));
    lock_release(&l);
    holder_kill(&h);
}

// A child that was forked but has not called exec must not keep a lock that we gave up.
static void test_release_beats_inheritance(void **state)
{
    struct lock l = LOCK_INIT, again = LOCK_INIT;
    struct err e = ERR_INIT;
    int stop[2];
    char c;

    (void)state;
    assert_int_equal(lock_try(&l, "lock", false, &e), LOCK_HELD);
    assert_int_equal(pipe(stop), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(stop[1]);
        (void)!read(stop[0], &c, 1);
        _exit(0);
    }
    lock_release(&l);
    assert_int_equal(lock_try(&again, "lock", false, &e), LOCK_HELD);
    lock_release(&again);
    (void)close(stop[0]);
    (void)close(stop[1]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_lock_errors(void **state)
{
    struct lock l = LOCK_INIT;
    struct err e = ERR_INIT;

    (void)state;
    assert_int_equal(lock_try(&l, "none/lock", false, &e), LOCK_ERROR);
    assert_int_equal(e.code, ERR_STORE);
    assert_int_equal(l.fd, -1);
}

static void test_log_file_is_capped_and_masked(void **state)
{
    struct err e = ERR_INIT;

    (void)state;
    assert_true(log_to_file("log", 60, &e));
    log_line(LOG_DEBUG, "not shown");
    log_line(LOG_WARN, "one \x1b[2J");
    log_line(LOG_INFO, "two two two two two");
    log_line(LOG_ERROR, "three");
    struct buf b;
    buf_init(&b, BUF_MAX_LINE);
    assert_int_equal(file_read("log.1", &b, &e), FILE_READ_OK);
    assert_non_null(strstr(b.data, "Z warning: one ?[2J\n"));
    assert_non_null(strstr(b.data, "Z two two two two two\n"));
    assert_null(strstr(b.data, "not shown"));
    assert_int_equal(file_read("log", &b, &e), FILE_READ_OK);
    assert_non_null(strstr(b.data, "Z error: three\n"));
    assert_null(strchr(strchr(b.data, '\n') + 1, '\n'));
    buf_release(&b);
}

// Two processes write one log, and the other one has set it aside: its new file is not moved over the old lines.
static void test_log_that_another_has_set_aside(void **state)
{
    struct err e = ERR_INIT;
    struct buf b;

    (void)state;
    assert_true(log_to_file("log", 50, &e));
    log_line(LOG_INFO, "one");
    assert_int_equal(rename("log", "log.1"), 0);
    assert_true(file_publish("log", "of the other\n", 13, &e));
    log_line(LOG_INFO, "two");
    log_line(LOG_INFO, "three");
    buf_init(&b, BUF_MAX_LINE);
    assert_int_equal(file_read("log.1", &b, &e), FILE_READ_OK);
    assert_non_null(strstr(b.data, "Z one\n"));
    assert_non_null(strstr(b.data, "Z two\n"));
    assert_int_equal(file_read("log", &b, &e), FILE_READ_OK);
    assert_non_null(strstr(b.data, "of the other\n"));
    assert_non_null(strstr(b.data, "Z three\n"));
    buf_release(&b);
}

// Two processes find their log full at the same moment: one of them sets it aside, and the new file stays.
static void test_log_that_another_sets_aside_now(void **state)
{
    struct err e = ERR_INIT;
    struct stat st;

    (void)state;
    (void)unlink("log");
    (void)unlink("log.1");
    assert_true(log_to_file("log", 10, &e));
    int other = open("log", O_RDWR | O_CLOEXEC);
    assert_true(other >= 0);
    assert_int_equal(flock(other, LOCK_EX), 0);
    log_line(LOG_INFO, "one");
    assert_int_equal(stat("log.1", &st), -1);
    assert_int_equal(flock(other, LOCK_UN), 0);
    log_line(LOG_INFO, "two");
    assert_int_equal(stat("log.1", &st), 0);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(close(other), 0);
}

static void test_runtime_dir_is_ours_alone(void **state)
{
    char dir[1024], *expected = mem_printf("%s/novelgen", (char *)*state);
    struct stat st;

    assert_int_equal(setenv("XDG_RUNTIME_DIR", *state, 1), 0);
    assert_true(os_runtime_dir(dir, sizeof dir));
    assert_string_equal(dir, expected);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(rmdir(dir), 0);
    assert_int_equal(symlink("/", dir), 0); // somebody else's directory under our name
    assert_true(os_runtime_dir(dir, sizeof dir));
    assert_string_not_equal(dir, expected);
    free(expected);
}

static void test_os_facts(void **state)
{
    char self[4096], a[300], b[300];

    (void)state;
    assert_true(os_self_path(self, sizeof self));
    assert_int_equal(access(self, X_OK), 0);
    assert_false(os_self_path(self, 3));
    assert_true(os_random(a, sizeof a) && os_random(b, sizeof b));
    assert_memory_not_equal(a, b, sizeof a);
}

#define LOCK_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOCK_TEST(test_one_holder),
        LOCK_TEST(test_shared_holders),
        LOCK_TEST(test_release_beats_inheritance),
        LOCK_TEST(test_lock_errors),
        LOCK_TEST(test_log_file_is_capped_and_masked),
        LOCK_TEST(test_log_that_another_has_set_aside),
        LOCK_TEST(test_log_that_another_sets_aside_now),
        LOCK_TEST(test_runtime_dir_is_ours_alone),
        LOCK_TEST(test_os_facts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
