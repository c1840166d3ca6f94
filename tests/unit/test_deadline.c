// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Deadlines: how long the book can become, and the ways to write one.
#include "base/mem.h"
#include "model/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define NOW   INT64_C(1000000000)
#define HOUR  INT64_C(3600000)
#define WORDS 30000

// A book of 10 chapters of 3,000 words, `chapters` of which are written, and `more` words of the next.
struct shelf {
    struct job job;
    struct book book;
    struct book_chapter chapters[10];
    struct book_chunk chunks[10];
};

static void shelf_set(struct shelf *s, int chapters, int more)
{
    memset(s, 0, sizeof(*s));
    s->job.words_target = s->book.words_target = WORDS;
    s->job.chapters_total = s->book.chapters_total = 10;
    s->book.chapters = s->chapters;
    for (int i = 0; i < 10; i++) {
        s->chunks[i].words = i < chapters ? 3000 : more;
        s->chapters[i] = (struct book_chapter){.number = i + 1, .weight = 1, .chunks = &s->chunks[i]};
        s->chapters[i].chunks_count = i < chapters || (i == chapters && more > 0) ? 1 : 0;
    }
    s->book.chapters_count = 10;
}

static void assert_plan(const struct shelf *s, int chapter, int64_t words, int chapters)
{
    struct deadline_plan p = deadline_plan(&s->job, &s->book, chapter, NOW);
    if (p.words != words || p.chapters != chapters)
        fail_msg("%lld words, %d chapters", (long long)p.words, p.chapters);
}

static void test_plan(void **state)
{
    struct shelf s;
    (void)state;
    shelf_set(&s, 2, 1000); // 7,000 words in an hour
    s.job.busy_ms = HOUR;
    assert_plan(&s, 3, WORDS, 10); // no deadline
    s.job.deadline_ms = NOW + 2 * HOUR;
    assert_plan(&s, 3, 7000 + 13300, 7); // 95 % of two hours; 14,300 words from chapter 3 on are 4.8 chapters
    s.job.deadline_ms = NOW + 100 * HOUR;
    assert_plan(&s, 3, WORDS, 10); // never more than was asked for
    s.job.deadline_ms = NOW + 60000;
    assert_plan(&s, 3, 7000 + 97, 3); // ten seconds are kept of the minute
    s.job.deadline_ms = NOW + 5000;
    assert_plan(&s, 3, 7000, 3);
    s.job.deadline_ms = NOW - HOUR;
    assert_plan(&s, 3, 7000, 3); // never less than what stands
    s.chunks[9].words = 500;
    s.chapters[9].chunks_count = 1;
    assert_plan(&s, 10, 7500, 10); // the chapter at hand is not dropped
    s.job.words_target = 7100;
    assert_plan(&s, 10, 7500, 10); // more stands than was asked for
}

static void test_speed(void **state)
{
    struct shelf s;
    (void)state;
    shelf_set(&s, 0, 0);
    s.job.deadline_ms = NOW + HOUR;
    assert_plan(&s, 1, WORDS, 10); // nothing is known
    s.job.busy_ms = HOUR;
    assert_plan(&s, 1, WORDS, 10);
    s.job.output_tokens = 10000; // of plans: 7,000 words
    assert_plan(&s, 1, 6650, 2);
    shelf_set(&s, 2, 1000);
    s.job.busy_ms = HOUR;
    s.job.deadline_ms = NOW + 2 * HOUR;
    s.chapters[0].given = true; // its 3,000 words were not written: 4,000 in an hour
    s.job.output_tokens = 5000; // of which no more words could have come
    assert_plan(&s, 3, 7000 + 7600, 5);
}

// A book that was written anew from its second chapter on seemed to have been written at a third of its speed.
static void test_speed_of_what_is_written_anew(void **state)
{
    struct shelf s;
    (void)state;
    shelf_set(&s, 2, 1000);
    s.job.busy_ms = HOUR;
    s.job.deadline_ms = NOW + 2 * HOUR;
    assert_plan(&s, 3, 7000 + 13300, 7);
    s.book.words_replaced = 7000;
    assert_plan(&s, 3, 7000 + 2 * 13300 < WORDS ? 7000 + 2 * 13300 : WORDS, 10);
    s.job.deadline_ms = NOW + HOUR;
    assert_plan(&s, 3, 7000 + 13300, 7);
}

// A shortened book that is planned again at the same speed keeps its chapters.
static void test_plan_again(void **state)
{
    struct shelf s;
    (void)state;
    shelf_set(&s, 2, 1000);
    s.job.busy_ms = HOUR;
    s.job.deadline_ms = NOW + 2 * HOUR;
    for (int i = 0; i < 5; i++) {
        struct deadline_plan p = deadline_plan(&s.job, &s.book, 3, NOW);
        s.book.words_target = s.job.words_planned = p.words;
        s.book.chapters_total = s.job.chapters_total = p.chapters;
        s.book.chapters_count = (size_t)p.chapters;
    }
    assert_plan(&s, 3, 7000 + 13300, 7);
    s.job.deadline_ms = NOW + 4 * HOUR; // more time: longer chapters, no more of them
    assert_plan(&s, 3, WORDS, 7);
}

static int64_t utc(int year, int month, int day, int hour, int minute)
{
    struct tm t = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute};
    return (int64_t)timegm(&t) * 1000;
}

static void assert_by(const char *text, int64_t now_ms, int64_t expected)
{
    struct err e = ERR_INIT;
    int64_t at = 0;
    if (!deadline_by(text, now_ms, &at, &e)) fail_msg("%s", e.text);
    if (at != expected) fail_msg("%s: %lld, expected %lld", text, (long long)at, (long long)expected);
}

static void test_by(void **state)
{
    int64_t now = utc(2026, 11, 21, 22, 30); // 23:30 in Warsaw
    (void)state;
    assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    tzset();
    assert_by("07:00", now, utc(2026, 11, 22, 6, 0));
    assert_by("7:00", now, utc(2026, 11, 22, 6, 0));
    assert_by("23:31", now, utc(2026, 11, 21, 22, 31));
    assert_by("23:30", now, utc(2026, 11, 22, 22, 30)); // not now: tomorrow
    assert_by("23:30:05", now, now + 5000);
    assert_by("2026-11-22 07:00", now, utc(2026, 11, 22, 6, 0));
    assert_by("2026-11-22T07:00", now, utc(2026, 11, 22, 6, 0));
    assert_by("2026-11-22T07:00:00Z", now, utc(2026, 11, 22, 7, 0));
    assert_by("2026-11-22 07:00+05:30", now, utc(2026, 11, 22, 1, 30));
    assert_by("2027-07-01 07:00", now, utc(2027, 7, 1, 5, 0));           // summer time
    assert_by("07:00", utc(2027, 3, 27, 22, 0), utc(2027, 3, 28, 5, 0)); // the clocks change in between
    assert_by("2028-02-29 12:00Z", now, utc(2028, 2, 29, 12, 0));
}

static void test_by_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "x",
        "7",
        "24:00",
        "07:60",
        "07:0",
        "07:00x",
        "2026-11-22",
        "2026-13-22 07:00",
        "2027-02-29 07:00",
        "2026-11-32 07:00Z",
        "2026-11-22 07:00 Z",
        "2026-11-22T07:00:00+25:00",
        "2026-11-20 07:00",
        "6h",
        "-7:00",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct err e = ERR_INIT;
        int64_t at;
        if (deadline_by(texts[i], utc(2026, 11, 21, 22, 30), &at, &e)) fail_msg("'%s' was taken", texts[i]);
        assert_int_equal(e.code, ERR_USAGE);
        assert_non_null(strstr(e.text, "expected"));
    }
}

static void test_within(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; // 0: refused
    } cases[] = {{"6h", 21600},  {"90m", 5400},       {"1h30m", 5400},   {"1h 30m", 5400}, {"45s", 45},
                 {"2d", 172800}, {"1d1h1m1s", 90061}, {"", 0},           {"0h", 0},        {"h", 0},
                 {"6", 0},       {"6x", 0},           {"30m1h", 0},      {"1h1h", 0},      {"-1h", 0},
                 {"1.5h", 0},    {"99999999999h", 0}, {"999999999d", 0}, {" 6h", 0}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err e = ERR_INIT;
        int64_t at = 0;
        bool ok = deadline_within(cases[i].text, NOW, &at, &e);
        if (ok != (cases[i].seconds > 0)) fail_msg("'%s'", cases[i].text);
        if (ok) assert_true(at == NOW + cases[i].seconds * 1000);
        assert_int_equal(e.code, ok ? ERR_NONE : ERR_USAGE);
    }
}

static void test_since(void **state)
{
    int64_t now = utc(2026, 11, 21, 22, 30); // 23:30 in Warsaw
    const struct {
        const char *text;
        int64_t at; // 0: refused
    } cases[] = {
        {"24h", now - 24 * HOUR},
        {"1h30m", now - HOUR - HOUR / 2},
        {"7d", now - HOUR * 24 * 7},
        {"07:00", utc(2026, 11, 21, 6, 0)},
        {"23:30", now}, // this very minute
        {"23:31", utc(2026, 11, 20, 22, 31)},
        {"2026-11-21", utc(2026, 11, 20, 23, 0)},
        {"2026-07-01", utc(2026, 6, 30, 22, 0)}, // summer time
        {"2026-11-20 07:00", utc(2026, 11, 20, 6, 0)},
        {"2026-11-20T07:00:00Z", utc(2026, 11, 20, 7, 0)},
        {"2026-11-22", 0},
        {"2026-11-22 07:00", 0},
        {"2026-02-30", 0},
        {"2026-11-2", 0},
        {"", 0},
        {"0h", 0},
        {"yesterday", 0},
        {"9999d", 0},
    };
    (void)state;
    assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    tzset();
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct err e = ERR_INIT;
        int64_t at = 0;
        bool ok = deadline_since(cases[i].text, now, &at, &e);
        if (ok != (cases[i].at != 0)) fail_msg("'%s'", cases[i].text);
        if (ok && at != cases[i].at) fail_msg("%s: %lld", cases[i].text, (long long)at);
        assert_int_equal(e.code, ok ? ERR_NONE : ERR_USAGE);
        if (!ok) assert_non_null(strstr(e.text, "expected"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plan),
        cmocka_unit_test(test_speed),
        cmocka_unit_test(test_speed_of_what_is_written_anew),
        cmocka_unit_test(test_plan_again),
        cmocka_unit_test(test_by),
        cmocka_unit_test(test_by_refused),
        cmocka_unit_test(test_within),
        cmocka_unit_test(test_since),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
