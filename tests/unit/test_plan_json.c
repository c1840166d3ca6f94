// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Planning answers in JSON, whole, cut and wrong; the forms that weak models give instead; the schemas.
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "io/json.h"
#include "model/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plan_chapters read_chapters(const char *text, int from, int to)
{
    struct plan_chapters p;
    plan_read_chapters(&p, text, strlen(text), false, from, to);
    return p;
}

// All of the chapters in one line.
static void assert_chapters(const char *text, int from, int to, const char *expected)
{
    struct plan_chapters p = read_chapters(text, from, to);
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    for (size_t i = 0; i < p.count; i++) {
        const struct plan_chapter *c = &p.items[i];
        buf_addf(&b, "[%d|%s|%s|%s|%s|%s|+%s|-%s|%g]", c->number, c->title, c->pov, c->event, c->purpose, c->ends_on,
                 c->opens, c->closes, c->weight);
    }
    assert_string_equal(b.data, expected);
    buf_release(&b);
    plan_chapters_release(&p);
}

static void test_chapters(void **state)
{
    (void)state;
    assert_chapters("{\"chapters\": [{\"number\": 4, \"title\": \"Low Water\", \"pov\": \"Olga\", \"summary\": \"Olga walks\", "
                    "\"beats\": [\"she leaves\", \"a thief?\"], \"purpose\": \"she learns\", \"ends_on\": \"a name\", "
                    "\"opens\": [\"who?\", \"why?\"], \"closes\": [], \"weight\": 1.5},"
                    "{\"number\": 5, \"title\": \"Rain\", \"summary\": \"it rains\"}]}",
                    4, 8,
                    "[4|Low Water|Olga|Olga walks; she leaves; a thief?|she learns|a name|+who?; why?|-|1.5]"
                    "[5|Rain||it rains|||+|-|1]");
    // other keys, texts for numbers and lists, a heading in the title, values out of bounds
    assert_chapters("[{\"Chapter\": \"4\", \"TITLE\": \"Chapter 4: Low Water\", \"point_of_view\": \"Olga\", \"events\": "
                    "[\"a\", {\"event\": \"b\"}], \"opens\": \"who?\", \"closes\": \"none\", \"weight\": \"9\"}]",
                    4, 8, "[4|Low Water|Olga|a; b|||+who?|-|2]");
    assert_chapters("{\"chapters\": [{\"title\": \"A\"}, {\"summary\": \"b\\nc\"}]}", 6, 8,
                    "[6|A||A|||+|-|1][7|7||b c|||+|-|1]");
}

#define A "{\"number\":1,\"title\":\"A\",\"summary\":\"a\"}"
#define B "{\"number\":2,\"title\":\"B\",\"summary\":\"b\"}"
#define AB "[1|A||a|||+|-|1][2|B||b|||+|-|1]"

static void test_wrappings(void **state)
{
    static const char *const texts[] = {
        "{\"chapters\":[" A "," B "]}",
        "Sure! Here's your [outline] with \"quotes:\n```json\n{\"chapters\": [\n" A ",\n" B "\n]}\n```\nLet me know!",
        "[" A "," B "]",
        A "\n" B "\n",
        "{\"title\": \"The book\", \"outline\": [" A "," B "]}",
        "{\"title\": \"The book\", \"outline\": {\"chapters\": [" A "," B "]}}",
        "{\"outline\": [{\"number\": 1, \"title\": \"Act\", \"chapters\": [" A "]}, {\"title\": \"x\", \"chapters\": [" B "]}]}",
        "{\"chapters\": {\"1\": " A ", \"2\": " B "}}",
        "{\"result\": {\"what\": [" A "," B "]}}",
        "{\"chapters\":[" A "," B ",{\"number\":3,\"title\":\"C\",\"summ", // cut
        "{\"chapters\":[" A "," B,
        "{\"chapters\":[" A "," B ",{",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) assert_chapters(texts[i], 1, 9, AB);
}

static void test_mistakes(void **state)
{
    static const char *const texts[] = {
        "{\"chapters\":[{\"number\":1,\"title\":\"A\",\"summary\":\"a\",},{\"number\":2,\"title\":\"B\",\"summary\":\"b\",},],}",
        "{\"chapters\":[{\"number\":1,\"title\":\"A\"\n\"summary\":\"a\"} {\"number\":2,\"title\":\"B\",\"summary\":\"b\"}]}",
        "{'chapters':[{'number':1,'title':'A','summary':'a','x':None},{'number':2,'title':'B','summary':'b','y':True}]}",
        "{\"chapters\":[{\"number\":1,\"title\":\"A\",\"summary\":\"a\",\"x\":\"\\q \\' \\u0000\"}," B "]}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) assert_chapters(texts[i], 1, 9, AB);
    assert_chapters("[{\"number\":1,\"title\":\"A\",\"summary\":\"she says \"no\", and\n\tgoes {\"}]", 1, 9,
                    "[1|A||she says \"no\", and goes {|||+|-|1]");
    assert_chapters("[{'number':1,'title':'Mara\\'s \"ford\"','summary':'Jon's here'}]", 1, 9,
                    "[1|Mara's \"ford\"||Jon's here|||+|-|1]");
    assert_chapters("[{\"number\":1,\"title\":\"A\",\"summary\":\"a\"}, {\"number\": oops}, {\"number\":2,\"title\":\"B\",\"summary\":\"b\"}]",
                    1, 9, AB);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_chapters("[" A "," B "]", 6, 7, "[6|A||a|||+|-|1][7|B||b|||+|-|1]"); // by position
    assert_chapters("[" A "," B "]", 2, 2, "[2|B||b|||+|-|1]");
    assert_chapters("[" B "]", 1, 9, "");
    assert_chapters("[{\"number\":\"1.\",\"title\":\"A\",\"summary\":\"a\"},{\"title\":\"B\",\"summary\":\"b\"}]", 1, 9, AB);
}

static void test_no_plan(void **state)
{
    static const char *const texts[] = {
        "", "{", "}", "[]", "{}", "{\"chapters\": []}", "{\"error\": \"no\"}", "{\"chapters\": [{\"number\": 1,",
        "{\"weight\": 1.5,\n\"number\": 2.\n", "I'm sorry, I cannot write that. I can offer:\n1. A poem\n2. A letter\n",
        "\"", "{\"", "{\"a\\", "[{'", "[1, 2, 3]", "[\"a\"]",
    };
    struct plan_acts acts;
    struct plan_cards cards;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        assert_chapters(texts[i], 1, 9, "");
        plan_read_acts(&acts, texts[i], strlen(texts[i]), false, 1, 9);
        assert_int_equal(acts.count, 0);
        plan_read_cards(&cards, texts[i], strlen(texts[i]), false, 4);
        assert_int_equal(cards.count, 0);
    }
}

// A megabyte of each: nothing may grow, recurse or take long.
static void test_hostile(void **state)
{
    static const char *const pieces[] = {
        "[", "{", "{\"a\":", "{\"chapters\":[", "\"", "{\"\\", "{}", "[{},", "{\"a\": \"b\" x},", "{'a", ",}", "1|a\n", "a. ",
        "Sure. ", "{\"title\":\"x\",\"summary\":\"y\"},", "- a\n", "\n", "{\"cast\":[", "card 1\n", "+a -b|", "{ ", "[ a",
    };
    struct buf b, out;
    int64_t start = clock_mono_ms();
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    buf_init(&out, BUF_MAX_PIECE);
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        struct plan_chapters chapters;
        struct plan_acts acts;
        struct plan_cards cards;
        buf_clear(&b);
        buf_clear(&out);
        while (buf_adds(&b, pieces[i])) {}
        int64_t before = clock_mono_ms();
        plan_read_chapters(&chapters, b.data, b.len, true, 1, 2000);
        plan_read_acts(&acts, b.data, b.len, true, 1, 40);
        plan_read_cards(&cards, b.data, b.len, true, 20);
        plan_read_bible(&out, b.data, b.len, true);
        plan_read_recap(&out, b.data, b.len, true);
        if (getenv("SHOW")) printf("%-20.20s %d ms\n", pieces[i], (int)(clock_mono_ms() - before));
        assert_in_range(chapters.count, 0, 2000);
        assert_in_range(acts.count, 0, 40);
        assert_in_range(cards.count, 0, 20);
        plan_chapters_release(&chapters);
        plan_acts_release(&acts);
        plan_cards_release(&cards);
    }
    assert_in_range(clock_mono_ms() - start, 0, 60000);
    buf_release(&b);
    buf_release(&out);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chapters),
        cmocka_unit_test(test_wrappings),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_no_plan),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
