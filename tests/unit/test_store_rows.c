// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What goes into the store comes out again, and the counters are the sums of the rows.
#include "store_fixture.h"

#include <time.h>

static struct store *s;
static struct err e;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (fixture_set_up(state) != 0) return -1;
    s = fixture_open(STORE_READ_WRITE);
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return fixture_tear_down(state);
}

static struct job job_get(int64_t id)
{
    struct job j;

    if (store_job_get(s, id, &j, &e) != STORE_FOUND) fail_msg("job: %s", e.text);
    return j;
}

// ---- jobs

static void test_job_round_trip(void **state)
{
    (void)state;
    int64_t id = fixture_job(s, "the-salt-engine");
    struct job j = job_get(id);

    assert_string_equal(j.slug, "the-salt-engine");
    assert_string_equal(j.spec, "{\"words\":900}");
    assert_string_equal(j.model, "");
    assert_string_equal(j.templates_dir, "/own/templates");
    assert_string_equal(j.out_dir, "");
    assert_string_equal(j.out_parent, "/tmp");
    assert_int_equal(j.state, JOB_QUEUED);
    assert_int_equal(j.seed, 7);
    assert_int_equal(j.words_target, 900);
    assert_int_equal(j.chapters_total, 3);
    assert_true(j.created_ms > 0 && j.created_ms <= j.touched_ms && j.begun_ms == 0);
    job_release(&j);
    assert_ok(store_templates_set(s, id, "abc", "{}", 2, &e) && store_job_set_folder(s, id, "/tmp/1-x", &e) &&
              store_job_set_model(s, id, "qwen", 0.9, &e) &&
              store_job_set_deadline(s, id, INT64_C(1800000000000), &e));
    j = job_get(id);
    assert_string_equal(j.templates, "abc");
    assert_string_equal(j.out_dir, "/tmp/1-x");
    assert_string_equal(j.model, "qwen");
    assert_int_equal(j.deadline_ms, INT64_C(1800000000000));
    job_release(&j);
    assert_int_equal(store_job_get(s, 99, &j, &e), STORE_NONE);
    assert_false(store_job_set_model(s, 99, "x", 1, &e));
    assert_int_equal(e.code, ERR_INTERNAL);
}

static bool last_event(void *arg, const struct event_row *r)
{
    char *out = arg;

    (void)snprintf(out, 400, "%s|%s|%s", r->type, r->text, r->data);
    return true;
}

static void test_state(void **state)
{
    char event[400];

    (void)state;
    int64_t id = fixture_job(s, "one");
    assert_ok(store_job_set_state(s, id, JOB_QUEUED, JOB_PLANNING, NULL, &e));
    struct job j = job_get(id);
    int64_t begun_ms = j.begun_ms;
    assert_true(begun_ms > 0);
    job_release(&j);
    assert_ok(store_job_set_state(s, id, JOB_PLANNING, JOB_WAITING, "the \"server\" is gone", &e));
    assert_ok(store_events_each(s, id, 0, last_event, event, &e));
    assert_string_equal(event,
                        "state|waiting: the \"server\" is gone|"
                        "{\"from\":\"planning\",\"to\":\"waiting\",\"reason\":\"the \\\"server\\\" is gone\"}");
    // Somebody else has changed it meanwhile: nothing is overwritten.
    assert_false(store_job_set_state(s, id, JOB_PLANNING, JOB_WRITING, "", &e));
    e = (struct err)ERR_INIT;
    assert_ok(store_job_set_state(s, id, JOB_WAITING, JOB_CANCELLED, "", &e));
    j = job_get(id);
    assert_int_equal(j.state, JOB_CANCELLED);
    assert_string_equal(j.reason, "");
    assert_true(j.begun_ms == begun_ms && j.ended_ms > 0);
    job_release(&j);
    assert_ok(store_job_set_state(s, id, JOB_CANCELLED, JOB_QUEUED, "", &e));
    j = job_get(id);
    assert_int_equal(j.ended_ms, 0);
    job_release(&j);
}

static bool note_first(void *arg, const struct job_brief *j)
{
    *(int64_t *)arg = j->id;
    return false;
}

static int64_t first_runnable(void)
{
    int64_t id = 0;
    assert_ok(store_jobs_runnable(s, note_first, &id, &e));
    return id;
}

static void test_pick_and_unfinished(void **state)
{
    int64_t n;

    (void)state;
    assert_int_equal(first_runnable(), 0);
    int64_t one = fixture_job(s, "one"), two = fixture_job(s, "two"), three = fixture_job(s, "three");
    assert_int_equal(first_runnable(), one);
    assert_ok(store_job_set_state(s, three, JOB_QUEUED, JOB_PLANNING, "", &e));
    assert_int_equal(first_runnable(), three);
    assert_ok(store_job_set_state(s, three, JOB_PLANNING, JOB_PAUSED, "", &e));
    assert_ok(store_job_set_state(s, one, JOB_QUEUED, JOB_CANCELLED, "", &e));
    assert_int_equal(first_runnable(), two);
    assert_ok(store_jobs_unfinished(s, &n, &e));
    assert_int_equal(n, 2);
    assert_ok(store_job_set_state(s, two, JOB_QUEUED, JOB_PAUSED, "", &e));
    assert_int_equal(first_runnable(), 0);
}

static void assert_found(const char *ref, enum store_found found, int64_t id)
{
    int64_t got = -1;

    if (store_job_find(s, ref, &got, &e) != found) fail_msg("'%s'", ref != NULL ? ref : "");
    if (found == STORE_FOUND) assert_int_equal(got, id);
}

static void test_find(void **state)
{
    (void)state;
    assert_found(NULL, STORE_NONE, 0);
    int64_t salt = fixture_job(s, "salt"), salt2 = fixture_job(s, "salt-engine"), year = fixture_job(s, "1984");
    int64_t rain = fixture_job(s, "rain-a");
    (void)fixture_job(s, "rain-b");
    assert_found("salt", STORE_FOUND, salt);
    assert_found("salt-", STORE_FOUND, salt2);
    assert_found("sal", STORE_AMBIGUOUS, 0);
    assert_found("rain", STORE_AMBIGUOUS, 0);
    assert_found("rain-a", STORE_FOUND, rain);
    assert_found("19", STORE_FOUND, year);
    assert_found("2", STORE_FOUND, salt2);
    assert_found("", STORE_NONE, 0);
    assert_found("salt%", STORE_NONE, 0);
    assert_found("99999999999999999999", STORE_NONE, 0);
}

static void test_find_without_a_name(void **state)
{
    struct timespec tick = {.tv_nsec = 2000000};

    (void)state;
    int64_t one = fixture_job(s, "one"), two = fixture_job(s, "two");
    assert_found(NULL, STORE_FOUND, two);
    (void)nanosleep(&tick, NULL); // the clock of events has milliseconds
    assert_ok(store_event_add(s, one, "retry", "again", NULL, &e));
    assert_found(NULL, STORE_FOUND, one);
    assert_ok(store_job_set_state(s, two, JOB_QUEUED, JOB_PLANNING, "", &e));
    (void)nanosleep(&tick, NULL);
    assert_ok(store_event_add(s, one, "retry", "again", NULL, &e));
    assert_found(NULL, STORE_FOUND, two); // it is being written
}

// ---- the plan

static bool on_chapter(void *arg, const struct chapter_row *c)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%d %s/%s/%s/%s/%s/%s %.1f\n", c->number, c->title, c->pov, c->event,
                   c->ends_on, c->cards != NULL ? c->cards : "-", c->recap != NULL ? c->recap : "-", c->weight);
    return true;
}

static void test_plan(void **state)
{
    char text[400] = "";
    struct buf b;

    (void)state;
    int64_t job = fixture_job(s, "one");
    buf_init(&b, BUF_MAX_PIECE);
    assert_ok(store_bible_get(s, job, &b, &e));
    assert_int_equal(b.len, 0);
    assert_ok(store_bible_set(s, job, "TITLE: Salt", "Salt", &e));
    assert_ok(store_bible_set(s, job, "TITLE: Pepper", "Pepper", &e)); // a title once known stays
    assert_ok(store_bible_get(s, job, &b, &e));
    assert_string_equal(b.data, "TITLE: Pepper");
    struct job j = job_get(job);
    assert_string_equal(j.title, "Salt");
    job_release(&j);
    fixture_chapter(s, job, 1);
    struct chapter_row c = {.number = 2,
                            .title = "B",
                            .pov = "P",
                            .event = "E",
                            .ends_on = "O",
                            .cards = "a\nb\n",
                            .recap = "r",
                            .weight = 1};
    assert_ok(store_chapter_add(s, job, &c, &e));
    assert_ok(store_cards_set(s, job, 1, "x\ny\nz", 3, &e));
    assert_ok(store_chapters_each(s, job, on_chapter, text, &e));
    assert_string_equal(text, "1 A Door/Mara/finds it/a key/x\ny\nz/- 1.5\n2 B/P/E/O/a\nb\n/r 1.0\n");
    assert_ok(store_recap_set(s, job, 2, "other", &e)); // counted once
    j = job_get(job);
    assert_int_equal(j.chapters_done, 1);
    job_release(&j);
    assert_false(store_recap_set(s, job, 9, "none", &e));
    buf_release(&b);
}

static void test_book(void **state)
{
    struct book b;

    (void)state;
    int64_t job = fixture_job(s, "one");
    fixture_chapter(s, job, 1);
    fixture_chapter(s, job, 2);
    fixture_chapter(s, job, 3);
    fixture_chunk(s, job, 1, 1, "one");
    fixture_chunk(s, job, 1, 2, "two");
    fixture_chunk(s, job, 3, 1, "three");
    assert_ok(store_cards_set(s, job, 1, "x\ny", 2, &e) && store_recap_set(s, job, 1, "r", &e));
    assert_ok(store_book_load(s, job, &b, &e));
    assert_int_equal(b.chapters_count, 3);
    assert_int_equal(b.chapters[0].chunks_count, 2);
    assert_int_equal(b.chapters[0].chunks[1].seq, 2);
    assert_int_equal(b.chapters[0].chunks[1].words_asked, 10);
    assert_int_equal(b.chapters[0].chunks[1].tokens, 6);
    assert_int_equal(b.chapters[0].cards, 2);
    assert_true(b.chapters[0].has_recap && !b.chapters[1].has_recap);
    assert_int_equal(b.chapters[1].chunks_count, 0);
    assert_int_equal(b.chapters[2].chunks_count, 1);
    assert_int_equal(book_words(&b), 12);
    assert_false(b.has_bible || b.finished);
    book_release(&b);
    assert_ok(store_bible_set(s, job, "x", NULL, &e) && store_finished_set(s, job, &e));
    assert_ok(store_book_load(s, job, &b, &e));
    assert_true(b.has_bible && b.finished && b.job_id == job && b.words_target == 900 && b.chapters_total == 3);
    book_release(&b);
    assert_false(store_book_load(s, 99, &b, &e));
    assert_int_equal(e.code, ERR_NO_JOB);
}

// ---- prose and turns

static bool on_chunk(void *arg, const struct chunk_row *c)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%d.%d %.*s%s%s", c->chapter, c->seq, (int)c->len, c->text,
                   c->gap ? " gap" : "", c->cut ? " cut" : "");
    at = strlen(out);
    (void)snprintf(out + at, 400 - at, c->tokens >= 0 ? " (%d);" : ";", c->tokens);
    return true;
}

static void assert_chunks(int64_t job, int chapter, enum store_order order, const char *expected)
{
    char text[400] = "";

    assert_ok(store_chunks_each(s, job, chapter, order, on_chunk, text, &e));
    assert_string_equal(text, expected);
}

static bool on_turn(void *arg, enum turn_role role, const char *text, size_t len)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%s %.*s;", role == TURN_USER ? "user" : "assistant", (int)len, text);
    return true;
}

static void test_chunks_and_turns(void **state)
{
    char text[400] = "";

    (void)state;
    int64_t job = fixture_job(s, "one"), other = fixture_job(s, "two");
    fixture_chapter(s, job, 1);
    fixture_chapter(s, job, 2);
    fixture_chapter(s, other, 1);
    fixture_chunk(s, job, 2, 1, "later place");
    fixture_chunk(s, other, 1, 1, "not this book");
    struct chunk_row gap = {.chapter = 1, .seq = 1, .text = "", .glue = "", .gap = true, .cut = true, .tokens = -1};
    assert_ok(store_chunk_add(s, job, &gap, &e));
    assert_chunks(job, 0, STORE_BY_PLACE, "1.1  gap cut;2.1 later place (6);");
    assert_chunks(job, 0, STORE_BY_TIME, "2.1 later place (6);1.1  gap cut;");
    assert_chunks(job, 2, STORE_BY_TIME, "2.1 later place (6);");
    assert_false(store_chunk_add(s, job, &gap, &e)); // a place is filled once
    e = (struct err)ERR_INIT;
    assert_ok(store_turn_add(s, job, 2, TURN_USER, "write", 5, &e) && store_turn_add_chunk(s, job, 2, 1, &e));
    assert_ok(store_turn_add(s, job, 0, TURN_USER, "plan", 4, &e));
    assert_ok(store_turns_each(s, job, 2, on_turn, text, &e));
    assert_string_equal(text, "user write;assistant later place;");
    assert_int_equal(fixture_number("SELECT count(*) FROM turn WHERE text LIKE '%later%'"), 0); // stored once
    assert_false(store_turn_add_chunk(s, job, 2, 9, &e));
    e = (struct err)ERR_INIT;
    assert_false(store_chunk_add(s, 99, &gap, &e));
    struct job j = job_get(job);
    assert_int_equal(j.gaps, 1);
    assert_int_equal(j.words_done, 4);
    job_release(&j);
}

static void test_damaged_chunk_is_named(void **state)
{
    char text[400] = "";

    (void)state;
    int64_t job = fixture_job(s, "one");
    fixture_chapter(s, job, 1);
    fixture_chunk(s, job, 1, 1, "sound");
    fixture_chunk(s, job, 1, 2, "flipped");
    fixture_script("UPDATE chunk_text SET text = 'flapped' WHERE text = 'flipped'");
    assert_false(store_chunks_each(s, job, 0, STORE_BY_PLACE, on_chunk, text, &e));
    assert_int_equal(e.code, ERR_DAMAGED);
    assert_non_null(strstr(e.text, "chapter 1, part 2"));
    assert_string_equal(text, "1.1 sound (6);");
}

static bool stop_at_once(void *arg, const struct chunk_row *c)
{
    (void)c;
    ++*(int *)arg;
    return false;
}

static void test_listing_ends_when_told(void **state)
{
    int seen = 0;

    (void)state;
    int64_t job = fixture_job(s, "one");
    fixture_chapter(s, job, 1);
    fixture_chunk(s, job, 1, 1, "a");
    fixture_chunk(s, job, 1, 2, "b");
    assert_false(store_chunks_each(s, job, 0, STORE_BY_PLACE, stop_at_once, &seen, &e));
    assert_int_equal(e.code, ERR_NONE);
    assert_int_equal(seen, 1);
    assert_chunks(job, 0, STORE_BY_PLACE, "1.1 a (6);1.2 b (6);"); // and nothing is left open
}

// ---- attempts

static struct task_key chunk_task(int64_t job, int seq)
{
    return (struct task_key){.job = job, .kind = "chunk", .chapter = 1, .seq = seq};
}

static int64_t begin(struct task_key task, const char *prefix)
{
    struct attempt_begin b = {.task = task,
                              .backend = "http://127.0.0.1:8080",
                              .model = "m",
                              .words_asked = 800,
                              .max_tokens = 1300,
                              .seed = 5,
                              .prefix = prefix,
                              .prefix_len = strlen(prefix)};
    int64_t id = 0;

    assert_ok(store_attempt_begin(s, &b, &id, &e));
    return id;
}

static void end(int64_t id, const char *failure, const char *verdict, bool charge)
{
    struct attempt_end r = {.failure = failure,
                            .finish = "stop",
                            .verdict = verdict,
                            .http_status = 200,
                            .prompt_tokens = 100,
                            .cached_tokens = 60,
                            .output_tokens = 50,
                            .first_token_ms = 500,
                            .total_ms = 1500,
                            .charge = charge};

    assert_ok(store_attempt_end(s, id, &r, &e));
}

static void append(int64_t id, const char *text)
{
    assert_ok(store_attempt_append(s, id, text, strlen(text), &e));
}

static void assert_attempt(enum store_found found, const struct attempt *a, int number, int charged,
                           const char *prefix, const char *text)
{
    if (found != STORE_FOUND) fail_msg("attempt: %s", e.text);
    assert_int_equal(a->number, number);
    assert_int_equal(a->charged, charged);
    assert_string_equal(a->prefix.data, prefix);
    assert_string_equal(a->text.data, text);
    assert_in_range(a->started_ms, (int64_t)time(NULL) * 1000 - 60000, (int64_t)time(NULL) * 1000 + 1000);
}

static void test_attempts(void **state)
{
    struct attempt a;
    int64_t in_job = 0;

    (void)state;
    int64_t job = fixture_job(s, "one");
    struct task_key task = chunk_task(job, 1);
    assert_int_equal(store_attempt_last(s, &task, &a, &e), STORE_NONE);
    attempt_release(&a);
    assert_int_equal(store_attempt_left(s, "here", 0, INT64_MAX, &in_job, &a, &e), STORE_NONE);
    attempt_release(&a);
    int64_t id = begin(task, "");
    append(id, "It was ");
    append(id, "r\xc3"); // a piece may end inside a character
    append(id, "\xb3wno");
    assert_attempt(store_attempt_left(s, "here", 0, INT64_MAX, &in_job, &a, &e), &a, 1, 0, "", "It was r\xc3\xb3wno");
    assert_int_equal(in_job, job);
    assert_false(a.ended);
    assert_string_equal(a.failure, "none");
    assert_int_equal(a.max_tokens, 1300);
    assert_int_equal(a.seed, 5);
    attempt_release(&a);
    end(id, "stall", "", true);
    int64_t again = begin(task, "It was r\xc3\xb3wno");
    append(again, ".");
    assert_attempt(store_attempt_last(s, &task, &a, &e), &a, 2, 1, "It was r\xc3\xb3wno", ".");
    attempt_release(&a);
    end(again, "none", "refusal", false);
    end(begin(task, ""), "gateway", "", false);
    assert_attempt(store_attempt_best(s, &task, 0, &a, &e), &a, 2, 1, "It was r\xc3\xb3wno", ".");
    assert_string_equal(a.verdict, "refusal");
    assert_int_equal(a.tokens_per_s_x100, 5000);
    attempt_release(&a);
    assert_int_equal(store_attempt_left(s, "here", 0, INT64_MAX, &in_job, &a, &e), STORE_NONE);
    attempt_release(&a);
    struct attempt_end twice = {.failure = "none"};
    assert_false(store_attempt_end(s, again, &twice, &e));
    assert_int_equal(e.code, ERR_INTERNAL);
}

static void test_done_task_drops_what_was_accepted(void **state)
{
    struct task_key one, two;
    struct attempt a;

    (void)state;
    int64_t job = fixture_job(s, "one");
    one = chunk_task(job, 1);
    two = chunk_task(job, 2);
    int64_t refused = begin(one, "a refused");
    append(refused, " answer");
    end(refused, "none", "loop", true);
    int64_t first = begin(one, "kept"), second = begin(two, "left");
    append(first, " prose");
    append(second, " alone");
    assert_ok(store_task_done(s, &one, &e)); // before the attempt's end, in one commit: the order does not matter
    end(first, "none", "accepted", true);
    assert_attempt(store_attempt_last(s, &one, &a, &e), &a, 2, 2, "", "");
    assert_true(a.ended);
    attempt_release(&a);
    assert_attempt(store_attempt_best(s, &one, 0, &a, &e), &a, 1, 2, "a refused", " answer");
    attempt_release(&a);
    assert_attempt(store_attempt_last(s, &two, &a, &e), &a, 1, 0, "left", " alone");
    attempt_release(&a);
    end(second, "none", "accepted", true);
    assert_int_equal(fixture_number("SELECT count(*) FROM attempt_text"), 4);
    assert_ok(store_task_done(s, &two, &e)); // and the other way round
    assert_int_equal(fixture_number("SELECT count(*) FROM attempt_text"), 2);
    assert_int_equal(fixture_number("SELECT count(*) FROM task WHERE state = 'done'"), 2);
    struct task_key never = chunk_task(job, 7);
    assert_ok(store_task_done(s, &never, &e));
}

static bool on_attempt(void *arg, const struct attempt_row *r)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%s %d.%d #%d %s %s %s %d %lld/%lld/%lld %lld-%lld%s;", r->kind, r->chapter,
                   r->seq, r->number, r->failure, r->verdict, r->finish, r->http_status, (long long)r->prompt_tokens,
                   (long long)r->cached_tokens, (long long)r->output_tokens, (long long)r->first_token_ms,
                   (long long)r->total_ms, r->ended ? "" : " in flight");
    return true;
}

static void test_log_of_attempts(void **state)
{
    char text[400] = "";

    (void)state;
    int64_t job = fixture_job(s, "one"), other = fixture_job(s, "two");
    end(begin(chunk_task(job, 2), ""), "none", "accepted", true);
    end(begin(chunk_task(other, 1), ""), "none", "accepted", true);
    (void)begin(chunk_task(job, 1), "");
    assert_ok(store_attempts_each(s, job, on_attempt, text, &e));
    assert_string_equal(text, "chunk 1.2 #1 none accepted stop 200 100/60/50 500-1500;"
                              "chunk 1.1 #1 none   0 -1/-1/-1 -1--1 in flight;");
    struct attempt_begin orphan = {.task = chunk_task(99, 1), .backend = "x", .model = "y"};
    int64_t id;
    assert_false(store_attempt_begin(s, &orphan, &id, &e));
}

// Random work over three jobs; then each counter against its sum.
static void test_counters_are_sums(void **state)
{
    static const char *const failures[] = {"none", "stall", "none", "gateway"};
    unsigned random = 12345;
    int64_t jobs[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        jobs[i] = fixture_job(s, "job");
        for (int c = 1; c <= 9; c++) fixture_chapter(s, jobs[i], c);
    }
    for (int i = 0; i < 300; i++) {
        random = random * 1103515245u + 12345u;
        unsigned r = random >> 16;
        int64_t job = jobs[r % 3], id = 0;
        struct attempt_begin begin_row = {.task = chunk_task(job, (int)(r / 3 % 5)),
                                          .prompt_bytes = (int64_t)(r % 5000),
                                          .common_bytes = (int64_t)(r % 300),
                                          .broke = r % 13 == 0};
        assert_ok(store_attempt_begin(s, &begin_row, &id, &e));
        struct attempt_end end_row = {.failure = failures[r % 4],
                                      .verdict = r & 16  ? "accepted"
                                                 : r & 8 ? "loop"
                                                         : "no_plan",
                                      .prompt_tokens = r & 32 ? -1 : (int64_t)(r % 900),
                                      .cached_tokens = -1,
                                      .output_tokens = (int64_t)(r % 700),
                                      .first_token_ms = r & 64 ? -1 : 10,
                                      .total_ms = r & 128 ? -1 : 10 + (int64_t)(r % 90),
                                      .charge = r & 1};
        if (i % 50 != 49) assert_ok(store_attempt_end(s, id, &end_row, &e));
        struct chunk_row chunk = {.chapter = 1 + i % 9,
                                  .seq = i,
                                  .text = "x",
                                  .len = 1,
                                  .glue = "",
                                  .words = (int)(r % 50),
                                  .gap = r % 11 == 0};
        assert_ok(store_chunk_add(s, job, &chunk, &e));
        if (r % 7 == 0) assert_ok(store_recap_set(s, job, 1 + i % 9, "r", &e));
    }
    assert_int_equal(
        fixture_number("SELECT count(*) FROM job j WHERE"
                       " (words_done, gaps) IS (SELECT sum(words), sum(gap) FROM chunk WHERE job = j.id)"
                       " AND chapters_done = (SELECT count(recap) FROM chapter WHERE job = j.id)"
                       " AND (requests, prompt_bytes, common_bytes, prefix_breaks, plan_misses, busy_ms, retries,"
                       " prompt_tokens, cached_tokens, output_tokens, generating_ms) IS "
                       "(SELECT count(*), sum(prompt_bytes), sum(common_bytes), sum(broke), sum(verdict = 'no_plan'),"
                       "  sum(max(total_ms, 0)),"
                       "  sum(ended AND (failure <> 'none' OR verdict <> 'accepted')), sum(max(prompt_tokens, 0)),"
                       "  sum(max(cached_tokens, 0)), sum(max(output_tokens, 0)),"
                       "  sum(CASE WHEN first_token_ms >= 0 THEN max(total_ms - first_token_ms, 0) ELSE 0 END)"
                       "  FROM task t JOIN attempt a ON a.task = t.id WHERE t.job = j.id)"
                       " AND touched_ms = (SELECT max(time_ms) FROM event WHERE job = j.id)"),
        3);
    assert_true(fixture_number("SELECT min(retries) FROM job") > 10);
    assert_true(fixture_number("SELECT min(min(prefix_breaks, plan_misses)) FROM job") > 3);
}

// ---- the small ones

static bool on_event(void *arg, const struct event_row *r)
{
    char *out = arg;
    size_t at = strlen(out);

    assert_true(r->time_ms > 0);
    (void)snprintf(out + at, 400 - at, "%lld %s %s %s;", (long long)r->job, r->type, r->text, r->data);
    return true;
}

static void test_events(void **state)
{
    char text[400] = "";

    (void)state;
    int64_t one = fixture_job(s, "one"), two = fixture_job(s, "two");
    assert_ok(store_event_add(s, one, "retry", "again", "{\"n\":1}", &e));
    assert_ok(store_event_add(s, two, "trim", "shorter", NULL, &e));
    assert_ok(store_events_each(s, 0, 2, on_event, text, &e));
    assert_string_equal(text, "1 retry again {\"n\":1};2 trim shorter {};");
    text[0] = '\0';
    assert_ok(store_events_each(s, two, 2, on_event, text, &e));
    assert_string_equal(text, "2 trim shorter {};");
    assert_false(store_event_add(s, 99, "x", "y", NULL, &e));
}

static void test_inbox_and_files(void **state)
{
    struct inbox_answer a = {.job = 3, .code = ERR_QUEUE_FULL, .text = "full"}, b;
    uint64_t hash, len;

    (void)state;
    assert_int_equal(store_inbox_get(s, "k", &b, &e), STORE_NONE);
    assert_ok(store_inbox_record(s, "k", &a, &e));
    assert_int_equal(store_inbox_get(s, "k", &b, &e), STORE_FOUND);
    assert_memory_equal(&a, &b, sizeof a);
    assert_false(store_inbox_record(s, "k", &a, &e)); // one effect, one answer
    e = (struct err)ERR_INIT;

    int64_t job = fixture_job(s, "one");
    assert_int_equal(store_file_get(s, job, "book.md", &hash, &len, &e), STORE_NONE);
    assert_ok(store_file_put(s, job, "book.md", UINT64_MAX, 12, &e) &&
              store_file_put(s, job, "book.md", UINT64_MAX - 1, 13, &e));
    assert_int_equal(store_file_get(s, job, "book.md", &hash, &len, &e), STORE_FOUND);
    assert_true(hash == UINT64_MAX - 1 && len == 13);
}

static void assert_profile(const char *server, const char *model, const struct backend_profile *p)
{
    struct backend_profile q;

    assert_int_equal(store_profile_get(s, server, model, &q, &e), STORE_FOUND);
    assert_string_equal(q.dialect, p->dialect);
    assert_string_equal(q.proved, p->proved);
    assert_true(q.n_ctx_tokens == p->n_ctx_tokens && q.prefill_per_s == p->prefill_per_s &&
                q.decode_per_s == p->decode_per_s && q.proving_ms == p->proving_ms);
    backend_profile_release(&q);
}

static void test_profiles(void **state)
{
    struct backend_profile p = {.dialect = "llamacpp",
                                .n_ctx_tokens = 8192,
                                .prefill_per_s = 812.5,
                                .decode_per_s = 41.25,
                                .proved = mem_strdup("{\"seed\":true}"),
                                .proving_ms = INT64_C(1800000000000)};
    struct backend_profile other = {.n_ctx_tokens = 4096}, none;

    (void)state;
    assert_int_equal(store_profile_get(s, "127.0.0.1:8080", "qwen", &none, &e), STORE_NONE);
    assert_string_equal(none.proved, "");
    assert_true(none.dialect[0] == '\0' && none.n_ctx_tokens == 0);
    backend_profile_release(&none);
    assert_ok(store_profile_put(s, "127.0.0.1:8080", "qwen", &p, &e));
    assert_ok(store_profile_put(s, "127.0.0.1:8080", "", &other, &e)); // of another model
    assert_ok(store_profile_put(s, "127.0.0.1:8081", "qwen", &other, &e));
    assert_profile("127.0.0.1:8080", "qwen", &p);
    other.proved = "";
    assert_profile("127.0.0.1:8080", "", &other);
    p.proving_ms = 0;
    p.n_ctx_tokens = 6000;
    assert_ok(store_profile_put(s, "127.0.0.1:8080", "qwen", &p, &e));
    assert_profile("127.0.0.1:8080", "qwen", &p);
    assert_profile("127.0.0.1:8081", "qwen", &other);
    backend_profile_release(&p);
}

// ---- which job is whose

static bool on_brief(void *arg, const struct job_brief *j)
{
    char *out = arg;
    size_t at = strlen(out);

    (void)snprintf(out + at, 400 - at, "%lld %s%s%s%s%s;", (long long)j->id, j->backend,
                   *j->began_on != '\0' ? " on " : "", j->began_on, *j->fallback != '\0' ? " else " : "",
                   j->fallback);
    return strstr(out, "stop") == NULL;
}

static void assert_runnable(const char *expected)
{
    char text[400] = "";

    assert_ok(store_jobs_runnable(s, on_brief, text, &e));
    assert_string_equal(text, expected);
}

static void test_runnable(void **state)
{
    (void)state;
    assert_runnable("");
    int64_t one = fixture_job(s, "one"), two = fixture_job(s, "two"), three = fixture_job(s, "three");
    assert_runnable("1 auto;2 auto;3 auto;");
    assert_ok(store_job_set_state(s, three, JOB_QUEUED, JOB_PLANNING, "", &e));
    assert_ok(store_job_set_began_on(s, three, "attic", &e));
    assert_ok(store_job_set_state(s, two, JOB_QUEUED, JOB_PLANNING, "", &e) &&
              store_job_set_state(s, two, JOB_PLANNING, JOB_WAITING, "x", &e));
    assert_runnable("3 auto on attic;2 auto;1 auto;"); // the one that was at work, the one that waits, the others
    assert_ok(store_job_set_priority(s, one, 5, &e));
    assert_runnable("3 auto on attic;1 auto;2 auto;");
    assert_ok(store_job_set_state(s, two, JOB_WAITING, JOB_PAUSED, "", &e) &&
              store_job_set_state(s, one, JOB_QUEUED, JOB_CANCELLED, "", &e));
    assert_runnable("3 auto on attic;");
    int64_t four = fixture_job(s, "four");
    (void)fixture_job(s, "five");
    assert_ok(store_job_set_backend(s, four, "stop", &e)); // the listener has heard enough: that is no error
    assert_runnable("3 auto on attic;4 stop;");
}

static void assert_pins(int64_t id, const char *backend, const char *began_on, const char *model)
{
    struct job j = job_get(id);

    assert_string_equal(j.backend, backend);
    assert_string_equal(j.began_on, began_on);
    assert_string_equal(j.model, model);
    assert_string_equal(j.fallback, "[{\"backend\":\"attic\"}]");
    job_release(&j);
}

static void test_another_backend_takes_the_pins_away(void **state)
{
    struct job j = {.uuid = mem_strdup("u"),
                    .slug = mem_strdup("one"),
                    .backend = mem_strdup("desk"),
                    .fallback = mem_strdup("[{\"backend\":\"attic\"}]"),
                    .out_parent = mem_strdup("/tmp")};

    (void)state;
    assert_ok(store_job_insert(s, &j, &e));
    int64_t id = j.id;
    job_release(&j);
    assert_pins(id, "desk", "", "");
    assert_ok(store_job_set_began_on(s, id, "attic", &e) && store_job_set_model(s, id, "qwen", 0.5, &e));
    assert_pins(id, "desk", "attic", "qwen");
    assert_ok(store_job_set_model(s, id, "gemma", 0, &e)); // it stays where it is
    assert_pins(id, "desk", "attic", "gemma");
    assert_int_equal(fixture_number("SELECT obedience = 0 FROM job"), 1);
    assert_ok(store_job_set_backend(s, id, "cellar", &e));
    assert_pins(id, "cellar", "", "");
    assert_false(store_job_set_began_on(s, 99, "x", &e));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_job_round_trip),
        TEST(test_state),
        TEST(test_pick_and_unfinished),
        TEST(test_find),
        TEST(test_find_without_a_name),
        TEST(test_plan),
        TEST(test_book),
        TEST(test_chunks_and_turns),
        TEST(test_damaged_chunk_is_named),
        TEST(test_listing_ends_when_told),
        TEST(test_attempts),
        TEST(test_done_task_drops_what_was_accepted),
        TEST(test_log_of_attempts),
        TEST(test_counters_are_sums),
        TEST(test_events),
        TEST(test_inbox_and_files),
        TEST(test_profiles),
        TEST(test_runnable),
        TEST(test_another_backend_takes_the_pins_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
