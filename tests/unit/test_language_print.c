// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What languages/ says of printed books: every file has it all, whole and in its own words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "model/language.h"
#include "text/embedded.h"
#include "text/utf8.h"

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Whether the file has the key, at the beginning of a line.
static bool has_key(const struct embedded_file *f, const char *key)
{
    char *line = mem_printf("\n%s: ", key), *text = mem_strndup(f->data, f->len);
    bool found = strstr(text, line) != NULL;
    free(line);
    free(text);
    return found;
}

static const struct language *language_of(const struct embedded_file *f)
{
    char tag[16];
    (void)snprintf(tag, sizeof(tag), "%.*s", (int)strcspn(f->name, "."), f->name);
    return language_get(tag);
}

static void check_keys(const struct embedded_file *f)
{
    static const char *const keys[] = {"chapter", "contents", "cover", "title_page", "unfinished",
                                       "gap",     "quotes",   "dash",  "speech"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (!has_key(f, keys[i])) fail_msg("%s: no %s", f->name, keys[i]);
}

static void check_gap(const struct embedded_file *f, const char *gap)
{
    if (!strstr(gap, "{chapter}") || !strstr(gap, "{part}")) fail_msg("%s: gap: %s", f->name, gap);
}

static void check_words(const struct embedded_file *f, const struct language *l)
{
    const struct language *english = language_get("en");
    for (int w = 0; w < LANGUAGE_WORDS; w++) {
        const char *word = language_word(l, (enum language_word)w);
        if (!*word || !utf8_valid(word, strlen(word))) fail_msg("%s: word %d", f->name, w);
        if (l != english && strcmp(word, language_word(english, (enum language_word)w)) == 0)
            fail_msg("%s: word %d is English: %s", f->name, w, word);
    }
    check_gap(f, language_word(l, LANGUAGE_GAP));
}

static void check_marks(const struct embedded_file *f, const struct language *l)
{
    const char *const *quotes = language_quotes(l);
    for (int i = 0; i < LANGUAGE_QUOTES; i++)
        if (!*quotes[i] || strpbrk(quotes[i], "\"' ") || !utf8_valid(quotes[i], strlen(quotes[i])))
            fail_msg("%s: quotes, mark %d: '%s'", f->name, i, quotes[i]);
    if (!strstr(language_dash(l), "–") && !strstr(language_dash(l), "—") && !strstr(language_dash(l), "―"))
        fail_msg("%s: dash '%s'", f->name, language_dash(l));
    if (*language_speech(l) == ' ' || strchr(language_speech(l), '-'))
        fail_msg("%s: speech '%s'", f->name, language_speech(l));
}

static void test_every_file_has_all(void **state)
{
    (void)state;
    for (const struct embedded_file *f = embedded_languages; f->name; f++) {
        check_keys(f);
        check_words(f, language_of(f));
        check_marks(f, language_of(f));
    }
}

static void assert_quotes(const char *tag, const char *od, const char *cd, const char *os, const char *cs)
{
    const char *const *q = language_quotes(language_get(tag));
    assert_string_equal(q[LANGUAGE_OPEN_DOUBLE], od);
    assert_string_equal(q[LANGUAGE_CLOSE_DOUBLE], cd);
    assert_string_equal(q[LANGUAGE_OPEN_SINGLE], os);
    assert_string_equal(q[LANGUAGE_CLOSE_SINGLE], cs);
}

static void test_quotation_marks(void **state)
{
    (void)state;
    assert_quotes("en", "“", "”", "‘", "’");
    assert_quotes("de", "„", "“", "‚", "‘");
    assert_quotes("pl", "„", "”", "‚", "’");
    assert_quotes("fr", "«\u202F", "\u202F»", "“", "”");
    assert_quotes("sv", "”", "”", "’", "’");
    assert_quotes("ja", "「", "」", "『", "』");
    assert_quotes("ru", "«", "»", "„", "“");
    assert_quotes("da", "»", "«", "›", "‹");
}

static void test_what_stands_around_marks(void **state)
{
    (void)state;
    assert_string_equal(language_dash(language_get("de")), " – ");
    assert_string_equal(language_dash(language_get("en")), "—");
    assert_string_equal(language_speech(language_get("es")), "—");
    assert_string_equal(language_speech(language_get("pl")), "— ");
    assert_string_equal(language_space_before(language_get("fr"), '?'), "\u202F");
    assert_string_equal(language_space_before(language_get("fr"), ':'), "\u00A0");
    assert_null(language_space_before(language_get("fr"), '.'));
    assert_null(language_space_before(language_get("fr"), '\0'));
    assert_null(language_space_before(language_get("de"), '?'));
    assert_true(language_rtl(language_get("ar")) && language_rtl(language_get("he")));
    assert_false(language_rtl(language_get("en")) || language_rtl(language_get("ja")));
}

static void test_an_unknown_language_is_printed_as_english(void **state)
{
    const struct language *other = language_get("eo");
    (void)state;
    assert_string_equal(language_word(other, LANGUAGE_CONTENTS), "Contents");
    assert_quotes("eo", "“", "”", "‘", "’");
    assert_string_equal(language_dash(other), "—");
    assert_string_equal(language_speech(other), "—");
    assert_false(language_rtl(other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_file_has_all),
        cmocka_unit_test(test_quotation_marks),
        cmocka_unit_test(test_what_stands_around_marks),
        cmocka_unit_test(test_an_unknown_language_is_printed_as_english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
