// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The watchdog of a generation, as scenes: what came when, and what it says at which moment.
#include "backend/watchdog.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum happening { NOTHING, BYTES, TEXT, READ, LOOK };

struct step {
    enum happening what;
    int64_t at_ms;
    int64_t tokens;      // READ: of the prompt
    enum failure expect; // LOOK
};

#define BYTES(at)                                                                                                    \
    {                                                                                                                \
        BYTES, at, 0, FAIL_NONE                                                                                      \
    } // the head is bytes too
#define TEXT(at)                                                                                                     \
    {                                                                                                                \
        TEXT, at, 0, FAIL_NONE                                                                                       \
    }
#define READ(at, tokens)                                                                                             \
    {                                                                                                                \
        READ, at, tokens, FAIL_NONE                                                                                  \
    }
#define FINE(at)                                                                                                     \
    {                                                                                                                \
        LOOK, at, 0, FAIL_NONE                                                                                       \
    }
#define OVER(at, f)                                                                                                  \
    {                                                                                                                \
        LOOK, at, 0, f                                                                                               \
    }

struct scene {
    const char *name;
    int64_t first_token_ms, stall_ms, silence_ms;
    struct step steps[10];
};

static const struct scene scenes[] = {
    {"nothing comes", 100, 50, 40, {FINE(99), OVER(100, FAIL_FIRST_TOKEN)}},
    {"only the head comes", 100, 50, 0, {BYTES(1), FINE(99), OVER(100, FAIL_FIRST_TOKEN)}},
    {"pings and no text", 100, 50, 0, {BYTES(1), BYTES(30), BYTES(90), FINE(99), OVER(100, FAIL_WEDGED)}},
    {"pings that ended early", 100, 50, 0, {BYTES(1), BYTES(49), OVER(100, FAIL_FIRST_TOKEN)}},
    {"text and then nothing", 100, 50, 0, {BYTES(1), TEXT(90), FINE(139), OVER(140, FAIL_STALL)}},
    {"text and then pings", 100, 50, 0, {BYTES(1), TEXT(90), BYTES(120), FINE(139), OVER(140, FAIL_WEDGED)}},
    {"text and early pings", 100, 50, 0, {BYTES(1), TEXT(90), BYTES(110), OVER(140, FAIL_STALL)}},
    {"pings between texts", 100, 50, 0, {TEXT(90), BYTES(120), TEXT(130), FINE(140), OVER(180, FAIL_STALL)}},
    {"a prompt that is read for long",
     100,
     50,
     0,
     {BYTES(1), READ(90, 0), READ(180, 512), FINE(200), READ(270, 1024), FINE(369), TEXT(369), FINE(418)}},
    // the same number again and again is a ping
    {"a prompt that is stuck",
     100,
     50,
     0,
     {BYTES(1), READ(50, 512), READ(100, 512), READ(140, 512), FINE(149), OVER(150, FAIL_WEDGED)}},
    {"silence before the text", 100, 50, 30, {BYTES(10), FINE(39), OVER(40, FAIL_FIRST_TOKEN)}},
    {"no silence before the head", 100, 50, 30, {FINE(99), OVER(100, FAIL_FIRST_TOKEN)}},
    {"silence within the text", 100, 50, 30, {TEXT(10), BYTES(15), FINE(44), OVER(45, FAIL_STALL)}},
    {"no limits", 0, 0, 0, {FINE(1000000), TEXT(1000001), FINE(9000000)}},
    {"no limit for the first text alone", 0, 50, 0, {FINE(1000000), TEXT(1000001), OVER(1000051, FAIL_STALL)}},
};

static void happen(struct watchdog *w, const char *scene, const struct step *s)
{
    if (s->what == LOOK) {
        enum failure f = watchdog_judge(w, s->at_ms);
        if (f != s->expect) fail_msg("%s: at %d: %s", scene, (int)s->at_ms, failure_name(f));
        // The timer is set by the one and decided by the other.
        assert_int_equal(s->at_ms >= watchdog_due_ms(w), f != FAIL_NONE);
        return;
    }
    watchdog_bytes(w, s->at_ms);
    if (s->what == TEXT) watchdog_content(w, s->at_ms);
    if (s->what == READ) watchdog_progress(w, s->tokens, s->at_ms);
}

static void test_scenes(void **state)
{
    (void)state;
    for (size_t s = 0; s < ARRAY_LEN(scenes); s++) {
        struct watchdog w;
        watchdog_init(&w, scenes[s].first_token_ms, scenes[s].stall_ms, scenes[s].silence_ms, 0);
        for (const struct step *at = scenes[s].steps; at->what != NOTHING; at++) happen(&w, scenes[s].name, at);
    }
}

static void test_due(void **state)
{
    (void)state;
    struct watchdog w;
    watchdog_init(&w, 0, 0, 0, 1000);
    assert_true(watchdog_due_ms(&w) == INT64_MAX);
    watchdog_init(&w, 600, 50, 100, 1000);
    assert_int_equal(watchdog_due_ms(&w), 1600);
    watchdog_bytes(&w, 1010);
    assert_int_equal(watchdog_due_ms(&w), 1110);
    watchdog_content(&w, 1020);
    assert_int_equal(watchdog_due_ms(&w), 1070);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scenes),
        cmocka_unit_test(test_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
