// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The guard ends what can come to nothing more, and nothing else.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "engine/guard.h"

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static const char page[] =
    "Mara shut the ledger and went down to the water, where the pilot was already untying the boat. "
    "Nobody spoke. The lamps along the quay went out one after another, and behind them the "
    "town let go of its last noise, a shutter, a dog, somebody calling a name twice.";

// Feeds as a stream does; how many bytes had come when it said to stop, 0: never.
static size_t feed(struct guard *g, const char *text, size_t len, const char **why)
{
    for (size_t at = 0; at < len; at += 5) {
        size_t n = len - at < 5 ? len - at : 5;
        *why = guard_feed(g, text + at, n);
        if (*why) return at + n;
    }
    return 0;
}

static void test_prose_goes_through(void **state)
{
    (void)state;
    const char *why = NULL;
    struct shingles *said = shingles_new(1000);
    shingles_add(said, "It was another evening, and another boat altogether.", 52);
    struct guard *g = guard_new(said, NULL, 100000);
    assert_int_equal(feed(g, page, sizeof(page) - 1, &why), 0);
    guard_free(g);
    shingles_free(said);
}

static void test_a_loop_is_ended(void **state)
{
    (void)state;
    const char *why = NULL;
    struct buf text;
    buf_init(&text, BUF_MAX_PIECE);
    buf_adds(&text, page);
    for (int i = 0; i < 100; i++) buf_adds(&text, " And the rain fell on the roof.");
    struct guard *g = guard_new(NULL, NULL, 100000);
    size_t at = feed(g, text.data, text.len, &why);
    const size_t third = sizeof(page) + sizeof(" And the rain fell on the roof.") * 3;
    assert_true(at > third - 3 && at < third + 800);
    assert_non_null(strstr(why, "loop"));
    guard_free(g);
    buf_release(&text);
}

static void test_a_copy_of_the_book_is_ended(void **state)
{
    (void)state;
    const char *why = NULL;
    struct buf text;
    struct shingles *said = shingles_new(1000);
    shingles_add(said, page, sizeof(page) - 1);
    buf_init(&text, BUF_MAX_PIECE);
    buf_addf(&text, "He woke before the others did. %s", page);
    struct guard *g = guard_new(said, NULL, 100000);
    size_t at = feed(g, text.data, text.len, &why);
    assert_true(at > 0 && at < text.len);
    assert_non_null(strstr(why, "copies"));
    guard_free(g);
    g = guard_new(NULL, NULL, 100000); // plans may repeat what stands
    assert_int_equal(feed(g, text.data, text.len, &why), 0);
    guard_free(g);
    buf_release(&text);
    shingles_free(said);
}

// A server that ignores the limit it was given: different words without end.
static void test_an_answer_without_end_is_ended(void **state)
{
    (void)state;
    const char *why = NULL;
    struct buf text;
    buf_init(&text, BUF_MAX_PIECE);
    for (uint32_t random = 1; text.len < 6000;) {
        random = random * 1664525 + 1013904223;
        buf_addc(&text, random >> 29 == 0 ? ' ' : (char)('a' + (random >> 16) % 26));
    }
    struct guard *g = guard_new(NULL, NULL, 4000);
    size_t at = feed(g, text.data, text.len, &why);
    assert_true(at > 4000 && at <= 4005);
    assert_non_null(strstr(why, "limit"));
    guard_free(g);
    buf_release(&text);
}

// Analysis is ended as soon as there is enough of it to be sure; prose of that length has been looked at then.
static void test_thinking_aloud_is_ended(void **state)
{
    (void)state;
    const char *why = NULL;
    struct buf text;
    buf_init(&text, BUF_MAX_PIECE);
    for (int i = 0; i < 40; i++)
        buf_addf(&text, "The user wants the key in drawer %c. But let me reconsider. ", 'a' + i % 26);
    struct guard *g = guard_new(NULL, language_get("en"), 100000);
    size_t at = feed(g, text.data, text.len, &why);
    assert_true(at >= 1600 && at < 1700);
    assert_non_null(strstr(why, "thinks aloud"));
    assert_false(guard_saw_head(g));
    guard_free(g);
    buf_release(&text);

    g = guard_new(NULL, language_get("en"), 100000);
    assert_int_equal(feed(g, page, sizeof(page) - 1, &why), 0);
    assert_false(guard_saw_head(g)); // too short to be sure: the gate looks itself
    guard_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prose_goes_through),          cmocka_unit_test(test_a_loop_is_ended),
        cmocka_unit_test(test_a_copy_of_the_book_is_ended), cmocka_unit_test(test_an_answer_without_end_is_ended),
        cmocka_unit_test(test_thinking_aloud_is_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
