// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading along (app/reading.h): text that was handed out cannot be taken back, so what a reader has is put together
// here, marks included, as `tail -f` prints it.
#include "store_fixture.h"

#include "app/current.h"
#include "app/reading.h"

static struct store *s;
static struct err e;
static int64_t id, flight;
static struct reading r;
static struct buf shown; // all of it so far; a mark is "[R]", "[A2.1]" or "[O2.3]"

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    if (fixture_set_up(state) != 0) return -1;
    s = fixture_open(STORE_READ_WRITE);
    id = fixture_job(s, "one");
    for (int c = 1; c <= 3; c++) fixture_chapter(s, id, c);
    reading_init(&r, id);
    buf_init(&shown, BUF_MAX_PIECE);
    return 0;
}

static int tear_down(void **state)
{
    reading_release(&r);
    buf_release(&shown);
    store_close(s);
    return fixture_tear_down(state);
}

static void look(void)
{
    size_t at = 0;

    assert_ok(reading_next(&r, s, true, &e));
    for (size_t i = 0; i < r.marks_count; i++) {
        const struct reading_mark *m = &r.marks[i];
        buf_add(&shown, r.out.data + at, m->at - at);
        at = m->at;
        if (m->news == READING_REWRITTEN)
            buf_adds(&shown, "[R]");
        else
            buf_addf(&shown, "[%c%d.%d]", m->news == READING_AGAIN ? 'A' : 'O', m->chapter, m->seq);
    }
    buf_add(&shown, r.out.data + at, r.out.len - at);
}

static void assert_shown(const char *expected)
{
    look();
    assert_string_equal(shown.data, expected);
}

static void stream_from(int chapter, int seq, const char *carried, const char *text)
{
    struct attempt_begin b = {.task = {.job = id, .kind = "chunk", .chapter = chapter, .seq = seq},
                              .prefix = carried,
                              .prefix_len = strlen(carried)};

    assert_ok(store_attempt_begin(s, &b, &flight, &e));
    if (text[0] != '\0') assert_ok(store_attempt_append(s, flight, text, strlen(text), &e));
}

static void stream(int chapter, int seq, const char *text)
{
    stream_from(chapter, seq, "", text);
}

static void more(const char *text)
{
    assert_ok(store_attempt_append(s, flight, text, strlen(text), &e));
}

static void end_attempt(const char *failure)
{
    struct attempt_end end = {.failure = failure, .verdict = "", .prompt_tokens = -1, .output_tokens = -1};

    assert_ok(store_attempt_end(s, flight, &end, &e));
}

static void chunk(int chapter, int seq, const char *text)
{
    const struct chunk_row c = {.chapter = chapter,
                                .seq = seq,
                                .text = text,
                                .len = strlen(text),
                                .glue = seq > 1 ? "\n\n" : "",
                                .words = 1,
                                .tokens = -1};

    assert_ok(store_chunk_add(s, id, &c, &e));
}

static void whole(int chapter)
{
    assert_ok(store_recap_set(s, id, chapter, "NOW: she waits.", &e));
}

static void accept(int chapter, int seq, const char *text)
{
    end_attempt("none");
    chunk(chapter, seq, text);
}

static void test_whole_words_as_they_come(void **state)
{
    (void)state;
    stream(1, 1, "The la");
    assert_shown("# A Door\n\nThe");
    more("mp went o");
    assert_shown("# A Door\n\nThe lamp went");
    more("ut. Caf\xc3");
    assert_shown("# A Door\n\nThe lamp went out.");
    more("\xa9 and");
    assert_shown("# A Door\n\nThe lamp went out. Caf\xc3\xa9");
    accept(1, 1, "The lamp went out. Caf\xc3\xa9 and bar.");
    assert_shown("# A Door\n\nThe lamp went out. Caf\xc3\xa9 and bar.");
    stream(1, 2, "\n\nA new day came");
    assert_shown("# A Door\n\nThe lamp went out. Caf\xc3\xa9 and bar.\n\nA new day");
}

static void test_chapters_stand_apart(void **state)
{
    (void)state;
    chunk(1, 1, "One.");
    whole(1);
    chunk(2, 1, "Two.");
    whole(2);
    stream(3, 1, "Three and");
    assert_shown("# A Door\n\nOne.\n\n# A Door\n\nTwo.\n\n# A Door\n\nThree");
}

// A crash: the unfinished word, or sentence, is not carried over, and comes again.
static void test_what_is_continued_is_not_shown_again(void **state)
{
    (void)state;
    stream(1, 1, "The lamp went out. She listened to the ");
    look();
    end_attempt("crashed");
    assert_shown("# A Door\n\nThe lamp went out. She listened to the");
    stream_from(1, 1, "The lamp went out. ", "She listened");
    assert_shown("# A Door\n\nThe lamp went out. She listened to the");
    more(" to the rain. And");
    assert_shown("# A Door\n\nThe lamp went out. She listened to the rain.");
}

static void test_a_restated_sentence_is_not_shown_twice(void **state)
{
    (void)state;
    stream_from(1, 1, "The lamp went out. She waited for him. ", "She waited");
    assert_shown("# A Door\n\nThe lamp went out. She waited for him.");
    more(" for him. He came ");
    assert_shown("# A Door\n\nThe lamp went out. She waited for him. He came");
    accept(1, 1, "The lamp went out. She waited for him. He came back.");
    look();
    stream(1, 2, "He came ");
    look();
    more("back. Then it rained ");
    assert_shown("# A Door\n\nThe lamp went out. She waited for him. He came back. Then it rained");
}

static void test_the_last_sentence_before_the_limit_waits(void **state)
{
    struct attempt_begin b = {.task = {.job = id, .kind = "chunk", .chapter = 1, .seq = 1}, .max_tokens = 70};

    (void)state;
    assert_ok(store_attempt_begin(s, &b, &flight, &e));
    more("The lamp went out. She ");
    assert_shown("# A Door\n\nThe lamp went out. She");
    more("waited for him. And then she went to the ");
    assert_shown("# A Door\n\nThe lamp went out. She waited for him.");
    accept(1, 1, "The lamp went out. She waited for him.");
    assert_shown("# A Door\n\nThe lamp went out. She waited for him.");
}

static void test_the_gate_trims_the_end(void **state)
{
    (void)state;
    stream(1, 1, "The lamp went out. She left. Let me know if ");
    look();
    accept(1, 1, "The lamp went out. She left.");
    look();
    stream(1, 2, "\n\nIt rained ");
    assert_shown("# A Door\n\nThe lamp went out. She left. Let me know if[R]It rained");
}

static void test_another_answer_goes_on_from_the_same_sentence(void **state)
{
    (void)state;
    stream(1, 1, "The lamp went out. She listened to ");
    look();
    end_attempt("none");
    stream(1, 1, "The lamp went out. She waited by ");
    assert_shown("# A Door\n\nThe lamp went out. She listened to[R]She waited by");
    accept(1, 1, "The lamp went out. She waited by the door.");
    assert_shown("# A Door\n\nThe lamp went out. She listened to[R]She waited by the door.");
}

static void test_a_gap_takes_back_what_was_shown(void **state)
{
    struct chunk_row gap = {.chapter = 1, .seq = 1, .text = "", .glue = "", .gap = true, .tokens = -1};

    (void)state;
    stream(1, 1, "Round and round ");
    look();
    end_attempt("none");
    assert_ok(store_chunk_add(s, id, &gap, &e));
    assert_shown("# A Door\n\nRound and round[R]*[A part is missing here: chapter 1, part 1 could not be written.]*");
}

static void test_what_is_no_prose_waits(void **state)
{
    (void)state;
    stream(1, 1, "# Chapter One\n\nThe lamp ");
    look();
    assert_string_equal(shown.data, "");
    end_attempt("none");
    stream(1, 1, "<think>A lamp, perhaps. ");
    assert_shown("");
}

static void replace(int chapter, int seq, const char *text)
{
    char sql[200];

    // Its text goes elsewhere, with its id.
    (void)snprintf(sql, sizeof sql,
                   "DELETE FROM chunk_text WHERE chunk = (SELECT id FROM chunk WHERE chapter = %d AND seq = %d);"
                   "DELETE FROM chunk WHERE chapter = %d AND seq = %d",
                   chapter, seq, chapter, seq);
    fixture_script(sql);
    chunk(chapter, seq, text);
}

static void test_a_chapter_is_written_anew(void **state)
{
    (void)state;
    chunk(1, 1, "One.");
    chunk(1, 2, "And on.");
    whole(1);
    chunk(2, 1, "Two.");
    look();
    buf_clear(&shown);
    replace(1, 1, "Uno.");
    assert_shown("[A1.1]# A Door\n\nUno.");
    stream(1, 2, "\n\nAvanti e ");
    assert_shown("[A1.1]# A Door\n\nUno.\n\nAvanti e");
    end_attempt("none");
    replace(1, 2, "Avanti e via.");
    assert_shown("[A1.1]# A Door\n\nUno.\n\nAvanti e via.");
    chunk(2, 2, "Three.");
    assert_shown("[A1.1]# A Door\n\nUno.\n\nAvanti e via.[O2.2]Three.");
}

static void redo(int chapter)
{
    assert_ok(store_chapter_redo(s, id, chapter, "", &e));
}

static void three_chapters(void)
{
    chunk(1, 1, "One.");
    chunk(2, 1, "Two.");
    chunk(3, 1, "Three.");
    for (int c = 1; c <= 3; c++) whole(c);
}

// It stands before others, and its reader has not come there yet: they wait for it.
static void test_a_chapter_is_written_anew_before_the_reader(void **state)
{
    (void)state;
    three_chapters();
    redo(2);
    assert_shown("# A Door\n\nOne.");
    stream(2, 1, "Due e ");
    assert_shown("# A Door\n\nOne.\n\n# A Door\n\nDue e");
    accept(2, 1, "Due e via.");
    stream(2, 2, "\n\nAvanti ora ");
    assert_shown("# A Door\n\nOne.\n\n# A Door\n\nDue e via.\n\nAvanti ora");
    accept(2, 2, "Avanti ora.");
    whole(2);
    assert_shown("# A Door\n\nOne.\n\n# A Door\n\nDue e via.\n\nAvanti ora.\n\n# A Door\n\nThree.");
}

static void test_a_book_that_rests_is_read_past_what_is_missing(void **state)
{
    (void)state;
    three_chapters();
    redo(2);
    assert_ok(reading_next(&r, s, false, &e));
    assert_string_equal(r.out.data, "# A Door\n\nOne.\n\n# A Door\n\nThree.");
}

// The chapter at the front itself: its new parts go on behind the old end without a word.
static void test_the_chapter_at_the_front_is_written_anew(void **state)
{
    (void)state;
    chunk(1, 1, "One.");
    look();
    redo(1);
    chunk(1, 1, "Uno.");
    chunk(1, 2, "Avanti.");
    buf_clear(&shown);
    assert_shown("[A1.1]# A Door\n\nUno.\n\nAvanti.");
}

static void test_a_request_for_replaced_text_is_history(void **state)
{
    struct current c;

    (void)state;
    stream(1, 1, "The lamp went out. She ");
    current_init(&c);
    assert_ok(current_read(&c, s, id, &e));
    assert_int_equal(c.words, 5);
    redo(1);
    assert_shown("");
    assert_ok(current_read(&c, s, id, &e));
    assert_true(c.words == 0 && !c.in_flight && !c.broken);
    current_release(&c);
}

static void test_from_a_place(void **state)
{
    (void)state;
    chunk(1, 1, "One.");
    chunk(1, 2, "And on.");
    reading_start_at(&r, 1, 2);
    assert_shown("And on.");
    replace(1, 1, "Uno."); // before it
    assert_shown("And on.");
    whole(1);
    stream(2, 1, "Two and ");
    assert_shown("And on.\n\n# A Door\n\nTwo and");
}

static void test_from_a_place_to_come(void **state)
{
    (void)state;
    chunk(1, 1, "One.");
    reading_start_at(&r, 2, 1);
    assert_shown("");
    stream(1, 2, "And on and ");
    assert_shown("");
    accept(1, 2, "And on and on.");
    assert_shown("");
    stream(2, 1, "Two and ");
    assert_shown("# A Door\n\nTwo and");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_whole_words_as_they_come),
        TEST(test_chapters_stand_apart),
        TEST(test_what_is_continued_is_not_shown_again),
        TEST(test_a_restated_sentence_is_not_shown_twice),
        TEST(test_the_last_sentence_before_the_limit_waits),
        TEST(test_the_gate_trims_the_end),
        TEST(test_another_answer_goes_on_from_the_same_sentence),
        TEST(test_a_gap_takes_back_what_was_shown),
        TEST(test_what_is_no_prose_waits),
        TEST(test_a_chapter_is_written_anew),
        TEST(test_a_chapter_is_written_anew_before_the_reader),
        TEST(test_a_book_that_rests_is_read_past_what_is_missing),
        TEST(test_the_chapter_at_the_front_is_written_anew),
        TEST(test_a_request_for_replaced_text_is_history),
        TEST(test_from_a_place),
        TEST(test_from_a_place_to_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
