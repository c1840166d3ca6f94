// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Template sets: the binary's own, those of a folder, to the store and back unchanged, and sets that are not whole.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/template_set.h"
#include "io/json.h"
#include "scratch.h"

#include <cmocka.h>

#include <string.h>
#include <sys/stat.h>

static const enum book_kind kinds[] = {BOOK_NOVEL, BOOK_STORY, BOOK_TEXTBOOK, BOOK_REPORT};

static size_t count_variables(enum template_id id)
{
    size_t n = 0;
    while (template_variables(id)[n]) n++;
    return n;
}

static void check_text(const struct templates *t, enum template_id id, enum book_kind kind)
{
    struct err e = ERR_INIT;
    const char *text = t->text[id];
    assert_true(strlen(text) > 0);
    if (!template_check(template_name(id), text, strlen(text), template_variables(id), count_variables(id), &e))
        fail_msg("%s: %s", book_kind_name(kind), e.text);
}

static void test_every_kind_has_a_whole_set_that_can_be_filled(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        struct templates t;
        struct err e = ERR_INIT;
        if (!templates_embedded(&t, kinds[k], &e)) fail_msg("%s", e.text);
        for (int i = 0; i < TEMPLATE_COUNT; i++) check_text(&t, (enum template_id)i, kinds[k]);
        assert_int_equal(strlen(t.hash), HASH_TEXT_SIZE - 1);
        assert_int_equal(t.markup, kinds[k] == BOOK_TEXTBOOK || kinds[k] == BOOK_REPORT);
        templates_release(&t);
    }
}

// Servers that answer in JSON and those that answer in lines are both asked; a recap or a chunk is always text.
static void test_plans_are_asked_for_in_both_forms(void **state)
{
    static const enum template_id plans[] = {TEMPLATE_BIBLE, TEMPLATE_ACTS, TEMPLATE_OUTLINE};
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        struct templates t;
        struct err e = ERR_INIT;
        assert_true(templates_embedded(&t, kinds[k], &e));
        for (int i = 0; i < TEMPLATE_COUNT; i++) {
            bool plan = i == (int)plans[0] || i == (int)plans[1] || i == (int)plans[2];
            assert_int_equal(strstr(t.text[i], "[[lines]]\n") != NULL, plan);
            assert_int_equal(strstr(t.text[i], "[[json]]\n") != NULL, plan);
        }
        templates_release(&t);
    }
}

// The example that a model is shown must be what it is asked for: JSON.
static void test_examples_are_json(void **state)
{
    static const enum template_id plans[] = {TEMPLATE_BIBLE, TEMPLATE_ACTS, TEMPLATE_OUTLINE};
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
        for (size_t i = 0; i < ARRAY_LEN(plans); i++) {
            struct templates t;
            struct err e = ERR_INIT;
            struct buf out;
            struct template_var vars[32] = {{0}};
            size_t count = count_variables(plans[i]);
            assert_true(templates_embedded(&t, kinds[k], &e));
            for (size_t v = 0; v < count; v++) vars[v].name = template_variables(plans[i])[v];
            buf_init(&out, BUF_MAX_PIECE);
            assert_true(templates_fill(&t, plans[i], "json", &out, vars, count, &e));
            const char *example = strstr(out.data, "\n{");
            assert_non_null(example);
            struct json *v = json_read(example + 1, strcspn(example + 1, "\n"), &e);
            if (!v) fail_msg("%s, %s: %s", book_kind_name(kinds[k]), template_name(plans[i]), e.text);
            json_free(v);
            buf_release(&out);
            templates_release(&t);
        }
}

static void novel(struct templates *t)
{
    struct err e = ERR_INIT;
    if (!templates_embedded(t, BOOK_NOVEL, &e)) fail_msg("%s", e.text);
}

static void test_each_kind_is_another_set(void **state)
{
    (void)state;
    char hashes[ARRAY_LEN(kinds)][HASH_TEXT_SIZE];
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        struct templates t;
        struct err e = ERR_INIT;
        assert_true(templates_embedded(&t, kinds[k], &e));
        memcpy(hashes[k], t.hash, HASH_TEXT_SIZE);
        for (size_t i = 0; i < k; i++) assert_string_not_equal(hashes[i], hashes[k]);
        templates_release(&t);
    }
}

// ---- packed ------------------------------------------------------------------------------------------------------

static void test_what_is_packed_comes_back(void **state)
{
    (void)state;
    struct templates a, b;
    struct err e = ERR_INIT;
    struct buf packed;
    buf_init(&packed, BUF_MAX_PIECE);
    novel(&a);
    templates_pack(&a, &packed);
    assert_true(templates_unpack(&b, packed.data, packed.len, &e));
    for (int i = 0; i < TEMPLATE_COUNT; i++) assert_string_equal(a.text[i], b.text[i]);
    assert_string_equal(a.hash, b.hash);
    templates_release(&a);
    templates_release(&b);
    buf_release(&packed);
}

static void test_a_changed_letter_changes_the_hash(void **state)
{
    (void)state;
    struct templates a, b;
    struct err e = ERR_INIT;
    struct buf packed;
    buf_init(&packed, BUF_MAX_PIECE);
    novel(&a);
    a.text[TEMPLATE_RULES][0] ^= 1;
    templates_pack(&a, &packed);
    assert_true(templates_unpack(&b, packed.data, packed.len, &e));
    assert_string_not_equal(a.hash, b.hash); // a's was taken before the change
    templates_release(&a);
    templates_release(&b);
    buf_release(&packed);
}

static void test_markup_is_packed_too(void **state)
{
    (void)state;
    struct templates a, b;
    struct err e = ERR_INIT;
    struct buf packed;
    buf_init(&packed, BUF_MAX_PIECE);
    assert_true(templates_embedded(&a, BOOK_REPORT, &e));
    templates_pack(&a, &packed);
    assert_true(templates_unpack(&b, packed.data, packed.len, &e));
    assert_true(b.markup);
    assert_string_equal(a.hash, b.hash);
    templates_release(&a);
    templates_release(&b);
    buf_release(&packed);
}

static void test_a_set_that_is_not_whole_is_refused(void **state)
{
    static const char *const broken[] = {"",           "[]", "{}", "{\"rules\":\"r\"}", "{\"rules\":1,\"bible\":2}",
                                         "{\"rules\":"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct templates t;
        struct err e = ERR_INIT;
        assert_false(templates_unpack(&t, broken[i], strlen(broken[i]), &e));
        assert_non_null(strstr(e.text, "the job's templates"));
        for (int k = 0; k < TEMPLATE_COUNT; k++) assert_null(t.text[k]);
    }
}

// Books that an older program began: it had six templates, and one of them used a variable that there is no more.
static void test_an_older_set_is_completed(void **state)
{
    static const char old[] =
        "{\"rules\":\"r\",\"bible\":\"b {premise}\",\"outline\":\"o\","
        "\"opening\":\"# Outline\\n{outline}\",\"chunk\":\"c {words}\",\"recap\":\"r {chapter}\"}";
    struct templates t, own;
    struct err e = ERR_INIT;
    (void)state;
    novel(&own);
    if (!templates_unpack(&t, old, strlen(old), &e)) fail_msg("%s", e.text);
    assert_string_equal(t.text[TEMPLATE_CHUNK], "c {words}");
    assert_string_equal(t.text[TEMPLATE_BIBLE], "b {premise}");
    assert_string_equal(t.text[TEMPLATE_ACTS], own.text[TEMPLATE_ACTS]);
    assert_string_equal(t.text[TEMPLATE_FLAT], own.text[TEMPLATE_FLAT]);
    assert_string_equal(t.text[TEMPLATE_MERGE], own.text[TEMPLATE_MERGE]);
    assert_string_equal(t.text[TEMPLATE_OPENING], own.text[TEMPLATE_OPENING]);
    assert_false(t.markup);
    templates_release(&t);
    templates_release(&own);
}

// ---- a folder ----------------------------------------------------------------------------------------------------

static void put(const char *path, const char *text)
{
    struct err e = ERR_INIT;
    if (!file_publish(path, text, strlen(text), &e)) fail_msg("%s", e.text);
}

static int make_folder(void **state)
{
    return scratch_setup(state) == 0 && mkdir("mine", 0700) == 0 ? 0 : -1;
}

static void test_a_folder_stands_in_for_what_it_holds(void **state)
{
    struct templates t, own;
    struct err e = ERR_INIT;
    (void)state;
    novel(&own);
    put("mine/chunk.txt", "\xEF\xBB\xBF"
                          "About {words} words.\r\n{join}\r\n");
    put("mine/rules.txt", "");
    put("mine/.chunk.txt.swp", "{nothing}");
    put("mine/chunk.txt~", "{nothing}");
    if (!templates_read(&t, "mine", &e)) fail_msg("%s", e.text);
    assert_string_equal(t.text[TEMPLATE_CHUNK], "About {words} words.\n{join}\n");
    assert_string_equal(t.text[TEMPLATE_RULES], "");
    assert_string_equal(t.text[TEMPLATE_BIBLE], own.text[TEMPLATE_BIBLE]);
    assert_false(t.markup);
    assert_string_not_equal(t.hash, own.hash);
    templates_release(&t);
    put("mine/markup", "");
    assert_true(templates_read(&t, "mine", &e));
    assert_true(t.markup);
    char file[TEMPLATE_FILE_SIZE], hash[HASH_TEXT_SIZE];
    memcpy(hash, t.hash, sizeof hash);
    assert_int_equal(unlink("mine/markup"), 0);
    assert_true(templates_changed(&t, "mine", file, &e)); // what is gone says nothing
    assert_string_equal(file, "");
    templates_release(&t);
    assert_true(templates_read(&t, "mine", &e));
    assert_string_not_equal(hash, t.hash);
    templates_release(&t);
    templates_release(&own);
}

static void assert_unreadable(const char *file, const char *text, const char *message)
{
    struct templates t;
    struct err e = ERR_INIT;
    char *path = mem_printf("mine/%s", file);
    put("mine/recap.txt", "Recap of chapter {chapter}.\n");
    put(path, text);
    assert_false(templates_read(&t, "mine", &e));
    assert_string_equal(e.text, message);
    assert_int_equal(e.code, ERR_USAGE);
    for (int k = 0; k < TEMPLATE_COUNT; k++) assert_null(t.text[k]);
    assert_int_equal(unlink(path), 0);
    free(path);
}

static void test_what_is_wrong_in_a_folder_is_named(void **state)
{
    (void)state;
    assert_unreadable("chunk.txt", "a\n{wrods}\n",
                      "template 'mine/chunk.txt': line 2: unknown variable {wrods}, did you mean {words}?");
    assert_unreadable("recap.txt", "{premise}\n", "template 'mine/recap.txt': line 1: unknown variable {premise}");
    assert_unreadable("rules.txt", "be {\n",
                      "template 'mine/rules.txt': line 1: '{' without a name and '}' (a brace is written '{{')");
    assert_unreadable("bible.txt", "[[json]]\n", "template 'mine/bible.txt': line 1: [[json]] without an [[end]]");
    assert_unreadable("merge.txt", "\n\xC3\n", "template 'mine/merge.txt': line 2: not UTF-8 text");
    assert_unreadable("flat.txt", " \n",
                      "template 'mine/flat.txt' is empty; without the file the built-in one is used");
    assert_unreadable("chnuk.txt", "a", "'mine/chnuk.txt' is no template, did you mean 'chunk.txt'?");
    assert_unreadable("README.md", "a",
                      "'mine/README.md' is no template, expected rules.txt, bible.txt, acts.txt, outline.txt, "
                      "opening.txt, chunk.txt, flat.txt, recap.txt, merge.txt or markup");
}

static void test_a_folder_must_be_there_and_hold_something(void **state)
{
    struct templates t;
    struct err e = ERR_INIT;
    (void)state;
    assert_false(templates_read(&t, "yours", &e));
    assert_string_equal(e.text, "there is no folder 'yours'");
    e = (struct err)ERR_INIT;
    assert_false(templates_read(&t, "mine", &e));
    assert_string_equal(e.text, "folder 'mine' holds no template, expected at least one, such as chunk.txt");
    assert_int_equal(mkdir("mine/chunk.txt", 0700), 0);
    e = (struct err)ERR_INIT;
    assert_false(templates_read(&t, "mine", &e));
    assert_string_equal(e.text, "cannot read 'mine/chunk.txt': not a regular file");
}

static void test_a_text_has_a_ceiling(void **state)
{
    struct templates t;
    struct err e = ERR_INIT;
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    while (text.len <= 49152) buf_adds(&text, "again and again\n");
    put("mine/rules.txt", text.data);
    assert_false(templates_read(&t, "mine", &e));
    assert_string_equal(e.text, "cannot read 'mine/rules.txt': it is larger than 49152 bytes");
    buf_release(&text);
}

static void assert_changed(const struct templates *pinned, const char *expected)
{
    char file[TEMPLATE_FILE_SIZE];
    struct err e = ERR_INIT;
    if (!templates_changed(pinned, "mine", file, &e)) fail_msg("%s", e.text);
    assert_string_equal(file, expected);
}

static void test_a_change_is_found_by_its_file(void **state)
{
    struct templates pinned;
    struct err e = ERR_INIT;
    char file[TEMPLATE_FILE_SIZE];
    (void)state;
    put("mine/chunk.txt", "{words}\n");
    put("mine/recap.txt", "{chapter}\n");
    assert_true(templates_read(&pinned, "mine", &e));
    assert_changed(&pinned, "");
    put("mine/recap.txt", "Of {chapter}\n");
    assert_changed(&pinned, "recap.txt");
    assert_int_equal(unlink("mine/recap.txt"), 0); // what is gone says nothing
    assert_changed(&pinned, "");
    put("mine/markup", "");
    assert_changed(&pinned, "markup");
    put("mine/chunk.txt", "{wrods}\n");
    assert_false(templates_changed(&pinned, "mine", file, &e));
    assert_non_null(strstr(e.text, "unknown variable {wrods}"));
    (void)unlink("mine/markup");
    (void)unlink("mine/chunk.txt");
    assert_int_equal(rmdir("mine"), 0);
    assert_changed(&pinned, "");
    templates_release(&pinned);
}

// ---- filling -----------------------------------------------------------------------------------------------------

static void test_filling_names_the_template_that_is_wrong(void **state)
{
    (void)state;
    struct templates t;
    struct err e = ERR_INIT;
    struct buf out;
    buf_init(&out, BUF_MAX_PIECE);
    novel(&t);
    assert_false(templates_fill(&t, TEMPLATE_CHUNK, NULL, &out, NULL, 0, &e));
    assert_non_null(strstr(e.text, "chunk"));
    templates_release(&t);
    buf_release(&out);
}

#define in_a_folder(name) cmocka_unit_test_setup_teardown(name, make_folder, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_has_a_whole_set_that_can_be_filled),
        cmocka_unit_test(test_plans_are_asked_for_in_both_forms),
        cmocka_unit_test(test_examples_are_json),
        cmocka_unit_test(test_each_kind_is_another_set),
        cmocka_unit_test(test_what_is_packed_comes_back),
        cmocka_unit_test(test_a_changed_letter_changes_the_hash),
        cmocka_unit_test(test_markup_is_packed_too),
        cmocka_unit_test(test_a_set_that_is_not_whole_is_refused),
        cmocka_unit_test(test_an_older_set_is_completed),
        in_a_folder(test_a_folder_stands_in_for_what_it_holds),
        in_a_folder(test_what_is_wrong_in_a_folder_is_named),
        in_a_folder(test_a_folder_must_be_there_and_hold_something),
        in_a_folder(test_a_text_has_a_ceiling),
        in_a_folder(test_a_change_is_found_by_its_file),
        cmocka_unit_test(test_filling_names_the_template_that_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
