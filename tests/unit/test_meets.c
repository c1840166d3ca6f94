// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A text that is put in front of another one ends before it says that one's words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "text/join.h"

#include <cmocka.h>

#include <string.h>

static const char behind[] = "The door was open when she came. Nobody had seen the lamp go out. He had gone.";

static void check(const char *text, const char *expected)
{
    size_t len = join_meets(text, strlen(text), behind, strlen(behind));
    assert_int_equal(len, strlen(expected));
    assert_memory_equal(text, expected, len);
}

static void test_a_text_that_ends_in_time_is_whole(void **state)
{
    (void)state;
    check("", "");
    check("She ran.", "She ran.");
    check("She ran. The door was shut.\n", "She ran. The door was shut.\n");
    check("The door was open when he left.", "The door was open when he left."); // six words in common are no copy
}

static void test_words_at_its_end_that_come_again(void **state)
{
    (void)state;
    check("She ran. The door was open", "She ran.");
    check("She ran.\n\nThe door was open when she came.", "She ran.");
    check("She ran. The door was open when she came. Nobody had seen", "She ran.");
}

static void test_a_text_that_runs_on(void **state)
{
    (void)state;
    check("She ran. The door was open when she came. Nobody was there, and so she left.", "She ran.");
    check("She ran. The door\nwas open when  she came. Nobody cared.", "She ran.");
}

static void test_a_text_that_says_nothing_else(void **state)
{
    (void)state;
    check("The door was open when she came. Nobody had seen the lamp go out.", "");
    check("  The door was open when she came. Nobody ran.", "");
}

static void test_a_quotation_mark_goes_with_its_words(void **state)
{
    static const char speech[] = "\"Come in at once,\" he said, \"or stay out.\"";
    static const char text[] = "She ran. \"Come in at once,\"";
    (void)state;
    assert_int_equal(join_meets(text, strlen(text), speech, strlen(speech)), strlen("She ran."));
}

static void test_a_short_text_behind(void **state)
{
    static const char text[] = "She ran. It was no use at all.", end[] = "No.";
    (void)state;
    assert_int_equal(join_meets(text, strlen(text), end, strlen(end)), strlen(text));
    assert_int_equal(join_meets(text, strlen(text), " \n", 2), strlen(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_text_that_ends_in_time_is_whole),
        cmocka_unit_test(test_words_at_its_end_that_come_again),
        cmocka_unit_test(test_a_text_that_runs_on),
        cmocka_unit_test(test_a_text_that_says_nothing_else),
        cmocka_unit_test(test_a_quotation_mark_goes_with_its_words),
        cmocka_unit_test(test_a_short_text_behind),
    };
    return cmocka_run_group_tests_name("meets", tests, NULL, NULL);
}
