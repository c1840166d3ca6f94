// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Differences of texts, drawn as one line: " same", "-removed", "+added".
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "text/diff.h"

#include <cmocka.h>

#include <string.h>

static void draw(void *arg, enum diff_op op, const char *text, size_t len)
{
    static const char marks[] = {[DIFF_SAME] = ' ', [DIFF_REMOVED] = '-', [DIFF_ADDED] = '+'};
    buf_addf(arg, "%c%.*s|", marks[op], (int)len, text);
}

static void check(const char *before, const char *after, const char *expected)
{
    struct buf out;
    buf_init(&out, BUF_MAX_BOOK);
    diff_sentences(before, strlen(before), after, strlen(after), draw, &out);
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

static void test_the_same(void **state)
{
    (void)state;
    check("", "", "");
    check("One. Two.", "One. Two.", " One.| Two.|");
    check(" One.\nTwo.  ", "One. Two.\n", " One.| Two.|"); // broken elsewhere
    check("One  and\ntwo.", "One and two.", " One and two.|");
}

static void test_all_of_it(void **state)
{
    (void)state;
    check("", "One. Two.", "+One.|+Two.|");
    check("One. Two.", "", "-One.|-Two.|");
    check("One. Two.", "Three. Four.", "-One.|-Two.|+Three.|+Four.|");
}

static void test_a_sentence(void **state)
{
    (void)state;
    check("One. Two. Three.", "One. Deux. Three.", " One.|-Two.|+Deux.| Three.|");
    check("One. Three.", "One. Two. Three.", " One.|+Two.| Three.|");
    check("One. Two. Three.", "One. Three.", " One.|-Two.| Three.|");
    check("One. Two. Three. Four.", "Two. Three. Four. Five.", "-One.| Two.| Three.| Four.|+Five.|");
}

static void test_removed_ones_come_first(void **state)
{
    (void)state;
    check("A1. B1. Both. D1. E1.", "A2. B2. Both. D2. E2.", "-A1.|-B1.|+A2.|+B2.| Both.|-D1.|-E1.|+D2.|+E2.|");
}

static void test_what_repeats_itself(void **state)
{
    (void)state;
    check("No. No. No.", "No. No.", " No.| No.|-No.|");
    check("No. Yes. No.", "No. No. Yes. No.", " No.|+No.| Yes.| No.|");
}

static void test_a_blank_line_ends_a_sentence(void **state)
{
    (void)state;
    check("A heading\n\nOne.", "A title\n\nOne.", "-A heading|+A title| One.|");
    check("* * *\n\nOne.", "One.", "-* * *| One.|");
}

static void test_a_point_that_ends_no_sentence(void **state)
{
    (void)state;
    check("Mr. Brandt came. He sat.", "Mr. Brandt came. He stood.", " Mr. Brandt came.|-He sat.|+He stood.|");
    check("\"Go!\" she said. He went.", "\"Stay!\" she said. He went.", "-\"Go!\"|+\"Stay!\"| she said.| He went.|");
}

// More than the table may hold: no sentence of either is lost, and the common ends are found all the same.
static void test_texts_too_long_to_be_compared(void **state)
{
    enum { SENTENCES = 4000 };
    struct buf before, after, out, expected;
    (void)state;
    buf_init(&before, BUF_MAX_BOOK);
    buf_init(&after, BUF_MAX_BOOK);
    buf_init(&out, BUF_MAX_BOOK);
    buf_init(&expected, BUF_MAX_BOOK);
    buf_adds(&before, "First. ");
    buf_adds(&after, "First. ");
    buf_adds(&expected, " First.|");
    for (int i = 0; i < SENTENCES; i++) {
        buf_addf(&before, "It was old %d. ", i);
        buf_addf(&after, "It is new %d. ", i);
        buf_addf(&expected, "-It was old %d.|", i);
    }
    for (int i = 0; i < SENTENCES; i++) buf_addf(&expected, "+It is new %d.|", i);
    buf_adds(&before, "Last.");
    buf_adds(&after, "Last.");
    buf_adds(&expected, " Last.|");
    diff_sentences(before.data, before.len, after.data, after.len, draw, &out);
    assert_string_equal(out.data, expected.data);
    buf_release(&before);
    buf_release(&after);
    buf_release(&out);
    buf_release(&expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same),
        cmocka_unit_test(test_all_of_it),
        cmocka_unit_test(test_a_sentence),
        cmocka_unit_test(test_removed_ones_come_first),
        cmocka_unit_test(test_what_repeats_itself),
        cmocka_unit_test(test_a_blank_line_ends_a_sentence),
        cmocka_unit_test(test_a_point_that_ends_no_sentence),
        cmocka_unit_test(test_texts_too_long_to_be_compared),
    };
    return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
