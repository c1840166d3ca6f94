// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The states of a job, and the sums of a book.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "model/book.h"
#include "model/job.h"

#include <cmocka.h>

// The drawing in model/job.h, row by row; a dot is no arrow.
static const char *const arrows[] = {
    // Q P W w p d c      (w: waiting, p: paused)
    ".xx.x.x", // queued
    "..xxx.x", // planning
    "...xxxx", // writing
    "xxxxx.x", // waiting
    "x.....x", // paused
    ".......", // done
    "x......", // cancelled
};

static void test_arrows(void **state)
{
    (void)state;
    for (int from = JOB_QUEUED; from <= JOB_CANCELLED; from++)
        for (int to = JOB_QUEUED; to <= JOB_CANCELLED; to++)
            if (job_state_may_follow((enum job_state)from, (enum job_state)to) != (arrows[from][to] == 'x'))
                fail_msg("%s -> %s", job_state_name((enum job_state)from), job_state_name((enum job_state)to));
}

static void test_names(void **state)
{
    enum job_state s;

    (void)state;
    for (int i = JOB_QUEUED; i <= JOB_CANCELLED; i++) {
        assert_true(job_state_from_name(job_state_name((enum job_state)i), &s));
        assert_int_equal(s, i);
    }
    assert_false(job_state_from_name("Queued", &s));
    assert_false(job_state_from_name("", &s));
    assert_true(job_state_runnable(JOB_WAITING));
    assert_false(job_state_runnable(JOB_PAUSED));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrows),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_book_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
