// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Asking several addresses at once: servers, dead ports, ports that accept and say nothing; who is the first; what
// callbacks may do.
#include "backend/scan.h"

#include "base/clock.h"

#include "canned.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define LIST      "/v1/models\nHTTP/1.0 200 OK\r\n\r\n{\"data\":[{\"id\":\"tiny\"}]}"
#define NOT_FOUND "*\nHTTP/1.0 404 X\r\n\r\nno"

static const struct canned_reply answers[] = {{LIST, CANNED_CLOSE, false}, {NOT_FOUND, CANNED_CLOSE, false}};
static const struct canned_reply loads[] = {
    {"*\nHTTP/1.0 503 X\r\n\r\n{\"error\":{\"message\":\"Loading model\"}}", CANNED_CLOSE, false}};
static const struct canned_reply silent[] = {{"", CANNED_HOLD, false}};
static const struct canned_reply page[] = {{"*\nHTTP/1.0 200 OK\r\n\r\n<html>", CANNED_CLOSE, false}};

#define NOBODY "http://127.0.0.1:1"

// What is to wait for a limit waits no longer than SHORT_MS; whoever answers has a minute to do it. A_FAIR_WHILE_MS is both:
// the one that answers must be heard before the limit, however busy the machine is.
enum {
    TARGETS_MOST = 8,
    SHORT_MS = 500,
    SLACK_MS = 20,
    A_FAIR_WHILE_MS = 8000,
    GUARD_MS = 60000,
    LONG_MS = 2 * GUARD_MS
};

struct look {
    struct loop *loop;
    struct http *http;
    struct timer *guard;
    struct canned *servers[TARGETS_MOST];
    struct scan_target targets[TARGETS_MOST];
    size_t count;
    struct scan *scan;
    enum failure told[TARGETS_MOST];
    bool is_told[TARGETS_MOST];
    int found, done;
    bool cancels_in_found, cancels_in_done;
    int64_t took_ms;
    struct timer *soon; // after the first that was given up; timers come in their order, however late
    bool soon_over;
    int given_up_later; // than that
};

static void look_on_soon(void *arg)
{
    struct look *k = arg;
    k->soon_over = true;
}

static void look_guard(void *arg)
{
    (void)arg;
    fail_msg("the loop did not end");
}

static void look_found(void *arg, size_t index, const struct backend_facts *facts)
{
    struct look *k = arg;
    assert_true(index < k->count);
    assert_false(k->is_told[index]);
    k->is_told[index] = true;
    k->told[index] = facts->failure;
    k->found++;
    if (facts->failure == FAIL_CONNECT_TIMEOUT) {
        k->given_up_later += k->soon_over;
        if (!timer_active(k->soon) && !k->soon_over) timer_set(k->soon, SHORT_MS / 2);
    }
    if (!k->cancels_in_found) return;
    scan_cancel(k->scan);
    loop_stop(k->loop);
}

static void look_done(void *arg)
{
    struct look *k = arg;
    k->done++;
    if (k->cancels_in_done) scan_cancel(k->scan);
    loop_stop(k->loop);
}

static void look_open(struct look *k)
{
    memset(k, 0, sizeof(*k));
    k->loop = loop_new();
    k->http = http_new(k->loop);
    k->guard = timer_new(k->loop, look_guard, NULL);
    timer_set(k->guard, GUARD_MS);
    k->soon = timer_new(k->loop, look_on_soon, k);
}

static void look_add(struct look *k, const struct canned_reply *replies, int count)
{
    struct canned *s = replies != NULL ? canned_start(replies, count) : NULL;
    k->servers[k->count] = s;
    k->targets[k->count++] = (struct scan_target){.url = s != NULL ? s->url : NOBODY, .dialect = DIALECT_UNKNOWN};
}

static void look_start(struct look *k, int64_t limit_ms, bool first)
{
    k->scan = scan_start(k->loop, k->http, k->targets, k->count, limit_ms, first, look_found, look_done, k);
}

static void look_run(struct look *k, int64_t limit_ms, bool first)
{
    int64_t start_ms = clock_mono_ms();
    look_start(k, limit_ms, first);
    loop_run(k->loop);
    k->took_ms = clock_mono_ms() - start_ms;
}

static void look_close(struct look *k)
{
    http_free(k->http);
    timer_free(k->guard);
    timer_free(k->soon);
    loop_free(k->loop);
    for (size_t i = 0; i < k->count; i++)
        if (k->servers[i] != NULL) canned_stop(k->servers[i]);
}

static void test_all_are_told_once(void **state)
{
    (void)state;
    struct look k;
    look_open(&k);
    look_add(&k, answers, 2);
    look_add(&k, NULL, 0);
    look_add(&k, loads, 1);
    look_add(&k, page, 1);
    look_run(&k, LONG_MS, false); // nobody is waited for: the guard would bark
    assert_int_equal(k.done, 1);
    assert_int_equal(k.found, 4);
    assert_int_equal(k.told[0], FAIL_NONE);
    assert_int_equal(k.told[1], FAIL_REFUSED);
    assert_int_equal(k.told[2], FAIL_LOADING);
    assert_int_equal(k.told[3], FAIL_NOT_A_SERVER);
    look_close(&k);
}

// That there is none is known in time, even if something accepts every connection and never answers.
static void test_silence_costs_the_limit_once(void **state)
{
    (void)state;
    struct look k;
    look_open(&k);
    for (int i = 0; i < 3; i++) look_add(&k, silent, 1);
    look_add(&k, NULL, 0);
    look_run(&k, SHORT_MS, false);
    assert_int_equal(k.done, 1);
    assert_int_equal(k.found, 4);
    for (int i = 0; i < 3; i++) assert_int_equal(k.told[i], FAIL_CONNECT_TIMEOUT);
    assert_int_equal(k.given_up_later, 0); // all at once, none after another
    assert_true(k.took_ms >= SHORT_MS - SLACK_MS);
    look_close(&k);
}

struct first_case {
    char servers[5]; // a: answers, l: loads, n: nobody, p: a page, s: silent
    int first;       // the target that `done` was for; -1: none
    int limit_ms;
};

static void test_first(void **state)
{
    (void)state;
    static const struct first_case cases[] = {
        {"as", 0, LONG_MS},         {"na", 1, LONG_MS},   {"npas", 2, LONG_MS}, {"nlsa", 1, LONG_MS},
        {"sa", 1, A_FAIR_WHILE_MS}, {"nnp", -1, LONG_MS}, {"s", -1, SHORT_MS},  {"", -1, LONG_MS},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct look k;
        look_open(&k);
        for (const char *s = cases[i].servers; *s != '\0'; s++) {
            if (*s == 'a') look_add(&k, answers, 2);
            if (*s == 'l') look_add(&k, loads, 1);
            if (*s == 'n') look_add(&k, NULL, 0);
            if (*s == 'p') look_add(&k, page, 1);
            if (*s == 's') look_add(&k, silent, 1);
        }
        look_run(&k, cases[i].limit_ms, true);
        assert_int_equal(k.done, 1);
        int first = -1;
        for (int t = (int)k.count; t-- > 0;)
            if (k.is_told[t] && (k.told[t] == FAIL_NONE || k.told[t] == FAIL_LOADING)) first = t;
        assert_int_equal(first, cases[i].first);
        bool waits = cases[i].limit_ms < LONG_MS;
        assert_true(!waits || k.took_ms >= cases[i].limit_ms - SLACK_MS);
        look_close(&k);
    }
}

static void test_targets_are_asked_with_what_is_known_of_them(void **state)
{
    (void)state;
    struct look k;
    look_open(&k);
    look_add(&k, answers, 2);
    char url[80], key[] = "sesame";
    (void)snprintf(url, sizeof(url), "%s/v1", k.servers[0]->url);
    k.targets[0].url = url;
    k.targets[0].bearer = key;
    k.targets[0].dialect = DIALECT_MLX;
    look_start(&k, LONG_MS, false);
    memset(url, 'x', sizeof(url) - 1); // it was copied
    memset(key, 'x', sizeof(key) - 1);
    loop_run(k.loop);
    assert_int_equal(k.told[0], FAIL_NONE);
    assert_string_equal(k.servers[0]->asked.data, "GET /v1/models HTTP/1.1\n");
    assert_non_null(strstr(k.servers[0]->last.data, "Authorization: Bearer sesame\r\n"));
    look_close(&k);
}

static void test_cancel(void **state)
{
    (void)state;
    struct look k;
    look_open(&k);
    look_add(&k, answers, 2);
    look_add(&k, silent, 1);
    look_start(&k, LONG_MS, false);
    scan_cancel(k.scan);
    scan_cancel(NULL);
    k.cancels_in_found = true;
    look_run(&k, LONG_MS, false);
    assert_int_equal(k.found, 1);
    assert_int_equal(k.done, 0);
    k.cancels_in_found = false;
    k.cancels_in_done = true;
    memset(k.is_told, 0, sizeof(k.is_told));
    look_run(&k, LONG_MS, true);
    assert_int_equal(k.done, 1);
    look_close(&k);
}

static void test_local_urls(void **state)
{
    (void)state;
    static const int ports[] = {8080, 11434, 8000, 1234, 9931, 30000, 5001};
    size_t i = 0;
    for (; scan_local_urls[i] != NULL; i++) {
        char url[64];
        assert_true(i < ARRAY_LEN(ports));
        (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", ports[i]);
        assert_string_equal(scan_local_urls[i], url);
    }
    assert_int_equal(i, ARRAY_LEN(ports));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_are_told_once),
        cmocka_unit_test(test_silence_costs_the_limit_once),
        cmocka_unit_test(test_first),
        cmocka_unit_test(test_targets_are_asked_with_what_is_known_of_them),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_local_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
