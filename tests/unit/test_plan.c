// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Planning answers, tidy and as weak models write them.
#include "base/buf.h"
#include "base/mem.h"
#include "model/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plan_chapters read_chapters(const char *text, bool cut, int from, int to)
{
    struct plan_chapters p;
    plan_read_chapters(&p, text, strlen(text), cut, from, to);
    return p;
}

static void assert_chapter(const struct plan_chapter *c, int number, const char *title, const char *pov,
                           const char *event, const char *ends_on, double weight)
{
    assert_int_equal(c->number, number);
    assert_string_equal(c->title, title);
    assert_string_equal(c->pov, pov);
    assert_string_equal(c->event, event);
    assert_string_equal(c->ends_on, ends_on);
    assert_true(c->weight > weight - 0.001 && c->weight < weight + 0.001);
}

static void test_chapters(void **state)
{
    struct plan_chapters p = read_chapters("1 | The Ford | Mara | Mara robs Jon | a knock | 1\n"
                                           "2 | Salt | Jon | Jon finds the map | rain | 1.5\n",
                                           false, 1, 5);
    (void)state;
    assert_int_equal(p.count, 2);
    assert_chapter(&p.items[0], 1, "The Ford", "Mara", "Mara robs Jon", "a knock", 1);
    assert_chapter(&p.items[1], 2, "Salt", "Jon", "Jon finds the map", "rain", 1.5);
    plan_chapters_release(&p);
}

static void test_decorated_chapters(void **state)
{
    struct plan_chapters p =
        read_chapters("Sure! Here are 5 chapters:\n\n```\n## Act one\n"
                      "| number | title | pov | event | ends | weight |\n|---|---|---|---|---|---|\n"
                      "| **1** | \"The Ford\" | Mara | x does y | z | 9 |\n"
                      "- 2. | **Salt** | Jon | finds | rain | 0,2\n"
                      "* Chapter 3: Rain | Jon | falls | mud\n"
                      "4) | “Snow”\n"
                      "5 | Ice | melts\r\n"
                      "```\nLet me know if 3 is fine.\n",
                      false, 1, 5);
    (void)state;
    assert_int_equal(p.count, 5);
    assert_chapter(&p.items[0], 1, "The Ford", "Mara", "x does y", "z", 2);
    assert_chapter(&p.items[1], 2, "Salt", "Jon", "finds", "rain", 0.5);
    assert_chapter(&p.items[2], 3, "Rain", "Jon", "falls", "mud", 1);
    assert_chapter(&p.items[3], 4, "Snow", "", "Snow", "", 1);
    assert_chapter(&p.items[4], 5, "Ice", "", "melts", "", 1);
    plan_chapters_release(&p);
}

static void test_chapters_without_pipes(void **state)
{
    struct plan_chapters p = read_chapters("Here are 2:\n1. The Ford\n2. Salt\n", false, 1, 3);
    (void)state;
    assert_int_equal(p.count, 2);
    assert_string_equal(p.items[1].title, "Salt");
    plan_chapters_release(&p);
}

static void assert_numbers(const char *text, bool cut, int from, int to, const char *titles)
{
    struct plan_chapters p = read_chapters(text, cut, from, to);
    struct buf b;
    buf_init(&b, BUF_MAX_LINE);
    for (size_t i = 0; i < p.count; i++) {
        assert_int_equal(p.items[i].number, from + (int)i);
        buf_adds(&b, p.items[i].title);
    }
    assert_string_equal(b.data, titles);
    buf_release(&b);
    plan_chapters_release(&p);
}

static void test_chapter_numbers(void **state)
{
    (void)state;
    assert_numbers("6|a|x\n7|b|x\n8|c|x\n", false, 6, 7, "ab");        // no more than asked
    assert_numbers("1|a|x\n2|b|x\n", false, 6, 7, "ab");               // by position
    assert_numbers("1|a|x\n2|b|x\n3|c|x\n4|d|x\n", false, 3, 4, "cd"); // the whole list again
    assert_numbers("5|z|x\n6|a|x\n6|a|x\n7|b|x\n", false, 6, 9, "ab"); // repeats
    assert_numbers("6|a|x\n8|c|x\n", false, 6, 9, "a");                // a hole ends it
    assert_numbers("8|a|x\n", false, 6, 9, "");
    assert_numbers("1|a|x\n2|b|x\n3|c", true, 1, 9, "ab"); // the last line was cut
    assert_numbers("1|a|x\n2|b|x\n3|c", false, 1, 9, "abc");
    assert_numbers("I cannot do that.", false, 1, 9, "");
    assert_numbers("", true, 1, 9, "");
    assert_numbers("1 | | x\n", false, 1, 9, "");
}

static void test_cards(void **state)
{
    static const char text[] = "Cards:\nCARD number | where, when, who is there | event; event | stops at\n"
                               "CARD 1 | dock, dawn, Mara | robs Jon; runs | the gate\n"
                               "- **Card 2:** hall|Jon finds it |  a knock |\n"
                               "3. yard | rain; mud | dark\n"
                               "CARD 4 | cut o";
    struct plan_cards p;
    (void)state;
    plan_read_cards(&p, text, sizeof text - 1, true, 9);
    assert_int_equal(p.count, 3);
    assert_string_equal(p.items[0], "dock, dawn, Mara | robs Jon; runs | the gate");
    assert_string_equal(p.items[1], "hall | Jon finds it | a knock");
    assert_string_equal(p.items[2], "yard | rain; mud | dark");
    assert_string_equal(plan_card_stop(p.items[1]), "a knock");
    assert_string_equal(plan_card_stop("all in one"), "");
    plan_cards_release(&p);
    plan_read_cards(&p, text, sizeof text - 1, false, 2);
    assert_int_equal(p.count, 2);
    plan_cards_release(&p);
}

static bool read_bible(struct buf *b, const char *text, bool cut)
{
    buf_clear(b);
    return plan_read_bible(b, text, strlen(text), cut);
}

static void test_bible(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    assert_true(
        read_bible(&b,
                   "Here is the bible:\n**TITLE:** \"The Salt Engine\"\n# Setting: a dock\nRules:\n1. salt burns\n"
                   "- **no magic**\n\nCAST 1: Mara | thief\nThread： who?\nSTYLE: none\nENDING: they lo",
                   true));
    assert_string_equal(b.data, "TITLE: \"The Salt Engine\"\nSETTING: a dock\nRULE: salt burns\nRULE: no magic\n"
                                "CAST: Mara | thief\nTHREAD: who?\n");
    char *title = plan_bible_field(b.data, "TITLE");
    assert_string_equal(title, "The Salt Engine");
    free(title);
    assert_null(plan_bible_field(b.data, "ENDING"));
    assert_null(plan_bible_field("", "TITLE"));
    assert_false(read_bible(&b, "TITLE: x\nSTYLE: y\n", false));
    assert_false(read_bible(&b, "I'm sorry, I can't.", false));
    buf_release(&b);
}

static void test_bible_is_bounded(void **state)
{
    struct buf text, b;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    buf_init(&b, BUF_MAX_PIECE);
    for (int i = 0; i < 60; i++) {
        buf_adds(&text, "RULE:");
        for (int k = 0; k < 200; k++) buf_adds(&text, i % 2 ? " żółć" : "走走走");
        buf_adds(&text, "\n");
    }
    assert_true(read_bible(&b, text.data, false));
    size_t lines = 0;
    for (char *line = b.data; *line; line += strcspn(line, "\n") + 1) {
        assert_in_range(strcspn(line, "\n"), 380, 400);
        lines++;
    }
    assert_int_equal(lines, 40);
    assert_null(strstr(b.data, "ż\n")); // cut at a word
    buf_release(&text);
    buf_release(&b);
}

static void assert_recap(const char *text, bool cut, const char *expected)
{
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    assert_int_equal(plan_read_recap(&b, text, strlen(text), cut), *expected != '\0');
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void test_recap(void **state)
{
    (void)state;
    assert_recap("HAPPENED: Mara ran.\nCHANGED: Mara: afraid\nCLOSED: none\n- FACT: it burns\nThat is all.", false,
                 "HAPPENED: Mara ran.\nCHANGED: Mara: afraid\nFACT: it burns\n");
    assert_recap("Recap:\nMara robbed Jon at the dock and ran into the rain.\nOPEN: who saw her\n", false,
                 "HAPPENED: Mara robbed Jon at the dock and ran into the rain.\nOPEN: who saw her\n");
    assert_recap("HAPPENED: a\nOPEN: b", true, "HAPPENED: a\n");
    assert_recap("Sure.\n", false, "");
    assert_recap("OPEN: b\n", false, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chapters),
        cmocka_unit_test(test_decorated_chapters),
        cmocka_unit_test(test_chapters_without_pipes),
        cmocka_unit_test(test_chapter_numbers),
        cmocka_unit_test(test_cards),
        cmocka_unit_test(test_bible),
        cmocka_unit_test(test_bible_is_bounded),
        cmocka_unit_test(test_recap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
