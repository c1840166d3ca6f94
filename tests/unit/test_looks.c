// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How things look: bars, widths, tables, and points in time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "cli/looks.h"
#include "cli/table.h"
#include "cli/when.h"
#include "text/amount.h"
#include "text/utf8.h"

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct looks ascii = {.columns = 80}, blocks = {.unicode = true, .columns = 80},
                          colors = {.color = true, .columns = 80};

static struct buf out;

static int set_up(void **state)
{
    (void)state;
    buf_init(&out, BUF_MAX_PIECE);
    return setenv("TZ", "UTC0", 1);
}

static int tear_down(void **state)
{
    (void)state;
    buf_release(&out);
    return 0;
}

static void assert_out(const char *expected)
{
    assert_string_equal(out.data, expected);
    buf_clear(&out);
}

// ---- numbers ----------------------------------------------------------------------------------------------------

static void test_amounts(void **state)
{
    char text[AMOUNT_SIZE];

    (void)state;
    assert_string_equal(amount_text(text, 0), "0");
    assert_string_equal(amount_text(text, 999), "999");
    assert_string_equal(amount_text(text, 1002), "1,002");
    assert_string_equal(amount_words(text, 1), "1 word");
    assert_string_equal(amount_words(text, 0), "0 words");
    assert_string_equal(amount_words(text, 1002), "1,002 words");
    assert_string_equal(amount_words(text, INT64_MAX), "9,223,372,036,854,775,807 words");
}

// ---- bars -------------------------------------------------------------------------------------------------------

static void assert_bar(int64_t part, int64_t whole, const char *expected)
{
    looks_bar(&ascii, &out, part, whole, 10);
    assert_out(expected);
}

static void test_bar(void **state)
{
    (void)state;
    assert_bar(0, 100, "..........");
    assert_bar(1, 1000, "#.........");
    assert_bar(55, 100, "#####.....");
    assert_bar(999, 1000, "#########.");
    assert_bar(1000, 1000, "##########");
    assert_bar(1200, 1000, "##########");
    assert_bar(0, 0, "##########");
    looks_bar(&blocks, &out, 1, 2, 4);
    assert_out("██░░");
    looks_bar(&colors, &out, 1, 2, 4);
    assert_out("\033[32m##\033[0m\033[2m..\033[0m");
}

static void test_stretches(void **state)
{
    static const enum looks_cell five[] = {LOOKS_DONE, LOOKS_GAP, LOOKS_DONE, LOOKS_NOW, LOOKS_TO_COME};
    enum looks_cell many[1000];

    (void)state;
    looks_stretches(&ascii, &out, five, 5, 5);
    assert_out("#!#>.");
    looks_stretches(&ascii, &out, five, 5, 12); // more cells than stretches: each is shown
    assert_out("###!!###>>..");
    looks_stretches(&ascii, &out, five, 5, 2); // fewer: none hides a gap, or what is being written
    assert_out("!>");
    looks_stretches(&ascii, &out, five, 0, 2);
    assert_out("");
    for (size_t i = 0; i < ARRAY_LEN(many); i++) many[i] = i < 500 ? LOOKS_DONE : LOOKS_TO_COME;
    many[999] = LOOKS_GAP;
    looks_stretches(&blocks, &out, many, ARRAY_LEN(many), 8);
    assert_out("████░░░╳");
}

// ---- text -------------------------------------------------------------------------------------------------------

static void assert_outside(const char *text, size_t columns, const char *expected)
{
    looks_outside(&blocks, &out, text, columns);
    assert_true(columns == 0 || utf8_columns(out.data, out.len) <= columns);
    assert_out(expected);
}

static void test_text_from_outside(void **state)
{
    (void)state;
    assert_outside("The Salt Engine", 15, "The Salt Engine");
    assert_outside("The Salt Engine", 8, "The Sal…");
    assert_outside("時計職人", 8, "時計職人");
    assert_outside("時計職人", 6, "時計…"); // half a character is none
    assert_outside("cafe\u0301 au lait", 6, "cafe\u0301 …");
    assert_outside("a\033[2Jb\nc\u202ed", 0, "a[2Jb cd");
    looks_outside(&ascii, &out, "The Salt Engine", 8);
    assert_out("The Sal~");
}

static void assert_clip(const char *line, size_t columns, const char *expected)
{
    struct looks l = blocks;
    l.columns = columns;
    looks_clip(&l, &out, line, strlen(line));
    assert_out(expected);
}

static void test_a_line_is_clipped(void **state)
{
    (void)state;
    assert_clip("state done", 80, "state done");
    assert_clip("state done", 10, "state done");
    assert_clip("state done", 7, "state …");
    assert_clip("state \033[32mdone\033[0m now", 8, "state \033[32md\033[0m…");
    assert_clip("時計職人", 5, "時計…");
    assert_clip("", 5, "");
    assert_clip("ab\033", 5, "ab\033");
    looks_clip(&(struct looks){.columns = 9}, &out, "state done", strlen("state done"));
    assert_out("state ...");
    looks_clip(&(struct looks){.columns = 2}, &out, "state done", strlen("state done")); // no room for a sign
    assert_out("st");
}

static void assert_fold(bool terminal, const char *line, const char *expected)
{
    const struct looks l = {.unicode = true, .terminal = terminal, .columns = 14};

    buf_adds(&out, line);
    looks_fold(&l, &out, 0, 4);
    assert_out(expected);
}

static void test_a_line_is_folded(void **state)
{
    (void)state;
    assert_fold(true, "a   one two th", "a   one two th");
    assert_fold(true, "a   one two thr", "a   one two\n    thr");
    assert_fold(true, "a   one  \033[32mtwo\033[0m th four", "a   one  \033[32mtwo\033[0m\n    th four");
    assert_fold(true, "a   averyveryverylongword b", "a   averyveryverylongword\n    b");
    assert_fold(true, "a   時計 職人 a", "a   時計 職人\n    a");
    assert_fold(false, "a   one two three four", "a   one two three four");
}

// ---- tables -----------------------------------------------------------------------------------------------------

static const struct table_column columns[] = {
    {"ID", true, 0}, {"PRI", true, 2}, {"WORDS", true, 1}, {"TITLE", false, 0}};

static void print(const struct looks *l, size_t width, const char *priority)
{
    struct table t;

    table_init(&t, columns, ARRAY_LEN(columns));
    const char *const cells[] = {"1",  priority, "12,345", "時計職人 and a very long story of it",
                                 "12", "",       "0",      "Two"};
    for (size_t i = 0; i < ARRAY_LEN(cells); i++) table_add(&t, i == 3 ? LOOKS_GOOD : LOOKS_PLAIN, cells[i]);
    table_print(&t, l, width, &out);
    table_release(&t);
}

static void test_table(void **state)
{
    (void)state;
    print(&ascii, 0, "5");
    assert_out("ID  PRI   WORDS  TITLE\n"
               " 1    5  12,345  時計職人 and a very long story of it\n"
               "12            0  Two\n");
    print(&ascii, 0, ""); // nobody has a priority
    assert_out("ID   WORDS  TITLE\n"
               " 1  12,345  時計職人 and a very long story of it\n"
               "12       0  Two\n");
    print(&blocks, 30, "");
    assert_out("ID   WORDS  TITLE\n"
               " 1  12,345  時計職人 and a ve…\n"
               "12       0  Two\n");
    print(&blocks, 25, "5");
    assert_out("ID  PRI  TITLE\n"
               " 1    5  時計職人 and a …\n"
               "12       Two\n");
    print(&blocks, 12, "5");
    assert_out("ID  TITLE\n"
               " 1  時計職…\n"
               "12  Two\n");
    print(&colors, 30, "");
    assert_non_null(strstr(out.data, "\033[32m時計職人 and a ve~\033[0m\n"));
}

// ---- points in time ---------------------------------------------------------------------------------------------

#define MIN_MS  INT64_C(60000)
#define HOUR_MS (60 * MIN_MS)
#define DAY_MS  (24 * HOUR_MS)

static void assert_ago(int64_t ms, const char *expected)
{
    char text[WHEN_SIZE];

    assert_string_equal(when_ago(text, 20000 * DAY_MS - ms, 20000 * DAY_MS), expected);
}

static void test_ago(void **state)
{
    (void)state;
    assert_ago(-HOUR_MS, "just now"); // the clock was set back
    assert_ago(MIN_MS - 1, "just now");
    assert_ago(MIN_MS, "1 min ago");
    assert_ago(HOUR_MS - 1, "59 min ago");
    assert_ago(47 * HOUR_MS, "47 h ago");
    assert_ago(48 * HOUR_MS, "2 d ago");
}

static void test_clock(void **state)
{
    const int64_t now = INT64_C(1800000000000); // 2027-01-15 08:00 UTC
    char text[WHEN_SIZE];

    (void)state;
    tzset();
    assert_string_equal(when_clock(text, now + 20 * MIN_MS, now), "08:20");
    assert_string_equal(when_clock(text, now + 15 * HOUR_MS, now), "23:00"); // today
    assert_string_equal(when_clock(text, now - 11 * HOUR_MS, now), "21:00");
    assert_string_equal(when_clock(text, now + 2 * DAY_MS, now), "Jan 17 08:00");
    assert_string_equal(when_clock(text, now - 20 * DAY_MS, now), "2026-12-26 08:00");
    assert_string_equal(when_stamp(text, now + 5000), "Jan 15 08:00:05");
    assert_string_equal(when_date(text, now), "2027-01-15 08:00");
}

// ---- what there is ----------------------------------------------------------------------------------------------

static void set_locale(const char *all, const char *lang)
{
    assert_int_equal(setenv("LC_ALL", all, 1), 0);
    assert_int_equal(unsetenv("LC_CTYPE"), 0);
    assert_int_equal(setenv("LANG", lang, 1), 0);
}

static void test_locale(void **state)
{
    (void)state;
    set_locale("C", "en_US.UTF-8");
    assert_false(looks_unicode());
    set_locale("C.UTF-8", "C");
    assert_true(looks_unicode());
    set_locale("", "xx_NOWHERE.utf8"); // not installed, and still what the terminal shows
    assert_true(looks_unicode());
    set_locale("", "xx_NOWHERE");
    assert_false(looks_unicode());
}

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(setenv("COLUMNS", "132", 1), 0);
    assert_int_equal(looks_columns(-1), 132);
    assert_int_equal(setenv("COLUMNS", "-3", 1), 0);
    assert_int_equal(looks_columns(-1), 80);
    assert_int_equal(unsetenv("COLUMNS"), 0);
    assert_int_equal(looks_columns(-1), 80);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_amounts),
        TEST(test_bar),
        TEST(test_stretches),
        TEST(test_text_from_outside),
        TEST(test_a_line_is_clipped),
        TEST(test_a_line_is_folded),
        TEST(test_table),
        TEST(test_ago),
        TEST(test_clock),
        TEST(test_locale),
        TEST(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
