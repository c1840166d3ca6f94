// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Looking back: what an attempt sent and what came of it, how often a task was refused and why, and conversations that
// began anew.
#include "store_fixture.h"

static struct store *s;
static struct err e;
static int64_t job;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (fixture_set_up(state) != 0) return -1;
    s = fixture_open(STORE_READ_WRITE);
    job = fixture_job(s, "one");
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return fixture_tear_down(state);
}

// ---- conversations

static bool on_turn(void *arg, enum turn_role role, const char *text, size_t len)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%c %.*s;", role == TURN_USER ? 'u' : 'a', (int)len, text);
    return true;
}

static bool on_any_turn(void *arg, enum turn_role role, int seq, bool fresh, const char *text, size_t len)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%c%s %d %.*s;", role == TURN_USER ? 'u' : 'a', fresh ? "!" : "", seq,
                   (int)len, text);
    return true;
}

static void assert_turns(int conversation, const char *sent, const char *all)
{
    char text[400] = "";

    assert_ok(store_turns_each(s, job, conversation, on_turn, text, &e));
    assert_string_equal(text, sent);
    text[0] = '\0';
    assert_ok(store_turns_all(s, job, conversation, on_any_turn, text, &e));
    assert_string_equal(text, all);
}

static void add_turn(int conversation, enum turn_role role, const char *text)
{
    assert_ok(store_turn_add(s, job, conversation, role, text, strlen(text), &e));
}

static void test_a_fresh_turn_begins_anew(void **state)
{
    (void)state;
    fixture_chapter(s, job, 1);
    fixture_chunk(s, job, 1, 1, "prose");
    fixture_chunk(s, job, 1, 2, "more");
    add_turn(1, TURN_USER, "write");
    assert_ok(store_turn_add_chunk(s, job, 1, 1, &e));
    assert_turns(1, "u write;a prose;", "u 0 write;a 1 prose;");
    assert_ok(store_turn_add_fresh(s, job, 1, "anew", 4, &e));
    assert_ok(store_turn_add_chunk(s, job, 1, 2, &e));
    add_turn(1, TURN_USER, "recap");
    add_turn(1, TURN_ASSISTANT, "it rained");
    add_turn(2, TURN_USER, "another chapter");
    assert_turns(1, "u anew;a more;u recap;a it rained;",
                 "u 0 write;a 1 prose;u! 0 anew;a 2 more;u 0 recap;a 0 it rained;");
    assert_turns(2, "u another chapter;", "u 0 another chapter;");
    assert_ok(store_turn_add_fresh(s, job, 1, "again", 5, &e));
    assert_turns(1, "u again;", "u 0 write;a 1 prose;u! 0 anew;a 2 more;u 0 recap;a 0 it rained;u! 0 again;");
    assert_turns(2, "u another chapter;", "u 0 another chapter;");
    assert_turns(3, "", "");
}

// ---- attempts

static struct task_key task_of(int seq)
{
    return (struct task_key){.job = job, .kind = "chunk", .chapter = 1, .seq = seq};
}

static int64_t begin(int seq, const char *prefix)
{
    struct attempt_begin b = {.task = task_of(seq),
                              .backend = "sim",
                              .model = "m",
                              .max_tokens = 1300,
                              .seed = 5,
                              .prefix = prefix,
                              .prefix_len = strlen(prefix),
                              .prompt_bytes = 1000,
                              .common_bytes = 900,
                              .conversation = 7,
                              .left_out = 2,
                              .broke = seq == 2};
    int64_t id = 0;

    assert_ok(store_attempt_begin(s, &b, &id, &e));
    return id;
}

static void end(int64_t id, const char *verdict, const char *sent)
{
    struct attempt_end r = {.failure = "none",
                            .verdict = verdict,
                            .message = "as it said",
                            .prompt_tokens = -1,
                            .cached_tokens = -1,
                            .output_tokens = -1,
                            .first_token_ms = -1,
                            .total_ms = 40,
                            .sent = sent,
                            .sent_len = sent != NULL ? strlen(sent) : 0};

    assert_ok(store_attempt_end(s, id, &r, &e));
}

static void assert_look(int64_t id, const char *sent, const char *carried, const char *text)
{
    struct buf a, b, c;

    buf_init(&a, BUF_MAX_PIECE);
    buf_init(&b, BUF_MAX_PIECE);
    buf_init(&c, BUF_MAX_PIECE);
    assert_ok(store_attempt_look(s, id, &a, &b, &c, &e));
    assert_string_equal(a.data, sent);
    assert_string_equal(b.data, carried);
    assert_string_equal(c.data, text);
    buf_release(&a);
    buf_release(&b);
    buf_release(&c);
}

static void test_look(void **state)
{
    struct buf small, carried, text;
    struct task_key task = task_of(1);

    (void)state;
    int64_t refused = begin(1, "It was "), accepted = begin(1, "");
    assert_ok(store_attempt_append(s, refused, "late", 4, &e) && store_attempt_append(s, refused, " and", 4, &e));
    end(refused, "loop", "write part 1");
    end(accepted, "accepted", NULL);
    assert_ok(store_task_done(s, &task, &e));
    assert_look(refused, "write part 1", "It was ", "late and");
    assert_look(accepted, "", "", "");
    assert_look(99, "", "", "");
    buf_init(&small, 4);
    buf_init(&carried, BUF_MAX_PIECE);
    buf_init(&text, BUF_MAX_PIECE);
    assert_false(store_attempt_look(s, refused, &small, &carried, &text, &e));
    assert_int_equal(e.code, ERR_CEILING);
    buf_release(&small);
    buf_release(&carried);
    buf_release(&text);
}

// A second end is refused, and brings nothing that was sent.
static void test_sent_belongs_to_the_end(void **state)
{
    struct attempt_end r = {.failure = "none", .sent = "x", .sent_len = 1};

    (void)state;
    int64_t id = begin(1, "");
    end(id, "loop", "");
    assert_int_equal(fixture_number("SELECT count(*) FROM attempt_sent"), 0);
    assert_false(store_attempt_end(s, id, &r, &e));
    assert_int_equal(fixture_number("SELECT count(*) FROM attempt_sent"), 0);
}

static void assert_refused(int seq, const char *const *rules, int expected)
{
    struct task_key task = task_of(seq);
    int count = -1;

    assert_ok(store_attempts_refused(s, &task, rules, &count, &e));
    assert_int_equal(count, expected);
}

static void test_refusals_are_counted_by_rule(void **state)
{
    static const char *const copying[] = {"copied", "repeats", NULL}, *const none[] = {NULL};

    (void)state;
    end(begin(1, ""), "copied", NULL);
    end(begin(1, ""), "loop", NULL);
    end(begin(1, ""), "repeats", NULL);
    end(begin(2, ""), "copied", NULL);
    (void)begin(1, "");
    assert_refused(1, copying, 2);
    assert_refused(2, copying, 1);
    assert_refused(3, copying, 0);
    assert_refused(1, none, 0);
}

static bool on_attempt(void *arg, const struct attempt_row *r)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%s %lld/%lld seed %lld most %d conversation %d-%d '%s';", r->verdict,
                   (long long)r->common_bytes, (long long)r->prompt_bytes, (long long)r->seed, r->max_tokens,
                   r->conversation, r->left_out, r->message);
    return true;
}

static void test_the_log_says_what_was_asked(void **state)
{
    char text[400] = "";
    struct job j;

    (void)state;
    end(begin(1, ""), "accepted", NULL);
    (void)begin(2, "");
    assert_ok(store_attempts_each(s, job, on_attempt, text, &e));
    assert_string_equal(text, "accepted 900/1000 seed 5 most 1300 conversation 7-2 'as it said';"
                              " 900/1000 seed 5 most 1300 conversation 7-2 '';");
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    assert_true(j.prompt_bytes == 2000 && j.common_bytes == 1800 && j.prefix_breaks == 1 && j.busy_ms == 40);
    job_release(&j);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_fresh_turn_begins_anew),    TEST(test_look),
        TEST(test_sent_belongs_to_the_end),     TEST(test_refusals_are_counted_by_rule),
        TEST(test_the_log_says_what_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
