// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From arguments to jobs, and a job that goes between the two.
#include "store_fixture.h"

#include "cli/exit.h"
#include "cli/target.h"

// It was an error without a text, and exit code 0.
static void test_a_job_that_was_removed_meanwhile(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct err e = ERR_INIT;
    struct job j;

    (void)state;
    int64_t id = fixture_job(s, "salt");
    assert_ok(target_read(s, id, &j, &e));
    assert_string_equal(j.slug, "salt");
    job_release(&j);
    assert_false(target_read(s, id + 1, &j, &e));
    assert_int_equal(exit_of_err(e.code), EXIT_NO_JOB);
    assert_non_null(strstr(e.text, "was removed"));
    err_clear(&e);
    assert_false(target_read(NULL, id, &j, &e)); // the whole store is gone
    assert_int_equal(e.code, ERR_NO_JOB);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_job_that_was_removed_meanwhile, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
