// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What stands over chapters, prose that is no Markdown, language tags and dates.
#include "base/mem.h"
#include "out/typeset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_heading(const char *language, int number, char *title, const char *expected_number,
                           const char *expected)
{
    struct manuscript m = {.language = language_get(language)};
    struct manuscript_chapter c = {.number = number, .title = title};
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    typeset_number(&b, &m, &c);
    assert_string_equal(b.data, expected_number);
    buf_clear(&b);
    typeset_heading(&b, &m, &c);
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void test_headings(void **state)
{
    (void)state;
    assert_heading("en", 3, "The Flood", "Chapter 3", "Chapter 3. The Flood");
    assert_heading("en", 3, "It's \"Salt\"", "Chapter 3", "Chapter 3. It’s “Salt”");
    assert_heading("pl", 12, "Sól", "Rozdział 12", "Rozdział 12. Sól");
    assert_heading("ja", 3, "塩", "第3章", "第3章　塩");
    assert_heading("zh", 3, "盐", "第3章", "第3章　盐");
    assert_heading("ko", 3, "소금", "제3장", "제3장　소금");
    assert_heading("hsb", 3, "Sól", "Chapter 3", "Chapter 3. Sól");
}

static void test_a_title_that_says_the_number(void **state)
{
    (void)state;
    assert_heading("en", 3, "Chapter 3", "", "Chapter 3");
    assert_heading("en", 3, "CHAPTER 3: The Flood", "", "CHAPTER 3: The Flood");
    assert_heading("en", 3, "Chapter Three", "", "Chapter Three");
    assert_heading("en", 1, "Chapters of Salt", "Chapter 1", "Chapter 1. Chapters of Salt");
    assert_heading("de", 3, "Kapitel 3 – Salz", "", "Kapitel 3 – Salz");
    assert_heading("ja", 3, "第3章　塩", "", "第3章　塩");
    assert_heading("hsb", 1, "chapter 1 x", "", "chapter 1 x");
    assert_heading("hsb", 1, "chapter 12", "", "chapter 12"); // a pattern of English
}

static void test_no_title(void **state)
{
    (void)state;
    assert_heading("en", 3, NULL, "Chapter 3", "Chapter 3");
    assert_heading("en", 3, "", "Chapter 3", "Chapter 3");
    assert_heading("de", 3, " \x01\t", "Kapitel 3", "Kapitel 3");
}

static void test_book_title(void **state)
{
    static const struct {
        char *title;
        const char *expected;
    } cases[] = {{"Salt", "Salt"}, {"", "the-uuid"}, {"\x02 \n", "the-uuid"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct manuscript m = {.language = language_get("en"), .uuid = "the-uuid", .title = cases[i].title};
        struct buf b;
        buf_init(&b, BUF_MAX_LINE);
        typeset_title(&b, &m);
        assert_string_equal(b.data, cases[i].expected);
        buf_release(&b);
    }
}

// ---- prose ----------------------------------------------------------------------------------------------------------

static void assert_prose(bool markup, const char *text, const char *expected)
{
    struct manuscript m = {.language = language_get("en"), .markup = markup};
    struct manuscript_chapter c = {.number = 1};
    struct buf b;
    buf_init(&c.text, BUF_MAX_LINE);
    buf_init(&b, BUF_MAX_LINE);
    buf_adds(&c.text, text);
    typeset_prose(&b, &m, &c);
    assert_string_equal(b.data, expected);
    buf_release(&b);
    buf_release(&c.text);
}

static void test_prose(void **state)
{
    (void)state;
    assert_prose(false, "", "");
    assert_prose(false, "One *two*.\n\nThree", "One *two*.\n\nThree\n");
    assert_prose(false, "- No.\n+ a\n* b\n", "\\- No.\n\\+ a\n\\* b\n");
    assert_prose(false, "-No\n+1\n*a* b\n", "-No\n+1\n*a* b\n");
    assert_prose(false, "    code\n\tcode\n", "code\ncode\n");
    assert_prose(false, "1984. A year\n7) b\n1984 is\n3.5 m\n12.", "1984\\. A year\n7\\) b\n1984 is\n3.5 m\n12\\.\n");
    assert_prose(false, "a\n# a\n> b\n```\n~~~x\n``x``\n", "a\n\\# a\n\\> b\n\\```\n\\~~~x\n``x``\n");
    assert_prose(false, "a\n=\nb\n--\nc\n==x\n", "a\n\\=\nb\n\\--\nc\n==x\n");
    assert_prose(false, "[a]: http://b.c/\n[d](http://e.f/) g\n", "\\[a]: http://b.c/\n[d](http://e.f/) g\n");
}

static void assert_break(const char *line, bool yes)
{
    struct manuscript m = {.language = language_get("en")};
    struct manuscript_chapter c = {.number = 1};
    struct buf b;
    buf_init(&c.text, BUF_MAX_LINE);
    buf_init(&b, BUF_MAX_LINE);
    buf_addf(&c.text, "a\n%s\nb", line);
    typeset_prose(&b, &m, &c);
    if ((strcmp(b.data, "a\n\n***\n\nb\n") == 0) != yes) fail_msg("'%s' gives '%s'", line, b.data);
    buf_release(&b);
    buf_release(&c.text);
}

static void test_headings_quotations_and_code(void **state)
{
    (void)state;
    assert_prose(false, "## The Letter\n\na", "## The Letter\n\na\n");
    assert_prose(false, "a\n\n# I\n", "a\n\n# I\n");
    assert_prose(false, "# 5 is where he lives.\n", "\\# 5 is where he lives.\n");
    assert_prose(false, "#5\n\n####### x\n", "\\#5\n\n\\####### x\n");
    assert_prose(false, "a\n## b\n\n## c\nd\n", "a\n\\## b\n\n\\## c\nd\n");
    assert_prose(false, "a:\n\n> Dear Anna,\n>\n> I am well.\nHe read.\n> x\n",
                 "a:\n\n> Dear Anna,\n>\n> I am well.\n\nHe read.\n\\> x\n");
    assert_prose(false, ">_<\n\n>x\n", "\\>_<\n\n\\>x\n");
    assert_prose(false, "```sh\n    ls\n# x\n\n```\n- No.\n", "```sh\n    ls\n# x\n\n```\n\\- No.\n");
    assert_prose(false, "```\nnever closed\n- No.\n", "\\```\nnever closed\n\\- No.\n");
    assert_prose(false, "```", "\\```\n");
}

static void test_scene_breaks(void **state)
{
    (void)state;
    assert_prose(false, "a\n---\nb\n", "a\n\n***\n\nb\n");
    assert_prose(false, "a\n\n* * *\n\nb\n", "a\n\n\n***\n\n\nb\n");
    assert_prose(false, "  ___\t\n", "\n***\n\n");
    assert_prose(false, "*-*\n", "*-*\n");
    static const char *const breaks[] = {
        "#", "###", "# # #", "⁂", "• • •", "~~~~", "=====", "———", "* * * ", "◆ ◇", "❦", "◇◇◇", "---", "\t§"};
    static const char *const words[] = {"“…”", "...", "— — x", "* *", "~~", "?", "#1", "——", "* - *", "•", "12"};
    for (size_t i = 0; i < ARRAY_LEN(breaks); i++) assert_break(breaks[i], i != 9);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) assert_break(words[i], false);
}

static void test_markup_stays(void **state)
{
    static const char text[] = "# a\n\n- b\n\n    c\n---\n";
    (void)state;
    assert_prose(true, text, text);
}

// ---- tags and dates -------------------------------------------------------------------------------------------------

static void test_language_tags(void **state)
{
    static const char *const good[] = {"en",         "hsb",    "pt-BR",       "zh-Hant",
                                       "zh-Hant-TW", "es-419", "de-CH-1996x", "sr-Latn"};
    static const char *const bad[] = {"",       "e",     "english", "en_US",      "en-", "-en",
                                      "en--US", "en US", "en-USA",  "zh-Hant-T!", "1a",  "\"x"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct manuscript m = {.language = language_get(good[i])};
        assert_string_equal(typeset_language(&m), good[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct manuscript m = {.language = language_get(bad[i])};
        assert_string_equal(typeset_language(&m), "und");
    }
}

static void test_dates(void **state)
{
    static const struct {
        int64_t s;
        const char *expected;
    } cases[] = {{0, "1970-01-01T00:00:00Z"},
                 {1769850000, "2026-01-31T09:00:00Z"},
                 {INT64_MIN, "1970-01-01T00:00:00Z"},
                 {INT64_MAX, "9999-12-31T23:59:59Z"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct manuscript m = {.language = language_get("en"), .modified_s = cases[i].s};
        char date[TYPESET_DATE_SIZE];
        typeset_date(date, &m);
        assert_string_equal(date, cases[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headings),      cmocka_unit_test(test_a_title_that_says_the_number),
        cmocka_unit_test(test_no_title),      cmocka_unit_test(test_book_title),
        cmocka_unit_test(test_prose),         cmocka_unit_test(test_headings_quotations_and_code),
        cmocka_unit_test(test_scene_breaks),  cmocka_unit_test(test_markup_stays),
        cmocka_unit_test(test_language_tags), cmocka_unit_test(test_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
