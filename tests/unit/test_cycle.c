// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Loops: every period is found in time and cut exactly, in any split; honest repetition is left alone.
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "text/cycle.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LATE_BYTES = 600, LATE_DRAWN_BYTES = 800 };

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

// `bytes` of random letters and blanks, or of random ideographs; it neither begins nor ends with a blank.
static void add_random(struct buf *out, size_t bytes, bool ideographs, uint32_t *seed)
{
    size_t end = out->len + bytes;
    while (ideographs && out->len + 3 <= end) {
        uint32_t uc = 0x4E00 + next_random(seed) % 0x3000;
        char c[] = {(char)(0xE0 | (uc >> 12)), (char)(0x80 | ((uc >> 6) & 0x3F)), (char)(0x80 | (uc & 0x3F))};
        buf_add(out, c, sizeof c);
    }
    while (out->len < end) {
        bool edge = out->len + bytes == end || out->len + 1 == end || out->data[out->len - 1] == ' ';
        uint32_t n = next_random(seed) % (edge ? 26 : 31);
        buf_addc(out, n < 26 ? (char)('a' + n) : ' ');
    }
}

// Feeds in steps of `step` bytes; how many bytes had been fed when the loop was known, 0 if it never was.
static size_t feed(const struct buf *text, size_t step, size_t *cut)
{
    struct cycle *c = cycle_new();
    size_t told = 0;
    for (size_t at = 0; at < text->len && !told; at += step) {
        size_t n = text->len - at < step ? text->len - at : step;
        if (cycle_feed(c, text->data + at, n)) told = at + n;
    }
    *cut = told ? cycle_cut(c) : text->len;
    cycle_free(c);
    return told;
}

static void check_period(size_t before, size_t period, bool ideographs)
{
    uint32_t seed = (uint32_t)(before + period) * 7 + ideographs;
    struct buf text, round;
    buf_init(&text, BUF_MAX_PIECE);
    buf_init(&round, BUF_MAX_PIECE);
    add_random(&text, before, ideographs, &seed);
    buf_adds(&text, "#");
    size_t from = text.len, cut;
    add_random(&round, period, ideographs, &seed);
    while (text.len < from + 4 * period + 2000) buf_add(&text, round.data, round.len);
    size_t told = feed(&text, 1, &cut);
    assert_in_range(told, from + 3 * period, from + 3 * period + LATE_BYTES);
    assert_int_equal(cut, from + period);
    (void)feed(&text, 7, &cut);
    assert_int_equal(cut, from + period);
    assert_int_equal(cycle_find(text.data, text.len), from + period);
    buf_release(&text);
    buf_release(&round);
}

static void test_every_period_is_found(void **state)
{
    (void)state;
    for (size_t period = 1; period < 20; period++) check_period(999, period, false);
    for (size_t period = 20; period < 4000; period += period / 6) check_period(999, period, false);
    check_period(999, 4000, false);
    for (size_t chars = 1; chars < 6; chars++) check_period(999, chars * 3, true);
    for (size_t chars = 6; chars < 1333; chars += chars / 4 + 1) check_period(999, chars * 3, true);
    check_period(999, 3999, true);
}

// Only the end of the text is kept: a loop may lie across the place where its start is dropped.
static void test_wherever_the_loop_begins(void **state)
{
    (void)state;
    for (size_t before = 3000; before < 32000; before += 2000) check_period(before, 4000, false);
    for (size_t before = 27000; before < 28500; before += 300) check_period(before, 200, false);
}

// A round whose phrases stand in it several times: the shortest way back is not the period.
static void test_rounds_with_repetition_inside(void **state)
{
    static const char *const phrases[] = {"the rain fell on the roof and ", "the rain fell on the road and ",
                                          "the rain fell on the river or ", "nobody came by here any more and "};
    (void)state;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        uint32_t random = seed;
        struct buf round, text;
        buf_init(&round, BUF_MAX_PIECE);
        buf_init(&text, BUF_MAX_PIECE);
        for (uint32_t i = 0; i < 4 + seed % 20; i++) buf_adds(&round, phrases[next_random(&random) % 3]);
        buf_addf(&round, "%s", phrases[3]);
        buf_adds(&text, "One evening in spring: ");
        for (int i = 0; i < 3; i++) buf_add(&text, round.data, round.len);
        size_t third = text.len, cut, told;
        for (int i = 0; i < 4; i++) buf_add(&text, round.data, round.len);
        told = feed(&text, 1, &cut);
        assert_in_range(told, third, third + LATE_BYTES);
        buf_release(&round);
        buf_release(&text);
    }
}

static void check_cut(const char *before, const char *round, const char *kept)
{
    struct buf text;
    buf_init(&text, BUF_MAX_PIECE);
    buf_adds(&text, before);
    while (text.len < 2000) buf_adds(&text, round);
    buf_cut(&text, cycle_find(text.data, text.len));
    assert_string_equal(text.data, kept);
    buf_release(&text);
}

static void test_cut_is_in_bytes_of_the_text(void **state)
{
    (void)state;
    check_cut("He went\r\n\tout.", "  And the  rain fell.\n", "He went\r\n\tout.  And the  rain fell.");
    check_cut("He went out.\n\n", "And the rain fell.\n\n", "He went out.\n\nAnd the rain fell.");
    check_cut("", "Tap. ", "Tap.");
    check_cut("Sie sah ", "auf den Fluß, ", "Sie sah auf den Fluß,");
}

// "He laughed. She laughed. She laughed. …": "he laughed." in front of the loop is as its rounds end.
static void test_what_precedes_may_look_like_a_round(void **state)
{
    (void)state;
    check_cut("He laughed. ", "She laughed. ", "He laughed. She laughed.");
    check_cut("他走了。", "她也走了。", "他走了。她也走了。");
    check_cut("“我不知道。”", "“她知道。”", "“我不知道。”“她知道。”");
}

// 一 and 丁 differ in their last byte only, so that the bytes repeat from inside of a character on.
static void test_cut_never_parts_a_character(void **state)
{
    (void)state;
    check_cut("\xE4\xB8\x80", "\xE4\xB8\x81", "\xE4\xB8\x80\xE4\xB8\x81");
    check_cut("\xE5\xB8\x80", "\xE4\xB8\x80", "\xE5\xB8\x80\xE4\xB8\x80");
    check_cut("x\xC5\x80", "y\xC4\x80", "x\xC5\x80y\xC4\x80");
}

static void test_case_and_white_space_do_not_hide_a_loop(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    for (int i = 0; i < 60; i++) buf_adds(&text, i % 2 ? "The bell rang twice.\n\n" : "THE bell  rang twice. ");
    assert_int_equal(cycle_find(text.data, text.len), strlen("THE bell  rang twice."));
    buf_release(&text);
}

static void test_white_space_without_end(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    buf_adds(&text, "Then");
    for (int i = 0; i < 100; i++) buf_adds(&text, "\n  ");
    assert_int_equal(cycle_find(text.data, text.len), text.len);
    for (int i = 0; i < 200; i++) buf_adds(&text, "\n  ");
    assert_int_equal(cycle_find(text.data, text.len), strlen("Then"));
    buf_release(&text);
}

// Figures and rules are let run longer than words are, but not beyond the bound.
static void test_drawn_loops(void **state)
{
    static const char *const rounds[] = {"-", "0, ", "| - ", "\u2500", "=-", "\u2026"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rounds); i++) {
        struct buf text;
        size_t cut;
        buf_init(&text, BUF_MAX_PIECE);
        while (text.len < 2000) buf_adds(&text, rounds[i]);
        assert_in_range(feed(&text, 1, &cut), 700, 3 * strlen(rounds[i]) + LATE_DRAWN_BYTES);
        buf_release(&text);
    }
}

static size_t count_days(struct buf *text, int days, int step)
{
    buf_adds(text, "They left him there. ");
    for (int i = 0; i < days; i++) buf_addf(text, "Day %d: he waited for the boat. ", 100 + i * step);
    return cycle_find(text->data, text->len);
}

static void test_counting_loops(void **state)
{
    static const int steps[] = {1, -1, 10};
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        buf_clear(&text);
        assert_int_equal(count_days(&text, 60, steps[i]),
                         strlen("They left him there. Day 100: he waited for the boat."));
    }
    buf_clear(&text);
    size_t cut = count_days(&text, 20, 1);
    assert_int_equal(cut, text.len);
    buf_clear(&text);
    for (int i = 0; i < 200; i++) buf_addf(&text, "On station %d the level was %d. ", i * i % 97, i * 7919 % 101);
    assert_int_equal(cycle_find(text.data, text.len), text.len);
    buf_release(&text);
}

static void test_random_text_is_no_loop(void **state)
{
    uint32_t seed = 11;
    struct buf text;
    (void)state;
    buf_init(&text, BUF_MAX_PIECE);
    add_random(&text, 400000, false, &seed);
    add_random(&text, 300000, true, &seed);
    assert_int_equal(cycle_find(text.data, text.len), text.len);
    buf_release(&text);
}

static void check_honest(const char *path)
{
    struct err e = ERR_INIT;
    struct buf text;
    size_t cut;
    buf_init(&text, BUF_MAX_PIECE);
    assert_int_equal(file_read(path, &text, &e), FILE_READ_OK);
    assert_true(text.len > 500);
    if (feed(&text, text.len, &cut)) fail_msg("%s: a loop at byte %zu", path, cut);
    buf_release(&text);
}

static void test_honest_repetition_is_no_loop(void **state)
{
    static const char folder[] = "tests/data/honest";
    (void)state;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int files = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        char *path = mem_printf("%s/%s", folder, entry->d_name);
        check_honest(path);
        free(path);
        files++;
    }
    assert_true(files >= 13);
    assert_int_equal(closedir(dir), 0);
}

static void test_reset_forgets(void **state)
{
    struct cycle *c = cycle_new();
    (void)state;
    for (int i = 0; i < 3; i++) {
        for (int n = 0; n < 20; n++) assert_false(cycle_feed(c, "And the rain fell. ", 19));
        cycle_reset(c);
    }
    bool found = false;
    for (int n = 0; n < 40; n++) found = cycle_feed(c, "And the rain fell. ", 19);
    assert_true(found);
    assert_int_equal(cycle_cut(c), 18);
    assert_true(cycle_feed(c, "Something else.", 15));
    assert_int_equal(cycle_cut(c), 18);
    cycle_free(c);
    cycle_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_period_is_found),
        cmocka_unit_test(test_wherever_the_loop_begins),
        cmocka_unit_test(test_rounds_with_repetition_inside),
        cmocka_unit_test(test_cut_is_in_bytes_of_the_text),
        cmocka_unit_test(test_what_precedes_may_look_like_a_round),
        cmocka_unit_test(test_cut_never_parts_a_character),
        cmocka_unit_test(test_case_and_white_space_do_not_hide_a_loop),
        cmocka_unit_test(test_white_space_without_end),
        cmocka_unit_test(test_drawn_loops),
        cmocka_unit_test(test_counting_loops),
        cmocka_unit_test(test_random_text_is_no_loop),
        cmocka_unit_test(test_honest_repetition_is_no_loop),
        cmocka_unit_test(test_reset_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
