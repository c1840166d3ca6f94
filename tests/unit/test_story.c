// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a chapter's writer is told, level by level: what goes first when the context is small, and that what stands
// before a recap is the same in the next chapter.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/story.h"

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { CHAPTERS = 12, ACTS = 3, LONG_BIBLE_LINES = 60 };

static void add_chapter(struct story *y, int n)
{
    mem_grow(&y->chapters, &y->chapters_cap, y->chapters_count + 1, sizeof(*y->chapters));
    struct story_chapter *c = &y->chapters[y->chapters_count++];
    *c = (struct story_chapter){.number = n,
                                .title = mem_printf("Title %d", n),
                                .event = mem_printf("event %d of Mara", n),
                                .pov = mem_strdup("Mara"),
                                .purpose = mem_strdup(""),
                                .opens = mem_strdup(""),
                                .closes = mem_strdup(""),
                                .ends_on = mem_strdup(""),
                                .cards = mem_strdup("")};
    if (n >= y->chapter) return;
    c->recap =
        mem_printf("HAPPENED: happening %d\nCHANGED: Mara: state %d\nOPEN: question %d\nFACT: fact %d\n", n, n, n, n);
    memory_add(y->memory, n, c->recap);
}

static void add_act(struct story *y, int n)
{
    int each = CHAPTERS / ACTS;
    mem_grow(&y->acts, &y->acts_cap, y->acts_count + 1, sizeof(*y->acts));
    y->acts[y->acts_count++] = (struct story_act){.range = {n, (n - 1) * each + 1, n * each},
                                                  .start = mem_printf("start %d", n),
                                                  .turn = mem_printf("turn %d", n),
                                                  .open = mem_printf("open %d", n)};
}

static void make(struct story *y, int chapter)
{
    *y = (struct story){.chapter = chapter, .memory = memory_new()};
    buf_init(&y->bible, BUF_MAX_PIECE);
    buf_init(&y->page, BUF_MAX_PIECE);
    buf_adds(&y->bible, "TITLE: The Salt Engine\n");
    for (int i = 0; i < LONG_BIBLE_LINES; i++)
        buf_addf(&y->bible, "RULE: rule number %d is always true in this world\n", i);
    buf_adds(&y->page, "She shut the door. The bell rang twice over the harbour.");
    for (int n = 1; n <= ACTS; n++) add_act(y, n);
    for (int n = 1; n <= CHAPTERS; n++) add_chapter(y, n);
    y->act = y->acts[(chapter - 1) / (CHAPTERS / ACTS)].range;
}

static size_t size_of(const struct story_text *t)
{
    return t->bible.len + t->acts.len + t->story.len + t->tail.len + t->cast.len + t->threads.len + t->facts.len;
}

static void test_each_level_says_less_and_the_first_says_all(void **state)
{
    (void)state;
    struct story y;
    struct story_text t;
    make(&y, 10);
    size_t before = 0;
    for (int level = 0; level < story_levels(); level++) {
        story_write(&y, level, &t);
        size_t size = size_of(&t);
        if (level > 2) assert_true(size <= before); // the first levels give more state for less recap
        before = size;
        assert_int_equal(strncmp(t.bible.data, "TITLE: The Salt Engine\n", 23), 0);
        assert_non_null(strstr(t.story.data, "10. Title 10: event 10"));
        if (level == 0)
            for (int n = 1; n < 10; n++) {
                char line[64];
                (void)snprintf(line, sizeof(line), "HAPPENED: happening %d\n", n);
                assert_non_null(strstr(t.story.data, line));
                (void)snprintf(line, sizeof(line), "%d. Title %d: event %d of Mara\n", n, n, n);
                assert_non_null(strstr(t.story.data, line));
            }
        story_text_release(&t);
    }
    assert_true(before < 600);
    story_release(&y);
}

// The outline of acts that are over goes first, then their recaps get short; the act at hand stays whole meanwhile.
static void test_what_is_over_goes_first(void **state)
{
    (void)state;
    struct story y;
    struct story_text t;
    make(&y, 10);
    story_write(&y, 1, &t);
    assert_null(strstr(t.story.data, "event 2 of Mara"));
    assert_non_null(strstr(t.story.data, "FACT: fact 2"));
    assert_non_null(strstr(t.story.data, "event 12 of Mara"));
    story_text_release(&t);
    story_write(&y, 2, &t);
    assert_null(strstr(t.story.data, "FACT: fact 2"));
    assert_non_null(strstr(t.story.data, "happening 2"));
    assert_non_null(strstr(t.story.data, "FACT: fact 9"));
    assert_non_null(strstr(t.acts.data, "Act 1, chapters 1 to 4"));
    story_text_release(&t);
    story_release(&y);
}

static void test_a_merged_act_stands_by_its_summary(void **state)
{
    (void)state;
    struct story y;
    struct story_text t;
    make(&y, 10);
    y.acts[0].summary = mem_strdup("HAPPENED: all of it, in short\n");
    story_write(&y, 0, &t);
    assert_non_null(strstr(t.story.data, "all of it, in short"));
    assert_null(strstr(t.story.data, "happening 2"));
    assert_non_null(strstr(t.story.data, "happening 5"));
    story_text_release(&t);
    story_release(&y);
}

// As long as an act lasts, what a chapter is told begins with what the one before it was told.
static void test_the_story_only_grows(void **state)
{
    (void)state;
    for (int level = 0; level < 3; level++)
        for (int chapter = 2; chapter < CHAPTERS; chapter++) {
            struct story now, next;
            struct story_text a, b;
            make(&now, chapter);
            make(&next, chapter + 1);
            if (level > 0 && now.act.number != next.act.number) goto out;
            story_write(&now, level, &a);
            story_write(&next, level, &b);
            assert_string_equal(a.bible.data, b.bible.data);
            assert_string_equal(a.acts.data, b.acts.data);
            assert_true(b.story.len > a.story.len);
            assert_memory_equal(a.story.data, b.story.data, a.story.len);
            story_text_release(&a);
            story_text_release(&b);
        out:
            story_release(&now);
            story_release(&next);
        }
}

static void test_state_is_given_of_those_whom_the_chapter_is_about(void **state)
{
    (void)state;
    struct story y;
    struct story_text t;
    make(&y, 10);
    story_write(&y, 5, &t);
    assert_non_null(strstr(t.cast.data, "Mara"));
    assert_non_null(strstr(t.cast.data, "state 9"));
    assert_null(strstr(t.cast.data, "state 8"));
    assert_non_null(strstr(t.threads.data, "question 1"));
    story_text_release(&t);
    story_release(&y);
}

static void test_the_first_chapter_has_nothing_behind_it(void **state)
{
    (void)state;
    struct story y;
    struct story_text t;
    make(&y, 1);
    buf_clear(&y.page);
    story_write(&y, 0, &t);
    assert_non_null(strstr(t.story.data, "the book begins here"));
    assert_int_equal(t.tail.len + t.cast.len + t.threads.len + t.facts.len, 0);
    story_text_release(&t);
    story_release(&y);
}

static void show(struct story *y, int place, const char *text)
{
    mem_grow(&y->shown, &y->shown_cap, y->shown_count + 1, sizeof(*y->shown));
    y->shown[y->shown_count++] = (struct story_shown){.place = place, .text = mem_strdup(text)};
}

// As story_keep_shown has it of the first act, before the plan was changed.
static void show_first_act(struct story *y)
{
    struct story before;
    struct story_text t;
    char lines[400] = "";
    make(&before, 3);
    story_write(&before, 0, &t);
    for (int n = 1; n <= 4; n++) {
        size_t len = strlen(lines);
        (void)snprintf(lines + len, sizeof(lines) - len, "%d. Title %d: event %d of Mara\n", n, n, n);
    }
    assert_non_null(strstr(t.story.data, lines));
    show(y, 0, t.acts.data);
    show(y, -1, "# Act 1, chapters 1 to 4\n");
    show(y, 1, lines);
    story_text_release(&t);
    story_release(&before);
}

// Chapter 4 was told anew and one was added behind it, while chapter 3 was being written: what follows has other numbers.
static void make_changed(struct story *y, int chapter)
{
    make(y, chapter);
    show_first_act(y);
    add_chapter(y, CHAPTERS + 1);
    for (int i = 0; i < ACTS; i++) y->acts[i].range.to++;
    for (int i = 1; i < ACTS; i++) y->acts[i].range.from++;
    for (int i = 0; i < ACTS; i++)
        if (chapter >= y->acts[i].range.from && chapter <= y->acts[i].range.to) y->act = y->acts[i].range;
    free(y->chapters[3].event);
    y->chapters[3].event = mem_strdup("another event");
}

static void test_a_changed_plan_stays_where_it_was_shown(void **state)
{
    (void)state;
    struct story before, now;
    struct story_text a, b;
    for (int level = 0; level < 4; level++) {
        make(&before, 3);
        story_write(&before, level, &a);
        for (int chapter = 4; chapter <= (level == 0 ? 8 : 5); chapter++) {
            make_changed(&now, chapter);
            story_write(&now, level, &b);
            assert_string_equal(a.acts.data, b.acts.data);
            assert_true(b.story.len > a.story.len);
            assert_memory_equal(a.story.data, b.story.data, a.story.len);
            assert_null(strstr(b.story.data, "another event"));
            story_text_release(&a);
            a = b;
            story_release(&now);
        }
        story_text_release(&a);
        story_release(&before);
    }
}

static void test_what_holds_now_is_said_once_at_the_end(void **state)
{
    (void)state;
    struct story y;
    struct buf said;
    buf_init(&said, BUF_MAX_PIECE);
    make_changed(&y, 4);
    story_write_changed(&y, 0, &said);
    assert_non_null(
        strstr(said.data, "From here on it is:\n4. Title 4: another event\n5. Title 5: event 5 of Mara\n"));
    assert_null(strstr(said.data, "6. Title 6"));
    assert_null(strstr(said.data, "3. Title 3"));
    assert_non_null(strstr(said.data, "Act 2, chapters 6 to 9"));
    story_release(&y);
    // The next act is shown as it is.
    buf_clear(&said);
    make_changed(&y, 6);
    story_write_changed(&y, 0, &said);
    assert_null(strstr(said.data, "From here on"));
    story_release(&y);
    // Where each chapter is told the plan anew, and where it never changed, there is nothing to be said.
    buf_clear(&said);
    make_changed(&y, 4);
    story_write_changed(&y, 4, &said);
    assert_null(strstr(said.data, "From here on"));
    story_release(&y);
    buf_clear(&said);
    make(&y, 3);
    show_first_act(&y);
    story_write_changed(&y, 0, &said);
    assert_string_equal(said.data, "");
    story_release(&y);
    buf_release(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_level_says_less_and_the_first_says_all),
        cmocka_unit_test(test_what_is_over_goes_first),
        cmocka_unit_test(test_a_merged_act_stands_by_its_summary),
        cmocka_unit_test(test_the_story_only_grows),
        cmocka_unit_test(test_state_is_given_of_those_whom_the_chapter_is_about),
        cmocka_unit_test(test_the_first_chapter_has_nothing_behind_it),
        cmocka_unit_test(test_a_changed_plan_stays_where_it_was_shown),
        cmocka_unit_test(test_what_holds_now_is_said_once_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
