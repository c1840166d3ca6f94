// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Archives as files: what is written is read again, the same entries give the same bytes, nothing is left of one that was
// given up, and a reader stops at its limits. What others pack (links, paths, bombs) is in tests/e2e/test_archive_hostile.py.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "io/archive.h"
#include "scratch.h"

#include <cmocka.h>

static struct err e;

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    return scratch_setup(state);
}

static const struct archive_limits wide = {
    .entries = 10, .entry_bytes = 1000000, .total_bytes = 1000000, .ratio = 10, .ratio_free = 1000000};
static const char *const names[] = {"manifest.json", "files/chapters/01-żółć-日本.md", "files/empty"};
static const char *const texts[] = {"{}", "Zażółć gęślą jaźń.\n", ""};

static void write_three(const char *path)
{
    struct archive_writer *w = archive_writer_new(path, &e);

    assert_non_null(w);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_ok(archive_writer_entry(w, names[i], (int64_t)strlen(texts[i]), &e));
        for (const char *p = texts[i]; *p != '\0'; p++) assert_ok(archive_writer_add(w, p, 1, &e));
    }
    assert_ok(archive_writer_commit(w, &e));
}

static void check_entry(struct archive_reader *r, size_t i)
{
    const char *name;
    char text[100] = "";
    int64_t size;
    size_t at = 0, n;

    assert_int_equal(archive_reader_next(r, &name, &size, &e), ARCHIVE_NEXT_ENTRY);
    assert_string_equal(name, names[i]);
    assert_int_equal(size, strlen(texts[i]));
    do {
        assert_ok(archive_reader_read(r, text + at, 7, &n, &e));
        at += n;
    } while (n > 0);
    assert_string_equal(text, texts[i]);
}

static void test_what_is_written_is_read(void **state)
{
    const char *name;
    int64_t size;
    struct buf a, b;

    (void)state;
    write_three("one");
    struct archive_reader *r = archive_reader_new("one", &wide, &e);
    assert_non_null(r);
    for (size_t i = 0; i < ARRAY_LEN(names); i++) check_entry(r, i);
    assert_int_equal(archive_reader_next(r, &name, &size, &e), ARCHIVE_NEXT_END);
    archive_reader_free(r);

    write_three("two");
    buf_init(&a, BUF_MAX_PIECE);
    buf_init(&b, BUF_MAX_PIECE);
    assert_int_equal(file_read("one", &a, &e), FILE_READ_OK);
    assert_int_equal(file_read("two", &b, &e), FILE_READ_OK);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.data, b.data, a.len);
    buf_release(&a);
    buf_release(&b);
}

static void test_one_that_is_given_up_leaves_nothing(void **state)
{
    struct archive_writer *w = archive_writer_new("one", &e);

    assert_ok(archive_writer_entry(w, "a", 10, &e));
    assert_ok(archive_writer_add(w, "abc", 3, &e));
    archive_writer_free(w);
    w = archive_writer_new("one", &e);
    assert_ok(archive_writer_entry(w, "a", 10, &e));
    assert_ok(archive_writer_add(w, "abc", 3, &e));
    assert_false(archive_writer_commit(w, &e)); // seven bytes are missing
    err_clear(&e);
    assert_null(archive_writer_new("no/such/folder", &e));
    assert_int_equal(e.code, ERR_STORE);
    assert_int_equal(scratch_entries(*state), 0);
}

// Reads to the end, or to an error.
static bool read_through(const char *path, const struct archive_limits *l)
{
    struct archive_reader *r = archive_reader_new(path, l, &e);
    const char *name;
    char piece[1000];
    int64_t size;
    size_t n = 0;
    bool ok = r != NULL;
    enum archive_next next = ARCHIVE_NEXT_FAILED;

    while (ok && (next = archive_reader_next(r, &name, &size, &e)) == ARCHIVE_NEXT_ENTRY) do
            ok = archive_reader_read(r, piece, sizeof piece, &n, &e);
        while (ok && n > 0);
    archive_reader_free(r);
    return ok && next == ARCHIVE_NEXT_END;
}

static void check_stops(const char *path, const struct archive_limits *l, const char *why)
{
    assert_false(read_through(path, l));
    if (e.code != ERR_USAGE || strstr(e.text, why) == NULL) fail_msg("'%s' is not said: %s", why, e.text);
    err_clear(&e);
}

static void test_limits(void **state)
{
    static char zeros[400000];
    struct archive_limits l = wide;
    struct archive_writer *w = archive_writer_new("zeros", &e);

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_ok(archive_writer_entry(w, i == 0 ? "a" : "b", sizeof zeros, &e));
        assert_ok(archive_writer_add(w, zeros, sizeof zeros, &e));
    }
    assert_ok(archive_writer_commit(w, &e));
    assert_ok(read_through("zeros", &l));
    l.entries = 1;
    check_stops("zeros", &l, "more than 1 entries");
    l = wide;
    l.entry_bytes = sizeof zeros - 1;
    check_stops("zeros", &l, "larger than it may be");
    l = wide;
    l.total_bytes = 2 * sizeof zeros - 1;
    check_stops("zeros", &l, "holds more than");
    l = wide;
    l.ratio_free = 100000;
    check_stops("zeros", &l, "times its size");
}

static void test_what_is_no_archive(void **state)
{
    struct buf whole;

    (void)state;
    write_three("one");
    buf_init(&whole, BUF_MAX_PIECE);
    assert_int_equal(file_read("one", &whole, &e), FILE_READ_OK);
    for (size_t len = 0; len + 1 < whole.len; len++) {
        assert_ok(file_publish("cut", whole.data, len, &e));
        if (read_through("cut", &wide)) fail_msg("%zu of %zu bytes are taken for all", len, whole.len);
        assert_int_equal(e.code, ERR_USAGE);
        err_clear(&e);
    }
    buf_release(&whole);
    check_stops("nowhere", &wide, "cannot read archive 'nowhere': there is no such file");
    check_stops(".", &wide, "no regular file");
}

static void test_names(void **state)
{
    static const char *const good[] = {"a", "a/b", "files/chapters/01-żółć.md", ".hidden", "a..b", "..."};
    static const char *const bad[] = {"",     "/a",  "a/",   "a//b", ".",   "..",   "a/../b",
                                      "../a", "a/.", "a\\b", "a\nb", "C:x", "\x7f", "\xff"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++)
        if (!archive_name_is_plain(good[i])) fail_msg("'%s' is refused", good[i]);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (archive_name_is_plain(bad[i])) fail_msg("'%s' is taken", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_what_is_written_is_read, set_up, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_one_that_is_given_up_leaves_nothing, set_up, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_limits, set_up, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_no_archive, set_up, scratch_teardown),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
