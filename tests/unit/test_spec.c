// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The spec: every message a user may meet, what is read, and that the stored form reads back as the same spec.
#include "model/spec.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#define PREMISE "\"premise\": \"A tale.\""
#define BASE    PREMISE ", \"words\": 5000"

static void assert_refused_bytes(const char *text, size_t len, const char *message)
{
    struct err e = ERR_INIT;
    struct spec s;
    char expected[ERR_TEXT_MAX];
    (void)snprintf(expected, sizeof expected, "spec 'x.json': %s", message);
    assert_false(spec_parse(&s, text, len, "x.json", &e));
    assert_int_equal(e.code, ERR_USAGE);
    assert_string_equal(e.text, expected);
}

static void assert_refused(const char *text, const char *message)
{
    assert_refused_bytes(text, strlen(text), message);
}

static void parse_ok(struct spec *s, const char *text)
{
    struct err e = ERR_INIT;
    if (!spec_parse(s, text, strlen(text), "x.json", &e)) fail_msg("%s", e.text);
}

static void names_each_mistake(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "found nothing, expected a JSON object"},
        {" \n// only talk\n", "found nothing, expected a JSON object"},
        {"[]", "$: found an array, expected an object"},
        {"{}", "$.premise: missing, and it is required"},
        {"{" PREMISE "}", "$.words: missing, and it is required"},
        {"{" BASE ", \"wrods\": 5}", "$.wrods: unknown key, did you mean \"words\"?"},
        {"{" BASE ", \"limits\": {\"attemps\": 5}}", "$.limits.attemps: unknown key, did you mean \"attempts\"?"},
        {"{" BASE ", \"limit\": {}}", "$.limit: unknown key, did you mean \"limits\"?"},
        {"{" BASE ", \"stall_s\": 5}", "$.stall_s: unknown key, did you mean \"limits.stall_s\"?"},
        {"{" BASE ", \"limits.stall_s\": 5}", "$[\"limits.stall_s\"]: unknown key"},
        {"{" BASE ", \"limits\": {\"words\": 5}}", "$.limits.words: unknown key, did you mean \"words\"?"},
        {"{" BASE ", \"\": 5}", "$[\"\"]: unknown key"},
        {"{" BASE ", \"limits\": 5}", "$.limits: found 5, expected an object"},
        {"{" PREMISE ", \"words\": 20}", "$.words: found 20, expected a whole number from 100 to 5000000"},
        {"{" PREMISE ", \"words\": 500.5}", "$.words: found 500.5, expected a whole number from 100 to 5000000"},
        {"{" PREMISE ", \"words\": \"many\"}",
         "$.words: found \"many\", expected a whole number from 100 to 5000000"},
        {"{" PREMISE ", \"words\": true}", "$.words: found true, expected a whole number from 100 to 5000000"},
        {"{" BASE ", \"chapters\": 101}", "$.chapters: found 101, expected at most 100 for 5000 words"},
        {"{" BASE ", \"sampling\": {\"top_p\": 1.5}}", "$.sampling.top_p: found 1.5, expected a number from 0 to 1"},
        {"{\"premise\": \" \\n\\u3000\", \"words\": 500}", "$.premise: found a blank text, expected words"},
        {"{" BASE ", \"title\": 7}", "$.title: found 7, expected one line of at most 300 bytes"},
        {"{" BASE ", \"title\": null}", "$.title: found null, expected one line of at most 300 bytes"},
        {"{" BASE ", \"title\": \"a\\nb\"}", "$.title: found a line break, expected one line of at most 300 bytes"},
        {"{" BASE ", \"style\": \"a\\u001bb\"}", "$.style: found the control character U+001B, expected text"},
        {"{" BASE ", \"style\": \"a\\u009bb\"}", "$.style: found the control character U+009B, expected text"},
        {"{" BASE ", \"kind\": \"nvoel\"}", "$.kind: found \"nvoel\", did you mean \"novel\"?"},
        {"{" BASE ", \"kind\": \"poem\"}",
         "$.kind: found \"poem\", expected \"novel\", \"story\", \"textbook\" or \"report\""},
        {"{" BASE ", \"kind\": \"./my-templates\"}",
         "$.kind: found \"./my-templates\", a folder of templates is not available yet, "
         "expected \"novel\", \"story\", \"textbook\" or \"report\""},
        {"{" BASE ", \"export\": [\"md\", \"epub\"]}",
         "$.export[1]: found \"epub\", which is not available yet, expected \"md\""},
        {"{" BASE ", \"export\": [\"pfd\"]}", "$.export[0]: found \"pfd\", expected \"md\""},
        {"{" BASE ", \"export\": [\"md\", \"md\"]}", "$.export: found \"md\" twice, expected it once"},
        {"{" BASE ", \"export\": \"md\"}", "$.export: found \"md\", expected a list such as [\"md\"]"},
        {"{" BASE ", \"language\": \"Polish\"}", "$.language: found \"Polish\", did you mean \"pl\"?"},
        {"{" BASE ", \"language\": \"pt-BR\"}",
         "$.language: found \"pt-BR\", expected a language tag of two or three small letters, such as \"en\""},
        {"{" BASE ", \"cover\": \"../me.png\"}",
         "$.cover: found \"../me.png\", expected a relative path without \"..\""},
        {"{" BASE ", \"backend\": \"localhost:8080\"}", "$.backend: found \"localhost:8080\", expected \"auto\", "
                                                        "\"sim\", a name from the config, or http://HOST[:PORT]"},
        {"{" BASE ", \"backend\": \"http://me:secret@host/\"}",
         "$.backend: found a URL with a user name or password, expected http://HOST[:PORT][/PATH]"},
        {"{" BASE ", \"characters\": [{\"name\": \"A\"}, {\"nmae\": \"B\"}]}",
         "$.characters[1].nmae: unknown key, did you mean \"name\"?"},
        {"{" BASE ", \"characters\": [{\"note\": \"B\"}]}", "$.characters[0].name: missing, and it is required"},
        {"{" BASE ", \"characters\": [\"Mara\"]}", "$.characters[0]: found \"Mara\", expected an object"},
        {"{" BASE ", \"command\": [\"rm\"]}", "$.command: unknown key"},
        {"{" BASE ", \"we\x1b[31m ird\": 1}", "line 1, column 41: control character 0x1b near '\"we'"},
        {"{" BASE ", \"we\\u001b ird\": 1}", "$[\"we? ird\"]: unknown key"},
        {"{\n  \"words\": 500,\n  \"words\": 600\n}", "line 3, column 9: duplicate object key near '\"words\"'"},
        {"{\n  // a talk: \"x\"\n  \"words\": 500,\n  oops\n}",
         "line 4, column 6: string or '}' expected near 'oops'"},
        {"{\n\"premise\": \"\xff\"}", "line 2: not UTF-8 text"},
        {"\xff\xfe{", "line 1: not UTF-8 text"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) assert_refused(cases[i].text, cases[i].message);
}

static void shortens_what_was_found(void **state)
{
    (void)state;
    assert_refused(
        "{" BASE ", \"kind\": \"żółć żółć żółć żółć żółć żółć żółć\"}",
        "$.kind: found \"żółć żółć żółć żółć żó…\", expected \"novel\", \"story\", \"textbook\" or \"report\"");
}

static char *repeat(const char *head, char c, size_t count, const char *tail)
{
    struct buf text;
    buf_init(&text, BUF_MAX_SPEC);
    buf_adds(&text, head);
    while (count-- > 0) buf_addc(&text, c);
    buf_adds(&text, tail);
    char *whole = mem_strndup(text.data, text.len);
    buf_release(&text);
    return whole;
}

static void lengths_are_in_bytes(void **state)
{
    (void)state;
    struct spec s;
    char *text = repeat("{" BASE ", \"title\": \"", 'x', 300, "\"}");
    parse_ok(&s, text);
    spec_release(&s);
    free(text);
    text = repeat("{" BASE ", \"title\": \"", 'x', 299, "ż\"}");
    assert_refused(text, "$.title: found 301 bytes, expected one line of at most 300 bytes");
    free(text);
    text = repeat("{\"words\": 500, \"premise\": \"", 'x', 100001, "\"}");
    assert_refused(text, "$.premise: found 100001 bytes, expected a text of at most 100000 bytes");
    free(text);
}

static void deep_nesting_is_one_line(void **state)
{
    (void)state;
    char *text = repeat("{" BASE ", \"notes\": ", '[', 10000, "");
    struct err e = ERR_INIT;
    struct spec s;
    assert_false(spec_parse(&s, text, strlen(text), "x.json", &e));
    assert_non_null(strstr(e.text, "maximum parsing depth"));
    assert_null(strchr(e.text, '\n'));
    free(text);
}

static void nul_bytes_are_refused(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct spec s;
    const char text[] = "{" BASE "}\0 ";
    assert_false(spec_parse(&s, text, sizeof text - 1, "x.json", &e));
    assert_int_equal(e.code, ERR_USAGE);
}

static void a_foreign_name_is_masked(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    struct spec s;
    assert_false(spec_parse(&s, "[]", 2, "a\x1b]0;b\n", &e));
    assert_string_equal(e.text, "spec 'a?]0;b?': $: found an array, expected an object");
}

static void little_is_enough(void **state)
{
    (void)state;
    struct spec s;
    parse_ok(&s, "{\"premise\": \"A tale.\", \"words\": 5e3, \"title\": \"\", \"style\": \"  \"}");
    assert_int_equal(s.kind, BOOK_NOVEL);
    assert_string_equal(s.language, "en");
    assert_true(s.words == 5000);
    assert_int_equal(s.attempts, 6);
    assert_true(s.export_md);
    assert_false(s.has_seed);
    assert_null(s.title);
    assert_null(s.style);
    assert_null(s.backend);
    assert_true(isnan(s.sampling.temperature));
    assert_int_equal(s.sampling.top_k, -1);
    assert_int_equal(s.stall_s, 0);
    spec_release(&s);
}

static const char full[] =
    "\xEF\xBB\xBF{ // all of it, with \"talk\" {\n"
    "\"$schema\": \"https://x//y\", \"kind\": \"story\", \"title\": \"A // \\\"B\\\" \\\\\", // here too\n"
    "\"premise\": \"Line one.\\nLine two\\t.\", \"words\": 6000, \"chapters\": 3, \"language\": \"pl\", \"style\": "
    "\"dry\",\n"
    "\"characters\": [{\"name\": \"Mara\", \"note\": \"tall\"}, {\"name\": \"Ola\"}], \"notes\": \"n\", \"seed\": "
    "0,\n"
    "\"model\": \"m:7b\", \"backend\": \"http://127.0.0.1:8080/v1\", \"sampling\": {\"temperature\": 0.8, \"min_p\": "
    "0.05,\n"
    "\"top_k\": 0, \"presence_penalty\": 0}, \"limits\": {\"first_token_s\": 600, \"stall_s\": 60, \"attempts\": "
    "5},\n"
    "\"export\": [], \"author\": \"a\", \"subtitle\": \"s\", \"series\": \"r\", \"description\": \"d\", \"rights\": "
    "\"c\",\n"
    "\"cover\": \"img/..a/c.png\"}";

static void everything_is_read(void **state)
{
    (void)state;
    struct spec s;
    parse_ok(&s, full);
    assert_string_equal(book_kind_name(s.kind), "story");
    assert_string_equal(s.title, "A // \"B\" \\");
    assert_string_equal(s.premise, "Line one.\nLine two\t.");
    assert_int_equal(s.characters_count, 2);
    assert_string_equal(s.characters[0].note, "tall");
    assert_string_equal(s.characters[1].name, "Ola");
    assert_null(s.characters[1].note);
    assert_true(s.has_seed && s.seed == 0);
    assert_true(s.sampling.temperature > 0.79 && s.sampling.temperature < 0.81);
    assert_int_equal(s.sampling.top_k, 0);
    assert_true(isnan(s.sampling.top_p));
    assert_int_equal(s.first_token_s, 600);
    assert_int_equal(s.attempts, 5);
    assert_false(s.export_md);
    assert_string_equal(s.cover, "img/..a/c.png");
    spec_release(&s);
}

static void the_stored_form_reads_back(void **state)
{
    (void)state;
    struct spec s, again;
    struct buf first, second;
    buf_init(&first, BUF_MAX_SPEC);
    buf_init(&second, BUF_MAX_SPEC);
    parse_ok(&s, full);
    spec_write(&s, &first);
    parse_ok(&again, first.data);
    spec_write(&again, &second);
    assert_string_equal(first.data, second.data);
    assert_non_null(
        strstr(first.data, "\"sampling\":{\"temperature\":0.8,\"min_p\":0.05,\"top_k\":0,\"presence_penalty\":0.0}"));
    assert_non_null(strstr(first.data, "\"seed\":0,"));
    assert_non_null(strstr(first.data, "\"export\":[]"));
    assert_null(strstr(first.data, "$schema"));
    spec_release(&s);
    spec_release(&again);
    buf_clear(&first);
    parse_ok(&s, "{" BASE ", \"kind\": \"novel\", \"export\": [\"md\"]}");
    spec_write(&s, &first);
    assert_string_equal(first.data, "{\"premise\":\"A tale.\",\"words\":5000}");
    spec_release(&s);
    buf_release(&first);
    buf_release(&second);
}

static void chapters_follow_from_words(void **state)
{
    (void)state;
    assert_int_equal(spec_chapters(&(struct spec){.words = 150000}), 50);
    assert_int_equal(spec_chapters(&(struct spec){.words = 150000, .chapters = 7}), 7);
    assert_int_equal(spec_chapters(&(struct spec){.words = 100}), 1);
    assert_int_equal(spec_chapters(&(struct spec){.words = 5999}), 3);
    assert_int_equal(spec_chapters(&(struct spec){.words = 6000}), 2);
    assert_int_equal(spec_chapters(&(struct spec){.words = 20000, .kind = BOOK_STORY}), 10);
    assert_int_equal(spec_chapters(&(struct spec){.words = 5000000}), 1667);
}

static void languages_say_it_themselves(void **state)
{
    (void)state;
    char line[128];
    assert_string_equal(language_line("pl", line, sizeof line), "Pisz po polsku.");
    assert_string_equal(language_line("de", line, sizeof line), "Schreibe auf Deutsch.");
    assert_string_equal(language_line("ja", line, sizeof line), "日本語で書いてください。");
    assert_string_equal(language_line("eo", line, sizeof line), "Write in eo.");
    assert_string_equal(language_name("pl"), "Polish");
    assert_string_equal(language_name("eo"), "eo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_each_mistake),
        cmocka_unit_test(shortens_what_was_found),
        cmocka_unit_test(lengths_are_in_bytes),
        cmocka_unit_test(deep_nesting_is_one_line),
        cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test(a_foreign_name_is_masked),
        cmocka_unit_test(little_is_enough),
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(the_stored_form_reads_back),
        cmocka_unit_test(chapters_follow_from_words),
        cmocka_unit_test(languages_say_it_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
