// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What was carried over and what came now, as one text: nothing restated, nothing glued, nothing lost.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "text/join.h"

#include <cmocka.h>

#include <string.h>

static void check(const char *prefix, const char *text, const char *whole)
{
    struct buf a, b, out;
    buf_init(&a, BUF_MAX_PIECE);
    buf_init(&b, BUF_MAX_PIECE);
    buf_init(&out, BUF_MAX_PIECE);
    buf_adds(&a, prefix);
    buf_adds(&b, text);
    join_pieces(&out, &a, &b);
    assert_string_equal(out.data, whole);
    buf_release(&a);
    buf_release(&b);
    buf_release(&out);
}

static void test_one_side_alone_is_itself(void **state)
{
    (void)state;
    check("", "", "");
    check("She went on. ", "", "She went on. ");
    check("", "  She went on.", "  She went on.");
}

static void test_a_blank_stands_between_words_once(void **state)
{
    (void)state;
    check("She set the", "lamp down.", "She set the lamp down.");
    check("She set the", " lamp down.", "She set the lamp down.");
    check("She set the ", "lamp down.", "She set the lamp down.");
    check("She set the ", " lamp down.", "She set the lamp down.");
    check("She set the lamp", ", and went.", "She set the lamp, and went.");
}

static void test_a_paragraph_stays_one(void **state)
{
    (void)state;
    check("She set the lamp down.", "\n\nNobody came.", "She set the lamp down.\n\nNobody came.");
    check("She set the lamp down.\n\n", "Nobody came.", "She set the lamp down.\n\nNobody came.");
    check("She set the lamp down.\n\n", "\n\nNobody came.", "She set the lamp down.\n\nNobody came.");
}

static void test_what_is_restated_stands_once(void **state)
{
    static const char whole[] = "The rain stopped. Mara set the lamp on the sill. Nobody came.";
    (void)state;
    check("The rain stopped. Mara set the lamp on the sill.", "Mara set the lamp on the sill. Nobody came.", whole);
    check("The rain stopped. Mara set the lamp on the sill. ", "Mara set the lamp on the sill. Nobody came.", whole);
    check("The rain stopped. Mara set the lamp", "Mara set the lamp on the sill. Nobody came.", whole);
}

static void test_a_refrain_is_no_repetition(void **state)
{
    (void)state;
    check("\"No,\" she said. \"No,", "no, no!\"", "\"No,\" she said. \"No, no, no!\"");
}

static void test_scripts_without_blanks_are_not_torn(void **state)
{
    (void)state;
    check("彼女は待った。", "誰も来なかった。", "彼女は待った。誰も来なかった。");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_side_alone_is_itself),   cmocka_unit_test(test_a_blank_stands_between_words_once),
        cmocka_unit_test(test_a_paragraph_stays_one),      cmocka_unit_test(test_what_is_restated_stands_once),
        cmocka_unit_test(test_a_refrain_is_no_repetition), cmocka_unit_test(test_scripts_without_blanks_are_not_torn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
