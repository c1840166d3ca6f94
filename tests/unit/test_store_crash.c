// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Kill -9 in the middle of commits: what was acknowledged is there. A reader that opens, reads and closes all the time
// meanwhile never fails and never sees a half.
#include "store_fixture.h"

#include <signal.h>
#include <sys/wait.h>

// What the rounds commit together stays below the ceiling of one answer.
enum { PIECE_BYTES = 700, ROUNDS = 12, ROUND_MOST = 100 };

static void piece(char out[PIECE_BYTES + 1], int number)
{
    int head = snprintf(out, PIECE_BYTES + 1, "<%08d>", number);

    memset(out + head, 'a' + number % 26, (size_t)(PIECE_BYTES - head));
    out[PIECE_BYTES] = '\0';
}

// Says on the pipe which piece has been committed, until it is killed. Each piece comes with an event of its number, in
// one transaction.
static void child_commit(int pipe_end, int64_t job, int64_t attempt, int from)
{
    struct err e = ERR_INIT;
    struct store *s;
    char text[PIECE_BYTES + 1], number[16];

    if (store_open(&s, fixture_home, STORE_READ_WRITE, &e) != STORE_OPENED) _exit(3);
    for (int i = from; i < from + ROUND_MOST; i++) {
        piece(text, i);
        (void)snprintf(number, sizeof number, "%d", i);
        bool ok = store_begin(s, &e) && store_attempt_append(s, attempt, text, PIECE_BYTES, &e) &&
                  store_event_add(s, job, "piece", number, NULL, &e) && store_commit(s, &e) &&
                  store_checkpoint(s, &e);
        if (!ok) _exit(4);
        if (write(pipe_end, &i, sizeof i) != (ssize_t)sizeof i) _exit(5);
    }
    for (;;) (void)pause();
}

struct seen {
    int events, wrong;
};

static bool on_event(void *arg, const struct event_row *r)
{
    struct seen *seen = arg;

    if (strcmp(r->type, "piece") != 0) return true;
    seen->wrong += strtol(r->text, NULL, 10) != seen->events;
    seen->events++;
    return true;
}

// Pieces and events are one another's image; returns how many there are.
static int check_rows(struct store *s, int64_t job)
{
    struct err e = ERR_INIT;
    struct seen seen = {0};
    struct attempt a;
    char text[PIECE_BYTES + 1];
    int64_t in_job;

    assert_ok(store_begin(s, &e));
    assert_ok(store_events_each(s, job, 0, on_event, &seen, &e));
    if (store_attempt_left(s, "here", 0, INT64_MAX, &in_job, &a, &e) != STORE_FOUND) fail_msg("in flight: %s", e.text);
    assert_ok(store_commit(s, &e));
    assert_int_equal(seen.wrong, 0);
    assert_int_equal(a.text.len, (size_t)seen.events * PIECE_BYTES);
    for (int i = 0; i < seen.events; i++) {
        piece(text, i);
        assert_memory_equal(a.text.data + (size_t)i * PIECE_BYTES, text, PIECE_BYTES);
    }
    attempt_release(&a);
    return seen.events;
}

static int one_round(int64_t job, int64_t attempt, int from, int wanted)
{
    int ends[2], last = from - 1, status;

    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork(); // no connection is open here
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)close(ends[0]);
        child_commit(ends[1], job, attempt, from);
    }
    assert_int_equal(close(ends[1]), 0);
    while (last < from + wanted && read(ends[0], &last, sizeof last) == (ssize_t)sizeof last) {
        struct store *r = fixture_open(STORE_READ_ONLY);
        assert_true(check_rows(r, job) > last);
        store_close(r);
    }
    assert_int_equal(kill(pid, SIGKILL), 0);
    while (read(ends[0], &last, sizeof last) == (ssize_t)sizeof last) continue; // acknowledged before the kill
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    return last;
}

static void test_kill_loses_nothing(void **state)
{
    struct store *s = fixture_open(STORE_READ_WRITE);
    struct err e = ERR_INIT;
    int64_t job = fixture_job(s, "one"), attempt;
    struct attempt_begin b = {
        .task = {.job = job, .kind = "chunk", .chapter = 1, .seq = 1}, .backend = "x", .model = "y"};
    int have = 0;

    (void)state;
    assert_ok(store_attempt_begin(s, &b, &attempt, &e));
    store_close(s);
    for (int round = 0; round < ROUNDS; round++) {
        int acknowledged = one_round(job, attempt, have, 5 + round * 2);
        struct store *r = fixture_open(STORE_READ_ONLY); // before anybody has recovered the log
        have = check_rows(r, job);
        store_close(r);
        assert_true(have == acknowledged + 1 || have == acknowledged + 2); // one may not have been told yet
        s = fixture_open(STORE_READ_WRITE);
        assert_int_equal(check_rows(s, job), have);
        store_close(s);
    }
    assert_int_equal(fixture_number("SELECT count(*) FROM pragma_quick_check WHERE quick_check <> 'ok'"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kill_loses_nothing, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
