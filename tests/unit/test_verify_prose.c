// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What verify sees in prose: each defect by its word, and nothing in what people write: tests/data/honest and prose.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "app/verify_prose.h"
#include "base/file.h"
#include "base/mem.h"
#include "engine/gate_audit.h"
#include "text/repeats.h"

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char kinds[400];

static void note(const char *kind)
{
    size_t len = strlen(kinds);
    (void)snprintf(kinds + len, sizeof(kinds) - len, "%s%s", len > 0 ? " " : "", kind);
}

static void on_prose(void *arg, const char *kind, size_t from, size_t len)
{
    (void)arg;
    (void)from;
    (void)len;
    note(kind);
}

static void check(const char *text, bool markup, const char *expected)
{
    kinds[0] = '\0';
    verify_prose_stretch(text, strlen(text), markup, on_prose, NULL);
    if (strcmp(kinds, expected) != 0) fail_msg("found '%s', not '%s', in: %s", kinds, expected, text);
}

static void test_placeholders(void **state)
{
    (void)state;
    check("He met [Name] at the quay.", false, "placeholder");
    check("He met [insert a friend here] at the quay.", false, "placeholder");
    check("[To be written]", true, "placeholder");
    check("Lorem ipsum dolor sit amet.", false, "placeholder");
    check("One.\n\n...\n\nTwo.", false, "placeholder");
    check("One.\n\n…\n\nTwo.", false, "placeholder");
    check("TODO: the storm.", false, "placeholder");
    check("Dear {name}, come.", false, "placeholder");
}

static void test_no_placeholders(void **state)
{
    (void)state;
    check("He met [a friend] at the quay, and \"...\" was all he said.", false, "");
    check("See [name](https://example.org) for more.", false, "");
    check("Write `[name]` where yours stands:\n\n...\n\nand {so} on.", true, "");
    check("¡Lo perdió TODO! Todo.", false, "");
    check("He waited ... and waited.", false, "");
}

static void test_lines(void **state)
{
    (void)state;
    check("He left.\n\n## Chapter 4\n\nShe came.", false, "heading");
    check("He left.\n\n## Part\n\nShe came.", true, "");
    check("He left.\n\n(Word count: 812)", false, "word_count");
    check("He left.\n\n[812 words]", true, "word_count");
    check("Er ging.\n\nWörter: 812", false, "word_count");
    check("He had said 812 words, and meant three.", false, "");
    check("#1 was his number.", false, "");
}

static void test_glued(void **state)
{
    (void)state;
    check("The lamp was out.The sea was calm.", false, "glued");
    check("The lamp was out. The sea was calm.", false, "");
    check("He wrote to www.Example.org and to e.g.Tom.", false, "");
    check("At 3.30 he left for St.Ives.", false, "");
}

static void test_doubled(void **state)
{
    (void)state;
    check("He saw the lamp go out over the lamp go out over the sea.", false, "");
    check("He saw the old lamp go out over the old lamp go out over the sea.", false, "doubled");
    check("The ferry came in at a quarter past nine. The ferry came in at a quarter past nine. He left.", false,
          "doubled");
    check("The ferry came in at a quarter past nine.\n\nThe ferry came in at a quarter past nine.", false, "doubled");
}

// A refrain comes three times, and people echo each other.
static void test_said_again_on_purpose(void **state)
{
    (void)state;
    check("We go down to the sea again. We go down to the sea again. We go down to the sea again.", false, "");
    check("\"Where did you go last night, my dear?\"\n\n\"Where did you go last night, my dear?\"", false, "");
    check("Row, row, row your boat. No. No. No. On and on and on and on.", false, "");
}

// ---- joins -------------------------------------------------------------------------------------------------------

static const char *join(const char *before, const char *glue, const char *next, bool chapter)
{
    const char *kind = verify_prose_join(before, strlen(before), glue, next, strlen(next), chapter);
    return kind ? kind : "";
}

static void test_joins(void **state)
{
    (void)state;
    assert_string_equal(join("He went out.", "\n\n", "She stayed.", false), "");
    assert_string_equal(join("He went", " ", "out.", false), "");
    assert_string_equal(join("He went out into the", "\n\n", "She stayed.", false), "truncated");
    assert_string_equal(join("He went out, and then,", "\n\n", "She stayed.", true), "truncated");
    assert_string_equal(join("He said: \"I would —\"", "\n\n", "She stayed.", false), "");
    assert_string_equal(join("Wyszedł, żeby zobaczyć źrebię", "\n\n", "Ona.", false), "truncated");
    assert_string_equal(join("彼は出ていった。", "\n\n", "彼女は残った。", false), "");
    assert_string_equal(join("彼は出て", "\n\n", "彼女は残った。", false), "truncated");
    assert_string_equal(join("One. The lamp went out.", "\n\n", "The lamp went out. Two.", false), "doubled");
    assert_string_equal(join("One. It rained.", "\n\n", "It rained. Two.", false), "doubled");
    assert_string_equal(join("One. It rained.", "\n\n", "It rained. Two.", true), "");
    assert_string_equal(join("He saw how the lamp went", " ", "how the lamp went out.", false), "doubled");
    assert_string_equal(join("He went out.", "", "She stayed.", false), "glued");
    assert_string_equal(join("He went", "", ", and she stayed.", false), "");
}

// ---- the whole ---------------------------------------------------------------------------------------------------

static size_t runs;

static void on_repeat(void *arg, size_t from, size_t to)
{
    assert_true(from < to && to <= *(const size_t *)arg);
    runs++;
}

static void check_runs(const char *text, size_t expected)
{
    size_t len = strlen(text);
    runs = 0;
    repeats_find(text, len, on_repeat, &len);
    assert_int_equal(runs, expected);
}

#define LONG_RUN                                                                                                     \
    "The boats lay high on the shingle that morning, and nobody in the whole of the harbour could say who had "      \
    "drawn "                                                                                                         \
    "them up there so far above the tide, or why."
static void test_repeats(void **state)
{
    (void)state;
    check_runs(LONG_RUN " He laughed.", 0);
    check_runs(LONG_RUN " He laughed. " LONG_RUN, 1);
    check_runs(LONG_RUN " He laughed. " LONG_RUN " She wept for a while by the door. " LONG_RUN, 2);
    check_runs("The boats lay high on the shingle that morning. He laughed. The boats lay high on the shingle that "
               "morning.",
               0);
}

static void on_rule(void *arg, const char *rule, const char *detail)
{
    (void)arg;
    (void)detail;
    note(rule);
}

static void check_rules(const char *text, const char *expected)
{
    kinds[0] = '\0';
    gate_audit(language_get("en"), false, text, strlen(text), on_rule, NULL);
    if (!strstr(kinds, expected) || (!*expected && *kinds))
        fail_msg("found '%s', not '%s', in: %s", kinds, expected, text);
}

static void test_rules_of_the_gate(void **state)
{
    (void)state;
    check_rules(LONG_RUN, "");
    check_rules("I'm sorry, but I can't help with that request.", "refusal");
    check_rules("Sure! Here is the next part of the chapter:\n\n" LONG_RUN, "chat");
    check_rules(LONG_RUN "\n\nLet me know if you would like me to continue!", "meta");
    check_rules("<think>The user wants a scene.</think>" LONG_RUN, "thinking");
    check_rules(LONG_RUN "<|im_end|> More of it.", "control");
    check_rules(LONG_RUN "\x01", "control");
    check_rules(LONG_RUN "\n\nChapter 12\n\nShe came.", "heading");
    check_rules("Лодки лежали высоко на гальке в то утро, и никто не мог сказать, кто их туда втащил и зачем.",
                "wrong_language");
}

// ---- what people write -------------------------------------------------------------------------------------------

static bool check_honest(void *arg, const char *name)
{
    char path[400];
    struct buf text;
    struct err e = ERR_INIT;
    bool markup = strstr(name, ".md") || strstr(name, "list") || strstr(name, "counting");
    (void)snprintf(path, sizeof(path), "%s/%s", (const char *)arg, name);
    buf_init(&text, BUF_MAX_PIECE);
    assert_int_equal(file_read(path, &text, &e), FILE_READ_OK);
    kinds[0] = '\0';
    verify_prose_stretch(text.data, text.len, markup, on_prose, NULL);
    if (kinds[0]) fail_msg("%s: %s", path, kinds);
    buf_release(&text);
    return true;
}

static void test_honest_prose(void **state)
{
    static char folders[][40] = {"tests/data/honest", "tests/data/prose"};
    struct err e = ERR_INIT;
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) assert_true(file_list(folders[i], check_honest, folders[i], &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_placeholders),
        cmocka_unit_test(test_no_placeholders),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_glued),
        cmocka_unit_test(test_doubled),
        cmocka_unit_test(test_said_again_on_purpose),
        cmocka_unit_test(test_joins),
        cmocka_unit_test(test_repeats),
        cmocka_unit_test(test_rules_of_the_gate),
        cmocka_unit_test(test_honest_prose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
