// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the last chapters said too often, from the rows of their prose into the opening of the next one.
#include "store_fixture.h"

#include "engine/habits.h"
#include "engine/steps.h"
#include "model/language.h"

static const char breath[] = "let out a shaky breath", smell[] = "smelled of rust and rain",
                  window[] = "stood at the frosted window";

static struct err e;

// A job of four chapters and all that the opening of one is written with.
struct shelf {
    struct store *store;
    int64_t id;
    struct job job;
    struct spec spec;
    struct templates templates;
    struct book book;
    struct habits habits;
    struct desk desk;
};

// Six sentences that share nothing but the phrase; no two calls give the same words.
static void add_prose(struct shelf *s, int chapter, int seq, const char *phrase)
{
    static int word;
    struct buf text;

    buf_init(&text, BUF_MAX_PIECE);
    for (int i = 0; i < 6; i++, word++)
        buf_addf(&text, "%sKeeper%d %s before%d lamp%d. ", i % 2 ? "" : "\n\n", word, phrase, word, word);
    fixture_chunk(s->store, s->id, chapter, seq, text.data);
    buf_release(&text);
}

static void open_shelf(struct shelf *s)
{
    static const char spec[] = "{\"premise\":\"A door.\",\"words\":4000,\"chapters\":4}";

    e = (struct err)ERR_INIT;
    memset(s, 0, sizeof *s);
    s->store = fixture_open(STORE_READ_WRITE);
    s->id = fixture_job(s->store, "door");
    for (int n = 1; n <= 4; n++) fixture_chapter(s->store, s->id, n);
    assert_ok(store_bible_set(s->store, s->id, "TITLE: A Door\n", "A Door", &e));
    assert_int_equal(store_job_get(s->store, s->id, &s->job, &e), STORE_FOUND);
    assert_ok(spec_parse(&s->spec, spec, strlen(spec), "here", &e));
    assert_ok(templates_embedded(&s->templates, BOOK_NOVEL, &e));
    assert_ok(store_book_load(s->store, s->id, &s->book, &e));
    habits_init(&s->habits);
    s->desk = (struct desk){.store = s->store,
                            .job = &s->job,
                            .spec = &s->spec,
                            .language = language_get("en"),
                            .templates = &s->templates,
                            .book = &s->book,
                            .habits = &s->habits,
                            .n_ctx_tokens = 32768,
                            .chunk_words = 800};
}

static void close_shelf(struct shelf *s)
{
    habits_release(&s->habits);
    book_release(&s->book);
    templates_release(&s->templates);
    spec_release(&s->spec);
    job_release(&s->job);
    store_close(s->store);
}

static char *read_before(struct shelf *s, int chapter)
{
    assert_ok(habits_read(&s->habits, s->store, s->id, chapter, &e));
    assert_int_equal(s->habits.chapter, chapter);
    return s->habits.text.data;
}

static void assert_told(const char *text, const char *phrase, bool told)
{
    if ((strstr(text, phrase) != NULL) != told) fail_msg("'%s' is %s in: %s", phrase, told ? "not" : "", text);
}

static void test_the_first_chapter_has_none(void **state)
{
    struct shelf s;

    (void)state;
    open_shelf(&s);
    add_prose(&s, 1, 1, breath); // its own prose is not what came before it
    assert_string_equal(read_before(&s, 1), "");
    close_shelf(&s);
}

static void test_the_last_two_chapters_count(void **state)
{
    struct shelf s;

    (void)state;
    open_shelf(&s);
    add_prose(&s, 1, 1, breath);
    add_prose(&s, 2, 1, smell);
    add_prose(&s, 3, 1, window);
    assert_told(read_before(&s, 2), breath, true);
    assert_told(s.habits.text.data, smell, false);
    assert_told(read_before(&s, 3), breath, true);
    assert_told(s.habits.text.data, smell, true);
    assert_told(s.habits.text.data, window, false);
    assert_told(read_before(&s, 4), breath, false);
    assert_told(s.habits.text.data, smell, true);
    assert_told(s.habits.text.data, window, true);
    close_shelf(&s);
}

// What goes from the head of an answer is no prose, and a sentence may be divided over two chunks.
static void test_of_a_chunk_its_prose_counts(void **state)
{
    struct shelf s;
    struct buf head;

    (void)state;
    open_shelf(&s);
    buf_init(&head, BUF_MAX_PIECE);
    for (int i = 0; i < 6; i++) buf_addf(&head, "Plan%d %s first%d. ", i, smell, i);
    size_t skip = head.len;
    for (int i = 0; i < 3; i++) buf_addf(&head, "Keeper%d %s then%d. ", i, breath, i);
    buf_adds(&head, "Somebody let out a");
    const struct chunk_row row = {
        .chapter = 1, .seq = 1, .text = head.data, .len = head.len, .skip = skip, .glue = "", .words = 40};
    assert_ok(store_chunk_add(s.store, s.id, &row, &e));
    const struct chunk_row rest = {
        .chapter = 1, .seq = 2, .text = "shaky breath at last.", .len = 21, .glue = " ", .words = 4};
    assert_ok(store_chunk_add(s.store, s.id, &rest, &e));
    assert_told(read_before(&s, 2), smell, false);
    assert_told(s.habits.text.data, breath, true);
    buf_release(&head);
    close_shelf(&s);
}

static void test_what_was_counted_is_kept_for_that_chapter(void **state)
{
    struct shelf s;

    (void)state;
    open_shelf(&s);
    add_prose(&s, 1, 1, breath);
    assert_told(read_before(&s, 2), smell, false);
    add_prose(&s, 1, 2, smell);
    assert_told(read_before(&s, 2), smell, false); // not counted again
    assert_told(read_before(&s, 3), smell, true);
    assert_told(read_before(&s, 2), smell, true); // only one chapter's are kept
    close_shelf(&s);
}

static char *opening(struct shelf *s, int chapter)
{
    const struct step step = {.kind = STEP_BEATS, .chapter = chapter, .conversation = chapter, .parts = 2};
    struct buf out;

    buf_init(&out, BUF_MAX_PROMPT);
    assert_ok(step_ops(STEP_BEATS)->turn(&out, &s->desk, &step, NULL, &e));
    return out.data;
}

static void test_they_stand_in_the_opening(void **state)
{
    static const char avoid[] = "Said too often already";
    struct shelf s;

    (void)state;
    open_shelf(&s);
    add_prose(&s, 1, 1, breath);
    char *first = opening(&s, 1), *second = opening(&s, 2), *fourth = opening(&s, 4);
    assert_told(first, avoid, false);
    assert_told(second, avoid, true);
    char *at = strstr(second, avoid);
    assert_non_null(at);
    assert_told(at, breath, true);
    assert_told(fourth, avoid, false); // two chapters without habits lie between
    free(first);
    free(second);
    free(fourth);
    close_shelf(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_first_chapter_has_none, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_the_last_two_chapters_count, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_of_a_chunk_its_prose_counts, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_counted_is_kept_for_that_chapter, fixture_set_up,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_they_stand_in_the_opening, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
