// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The spec: every message a user may meet, what is read, and that the stored form reads back as the same spec.
#include "model/spec.h"

#include "base/mem.h"
#include "model/config.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREMISE "\"premise\": \"A tale.\""
#define BASE    PREMISE ", \"words\": 5000"
#define KINDS   "\"novel\", \"story\", \"textbook\", \"report\", or a folder such as \"./my-templates\""

#define TEN "a b c d e f g h i j "

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
        {"{" BASE ", \"kind\": \"poem\"}", "$.kind: found \"poem\", expected " KINDS},
        {"{" BASE ", \"kind\": 3}", "$.kind: found 3, expected " KINDS},
        {"{" BASE ", \"kind\": \"../ours\"}", "$.kind: found \"../ours\", expected a relative path without \"..\""},
        {"{" BASE ", \"kind\": \"/etc\"}", "$.kind: found \"/etc\", expected a relative path without \"..\""},
        {"{" BASE ", \"kind\": \"a/\\nb\"}", "$.kind: found a line break, expected one line of at most 1000 bytes"},
        {"{" BASE ", \"export\": [\"md\", \"epubs\"]}", "$.export[1]: found \"epubs\", did you mean \"epub\"?"},
        {"{" BASE ", \"export\": [\"mobipocket\"]}",
         "$.export[0]: found \"mobipocket\", expected \"md\", \"txt\", \"html\", \"epub\", \"docx\" or \"archive\""},
        {"{" BASE ", \"export\": [\"md\", \"md\"]}", "$.export[1]: found \"md\" twice, expected it once"},
        {"{" BASE ", \"export\": \"md\"}", "$.export: found \"md\", expected a list such as [\"md\", \"epub\"]"},
        {"{" BASE ", \"language\": \"Polish\"}", "$.language: found \"Polish\", did you mean \"pl\"?"},
        {"{" BASE ", \"language\": \"pt-BR\"}",
         "$.language: found \"pt-BR\", expected a language tag of two or three small letters, such as \"en\""},
        {"{" BASE ", \"cover\": \"../me.png\"}",
         "$.cover: found \"../me.png\", expected a relative path without \"..\""},
        {"{" BASE ", \"backend\": \"localhost:8080\"}", "$.backend: found \"localhost:8080\", expected \"auto\", "
                                                        "\"sim\", a name from the config, or http://HOST[:PORT]"},
        {"{" BASE ", \"backend\": \"http://me:secret@host/\"}",
         "$.backend: found a URL with a user name or password, expected http://HOST[:PORT][/PATH]"},
        {"{" BASE ", \"sampling\": {\"dry_base\": 0.5}}",
         "$.sampling.dry_base: found 0.5, expected a number from 1 to 10"},
        {"{" BASE ", \"sampling\": {\"dry_allowed_lenght\": 5}}",
         "$.sampling.dry_allowed_lenght: unknown key, did you mean \"dry_allowed_length\"?"},
        {"{" BASE ", \"sampling\": {\"xtc_probability\": 1.5}}",
         "$.sampling.xtc_probability: found 1.5, expected a number from 0 to 1"},
        {"{" BASE ", \"fallback\": [\"gpu2\", \"sim\"]}",
         "$.fallback[1]: found \"sim\", expected a name from the config, or http://HOST[:PORT]"},
        {"{" BASE ", \"fallback\": [\"http://me:secret@host/\"]}",
         "$.fallback[0]: found a URL with a user name or password, expected http://HOST[:PORT][/PATH]"},
        {"{" BASE ", \"fallback\": [{\"backend\": \"b\", \"api_key_env\": \"K\"}]}",
         "$.fallback[0].api_key_env: unknown key"},
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

static void names_each_mistake_of_an_outline(void **state)
{
    static const struct {
        const char *outline, *message; // behind "$.outline"
    } cases[] = {
        {"7", ": found 7, expected a list of chapters such as {\"title\": \"...\"}"},
        {"[7]", "[0]: found 7, expected an object"},
        {"[{}]", "[0].title: missing, and it is required"},
        {"[{\"title\": \" \"}]", "[0].title: found a blank text, expected words"},
        {"[{\"title\": \"A\"}, {\"titel\": \"B\"}]", "[1].titel: unknown key, did you mean \"title\"?"},
        {"[{\"title\": \"A\", \"chapter\": 0}]", "[0].chapter: found 0, expected a whole number from 1 to 2000"},
        {"[{\"title\": \"A\", \"weight\": 3}]", "[0].weight: found 3, expected a number from 0.5 to 2"},
        {"[{\"title\": \"A\", \"words\": 10}]", "[0].words: found 10, expected a whole number from 50 to 5000000"},
        {"[{\"title\": \"A\", \"words\": 500, \"weight\": 1}]",
         "[0]: found both \"weight\" and \"words\", expected one of them"},
        {"[{\"title\": \"A\", \"beats\": \"b\"}]", "[0].beats: found \"b\", expected a list of texts"},
        {"[{\"title\": \"A\", \"beats\": [\"b\", 2]}]",
         "[0].beats[1]: found 2, expected one line of at most 500 bytes"},
        {"[{\"title\": \"A\", \"beats\": [\" \"]}]", "[0].beats[0]: found a blank text, expected words"},
        {"[{\"title\": \"A\", \"chapter\": 2}, {\"title\": \"B\", \"chapter\": 1}, {\"title\": \"C\"}]",
         "[2]: found chapter 2 a second time, expected another number in \"chapter\""},
        {"[{\"title\": \"A\", \"chapter\": 2000}, {\"title\": \"B\"}]",
         "[1]: found chapter 2001, expected at most 2000"},
        {"[{\"title\": \"A\", \"chapter\": 101}]", ": found chapter 101, expected at most 100 for 5000 words"},
        {"[{\"title\": \"A\", \"words\": 3000}, {\"title\": \"B\", \"words\": 2001}]",
         ": found 5001 words in its chapters, expected at most 5000, as $.words says"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = mem_printf("{" BASE ", \"outline\": %s}", cases[i].outline);
        char *message = mem_printf("$.outline%s", cases[i].message);
        assert_refused(text, message);
        free(text);
        free(message);
    }
    assert_refused("{" BASE ", \"chapters\": 2, \"outline\": [{\"title\": \"A\", \"chapter\": 3}]}",
                   "$.outline: found chapter 3, expected at most 2, as $.chapters says");
}

static void names_each_mistake_of_an_opening(void **state)
{
    static const struct {
        const char *opening, *message; // behind "$.opening"
    } cases[] = {
        {"\"a\"", ": found \"a\", expected a list of chapters such as {\"file\": \"chapter-1.md\"}"},
        {"[\"a.md\"]", "[0]: found \"a.md\", expected an object"},
        {"[{\"title\": \"A\"}]", "[0]: found neither \"text\" nor \"file\", expected one of them"},
        {"[{\"text\": \"a\", \"file\": \"b\"}]", "[0]: found both \"text\" and \"file\", expected one of them"},
        {"[{\"text\": \" \\n\"}]", "[0].text: found a blank text, expected words"},
        {"[{\"file\": \"../b\"}]", "[0].file: found \"../b\", expected a relative path without \"..\""},
        {"[{\"file\": \"/b\"}]", "[0].file: found \"/b\", expected a relative path without \"..\""},
        {"[{\"text\": \"a\"}, {\"text\": \"a\"}, {\"text\": \"a\"}]",
         ": found 3 chapters, expected at most 2 in a book of 3; give more in $.chapters"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = mem_printf("{" BASE ", \"opening\": %s}", cases[i].opening);
        char *message = mem_printf("$.opening%s", cases[i].message);
        assert_refused(text, message);
        free(text);
        free(message);
    }
    assert_refused("{" PREMISE ", \"words\": 100, \"opening\": [{\"text\": \"a\"}]}",
                   "$.opening: found 1 chapter, expected at most 0 in a book of 1; give more in $.chapters");
    assert_refused("{" PREMISE ", \"words\": 100, \"chapters\": 2, \"opening\": [{\"text\": \"" TEN TEN TEN TEN TEN
                       TEN TEN TEN TEN "one more\"}]}",
                   "$.opening: found 92 words in its chapters, expected at most 90 of the 100 in $.words, so that "
                   "something is left to write");
}

static void shortens_what_was_found(void **state)
{
    (void)state;
    assert_refused("{" BASE ", \"kind\": \"żółć żółć żółć żółć żółć żółć żółć\"}",
                   "$.kind: found \"żółć żółć żółć żółć żó…\", expected " KINDS);
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
    assert_int_equal(s.exports, SPEC_EXPORTS_DEFAULT);
    assert_false(s.has_seed);
    assert_null(s.title);
    assert_null(s.style);
    assert_null(s.backend);
    assert_true(isnan(s.sampling.temperature));
    assert_int_equal(s.sampling.top_k, -1);
    assert_true(isnan(s.sampling.dry_multiplier) && isnan(s.sampling.dry_base) && s.sampling.dry_length == 0);
    assert_true(isnan(s.sampling.xtc_probability) && isnan(s.sampling.xtc_threshold));
    assert_int_equal(s.fallback_count, 0);
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
    "\"top_k\": 0, \"presence_penalty\": 0, \"dry_multiplier\": 0.8, \"dry_base\": 1.75, \"dry_allowed_length\": 4,\n"
    "\"xtc_probability\": 0.5, \"xtc_threshold\": 0.1}, \"fallback\": [\"gpu2\", {\"backend\": \"http://b:1\", "
    "\"model\": "
    "\"n\"}], \"limits\": {\"first_token_s\": 600, \"stall_s\": 60, \"attempts\": "
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
    assert_true(s.sampling.dry_base > 1.74 && s.sampling.dry_base < 1.76);
    assert_int_equal(s.sampling.dry_length, 4);
    assert_true(s.sampling.xtc_probability > 0.49 && s.sampling.xtc_threshold < 0.11);
    assert_int_equal(s.fallback_count, 2);
    assert_string_equal(s.fallback[0].backend, "gpu2");
    assert_null(s.fallback[0].model);
    assert_string_equal(s.fallback[1].model, "n");
    assert_int_equal(s.first_token_s, 600);
    assert_int_equal(s.attempts, 5);
    assert_int_equal(s.exports, 0);
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
        strstr(first.data, "\"sampling\":{\"temperature\":0.8,\"min_p\":0.05,\"top_k\":0,\"presence_penalty\":0.0,"));
    assert_non_null(strstr(first.data, ",\"dry_multiplier\":0.8,\"dry_base\":1.75,\"dry_allowed_length\":4,"
                                       "\"xtc_probability\":0.5,\"xtc_threshold\":0.1}"));
    assert_non_null(
        strstr(first.data, "\"fallback\":[{\"backend\":\"gpu2\"},{\"backend\":\"http://b:1\",\"model\":\"n\"}]"));
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

// Everything of an outline and an opening, out of order, with what would break a line of the plan.
static const char planned[] =
    "{\"kind\": \"./my-templates\", \"premise\": \"p\", \"words\": 9000, \"outline\": ["
    "{\"chapter\": 5, \"title\": \"E\", \"words\": 700},"
    "{\"title\": \"F\", \"weight\": 0.5, \"ends_on\": \"rain\"},"
    "{\"chapter\": 1, \"title\": \"A\", \"summary\": \"one\\ntwo\", \"pov\": \"Olga\", \"purpose\": \"why\","
    " \"beats\": [\"she goes; he stays\", \"rain\"]}],"
    "\"opening\": [{\"title\": \"Old\", \"text\": \"It was \\\"late\\\".\\n\\nSo.\"}, {\"file\": \"sub/2.md\"}]}";

static void an_outline_is_read_in_order(void **state)
{
    (void)state;
    struct spec s;
    parse_ok(&s, planned);
    assert_string_equal(s.kind_dir, "./my-templates");
    assert_int_equal(s.kind, BOOK_NOVEL);
    assert_int_equal(s.outline_count, 3);
    assert_int_equal(s.outline[0].number, 1);
    assert_string_equal(s.outline[0].summary, "one two");
    assert_string_equal(s.outline[0].beats, "she goes, he stays; rain");
    assert_string_equal(s.outline[0].pov, "Olga");
    assert_string_equal(s.outline[0].purpose, "why");
    assert_true(s.outline[0].words == 0 && s.outline[0].weight <= 0);
    assert_int_equal(s.outline[1].number, 5);
    assert_int_equal(s.outline[1].words, 700);
    assert_null(s.outline[1].beats);
    assert_int_equal(s.outline[2].number, 6);
    assert_string_equal(s.outline[2].ends_on, "rain");
    assert_true(s.outline[2].weight > 0.49 && s.outline[2].weight < 0.51);
    assert_int_equal(spec_chapters(&s), 6); // by length it would have been three
    assert_int_equal(s.opening_count, 2);
    assert_string_equal(s.opening[0].title, "Old");
    assert_string_equal(s.opening[0].text, "It was \"late\".\n\nSo.");
    assert_string_equal(s.opening[1].file, "sub/2.md");
    spec_release(&s);
}

static void a_whole_plan_reads_back(void **state)
{
    (void)state;
    struct spec s, again;
    struct buf first, second;
    buf_init(&first, BUF_MAX_SPEC);
    buf_init(&second, BUF_MAX_SPEC);
    parse_ok(&s, planned);
    spec_write(&s, &first);
    parse_ok(&again, first.data);
    spec_write(&again, &second);
    assert_string_equal(first.data, second.data);
    assert_non_null(strstr(first.data, "\"kind\":\"./my-templates\""));
    assert_non_null(strstr(first.data, "\"beats\":[\"she goes, he stays\",\"rain\"]"));
    assert_non_null(strstr(first.data, "{\"chapter\":5,\"title\":\"E\",\"words\":700}"));
    assert_non_null(strstr(first.data, "{\"file\":\"sub/2.md\"}"));
    spec_release(&s);
    spec_release(&again);
    buf_release(&first);
    buf_release(&second);
}

// ---- files of opening chapters -----------------------------------------------------------------------------------

#define OPENED "{\"premise\": \"p\", \"words\": 5000, \"opening\": [{\"file\": \"one.md\"}]}"

static void put(const char *path, const char *text, size_t len)
{
    struct err e = ERR_INIT;
    if (!file_publish(path, text, len, &e)) fail_msg("%s", e.text);
}

static void files_become_text(void **state)
{
    static const char text[] = "\xEF\xBB\xBFIt was late.\r\n\r\nShe went.\r\n";
    struct err e = ERR_INIT;
    struct spec s;
    struct buf out;
    (void)state;
    put("one.md", text, sizeof text - 1);
    parse_ok(&s, OPENED);
    if (!spec_read_files(&s, ".", "x.json", &e)) fail_msg("%s", e.text);
    assert_string_equal(s.opening[0].text, "It was late.\n\nShe went.\n");
    assert_null(s.opening[0].file);
    buf_init(&out, BUF_MAX_SPEC);
    spec_write(&s, &out);
    assert_non_null(strstr(out.data, "\"opening\":[{\"text\":\"It was late.\\n\\nShe went.\\n\"}]"));
    spec_release(&s);
    buf_release(&out);
}

static void assert_unread(const char *message)
{
    struct err e = ERR_INIT;
    struct spec s;
    parse_ok(&s, OPENED);
    assert_false(spec_read_files(&s, ".", "x.json", &e));
    assert_string_equal(e.text, message);
    assert_int_equal(e.code, ERR_USAGE);
    assert_null(s.opening[0].text);
    spec_release(&s);
}

static void files_that_cannot_be_read_are_named(void **state)
{
    static const char broken[] = "one\ntwo \xff\n", nul[] = "one\0two";
    (void)state;
    assert_unread("spec 'x.json': $.opening[0].file: there is no file './one.md'");
    put("one.md", broken, sizeof broken - 1);
    assert_unread("spec 'x.json': $.opening[0].file: './one.md', line 2: found bytes that are not UTF-8 text");
    put("one.md", nul, sizeof nul - 1);
    assert_unread("spec 'x.json': $.opening[0].file: './one.md': found a NUL byte, expected text");
    put("one.md", "\n", 1);
    assert_unread("spec 'x.json': $.opening[0].file: found a blank text, expected words");
    put("one.md", "a\x1b[2J", 5);
    assert_unread("spec 'x.json': $.opening[0].file: found the control character U+001B, expected text");
    assert_int_equal(unlink("one.md"), 0);
    assert_int_equal(mkdir("one.md", 0700), 0);
    assert_unread("spec 'x.json': $.opening[0].file: cannot read './one.md': not a regular file");
    assert_int_equal(rmdir("one.md"), 0);
}

// A spec is passed around: what it names must lie in its own folder, links or not.
static void a_link_may_not_leave_the_folder(void **state)
{
    struct err e = ERR_INIT;
    struct spec s;
    (void)state;
    assert_int_equal(mkdir("in", 0700), 0);
    put("secret", "It was late.", 12);
    put("in/here", "It was early.", 13);
    assert_int_equal(symlink("../secret", "in/one.md"), 0);
    parse_ok(&s, OPENED);
    assert_false(spec_read_files(&s, "in", "x.json", &e));
    assert_string_equal(
        e.text, "spec 'x.json': $.opening[0].file: found \"one.md\", a link that leads out of the folder 'in'");
    assert_int_equal(unlink("in/one.md"), 0);
    assert_int_equal(symlink("here", "in/one.md"), 0);
    e = (struct err)ERR_INIT;
    if (!spec_read_files(&s, "in", "x.json", &e)) fail_msg("%s", e.text);
    assert_string_equal(s.opening[0].text, "It was early.");
    spec_release(&s);
}

static void openings_have_a_ceiling(void **state)
{
    struct err e = ERR_INIT;
    struct spec s;
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_SPEC);
    while (text.len < 1100000) buf_adds(&text, "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij ");
    put("one.md", text.data, text.len);
    put("two.md", text.data, text.len);
    parse_ok(&s,
             "{\"premise\": \"p\", \"words\": 90000, \"opening\": [{\"file\": \"one.md\"}, {\"file\": \"two.md\"}]}");
    assert_false(spec_read_files(&s, ".", "x.json", &e));
    assert_string_equal(e.text,
                        "spec 'x.json': $.opening: found 2200038 bytes in its chapters, expected at most 2000000");
    spec_release(&s);
    e = (struct err)ERR_INIT;
    parse_ok(&s, OPENED);
    assert_false(spec_read_files(&s, ".", "x.json", &e));
    assert_string_equal(e.text,
                        "spec 'x.json': $.opening: found 21569 words in its chapters, expected at most 4500 of "
                        "the 5000 in $.words, so that something is left to write");
    spec_release(&s);
    buf_release(&text);
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

static void formats_are_kept(void **state)
{
    struct spec s, again;
    struct buf text;
    struct err e = ERR_INIT;

    (void)state;
    parse_ok(&s, "{" BASE ", \"export\": [\"docx\", \"epub\", \"md\"]}");
    assert_int_equal(s.exports, 1U << 0 | 1U << 3 | 1U << 4);
    buf_init(&text, BUF_MAX_SPEC);
    spec_write(&s, &text);
    assert_non_null(strstr(text.data, "\"export\":[\"md\",\"epub\",\"docx\"]"));
    assert_true(spec_parse(&again, text.data, text.len, "again", &e));
    assert_int_equal(again.exports, s.exports);
    spec_release(&again);
    spec_release(&s);
    buf_release(&text);
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

#define in_a_folder(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_each_mistake),
        cmocka_unit_test(names_each_mistake_of_an_outline),
        cmocka_unit_test(names_each_mistake_of_an_opening),
        cmocka_unit_test(shortens_what_was_found),
        cmocka_unit_test(lengths_are_in_bytes),
        cmocka_unit_test(deep_nesting_is_one_line),
        cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test(a_foreign_name_is_masked),
        cmocka_unit_test(little_is_enough),
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(the_stored_form_reads_back),
        cmocka_unit_test(an_outline_is_read_in_order),
        cmocka_unit_test(a_whole_plan_reads_back),
        in_a_folder(files_become_text),
        in_a_folder(files_that_cannot_be_read_are_named),
        in_a_folder(a_link_may_not_leave_the_folder),
        in_a_folder(openings_have_a_ceiling),
        cmocka_unit_test(chapters_follow_from_words),
        cmocka_unit_test(formats_are_kept),
        cmocka_unit_test(languages_say_it_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
