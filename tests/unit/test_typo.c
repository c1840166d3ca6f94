// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// "Did you mean".
#include "base/mem.h"
#include "text/typo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const names[] = {"words", "chapters", "characters", "limits", "attempts", "title"};

static const char *nearest(const char *word)
{
    return typo_nearest(word, names, ARRAY_LEN(names));
}

static void finds_one_wrong_letter(void **state)
{
    (void)state;
    assert_string_equal(nearest("attemps"), "attempts"); // missing
    assert_string_equal(nearest("titlee"), "title");     // too many
    assert_string_equal(nearest("wards"), "words");      // replaced
    assert_string_equal(nearest("wrods"), "words");      // swapped counts as one
    assert_string_equal(nearest("WORDS"), "words");      // case does not count
}

static void takes_the_nearest_of_several(void **state)
{
    (void)state;
    assert_string_equal(nearest("charpters"), "chapters");
    assert_string_equal(nearest("charcters"), "characters");
}

static void leaves_far_words_alone(void **state)
{
    (void)state;
    assert_null(nearest("wrds!!"));
    assert_null(nearest("temperature"));
    assert_null(nearest(""));
    assert_null(nearest("x"));
    assert_null(typo_nearest("words", names, 0));
}

static void survives_long_words(void **state)
{
    (void)state;
    char word[200];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_null(nearest(word));
    word[63] = '\0'; // the longest that is looked at
    const char *const same[] = {word};
    assert_ptr_equal(typo_nearest(word, same, 1), word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_one_wrong_letter),
        cmocka_unit_test(takes_the_nearest_of_several),
        cmocka_unit_test(leaves_far_words_alone),
        cmocka_unit_test(survives_long_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
