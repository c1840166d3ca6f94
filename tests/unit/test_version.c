// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Text that is replaced: nothing of it is lost, counters follow, ids are never given twice, and what was tried for it is
// not carried over.
#include "store_fixture.h"

static struct store *s;
static int64_t job;
static struct err e;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (fixture_set_up(state) != 0) return -1;
    s = fixture_open(STORE_READ_WRITE);
    job = fixture_job(s, "salt");
    for (int n = 1; n <= 3; n++) fixture_chapter(s, job, n);
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return fixture_tear_down(state);
}

static void turns_of_chunk(int chapter, int seq)
{
    char ask[40];
    int n = snprintf(ask, sizeof ask, "ask %d.%d", chapter, seq);
    assert_ok(store_turn_add(s, job, chapter, TURN_USER, ask, (size_t)n, &e));
    assert_ok(store_turn_add_chunk(s, job, chapter, seq, &e));
}

// A chapter with cards, two parts and a recap, and all of it in its conversation.
static void write_chapter(int chapter, const char *first, const char *second)
{
    assert_ok(store_cards_set(s, job, chapter, "a | b | c\n", 1, &e));
    assert_ok(store_turn_add(s, job, chapter, TURN_USER, "opening", 7, &e));
    assert_ok(store_turn_add(s, job, chapter, TURN_ASSISTANT, "cards", 5, &e));
    fixture_chunk(s, job, chapter, 1, first);
    turns_of_chunk(chapter, 1);
    fixture_chunk(s, job, chapter, 2, second);
    turns_of_chunk(chapter, 2);
    assert_ok(store_turn_add(s, job, chapter, TURN_USER, "recap?", 6, &e));
    assert_ok(store_turn_add(s, job, chapter, TURN_ASSISTANT, "recap", 5, &e));
    assert_ok(store_recap_set(s, job, chapter, "HAPPENED: it\n", &e));
}

static void replace(int chapter, int seq, const char *text, int words)
{
    struct chunk_row c = {
        .chapter = chapter, .seq = seq, .text = text, .len = strlen(text), .glue = " ", .words = words, .tokens = -1};
    assert_ok(store_chunk_replace(s, job, &c, &e));
}

// ---- pictures ------------------------------------------------------------------------------------------------------

static struct buf picture;

static bool draw_chunk(void *arg, const struct chunk_row *c)
{
    (void)arg;
    buf_addf(&picture, "%d.%d %.*s%s%s;", c->chapter, c->seq, (int)c->len, c->text, c->anew ? " anew" : "",
             c->stale ? " stale" : "");
    return true;
}

static bool draw_turn(void *arg, enum turn_role role, const char *text, size_t len)
{
    (void)arg;
    buf_addf(&picture, "%c %.*s;", role == TURN_USER ? 'u' : 'a', (int)len, text);
    return true;
}

static bool draw_version(void *arg, const struct version_row *v)
{
    (void)arg;
    buf_addf(&picture, "%d: %d parts, %d words, %d gaps%s%s;", v->version, v->parts, (int)v->words, v->gaps,
             v->replaced_ms > 0 ? ", " : "", v->reason);
    return true;
}

static void check(const char *expected)
{
    assert_string_equal(picture.data, expected);
    buf_release(&picture);
}

static void check_version(int chapter, int version, const char *expected)
{
    buf_init(&picture, BUF_MAX_PIECE);
    assert_ok(store_chunks_of_version(s, job, chapter, version, draw_chunk, NULL, &e));
    check(expected);
}

static void check_accepted(int64_t after, const char *expected)
{
    buf_init(&picture, BUF_MAX_PIECE);
    assert_ok(store_chunks_accepted(s, job, after, draw_chunk, NULL, &e));
    check(expected);
}

static void check_versions(int chapter, const char *expected)
{
    buf_init(&picture, BUF_MAX_PIECE);
    assert_ok(store_versions_each(s, job, chapter, draw_version, NULL, &e));
    check(expected);
}

static void check_turns_before(int chapter, int seq, const char *expected)
{
    buf_init(&picture, BUF_MAX_PIECE);
    assert_ok(store_turns_before(s, job, chapter, seq, draw_turn, NULL, &e));
    check(expected);
}

static void check_counters(int64_t words, int chapters, int gaps)
{
    struct job j;
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    assert_int_equal(j.words_done, words);
    assert_int_equal(j.chapters_done, chapters);
    assert_int_equal(j.gaps, gaps);
    job_release(&j);
}

// ---- a chapter -----------------------------------------------------------------------------------------------------

static void test_a_chapter_begins_anew(void **state)
{
    struct book b;

    (void)state;
    write_chapter(1, "One.", "Two.");
    write_chapter(2, "Three.", "Four.");
    assert_ok(store_finished_set(s, job, &e));
    check_counters(16, 2, 0);
    assert_ok(store_chapter_redo(s, job, 1, "more rain", &e));
    check_counters(8, 1, 0);
    assert_ok(store_book_load(s, job, &b, &e));
    assert_false(b.finished);
    assert_int_equal(b.chapters[0].version, 2);
    assert_int_equal(b.chapters[0].cards, 0);
    assert_int_equal(b.chapters[0].chunks_count, 0);
    assert_false(b.chapters[0].has_recap);
    assert_true(b.chapters[1].has_recap);
    book_release(&b);
    check_version(1, 1, "1.1 One.;1.2 Two.;");
    check_version(1, 2, "");
    check_versions(1, "1: 2 parts, 8 words, 0 gaps, redo: more rain;");
    assert_int_equal(fixture_number("SELECT count(*) FROM turn WHERE conversation = 1"), 0);
    assert_int_equal(fixture_number("SELECT count(*) FROM turn WHERE conversation = 2"), 8);
    assert_int_equal(fixture_number("SELECT count(*) FROM event WHERE type = 'redo'"), 1);
}

static void test_a_chapter_of_which_nothing_was_written_keeps_its_version(void **state)
{
    (void)state;
    assert_ok(store_cards_set(s, job, 1, "a | b | c\n", 1, &e));
    assert_ok(store_chapter_retire(s, job, 1, "redo", &e));
    assert_int_equal(fixture_number("SELECT version = 1 AND cards IS NULL FROM chapter WHERE number = 1"), 1);
    assert_false(store_chapter_retire(s, job, 9, "redo", &e));
}

// The newest row goes to the old ones; SQLite alone would give its id again, and live.md would lose its order.
static void test_an_id_is_never_given_twice(void **state)
{
    (void)state;
    write_chapter(1, "One.", "Two.");
    assert_ok(store_chapter_redo(s, job, 1, "", &e));
    fixture_chunk(s, job, 1, 1, "Uno.");
    check_accepted(0, "1.1 One.;1.2 Two.;1.1 Uno. anew;");
    check_accepted(2, "1.1 Uno. anew;");
    assert_int_equal(fixture_number("SELECT id FROM chunk"), 3);
    assert_ok(store_chapter_redo(s, job, 1, "", &e));
    fixture_chunk(s, job, 1, 1, "Eins.");
    assert_int_equal(fixture_number("SELECT id FROM chunk"), 4);
    check_versions(1, "1: 2 parts, 8 words, 0 gaps, redo;2: 1 parts, 4 words, 0 gaps, redo;"
                      "3: 1 parts, 4 words, 0 gaps;");
}

// A chapter that was taken out may get another plan, with a row of its own: what is written then is no part of what was.
static void test_a_chapter_that_is_planned_anew_has_a_version_of_its_own(void **state)
{
    (void)state;
    write_chapter(1, "One.", "Two.");
    write_chapter(2, "Three.", "Four.");
    assert_ok(store_chapter_redo(s, job, 2, "", &e));
    assert_ok(store_plan_cut(s, job, 2, 3, 1, &e));
    fixture_chapter(s, job, 2);
    fixture_chunk(s, job, 2, 1, "Tres.");
    check_version(2, 1, "2.1 Three.;2.2 Four.;");
    check_version(2, 2, "2.1 Tres.;");
    check_versions(2, "1: 2 parts, 8 words, 0 gaps, redo;2: 1 parts, 4 words, 0 gaps;");
}

// The story said "redo --onward", and then every note was refused because "the last chapter has begun".
static void test_chapters_that_were_taken_out_have_not_begun(void **state)
{
    const struct attempt_begin b = {.task = {job, "beats", 2, 0}, .server = "127.0.0.1:1", .conversation = 2};
    int64_t id;
    int first = 0;
    bool written = false;

    (void)state;
    write_chapter(1, "One.", "Two.");
    assert_ok(store_attempt_begin(s, &b, &id, &e));
    write_chapter(2, "Three.", "Four.");
    assert_ok(store_begun_get(s, job, true, &first, &written, &e));
    assert_int_equal(first, 3);
    assert_ok(store_chapter_redo(s, job, 2, "", &e));
    assert_ok(store_begun_get(s, job, true, &first, &written, &e));
    assert_int_equal(first, 2);
    assert_ok(store_attempt_begin(s, &b, &id, &e)); // its cards are asked for again
    assert_ok(store_begun_get(s, job, true, &first, &written, &e));
    assert_int_equal(first, 3);
}

// The chapters behind would be written to a summary of what does not stand any more.
static void test_an_act_whose_chapter_begins_anew_has_no_summary(void **state)
{
    const struct act_row acts[] = {
        {.number = 1, .from = 1, .to = 2, .start = "", .turn = "", .open = "", .summary = "One."},
        {.number = 2, .from = 3, .to = 3, .start = "", .turn = "", .open = "", .summary = "Two."}};
    const struct attempt_begin b = {.task = {job, "merge", 1, 0}, .server = "127.0.0.1:1", .conversation = -1};
    int64_t id;
    bool open;

    (void)state;
    write_chapter(2, "Three.", "Four.");
    for (size_t i = 0; i < ARRAY_LEN(acts); i++) assert_ok(store_act_add(s, job, &acts[i], &e));
    assert_ok(store_turn_add(s, job, -1, TURN_USER, "merge", 5, &e));
    assert_ok(store_turn_add(s, job, -2, TURN_USER, "merge", 5, &e));
    assert_ok(store_attempt_begin(s, &b, &id, &e));
    assert_ok(store_chapter_redo(s, job, 2, "", &e));
    assert_int_equal(fixture_number("SELECT group_concat(number) FROM act WHERE summary IS NOT NULL"), 2);
    assert_int_equal(fixture_number("SELECT count(*) FROM turn WHERE conversation = -1"), 0);
    assert_int_equal(fixture_number("SELECT count(*) FROM turn WHERE conversation = -2"), 1);
    assert_ok(store_attempt_is_open(s, id, &open, &e));
    assert_false(open);
    assert_int_equal(fixture_number("SELECT since FROM task WHERE kind = 'merge'"), 1);
}

// ---- a chunk -------------------------------------------------------------------------------------------------------

static void test_a_chunk_stands_until_the_new_one_takes_its_place(void **state)
{
    (void)state;
    write_chapter(1, "One.", "Two.");
    assert_ok(store_chunk_redo(s, job, 1, 1, "shorter", &e));
    check_accepted(0, "1.1 One. stale;1.2 Two.;");
    check_counters(8, 1, 0);
    replace(1, 1, "Uno.", 7);
    check_accepted(0, "1.1 One.;1.2 Two.;1.1 Uno. anew;");
    check_counters(11, 1, 0);
    check_version(1, 1, "1.1 One.;1.2 Two.;");
    check_version(1, 2, "1.1 Uno.;1.2 Two.;");
    check_versions(1, "1: 2 parts, 8 words, 0 gaps, redo: shorter;2: 2 parts, 11 words, 0 gaps;");
    buf_init(&picture, BUF_MAX_PIECE);
    assert_ok(store_turns_each(s, job, 1, draw_turn, NULL, &e));
    check("u opening;a cards;u ask 1.1;a Uno.;u ask 1.2;a Two.;u recap?;a recap;");
    assert_int_equal(fixture_number("SELECT count(*) FROM chunk_text"), 2);
}

static void test_versions_in_a_row(void **state)
{
    (void)state;
    write_chapter(1, "One.", "Two.");
    assert_ok(store_chunk_redo(s, job, 1, 1, "", &e));
    replace(1, 1, "Uno.", 4);
    assert_ok(store_chunk_redo(s, job, 1, 2, "", &e));
    replace(1, 2, "Dos.", 4);
    assert_ok(store_chunk_redo(s, job, 1, 1, "", &e));
    replace(1, 1, "Eins.", 4);
    check_version(1, 1, "1.1 One.;1.2 Two.;");
    check_version(1, 2, "1.1 Uno.;1.2 Two.;");
    check_version(1, 3, "1.1 Uno.;1.2 Dos.;");
    check_version(1, 4, "1.1 Eins.;1.2 Dos.;");
    check_accepted(2, "1.1 Uno. anew;1.2 Dos. anew;1.1 Eins. anew;");
}

static void test_a_chunk_that_cannot_be_written_anew_is_what_it_was(void **state)
{
    (void)state;
    write_chapter(1, "One.", "Two.");
    assert_ok(store_chunk_redo(s, job, 1, 2, "", &e));
    assert_ok(store_chunk_keep(s, job, 1, 2, &e));
    check_accepted(0, "1.1 One.;1.2 Two.;");
    check_versions(1, "1: 2 parts, 8 words, 0 gaps;");
    assert_false(store_chunk_redo(s, job, 1, 3, "", &e));
}

static void test_a_gap_that_is_filled_is_no_gap(void **state)
{
    struct chunk_row gap = {.chapter = 1, .seq = 1, .text = "", .glue = "", .gap = true, .tokens = -1};

    (void)state;
    assert_ok(store_chunk_add(s, job, &gap, &e));
    check_counters(0, 0, 1);
    assert_ok(store_chunk_redo(s, job, 1, 1, "", &e));
    replace(1, 1, "One.", 4);
    check_counters(4, 0, 0);
    assert_ok(store_chapter_redo(s, job, 1, "", &e));
    check_counters(0, 0, 0);
}

static void test_the_last_note_counts(void **state)
{
    struct buf note;

    (void)state;
    write_chapter(1, "One.", "Two.");
    buf_init(&note, BUF_MAX_PIECE);
    assert_ok(store_chunk_note(s, job, 1, 1, &note, &e));
    assert_int_equal(note.len, 0);
    assert_ok(store_chunk_redo(s, job, 1, 1, "first", &e));
    assert_ok(store_chunk_redo(s, job, 1, 1, "a \"second\" one", &e));
    assert_ok(store_chunk_redo(s, job, 1, 2, "another part", &e));
    assert_ok(store_chunk_note(s, job, 1, 1, &note, &e));
    assert_string_equal(note.data, "a \"second\" one");
    buf_release(&note);
}

// An event of a book that came in, deeper than SQLite reads JSON: the job went round in circles for ever.
static void test_an_event_that_sqlite_cannot_read_is_no_note(void **state)
{
    struct buf data, note;

    (void)state;
    write_chapter(1, "One.", "Two.");
    assert_ok(store_chunk_redo(s, job, 1, 1, "shorter", &e));
    buf_init(&data, BUF_MAX_PIECE);
    buf_init(&note, BUF_MAX_PIECE);
    buf_adds(&data, "{\"chapter\":1,\"seq\":1,\"note\":");
    for (int i = 0; i < 2040; i++) buf_addc(&data, '[');
    for (int i = 0; i < 2040; i++) buf_addc(&data, ']');
    buf_addc(&data, '}');
    assert_ok(store_event_add(s, job, "redo", "x", data.data, &e));
    assert_ok(store_chunk_note(s, job, 1, 1, &note, &e));
    assert_string_equal(note.data, "shorter");
    buf_release(&data);
    buf_release(&note);
}

// ---- conversations -------------------------------------------------------------------------------------------------

static void test_the_turns_before_a_chunk(void **state)
{
    struct chunk_row gap = {.chapter = 1, .seq = 2, .text = "", .glue = "", .gap = true, .tokens = -1};

    (void)state;
    write_chapter(2, "Three.", "Four.");
    assert_ok(store_turn_add(s, job, 1, TURN_USER, "opening", 7, &e));
    assert_ok(store_turn_add(s, job, 1, TURN_ASSISTANT, "cards", 5, &e));
    fixture_chunk(s, job, 1, 1, "One.");
    turns_of_chunk(1, 1);
    assert_ok(store_chunk_add(s, job, &gap, &e)); // which leaves no turns
    fixture_chunk(s, job, 1, 3, "Three.");
    turns_of_chunk(1, 3);
    check_turns_before(1, 1, "u opening;a cards;");
    check_turns_before(1, 2, "u opening;a cards;u ask 1.1;a One.;");
    check_turns_before(1, 3, "u opening;a cards;u ask 1.1;a One.;");
    check_turns_before(2, 2, "u opening;a cards;u ask 2.1;a Three.;");
}

static void test_the_turns_before_a_chunk_of_a_conversation_that_began_anew(void **state)
{
    (void)state;
    assert_ok(store_turn_add(s, job, 1, TURN_USER, "opening", 7, &e));
    assert_ok(store_turn_add(s, job, 1, TURN_ASSISTANT, "cards", 5, &e));
    fixture_chunk(s, job, 1, 1, "One.");
    turns_of_chunk(1, 1);
    fixture_chunk(s, job, 1, 2, "Two.");
    assert_ok(store_turn_add_fresh(s, job, 1, "flat", 4, &e));
    assert_ok(store_turn_add_chunk(s, job, 1, 2, &e));
    check_turns_before(1, 2, "u opening;a cards;u ask 1.1;a One.;");
    check_turns_before(1, 3, "u flat;a Two.;");
}

// ---- attempts ------------------------------------------------------------------------------------------------------

static int64_t begin(const struct task_key *task, int conversation)
{
    struct attempt_begin b = {.task = *task, .server = "127.0.0.1:1", .conversation = conversation};
    int64_t id = 0;
    assert_ok(store_attempt_begin(s, &b, &id, &e));
    assert_ok(store_attempt_append(s, id, "text", 4, &e));
    return id;
}

static void refuse(int64_t id)
{
    const struct attempt_end end = {.failure = "none", .verdict = "copied", .charge = true};
    assert_ok(store_attempt_end(s, id, &end, &e));
}

static void check_is_open(int64_t id, bool expected)
{
    bool open;
    assert_ok(store_attempt_is_open(s, id, &open, &e));
    assert_int_equal(open, expected);
}

static void check_nothing_carried(const struct task_key *task, int since)
{
    static const char *const rules[] = {"copied", NULL};
    struct attempt a;
    int count = -1, number = -1;
    assert_int_equal(store_attempt_last(s, task, &a, &e), STORE_NONE);
    attempt_release(&a);
    assert_int_equal(store_attempt_best(s, task, 0, &a, &e), STORE_NONE);
    attempt_release(&a);
    assert_ok(store_attempts_refused(s, task, rules, &count, &e));
    assert_int_equal(count, 0);
    assert_ok(store_attempt_since(s, task, &number, &e));
    assert_int_equal(number, since);
}

static void test_attempts_at_text_that_is_replaced_carry_nothing_over(void **state)
{
    const struct task_key first = {job, "chunk", 1, 1}, second = {job, "chunk", 1, 2}, other = {job, "chunk", 2, 1};
    struct attempt a;

    (void)state;
    write_chapter(1, "One.", "Two.");
    refuse(begin(&first, 1));
    refuse(begin(&first, 1));
    refuse(begin(&second, 1));
    refuse(begin(&other, 2));
    assert_ok(store_chunk_redo(s, job, 1, 1, "", &e));
    check_nothing_carried(&first, 2);
    assert_int_equal(store_attempt_last(s, &second, &a, &e), STORE_FOUND);
    attempt_release(&a);
    refuse(begin(&first, 1));
    assert_int_equal(store_attempt_last(s, &first, &a, &e), STORE_FOUND);
    assert_int_equal(a.number, 3);
    assert_int_equal(a.charged, 1);
    attempt_release(&a);
    assert_ok(store_chapter_redo(s, job, 1, "", &e));
    check_nothing_carried(&first, 3);
    check_nothing_carried(&second, 1);
    assert_int_equal(store_attempt_last(s, &other, &a, &e), STORE_FOUND);
    attempt_release(&a);
    assert_int_equal(fixture_number("SELECT count(*) FROM attempt"), 5); // the log is what it was
}

// A half sentence would be continued that the words before it do not begin any more.
static void test_what_goes_on_from_replaced_text_is_not_carried_over(void **state)
{
    const struct task_key stands = {job, "chunk", 1, 2}, next = {job, "chunk", 1, 3};
    struct attempt a;

    (void)state;
    refuse(begin(&stands, 1));
    fixture_chunk(s, job, 1, 1, "One.");
    fixture_chunk(s, job, 1, 2, "Two.");
    refuse(begin(&next, 1));
    replace(1, 1, "Uno.", 4); // not next to it
    assert_int_equal(store_attempt_last(s, &next, &a, &e), STORE_FOUND);
    attempt_release(&a);
    assert_int_equal(store_attempt_last(s, &stands, &a, &e), STORE_FOUND); // its text stands
    attempt_release(&a);
    replace(1, 2, "Dos.", 4);
    check_nothing_carried(&next, 1);
}

// Else its successor would wait for a server that has long been idle, and its own engine would store it.
static void test_what_is_in_flight_for_replaced_text_is_closed(void **state)
{
    const struct task_key chunk = {job, "chunk", 1, 2}, batch = {job, "outline", 3, 0}, other = {job, "chunk", 2, 1};

    (void)state;
    write_chapter(1, "One.", "Two.");
    int64_t own = begin(&chunk, 1), of_conversation = begin(&batch, 1), behind = begin(&other, 2);
    check_is_open(own, true);
    assert_ok(store_chunk_redo(s, job, 1, 1, "", &e));
    check_is_open(own, true);
    assert_ok(store_chapter_redo(s, job, 1, "", &e));
    check_is_open(own, false);
    check_is_open(of_conversation, false);
    check_is_open(behind, true);
}

static void test_a_book_sees_what_is_to_be_written_anew(void **state)
{
    const struct task_key chunk = {job, "chunk", 1, 1};
    struct book before, after;

    (void)state;
    write_chapter(1, "One.", "Two.");
    refuse(begin(&chunk, 1));
    assert_ok(store_book_load(s, job, &before, &e));
    assert_ok(store_book_load(s, job, &after, &e));
    assert_true(book_same_text(&before, &after));
    book_release(&after);
    assert_ok(store_chunk_redo(s, job, 1, 1, "", &e));
    assert_ok(store_book_load(s, job, &after, &e));
    assert_false(book_same_text(&before, &after));
    assert_int_equal(book_stale(&after.chapters[0])->seq, 1);
    book_release(&before);
    refuse(begin(&chunk, 1));
    assert_ok(store_chunk_redo(s, job, 1, 1, "once more", &e)); // of one that is under way
    assert_ok(store_book_load(s, job, &before, &e));
    assert_false(book_same_text(&before, &after));
    book_release(&before);
    book_release(&after);
}

static bool draw_summary(void *arg, const struct act_row *a)
{
    (void)arg;
    buf_addf(&picture, "%d %s;", a->number, a->summary != NULL ? a->summary : "-");
    return true;
}

// What was merged of an act tells of its chapters as they were: with one of them it goes, and can be made again.
static void test_a_merged_act_is_merged_again(void **state)
{
    const struct task_key merge = {.job = job, .kind = "merge", .chapter = 1};
    int64_t attempt;
    (void)state;
    for (int n = 1; n <= 2; n++) {
        const struct act_row act = {.number = n, .from = 2 * n - 1, .to = n + 1, .start = "", .turn = "", .open = ""};
        assert_ok(store_act_add(s, job, &act, &e));
        assert_ok(store_act_set_summary(s, job, n, "in short", &e));
    }
    write_chapter(2, "Two.", "And.");
    const struct attempt_begin begin = {.task = merge, .backend = "b", .model = "m", .server = "s", .prefix = ""};
    const struct attempt_end end = {.failure = "none", .finish = "stop", .verdict = "accepted", .message = ""};
    assert_ok(store_attempt_begin(s, &begin, &attempt, &e) && store_attempt_end(s, attempt, &end, &e));
    assert_ok(store_task_done(s, &merge, &e));
    assert_ok(store_turn_add(s, job, -1, TURN_USER, "in short?", 9, &e));
    assert_ok(store_turn_add(s, job, -2, TURN_USER, "in short?", 9, &e));
    assert_ok(store_chapter_retire(s, job, 2, "sync", &e));
    buf_init(&picture, BUF_MAX_PIECE);
    assert_ok(store_acts_each(s, job, draw_summary, NULL, &e));
    assert_string_equal(picture.data, "1 -;2 in short;");
    buf_release(&picture);
    struct attempt a = {0};
    assert_int_equal(store_attempt_last(s, &merge, &a, &e), STORE_NONE);
    attempt_release(&a);
    assert_int_equal(fixture_number("SELECT count(*) FROM turn WHERE conversation = -1"), 0);
    assert_int_equal(fixture_number("SELECT count(*) FROM turn WHERE conversation = -2"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_chapter_begins_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_chapter_of_which_nothing_was_written_keeps_its_version, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_an_id_is_never_given_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_chapter_that_is_planned_anew_has_a_version_of_its_own, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_chapters_that_were_taken_out_have_not_begun, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_act_whose_chapter_begins_anew_has_no_summary, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_chunk_stands_until_the_new_one_takes_its_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_versions_in_a_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_chunk_that_cannot_be_written_anew_is_what_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_gap_that_is_filled_is_no_gap, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_last_note_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_event_that_sqlite_cannot_read_is_no_note, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_turns_before_a_chunk, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_turns_before_a_chunk_of_a_conversation_that_began_anew, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_attempts_at_text_that_is_replaced_carry_nothing_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_goes_on_from_replaced_text_is_not_carried_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_in_flight_for_replaced_text_is_closed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_merged_act_is_merged_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_book_sees_what_is_to_be_written_anew, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
