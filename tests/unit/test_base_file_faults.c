// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Every system call of a publication and of a projection fails once, in turn, with each of several errors; and every
// write is cut short. What must hold afterwards: the old content or the new one, no temporary, no open descriptor,
// and success means the new content.
#include "base/file.h"
#include "base/sys.h"

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

static struct {
    int calls;   // made so far
    int fail_at; // the Nth call fails; 0: none
    int error;
    bool renamed;
    bool broke; // the fault was played
} fault;

static bool fault_now(void)
{
    if (++fault.calls != fault.fail_at) return false;
    fault.broke = true;
    errno = fault.error;
    return true;
}

static int fault_openat(int dirfd, const char *path, int flags, mode_t mode)
{
    return fault_now() ? -1 : sys_real.openat(dirfd, path, flags, mode);
}

static ssize_t fault_read(int fd, void *buf, size_t len)
{
    return fault_now() ? -1 : sys_real.read(fd, buf, len);
}

static ssize_t fault_write(int fd, const void *buf, size_t len)
{
    return fault_now() ? -1 : sys_real.write(fd, buf, len > 1 ? len / 2 : len);
}

static ssize_t fault_pwrite(int fd, const void *buf, size_t len, off_t at)
{
    return fault_now() ? -1 : sys_real.pwrite(fd, buf, len > 1 ? len / 2 : len, at);
}

static int fault_fsync(int fd)
{
    return fault_now() ? -1 : sys_real.fsync(fd);
}

static int fault_ftruncate(int fd, off_t len)
{
    return fault_now() ? -1 : sys_real.ftruncate(fd, len);
}

// close(2) that fails has closed all the same.
static int fault_close(int fd)
{
    bool fails = fault_now();
    int rc = sys_real.close(fd);

    if (fails) errno = fault.error;
    return fails ? -1 : rc;
}

static int fault_renameat(int olddir, const char *from, int newdir, const char *to)
{
    if (fault_now()) return -1;
    fault.renamed = true;
    return sys_real.renameat(olddir, from, newdir, to);
}

static const struct sys_calls faulty_calls = {
    .openat = fault_openat,
    .read = fault_read,
    .write = fault_write,
    .pwrite = fault_pwrite,
    .fsync = fault_fsync,
    .ftruncate = fault_ftruncate,
    .close = fault_close,
    .renameat = fault_renameat,
};

static void fault_arm(int nth, int error)
{
    fault.calls = 0;
    fault.fail_at = nth;
    fault.error = error;
    fault.renamed = fault.broke = false;
    sys = faulty_calls;
    sys.unlinkat = sys_real.unlinkat;
    sys.mkdirat = sys_real.mkdirat;
}

// The lowest free descriptor tells whether one was left open.
static int lowest_fd(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)close(fd);
    return fd;
}

static const int errors[] = {EIO, ENOSPC, EINTR};

static void publish_with_fault(int nth, int error)
{
    struct err e = ERR_INIT;
    int fd = lowest_fd();

    assert_true(file_publish("f", "old", 3, &e));
    fault_arm(nth, error);
    bool ok = file_publish("f", "the new content", 15, &e);
    sys = sys_real;
    assert_true(ok == (e.code == ERR_NONE));
    assert_true(ok || fault.broke);
    assert_true(scratch_holds("f", fault.renamed ? "the new content" : "old"));
    if (ok) assert_true(fault.renamed);
    assert_int_equal(scratch_entries("."), 1);
    assert_int_equal(lowest_fd(), fd);
}

static void test_publish_survives_each_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        int nth = 0;
        do publish_with_fault(++nth, errors[i]);
        while (fault.broke);
        assert_true(nth > 7); // open, write…, fsync, close, open, rename, fsync, close
    }
}

// A projection is not atomic; but it says when it failed, and the next one puts everything right.
static void project_with_fault(int nth, int error)
{
    struct err e = ERR_INIT;
    int fd = lowest_fd();

    assert_true(file_project("f", "same then old and long", 22, &e));
    fault_arm(nth, error);
    bool ok = file_project("f", "same then new", 13, &e);
    sys = sys_real;
    assert_true(ok == (e.code == ERR_NONE));
    assert_true(ok || fault.broke);
    assert_int_equal(lowest_fd(), fd);
    if (ok) assert_true(scratch_holds("f", "same then new"));
    err_clear(&e);
    assert_true(file_project("f", "same then new", 13, &e));
    assert_true(scratch_holds("f", "same then new"));
}

static void test_project_tells_each_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        int nth = 0;
        do project_with_fault(++nth, errors[i]);
        while (fault.broke);
        assert_true(nth > 5); // open, read, ftruncate, pwrite…, close
    }
}

// No call of a publication but the rename may be broken by a signal; and a close that was interrupted has closed.
static void test_interrupted_calls_are_repeated(void **state)
{
    (void)state;
    for (int nth = 1, broke = 1; broke; nth++) {
        struct err e = ERR_INIT;
        fault_arm(nth, EINTR);
        bool ok = file_publish("f", "content", 7, &e);
        sys = sys_real;
        broke = fault.broke;
        assert_true(ok || strstr(e.text, "cannot rename to 'f'") != NULL);
        if (!broke) assert_true(nth > 8);
    }
    for (int nth = 1, broke = 1; broke; nth++) {
        struct err e = ERR_INIT;
        fault_arm(nth, EINTR);
        assert_true(file_project("f", nth % 2 ? "con" : "content", nth % 2 ? 3 : 7, &e));
        sys = sys_real;
        broke = fault.broke;
    }
}

#define FAULT_TEST(f) cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_TEST(test_publish_survives_each_fault),
        FAULT_TEST(test_project_tells_each_fault),
        FAULT_TEST(test_interrupted_calls_are_repeated),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
