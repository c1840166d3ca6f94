// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Tests of base/file: reading, publishing, projecting, directories. Failing system calls: test_base_file_faults.c.
#include "base/file.h"
#include "base/hash.h"

#include "scratch.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <setjmp.h>

#include <cmocka.h>

static struct err e;

static int setup(void **state)
{
    err_clear(&e);
    return scratch_setup(state);
}

static void test_read(void **state)
{
    struct buf b;

    (void)state;
    buf_init(&b, 4);
    assert_int_equal(file_read("none", &b, &e), FILE_READ_MISSING);
    assert_int_equal(e.code, ERR_NONE);
    assert_true(file_publish("f", "1234", 4, &e));
    assert_int_equal(file_read("f", &b, &e), FILE_READ_OK);
    assert_int_equal(file_read("f", &b, &e), FILE_READ_OK);
    assert_string_equal(b.data, "1234");
    assert_int_equal(file_read("f/below", &b, &e), FILE_READ_MISSING);
    assert_int_equal(e.code, ERR_NONE);
    assert_true(file_publish("f", "12345", 5, &e));
    assert_int_equal(file_read("f", &b, &e), FILE_READ_ERROR);
    assert_int_equal(e.code, ERR_CEILING);
    err_clear(&e);
    assert_int_equal(file_read(".", &b, &e), FILE_READ_ERROR);
    assert_string_equal(e.text, "cannot read '.': not a regular file");
    err_clear(&e);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(file_read("fifo", &b, &e), FILE_READ_ERROR);
    buf_release(&b);
}

static void test_publish(void **state)
{
    (void)state;
    assert_true(file_publish("f", "old", 3, &e));
    assert_true(scratch_holds("f", "old"));
    assert_true(file_publish("f", "", 0, &e));
    assert_true(scratch_holds("f", ""));
    assert_int_equal(scratch_entries("."), 1);
    assert_false(file_publish("none/f", "x", 1, &e));
    assert_string_equal(e.text, "cannot create a file beside 'none/f': No such file or directory");
}

// A link that somebody put under our name is replaced, and what it points to is left alone.
static void test_publish_does_not_follow_links(void **state)
{
    struct stat st;

    (void)state;
    assert_true(file_publish("other", "mine", 4, &e));
    assert_int_equal(symlink("other", "f"), 0);
    assert_true(file_publish("f", "x", 1, &e));
    assert_true(scratch_holds("other", "mine"));
    assert_int_equal(lstat("f", &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(symlink("other", "link"), 0);
    assert_false(file_project("link", "x", 1, &e));
    assert_true(scratch_holds("other", "mine"));
}

static void test_atomic_pieces(void **state)
{
    struct file_atomic f;
    uint64_t hash, len;

    (void)state;
    assert_true(file_atomic_begin(&f, "f", &e));
    file_atomic_add(&f, "foo", 3);
    assert_false(file_exists("f"));
    file_atomic_add(&f, "bar", 3);
    assert_true(file_atomic_commit(&f, &e));
    assert_true(scratch_holds("f", "foobar"));
    assert_true(f.hash == hash_bytes("foobar", 6));
    assert_int_equal(f.len, 6);
    assert_true(file_hash("f", &hash, &len, &e));
    assert_true(hash == f.hash && len == 6);
    assert_false(file_hash("none", &hash, &len, &e));
    assert_int_equal(e.code, ERR_NONE);
    assert_true(file_atomic_begin(&f, "f", &e));
    file_atomic_add(&f, "x", 1);
    file_atomic_abort(&f);
    assert_true(scratch_holds("f", "foobar"));
    assert_int_equal(scratch_entries("."), 1);
}

static void test_sweep_takes_only_dead_temporaries(void **state)
{
    struct file_atomic f;
    char name[64];

    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(file_atomic_begin(&f, "f", &e) ? 0 : 1);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(scratch_entries("."), 1);
    assert_true(file_atomic_begin(&f, "g", &e)); // ours is wanted
    (void)snprintf(name, sizeof name, ".f.%ld.tmp", (long)child);
    assert_true(file_project(name, "", 0, &e)); // not of the form
    assert_true(file_project("f.txt", "", 0, &e));
    assert_true(file_sweep(".", &e));
    assert_int_equal(scratch_entries("."), 3);
    assert_true(file_atomic_commit(&f, &e));
    assert_true(file_sweep("none", &e));
}

static void test_project(void **state)
{
    static const char *const contents[] = {"", "one", "one two", "one", "two", "two three", "", "x"};

    (void)state;
    for (size_t i = 0; i < sizeof contents / sizeof contents[0]; i++) {
        assert_true(file_project("f", contents[i], strlen(contents[i]), &e));
        assert_true(scratch_holds("f", contents[i]));
    }
}

// A follower keeps its descriptor, and a file that is right already is not written at all.
static void test_project_touches_only_what_differs(void **state)
{
    struct stat before, after;
    size_t len = 300000;
    char *text = mem_alloc(len);

    (void)state;
    memset(text, 'a', len);
    assert_true(file_project("f", text, len, &e));
    assert_int_equal(stat("f", &before), 0);
    struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    assert_int_equal(utimensat(AT_FDCWD, "f", old, 0), 0);
    assert_true(file_project("f", text, len, &e));
    assert_int_equal(stat("f", &after), 0);
    assert_int_equal(after.st_mtime, 1);
    assert_true(before.st_ino == after.st_ino);
    text[len - 1] = 'b';
    assert_true(file_project("f", text, len, &e));
    uint64_t hash, read_len;
    assert_true(file_hash("f", &hash, &read_len, &e));
    assert_true(hash == hash_bytes(text, len) && read_len == len);
    free(text);
}

static void test_append_at(void **state)
{
    (void)state;
    assert_true(file_append_at("f", 0, "12345", 5, &e));
    assert_true(file_append_at("f", 3, "x", 1, &e));
    assert_true(scratch_holds("f", "123x"));
    assert_true(file_append_at("f", 4, "y", 1, &e));
    assert_true(scratch_holds("f", "123xy"));
    assert_true(file_append_at("f", 2, "", 0, &e));
    assert_true(scratch_holds("f", "12"));
    assert_false(file_append_at("f", 3, "z", 1, &e));
    assert_true(scratch_holds("f", "12"));
    assert_false(file_append_at("none", 1, "z", 1, &e));
    assert_false(file_exists("none"));
}

static void test_mkdirs_and_remove(void **state)
{
    (void)state;
    assert_true(file_mkdirs("a//b/c/", 0700, &e));
    assert_true(file_mkdirs("a/b/c", 0700, &e));
    assert_true(file_mkdirs("/", 0700, &e));
    assert_true(file_project("a/b/c/f", "", 0, &e));
    assert_false(file_mkdirs("a/b/c/f/d", 0700, &e));
    err_clear(&e);
    assert_true(file_remove("a/b/c/f", &e));
    assert_true(file_remove("a/b/c/f", &e));
    assert_false(file_remove("a", &e));
}

static bool collect(void *arg, const char *name)
{
    return buf_addf(arg, "%s ", name) && strcmp(name, "stop") != 0;
}

static void test_list_is_sorted(void **state)
{
    static const char *const names[] = {"b", "a", "B", ".h", "10", "9", "stop", "zz"};
    struct buf b;

    (void)state;
    buf_init(&b, BUF_MAX_LINE);
    assert_true(file_list("none", collect, &b, &e));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) assert_true(file_project(names[i], "", 0, &e));
    assert_false(file_list(".", collect, &b, &e));
    assert_int_equal(e.code, ERR_NONE);
    assert_string_equal(b.data, ".h 10 9 B a b stop ");
    buf_release(&b);
}

static void test_absolute(void **state)
{
    char out[64], cwd[1024], expected[1100], here[1100];

    (void)state;
    assert_true(file_absolute(out, sizeof out, "/a//b/./c/", &e));
    assert_string_equal(out, "/a/b/c");
    assert_true(file_absolute(out, sizeof out, "/a/../b", &e));
    assert_string_equal(out, "/a/../b");
    assert_true(file_absolute(out, sizeof out, "//", &e));
    assert_string_equal(out, "/");
    assert_non_null(getcwd(cwd, sizeof cwd));
    (void)snprintf(expected, sizeof expected, "%s/x", cwd);
    assert_true(file_absolute(here, sizeof here, "./x", &e));
    assert_string_equal(here, expected);
    assert_false(file_absolute(out, 4, "/abcd", &e));
    assert_int_equal(e.code, ERR_CEILING);
}

// `--out ../other` was kept and printed as DIR/../other for good.
static void test_absolute_goes_up_from_real_folders_only(void **state)
{
    static const struct {
        const char *path, *absolute;
    } cases[] = {{"sub/deep/../../other", "other"},  {"sub/..", ""},
                 {"gone/../x", "gone/../x"},         {"link/../x", "link/../x"},
                 {"link/../deep/../x", "link/../x"}, {"sub/../link/../../x", "link/../../x"}};
    char cwd[1024], expected[1100], out[1100];

    (void)state;
    assert_true(file_mkdirs("sub/deep", 0700, &e));
    assert_int_equal(symlink("sub/deep", "link"), 0);
    assert_non_null(getcwd(cwd, sizeof cwd));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(expected, sizeof expected, "%s%s%s", cwd, *cases[i].absolute ? "/" : "", cases[i].absolute);
        assert_true(file_absolute(out, sizeof out, cases[i].path, &e));
        assert_string_equal(out, expected);
    }
    assert_true(file_absolute(out, sizeof out, "/../..", &e));
    assert_string_equal(out, "/");
}

#define FILE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(test_read),
        FILE_TEST(test_publish),
        FILE_TEST(test_publish_does_not_follow_links),
        FILE_TEST(test_atomic_pieces),
        FILE_TEST(test_sweep_takes_only_dead_temporaries),
        FILE_TEST(test_project),
        FILE_TEST(test_project_touches_only_what_differs),
        FILE_TEST(test_append_at),
        FILE_TEST(test_mkdirs_and_remove),
        FILE_TEST(test_list_is_sorted),
        FILE_TEST(test_absolute),
        FILE_TEST(test_absolute_goes_up_from_real_folders_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
