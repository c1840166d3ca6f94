// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Template sets: the binary's own, to the store and back unchanged, and sets that are not whole.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/templates.h"

#include <cmocka.h>

#include <string.h>

static const enum book_kind kinds[] = {BOOK_NOVEL, BOOK_STORY, BOOK_TEXTBOOK, BOOK_REPORT};

// Kinds without templates of their own in this binary say so and leave nothing behind.
static void test_a_kind_has_a_whole_set_or_none(void **state)
{
    (void)state;
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        struct templates t;
        struct err e = ERR_INIT;
        if (!templates_embedded(&t, kinds[k], &e)) {
            assert_non_null(strstr(e.text, "has no template"));
            continue;
        }
        for (int i = 0; i < TEMPLATE_COUNT; i++) assert_true(strlen(t.text[i]) > 0);
        assert_int_equal(strlen(t.hash), HASH_TEXT_SIZE - 1);
        templates_release(&t);
    }
}

static void novel(struct templates *t)
{
    struct err e = ERR_INIT;
    if (!templates_embedded(t, BOOK_NOVEL, &e)) fail_msg("%s", e.text);
}

static void test_a_story_is_a_short_novel(void **state)
{
    (void)state;
    struct templates a, b;
    struct err e = ERR_INIT;
    novel(&a);
    assert_true(templates_embedded(&b, BOOK_STORY, &e));
    assert_string_equal(a.hash, b.hash);
    templates_release(&a);
    templates_release(&b);
}

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

static void test_filling_names_the_template_that_is_wrong(void **state)
{
    (void)state;
    struct templates t;
    struct err e = ERR_INIT;
    struct buf out;
    buf_init(&out, BUF_MAX_PIECE);
    novel(&t);
    assert_false(templates_fill(&t, TEMPLATE_CHUNK, &out, NULL, 0, &e));
    assert_non_null(strstr(e.text, "chunk"));
    templates_release(&t);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_kind_has_a_whole_set_or_none),
        cmocka_unit_test(test_a_story_is_a_short_novel),
        cmocka_unit_test(test_what_is_packed_comes_back),
        cmocka_unit_test(test_a_changed_letter_changes_the_hash),
        cmocka_unit_test(test_a_set_that_is_not_whole_is_refused),
        cmocka_unit_test(test_filling_names_the_template_that_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
