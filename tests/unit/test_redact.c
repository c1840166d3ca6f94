// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a report for strangers leaves out.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "app/doctor.h"
#include "app/redact.h"
#include "base/mem.h"

#include <cmocka.h>

#include <stdlib.h>

static struct redact r;

static int set_up(void **state)
{
    (void)state;
    redact_init(&r);
    free(r.user);
    free(r.user_home);
    r.user = mem_strdup("mara");
    r.user_home = mem_strdup("/home/mara");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    redact_release(&r);
    return 0;
}

static void check(const char *text, bool quotes, const char *expected)
{
    struct buf out;
    buf_init(&out, BUF_MAX_LINE);
    redact_add(&out, &r, text, quotes);
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

static void test_people_and_places(void **state)
{
    (void)state;
    check("/home/mara/books and /home/maratha of mara, marathon", false, "~/books and /… of USER, marathon");
    check("http://gpu.lan:8080/v1, https://u:p@host/x", false, "http://HOST:8080/v1, https://HOST/x");
    check("http://127.0.0.1:8080 http://localhost/v1 http://[::1]:1", false,
          "http://127.0.0.1:8080 http://localhost/v1 http://[::1]:1");
}

static void test_books(void **state)
{
    (void)state;
    check("/home/mara/books/3-the-salt-engine/chapters/01-a-door.md is gone", false,
          "~/books/3-…/chapters/01-… is gone");
    check("3 books/year", false, "3 books/year");
}

static void test_secrets(void **state)
{
    (void)state;
    redact_secret(&r, "sk-1234567890");
    redact_secret(&r, "sk-1234");
    redact_secret(&r, "abc");
    redact_host(&r, "http://gpu.lan:8080/v1");
    redact_host(&r, "http://127.0.0.1:8080");
    check("key sk-1234567890, abc", false, "key …, abc");
    check("no answer from GPU.lan:8080, 127.0.0.1:8080", false, "no answer from …:8080, 127.0.0.1:8080");
}

static void test_paths(void **state)
{
    (void)state;
    check("'/mnt/Ana's disk/home' is on ext4: /data/ana/x, 3/4 and 0/0", false, "'/…' is on ext4: /…, 3/4 and 0/0");
    check("/usr/bin/novelgen-sim GET /v1/models http://[::1]/x ~/y", false,
          "/usr/bin/novelgen-sim GET /v1/models http://[::1]/x ~/y");
    redact_folder(&r, "/mnt/Ana Lee/books/1-x");
    redact_folder(&r, "/home/mara/books");
    check("done: /mnt/Ana Lee/books/1-x/book.md, /home/mara/books", false, "done: …/book.md, ~/books");
}

static void test_quotes(void **state)
{
    (void)state;
    check("it said \"Sure\" of 'The Doll's House' and it's done", true, "it said \"…\" of '…' and it's done");
    check("it said \"Sure", true, "it said \"…\"");
    check("it said \"Sure\"", false, "it said \"Sure\"");
}

static void test_space(void **state)
{
    (void)state;
    assert_true(doctor_space_needed(0) >= INT64_C(64) * 1024 * 1024);
    assert_true(doctor_space_needed(1000000) - doctor_space_needed(0) >= 50 * 1000000L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_people_and_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_books, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_secrets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_quotes, set_up, tear_down),
        cmocka_unit_test(test_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
