// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The states of a job, and the sums of a book.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "model/book.h"
#include "model/config.h"
#include "model/job.h"

#include <cmocka.h>

#include <string.h>

// The drawing in model/job.h, row by row; a dot is no arrow.
static const char *const arrows[] = {
    // Q P W w p d c a      (w: waiting, p: paused)
    ".xx.x.x.", // queued
    "..xxx.xx", // planning
    "...xxxx.", // writing
    "xxxxx.x.", // waiting
    "x.....x.", // paused
    "x.......", // done
    "x.......", // cancelled
    "x...x.x.", // approval
};

static void test_arrows(void **state)
{
    (void)state;
    for (int from = JOB_QUEUED; from <= JOB_APPROVAL; from++)
        for (int to = JOB_QUEUED; to <= JOB_APPROVAL; to++)
            if (job_state_may_follow((enum job_state)from, (enum job_state)to) != (arrows[from][to] == 'x'))
                fail_msg("%s -> %s", job_state_name((enum job_state)from), job_state_name((enum job_state)to));
}

static void test_names(void **state)
{
    enum job_state s;

    (void)state;
    for (int i = JOB_QUEUED; i <= JOB_APPROVAL; i++) {
        assert_true(job_state_from_name(job_state_name((enum job_state)i), &s));
        assert_int_equal(s, i);
    }
    assert_false(job_state_from_name("Queued", &s));
    assert_false(job_state_from_name("", &s));
    assert_true(job_state_runnable(JOB_WAITING));
    assert_false(job_state_runnable(JOB_PAUSED));
    assert_false(job_state_runnable(JOB_APPROVAL));
    assert_false(job_state_ended(JOB_APPROVAL)); // it keeps its place in the queue
    assert_false(job_state_ended(JOB_PAUSED));
    assert_true(job_state_ended(JOB_CANCELLED));
}

static void test_book_words(void **state)
{
    struct book_chunk chunks[] = {
        {.seq = 1, .words = 700}, {.seq = 2, .words = 0, .gap = true}, {.seq = 3, .words = 11}};
    struct book_chapter chapters[] = {{.number = 1, .chunks = chunks, .chunks_count = 3}, {.number = 2}};
    struct book b = {.chapters = chapters, .chapters_count = 2};

    (void)state;
    assert_int_equal(book_chapter_words(&chapters[0]), 711);
    assert_int_equal(book_words(&b), 711);
    struct book nothing = {0};
    book_release(&nothing);
}

// Each string is its own: both can be let go.
static void test_copy(void **state)
{
    struct job j = {.id = 7, .slug = mem_strdup("one"), .began_on = mem_strdup("attic"), .words_done = 3};
    struct job copy = job_copy(&j);

    (void)state;
    assert_ptr_not_equal(copy.began_on, j.began_on);
    job_release(&j);
    assert_string_equal(copy.slug, "one");
    assert_string_equal(copy.began_on, "attic");
    assert_true(copy.id == 7 && copy.words_done == 3 && copy.title == NULL);
    job_release(&copy);
    assert_null(copy.slug);
}

static void test_fallback_comes_back(void **state)
{
    struct fallback list[] = {{.backend = "attic"}, {.backend = "http://[::1]:8080", .model = "za\xc5\xbc \"q\""}};
    struct fallback *got;
    struct err e = ERR_INIT;
    struct buf text;
    size_t count;

    (void)state;
    buf_init(&text, BUF_MAX_LINE);
    job_fallback_write(list, 0, &text);
    assert_string_equal(text.data, "");
    assert_true(job_fallback_read(text.data, &got, &count, &e));
    assert_int_equal(count, 0);
    job_fallback_free(got, count);
    job_fallback_write(list, 2, &text);
    assert_true(job_fallback_read(text.data, &got, &count, &e));
    assert_int_equal(count, 2);
    assert_string_equal(got[0].backend, list[0].backend);
    assert_null(got[0].model);
    assert_string_equal(got[1].backend, list[1].backend);
    assert_string_equal(got[1].model, list[1].model);
    job_fallback_free(got, count);
    buf_release(&text);
}

static void test_fallback_that_is_none(void **state)
{
    static const char *const bad[] = {"x",
                                      "{}",
                                      "[1]",
                                      "[\"attic\"]",
                                      "[{}]",
                                      "[{\"backend\":\"\"}]",
                                      "[{\"backend\":7}]",
                                      "[{\"backend\":\"a\",\"model\":null}]",
                                      "[{\"backend\":\"a\"},{\"backend\":\"b\",\"model\":\"\"}]"};
    struct fallback *got;
    size_t count;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = ERR_INIT;
        if (job_fallback_read(bad[i], &got, &count, &e)) fail_msg("%s", bad[i]);
        assert_int_equal(e.code, ERR_USAGE);
        assert_string_equal(e.text, "the list of other backends cannot be read");
        assert_true(got == NULL && count == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrows),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_book_words),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_fallback_comes_back),
        cmocka_unit_test(test_fallback_that_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
