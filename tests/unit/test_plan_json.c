// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Planning answers in JSON, whole, cut and wrong; the forms that weak models give instead; the schemas.
#include "base/buf.h"
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
#include <time.h>

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
    assert_chapters(
        "{\"chapters\": [{\"number\": 4, \"title\": \"Low Water\", \"pov\": \"Olga\", \"summary\": \"Olga walks\", "
        "\"beats\": [\"she leaves\", \"a thief?\"], \"purpose\": \"she learns\", \"ends_on\": \"a name\", "
        "\"opens\": [\"who?\", \"why?\"], \"closes\": [], \"weight\": 1.5},"
        "{\"number\": 5, \"title\": \"Rain\", \"summary\": \"it rains\"}]}",
        4, 8,
        "[4|Low Water|Olga|Olga walks; she leaves; a thief?|she learns|a name|+who?; why?|-|1.5]"
        "[5|Rain||it rains|||+|-|1]");
    // other keys, texts for numbers and lists, a heading in the title, values out of bounds
    assert_chapters(
        "[{\"Chapter\": \"4\", \"TITLE\": \"Chapter 4: Low Water\", \"point_of_view\": \"Olga\", \"events\": "
        "[\"a\", {\"event\": \"b\"}], \"opens\": \"who?\", \"closes\": \"none\", \"weight\": \"9\"}]",
        4, 8, "[4|Low Water|Olga|a; b|||+who?|-|2]");
    assert_chapters("{\"chapters\": [{\"title\": \"A\"}, {\"summary\": \"b\\nc\"}]}", 6, 8,
                    "[6|A||A|||+|-|1][7|7||b c|||+|-|1]");
}

#define A  "{\"number\":1,\"title\":\"A\",\"summary\":\"a\"}"
#define B  "{\"number\":2,\"title\":\"B\",\"summary\":\"b\"}"
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
        "{\"outline\": [{\"number\": 1, \"title\": \"Act\", \"chapters\": [" A
        "]}, {\"title\": \"x\", \"chapters\": [" B "]}]}",
        "{\"chapters\": {\"1\": " A ", \"2\": " B "}}",
        "{\"title\": \"The book\", \"summary\": \"s\", \"chapters\": {\"1\": " A ", \"2\": " B "}}",
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
        "{\"chapters\":[{\"number\":1,\"title\":\"A\",\"summary\":\"a\",},{\"number\":2,\"title\":\"B\",\"summary\":"
        "\"b\",},],}",
        "{\"chapters\":[{\"number\":1,\"title\":\"A\"\n\"summary\":\"a\"} "
        "{\"number\":2,\"title\":\"B\",\"summary\":\"b\"}]}",
        "{'chapters':[{'number':1,'title':'A','summary':'a','x':None},{'number':2,'title':'B','summary':'b','y':True}"
        "]}",
        "{\"chapters\":[{\"number\":1,\"title\":\"A\",\"summary\":\"a\",\"x\":\"\\q \\' \\u0000\"}," B "]}",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) assert_chapters(texts[i], 1, 9, AB);
    assert_chapters("[{\"number\":1,\"title\":\"A\",\"summary\":\"she says \"no\", and\n\tgoes {\"}]", 1, 9,
                    "[1|A||she says \"no\", and goes {|||+|-|1]");
    assert_chapters("[{'number':1,'title':'Mara\\'s \"ford\"','summary':'Jon's here'}]", 1, 9,
                    "[1|Mara's \"ford\"||Jon's here|||+|-|1]");
    assert_chapters("[{\"number\":1,\"title\":\"A\",\"summary\":\"a\"}, {\"number\": oops}, "
                    "{\"number\":2,\"title\":\"B\",\"summary\":\"b\"}]",
                    1, 9, AB);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_chapters("[" A "," B "]", 6, 7, "[6|A||a|||+|-|1][7|B||b|||+|-|1]"); // by position
    assert_chapters("[" A "," B "]", 2, 2, "[2|B||b|||+|-|1]");
    assert_chapters("[" B "]", 1, 9, "");
    assert_chapters("[{\"number\":\"1.\",\"title\":\"A\",\"summary\":\"a\"},{\"title\":\"B\",\"summary\":\"b\"}]", 1,
                    9, AB);
}

static void test_no_plan(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "}",
        "[]",
        "{}",
        "{\"chapters\": []}",
        "{\"error\": \"no\"}",
        "{\"chapters\": [{\"number\": 1,",
        "{\"weight\": 1.5,\n\"number\": 2.\n",
        "I'm sorry, I cannot write that. I can offer:\n1. A poem\n2. A letter\n",
        "\"",
        "{\"",
        "{\"a\\",
        "[{'",
        "[1, 2, 3]",
        "[\"a\"]",
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

// A megabyte of brackets, and much of whatever else might make a reader grow, recurse or take long.
static void read_all(const struct buf *text, struct buf *out)
{
    struct plan_chapters chapters;
    struct plan_acts acts;
    struct plan_cards cards;
    buf_clear(out);
    plan_read_chapters(&chapters, text->data, text->len, true, 1, 2000);
    plan_read_acts(&acts, text->data, text->len, true, 1, 40);
    plan_read_cards(&cards, text->data, text->len, true, 20);
    plan_read_bible(out, text->data, text->len, true);
    plan_read_recap(out, text->data, text->len, true);
    assert_in_range(chapters.count, 0, 2000);
    assert_in_range(acts.count, 0, 40);
    assert_in_range(cards.count, 0, 20);
    assert_in_range(out->len, 0, 40 * 400 + 16 * 500);
    plan_chapters_release(&chapters);
    plan_acts_release(&acts);
    plan_cards_release(&cards);
}

static void test_hostile(void **state)
{
    static const char *const pieces[] = {
        "[",
        "{",
        "{\"a\":",
        "{\"chapters\":[",
        "\"",
        "{\"\\",
        "{}",
        "[{},",
        "{\"a\": \"b\" x},",
        "{'a",
        ",}",
        "1|a\n",
        "a. ",
        "Sure. ",
        "- a\n",
        "\n",
        "card 1\n",
        "+a -b|",
        "{ ",
        "[ a",
        "{\"cast\":[",
        "{\"title\":\"x\",\"summary\":\"y\"},",
        "Act I\n",
        "\"\n\"",
        "' ",
    };
    struct buf b, out;
    clock_t start = clock(); // of the processor: others may need the machine too
    (void)state;
    buf_init(&out, BUF_MAX_PIECE);
    for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
        buf_init(&b, i == 0 ? BUF_MAX_PIECE : BUF_MAX_PIECE / 8);
        while (buf_adds(&b, pieces[i])) {
        }
        read_all(&b, &out);
        buf_release(&b);
    }
    assert_in_range((clock() - start) / CLOCKS_PER_SEC, 0, 10); // it takes a twentieth of that
    buf_release(&out);
}

// Every beginning of an answer is an answer that was cut.
static void test_cut_anywhere(void **state)
{
    static const char text[] =
        "Sure: {\"chapters\":[" A ",{'number':2,\"title\":\"B \\\" {\",\"beats\":[\"b\",{\"c\":1}],}]}";
    size_t first = strlen("Sure: {\"chapters\":[" A);
    struct plan_chapters p;
    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        char *part = mem_strndup(text, len); // so that reading beyond is seen
        plan_read_chapters(&p, part, len, true, 1, 9);
        assert_int_equal(p.count, len < first ? 0 : len < sizeof(text) - 3 ? 1 : 2);
        plan_chapters_release(&p);
        free(part);
    }
}

// ---- lines ------------------------------------------------------------------------------------------------------

static void test_lines(void **state)
{
    (void)state;
    assert_chapters(
        "4 | Low Water | Olga | Olga walks; she is seen | she learns | a name | +what does he know? -who did it? | "
        "1.5\n"
        "5 | Rain | Jon | it rains | - | mud | +\"who?\" +why, -\"what?\" \n"
        "6 | Ice | Olga | melts | none | \n"
        "7 | Snow | Olga | falls | +what? | a knock | 2\n"
        "8 | Ash | -who? | 0.7\n"
        "9 | Fog | it rises | +why?\n"
        "10 | Dew | Olga | e | p | x | 1 | -well-known thing\n",
        4, 10,
        "[4|Low Water|Olga|Olga walks; she is seen|she learns|a name|+what does he know?|-who did it?|1.5]"
        "[5|Rain|Jon|it rains||mud|+who?; why|-what?|1]"
        "[6|Ice|Olga|melts|||+|-|1]"
        "[7|Snow|Olga|falls||a knock|+what?|-|2]"
        "[8|Ash||Ash|||+|-who?|0.7]"
        "[9|Fog||it rises|||+why?|-|1]"
        "[10|Dew|Olga|e|p|x|+|-well-known thing|1]");
}

static void test_lines_without_pipes(void **state)
{
    (void)state;
    assert_chapters("Here is the plan:\n\n**Chapter 1: The Ford**\nMara robs Jon at the ford and runs.\n\n"
                    "**Chapter 2: Salt - a tale**\nPOV: Jon\nSummary: Jon finds the map.\nEnds on: a knock\n\n"
                    "3. Rain: Jon and Mara meet in the rain\nLet me know what you think of this!\n",
                    1, 9,
                    "[1|The Ford||Mara robs Jon at the ford and runs.|||+|-|1]"
                    "[2|Salt - a tale|Jon|Jon finds the map.||a knock|+|-|1]"
                    "[3|Rain||Jon and Mara meet in the rain|||+|-|1]");
}

static void assert_acts(const char *text, bool cut, int from, int to, const char *expected)
{
    struct plan_acts p;
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    plan_read_acts(&p, text, strlen(text), cut, from, to);
    for (size_t i = 0; i < p.count; i++)
        buf_addf(&b, "[%d|%s|%s|%s]", p.items[i].number, p.items[i].start, p.items[i].turn, p.items[i].open);
    assert_string_equal(b.data, expected);
    buf_release(&b);
    plan_acts_release(&p);
}

static void test_acts(void **state)
{
    (void)state;
    assert_acts(
        "{\"acts\": [{\"number\": 2, \"start\": \"a\", \"turn\": \"b\", \"open\": [\"c?\", \"d?\"]}, {\"number\": 3, "
        "\"start\": \"e\"",
        false, 2, 4, "[2|a|b|c?; d?]");
    assert_acts("[{\"act\": \"Act 1\", \"Starts with\": \"a\"}, {\"act\": 2, \"turning_point\": \"b\"}]", false, 1, 4,
                "[1|a||][2||b|]");
    assert_acts("ACT number | where | what | open\nACT 2 | a | b | c\n**Act III:** d | e\n- 4. f\nACT 5 | x", true, 2,
                9, "[2|a|b|c][3|d|e|][4|f||]");
    assert_acts("ACT 1 | a\nACT 2 | b\n", false, 4, 5, "[4|a||][5|b||]"); // by position
    assert_acts("Act I\nStart: a\nTurn: b\nStill unsolved: c\nAct II - the flood\nIt comes.\n", false, 1, 9,
                "[1|a|b|c][2|the flood||]");
    assert_acts("Act IV: a\nAct V: b\nAct IX: c\n", false, 4, 9, "[4|a||][5|b||]");
    assert_acts("ACT 1 | a\nACT 3 | c\n", false, 1, 9, "[1|a||]");
    assert_acts("Act\nActing is hard.\nI: x\nActIV: y\n", false, 1, 9, "");
}

static void assert_cards(const char *text, bool cut, size_t most, const char *expected)
{
    struct plan_cards p;
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    plan_read_cards(&p, text, strlen(text), cut, most);
    for (size_t i = 0; i < p.count; i++) buf_addf(&b, "[%s]", p.items[i]);
    assert_string_equal(b.data, expected);
    buf_release(&b);
    plan_cards_release(&p);
}

static void test_cards(void **state)
{
    (void)state;
    assert_cards(
        "{\"cards\": [{\"card\": 1, \"where\": \"dock|dawn\", \"who\": [\"Mara\", \"Jon\"], \"events\": [\"robs\", "
        "\"runs\"], \"stops_at\": \"the gate\"}, {\"events\": \"x\"}]}",
        false, 4, "[dock/dawn | Mara, Jon | robs; runs | the gate][x]");
    assert_cards("CARD 1\nWhere: dock\nEvents: robs; runs\nStops at: the gate\n\n**Card 2: hall**\n- Jon finds it\n"
                 "Let me know!\n",
                 false, 4, "[dock | robs; runs | the gate][hall | Jon finds it]");
    assert_cards(
        "Here are the cards:\n- Mara robs Jon\n- she runs\n- the rain comes\n* Jon finds the map\n5. night falls\n",
        false, 2, "[Mara robs Jon; she runs][the rain comes; Jon finds the map; night falls]");
    assert_cards("Sure! Mara robs Mr. Jon. She runs to the river.\n\nThe rain comes. Jon finds the map. Night fal",
                 true, 2, "[Mara robs Mr. Jon. She runs to the river.][The rain comes. Jon finds the map.]");
    assert_cards("玛拉抢了约翰。她跑向河边。下雨了。", false, 3, "[玛拉抢了约翰。][她跑向河边。][下雨了。]");
    assert_cards(
        "The story of this chapter in three parts:\nMara robs Jon. She runs to the river.\nThe rain comes.\n", false,
        9, "[Mara robs Jon.][She runs to the river.][The rain comes.]");
    assert_cards("Mara robs Jon. She runs.", false, 3, ""); // too little
    assert_cards("Sorry, I am not going to write about a robbery at the dock for you today.", false, 3, "");
    assert_cards("I'm sorry, but I can't plan this:\n- it has a robbery in it\n- it has a knife in it too\n", false,
                 3, "");
    assert_cards("Mara robs Jon and runs to the river in the rain, and nobody sees", false, 0, "");
}

static void assert_bible(const char *text, const char *expected)
{
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    assert_int_equal(plan_read_bible(&b, text, strlen(text), true), *expected != '\0');
    assert_string_equal(b.data, expected);
    buf_release(&b);
}

static void test_bible(void **state)
{
    (void)state;
    assert_bible("Here it is:\n{\"title\": \"The Weir\", \"logline\": \"a\nb\", \"style\": {\"pov\": \"first\", "
                 "\"tense\": \"past\"}, "
                 "\"Rules\": [\"pumps stop\", \"none\"], \"cast\": [{\"role\": \"miller\", \"name\": \"Olga\", "
                 "\"want\": \"water\", "
                 "\"fear\": \"pity\", \"voice\": \"short\"}, {\"Jon\": \"watchman\"}], \"threads\": \"- who?\\n- "
                 "why?\", \"ending\": \"gone\"}",
                 "TITLE: The Weir\nLOGLINE: a b\nSTYLE: first | past\nRULE: pumps stop\nCAST: Olga | miller | water "
                 "| pity | short\n"
                 "CAST: Jon | watchman\nTHREAD: who?\nTHREAD: why?\nENDING: gone\n");
    assert_bible("{\"bible\": {\"title\": \"x\", \"characters\": {\"Olga\": {\"role\": \"miller\"}, \"Jon\": "
                 "\"thief\"}, \"ending\": \"e\"}}",
                 "TITLE: x\nCAST: Olga | miller\nCAST: Jon | thief\nENDING: e\n");
    assert_bible("{\"title\": \"x\"}\n{\"setting\": \"y\"}\n{\"style\": \"z\"}\n",
                 "TITLE: x\nSETTING: y\nSTYLE: z\n");
    assert_bible("{\"title\": \"x\", \"plan\": {\"setting\": \"y\", \"style\": \"z\"}}",
                 "TITLE: x\nSETTING: y\nSTYLE: z\n");
    // cut: what is whole counts
    assert_bible("{\"title\": \"x\", \"logline\": \"y\", \"rules\": [\"a\", \"b\", \"c",
                 "TITLE: x\nLOGLINE: y\nRULE: a\nRULE: b\n");
    assert_bible("{\"title\": \"x\", \"logline\": \"y\", \"cast\": [{\"name\": \"Olga\", \"role\": \"mil",
                 "TITLE: x\nLOGLINE: y\nCAST: Olga\n");
    assert_bible("{\"title\": \"x\", \"logline\": \"y\", \"setting\": \"z", "");
    assert_bible("{\"title\": \"x\", \"id\": 1}", "");
}

static void test_recap(void **state)
{
    static const char text[] =
        "{\"happened\": [\"Mara ran.\", \"Jon fell.\"], \"changed\": {\"Mara\": \"limps\"}, \"open\": [\"who?\"], "
        "\"closed\": \"none\", \"facts\": []}";
    static const char list[] =
        "{\"summary\": \"x\", \"changed\": [{\"name\": \"Mara\", \"state\": \"limps\"}, \"Jon: well\"]}";
    struct buf b;
    (void)state;
    buf_init(&b, BUF_MAX_PIECE);
    assert_true(plan_read_recap(&b, text, strlen(text), false));
    assert_string_equal(b.data, "HAPPENED: Mara ran. Jon fell.\nCHANGED: Mara: limps\nOPEN: who?\n");
    buf_clear(&b);
    assert_true(plan_read_recap(&b, list, strlen(list), false));
    assert_string_equal(b.data, "HAPPENED: x\nCHANGED: Mara: limps\nCHANGED: Jon: well\n");
    buf_clear(&b);
    assert_false(plan_read_recap(&b, "I'm sorry, I cannot write a recap of this chapter for you.", 58, false));
    assert_int_equal(b.len, 0);
    buf_release(&b);
}

// ---- schemas ----------------------------------------------------------------------------------------------------

static const struct json *get(const struct json *v, const char *a, const char *b)
{
    v = json_get(v, a);
    return b ? json_get(v, b) : v;
}

static bool follows(const struct json *schema, const struct json *v);

static bool object_follows(const struct json *schema, const struct json *v)
{
    const struct json *required = get(schema, "required", NULL);
    size_t count = json_count(required);
    bool ok = json_kind(v) == JSON_KIND_OBJECT && json_count(v) == count &&
              count == json_count(get(schema, "properties", NULL)) &&
              !json_bool(get(schema, "additionalProperties", NULL), true);
    for (size_t i = 0; ok && i < count; i++) {
        const char *key = json_str(json_at(required, i), NULL);
        ok = get(schema, "properties", key) && follows(get(schema, "properties", key), json_get(v, key));
    }
    return ok;
}

static bool list_follows(const struct json *schema, const struct json *v)
{
    int64_t count = (int64_t)json_count(v), most = json_int(get(schema, "maxItems", NULL), -1);
    bool ok = json_kind(v) == JSON_KIND_ARRAY && count <= most && count >= json_int(get(schema, "minItems", NULL), 0);
    for (size_t i = 0; ok && i < json_count(v); i++) ok = follows(get(schema, "items", NULL), json_at(v, i));
    return ok;
}

// As much of JSON Schema as ours have.
static bool follows(const struct json *schema, const struct json *v)
{
    const char *type = json_str(get(schema, "type", NULL), NULL);
    size_t len;
    if (!strcmp(type, "object")) return object_follows(schema, v);
    if (!strcmp(type, "array")) return list_follows(schema, v);
    if (!strcmp(type, "integer")) return json_kind(v) == JSON_KIND_INT;
    if (!strcmp(type, "number")) return json_kind(v) == JSON_KIND_INT || json_kind(v) == JSON_KIND_REAL;
    return !strcmp(type, "string") && json_str(v, &len) &&
           (int64_t)len <= json_int(get(schema, "maxLength", NULL), -1);
}

static void assert_follows(const char *schema, const char *text, bool expected)
{
    struct err e = ERR_INIT;
    struct json *s = json_read(schema, strlen(schema), &e), *v = json_read(text, strlen(text), &e);
    if (!s || !v) fail_msg("%s", e.text);
    if (follows(s, v) != expected) fail_msg("%s\n%s", schema, text);
    json_free(s);
    json_free(v);
}

#define CHAPTER                                                                                                      \
    "{\"number\": 4, \"title\": \"Low Water\", \"pov\": \"Olga\", \"summary\": \"Olga walks\", \"beats\": [\"a\", "  \
    "\"b\"], "                                                                                                       \
    "\"purpose\": \"p\", \"ends_on\": \"e\", \"opens\": [\"o\"], \"closes\": [], \"weight\": 1.5}"
#define ACT "{\"number\": 1, \"start\": \"s\", \"turn\": \"t\", \"open\": \"o\"}"

static void test_schemas(void **state)
{
    struct buf b;
    (void)state;
    assert_follows(
        plan_schema_bible,
        "{\"title\": \"The Weir\", \"logline\": \"l\", \"setting\": \"s\", \"style\": \"close | past\", \"rules\": "
        "[\"r\"], "
        "\"cast\": [{\"name\": \"Olga\", \"role\": \"m\", \"want\": \"w\", \"fear\": \"f\", \"voice\": \"v\"}], "
        "\"threads\": [\"t\"], \"ending\": \"e\"}",
        true);
    assert_follows(plan_schema_bible, "{\"title\": \"The Weir\"}", false);
    buf_init(&b, BUF_MAX_PIECE);
    plan_schema_chapters(&b, 4, 5);
    assert_follows(b.data, "{\"chapters\": [" CHAPTER "," CHAPTER "]}", true);
    assert_follows(b.data, "{\"chapters\": [" CHAPTER "]}", false);
    assert_follows(b.data, "{\"chapters\": [" CHAPTER ", {\"number\": 5}]}", false);
    buf_clear(&b);
    plan_schema_acts(&b, 1, 1);
    assert_follows(b.data, "{\"acts\": [" ACT "]}", true);
    assert_follows(b.data, "{\"acts\": [" ACT "," ACT "]}", false);
    buf_release(&b);
    assert_chapters("{\"chapters\": [" CHAPTER "]}", 4, 4, "[4|Low Water|Olga|Olga walks; a; b|p|e|+o|-|1.5]");
    assert_acts("{\"acts\": [" ACT "]}", false, 1, 1, "[1|s|t|o]");
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
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_lines_without_pipes),
        cmocka_unit_test(test_acts),
        cmocka_unit_test(test_cards),
        cmocka_unit_test(test_bible),
        cmocka_unit_test(test_recap),
        cmocka_unit_test(test_schemas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
