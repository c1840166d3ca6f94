// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A plan as a text and as JSON: there and back nothing changes, each change arrives, and each mistake is told with its
// place, while what was typed stays.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "io/json.h"
#include "model/outline.h"

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 3, CHAPTERS = 6 }; // chapters 1 and 2 have begun; 3 is the last of act 1

static struct outline now, edit;
static struct outline_faults faults;
static struct buf text;

static void add(int number, const char *title, const char *event)
{
    struct outline_chapter *c = outline_add(&now);
    c->from = number;
    c->act = number <= 3 ? 1 : 2;
    c->weight = number == 4 ? 1.5 : 1;
    c->words = number == 4 ? 1501 : 1001; // not what the weight gives exactly
    c->state = number == 1 ? OUTLINE_DONE : number == 2 ? OUTLINE_BEGUN : OUTLINE_TO_COME;
    outline_set(c, OUTLINE_TITLE, title, strlen(title));
    outline_set(c, OUTLINE_SUMMARY, event, strlen(event));
    outline_set(c, OUTLINE_POV, "Mara", 4);
    outline_set(c, OUTLINE_PURPOSE, "it turns", 8);
    outline_set(c, OUTLINE_ENDS_ON, "a key", 5);
}

static void add_act(int number, int from, int to)
{
    mem_grow(&now.acts, &now.acts_cap, now.acts_count + 1, sizeof(*now.acts));
    now.acts[now.acts_count++] =
        (struct outline_act){number, from, to, mem_strdup("s"), mem_strdup("t"), mem_strdup("o")};
}

static int set_up(void **state)
{
    (void)state;
    outline_init(&now);
    outline_init(&edit);
    faults = (struct outline_faults){0};
    buf_init(&text, BUF_MAX_PIECE);
    now.job = 7;
    now.title = mem_strdup("The Salt Engine");
    now.bible = mem_strdup("TITLE: The Salt Engine\nLOGLINE: A bell\nENDING: quiet\n");
    now.first = FIRST;
    now.chapters_total = CHAPTERS;
    now.words_per_weight = 1000.6;
    now.words_target = 7000;
    add(1, "One", "it begins");
    add(2, "Two", "it goes on");
    add(3, "Three", "she waits; he comes;  they talk");
    add(4, "Four", "- a dash\nand a line feed");
    add(5, "Five", "words: are many");
    add(6, "Six", "the end");
    add_act(1, 1, 3);
    add_act(2, 4, 6);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    outline_release(&now);
    outline_release(&edit);
    outline_faults_release(&faults);
    buf_release(&text);
    return 0;
}

static void form(void)
{
    buf_clear(&text);
    outline_text_write(&now, &text);
}

static void replace(const char *what, const char *by)
{
    char *at = strstr(text.data, what);
    if (!at) fail_msg("'%s' is not in the text", what);
    char *rest = mem_strdup(at + strlen(what));
    buf_cut(&text, (size_t)(at - text.data));
    buf_addf(&text, "%s%s", by, rest);
    free(rest);
}

static bool read_back(void)
{
    outline_release(&edit);
    outline_faults_release(&faults);
    return outline_text_read(&edit, &now, text.data, text.len, &faults);
}

static struct outline_change change(void)
{
    if (!read_back()) fail_msg("%s", faults.items[0].text);
    return outline_compare(&edit, &now);
}

static void check_change(int changed, int added, int removed, int moved)
{
    struct outline_change c = change();
    assert_int_equal(c.changed, changed);
    assert_int_equal(c.added, added);
    assert_int_equal(c.removed, removed);
    assert_int_equal(c.moved, moved);
}

static void assert_weight(const struct outline_chapter *c, double weight)
{
    assert_true(c->weight > weight - 1e-9 && c->weight < weight + 1e-9);
}

static int line_of(const char *what)
{
    int line = 1;
    const char *at = strstr(text.data, what);
    if (!at) fail_msg("'%s' is not in the text", what);
    for (const char *c = text.data; c < at; c++) line += *c == '\n';
    return line;
}

// The only fault: where, and what it says.
static void check_fault(const char *line, const char *part)
{
    assert_false(read_back());
    struct buf said;
    buf_init(&said, BUF_MAX_LINE);
    outline_fault_text(&faults.items[0], 0, &said);
    if (!strstr(said.data, part)) fail_msg("'%s' is not in: %s", part, said.data);
    assert_int_equal(faults.items[0].place, line ? line_of(line) : 0);
    buf_release(&said);
}

// ---- the text --------------------------------------------------------------------------------------------------------

static void test_what_is_not_changed_changes_nothing(void **state)
{
    (void)state;
    form();
    struct outline_change c = change();
    assert_false(outline_is_changed(&c));
    assert_int_equal(edit.count, CHAPTERS - FIRST + 1);
    // Not even what the form cannot show: line feeds, blanks, and weights to the last digit.
    assert_string_equal(edit.chapters[0].texts[OUTLINE_SUMMARY], "she waits; he comes;  they talk");
    assert_string_equal(edit.chapters[1].texts[OUTLINE_SUMMARY], "- a dash\nand a line feed");
    assert_weight(&edit.chapters[1], 1.5);
}

static void test_chapters_that_have_begun_are_shown_as_comments(void **state)
{
    (void)state;
    form();
    assert_non_null(strstr(text.data, "// 1. written: One\n"));
    assert_non_null(strstr(text.data, "// 2. being written: Two\n"));
    assert_null(strstr(text.data, "## 2."));
    assert_null(strstr(text.data, "# Bible"));
    now.bible_open = true;
    form();
    assert_non_null(strstr(text.data, "# Bible\nTITLE: The Salt Engine\n"));
}

static void test_each_field_can_be_changed(void **state)
{
    static const struct {
        const char *what, *by;
        int chapter;
        enum outline_field field;
        const char *becomes;
    } all[] = {
        {"## 3. Three", "## 3. The Pump House", 3, OUTLINE_TITLE, "The Pump House"},
        {"she waits\n", "she runs\n", 3, OUTLINE_SUMMARY, "she runs; he comes; they talk"},
        {"- he comes\n", "- nobody comes,\nand it rains\n", 3, OUTLINE_SUMMARY,
         "she waits; nobody comes, and it rains; they talk"},
        {"- they talk\n", "", 3, OUTLINE_SUMMARY, "she waits; he comes"},
        {"\\words: are many", "\\# not a heading", 5, OUTLINE_SUMMARY, "# not a heading"},
        {"pov: Mara", "pov: Olga", 3, OUTLINE_POV, "Olga"},
        {"ends on: a key", "Ends on: a knock", 3, OUTLINE_ENDS_ON, "a knock"},
        {"purpose: it turns\n", "", 3, OUTLINE_PURPOSE, ""},
        {"purpose: it turns", "purpose: it turns\nopens: who?", 3, OUTLINE_OPENS, "who?"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        form();
        replace(all[i].what, all[i].by);
        check_change(1, 0, 0, 0);
        assert_string_equal(edit.chapters[all[i].chapter - FIRST].texts[all[i].field], all[i].becomes);
    }
}

static void test_words_become_weights(void **state)
{
    (void)state;
    form();
    replace("words: 1001", "words: 2,001");
    check_change(1, 0, 0, 0);
    assert_weight(&edit.chapters[0], 2001 / 1000.6);
    form();
    replace("words: 1001\n", ""); // not said: as it was
    check_change(0, 0, 0, 0);
}

static void test_chapters_come_and_go_and_move(void **state)
{
    (void)state;
    form();
    replace("## 5. Five", "## + A New One\nwords: 500\nshe sleeps\n\n## 1984 and After\nhe wakes\n\n## 5. Five");
    check_change(0, 2, 0, 0);
    assert_int_equal(edit.chapters[2].from, 0);
    assert_string_equal(edit.chapters[2].texts[OUTLINE_TITLE], "A New One");
    assert_string_equal(edit.chapters[3].texts[OUTLINE_TITLE], "1984 and After");
    assert_weight(&edit.chapters[2], 500 / 1000.6);
    assert_weight(&edit.chapters[3], 1);
    assert_int_equal(edit.chapters[2].act, 2); // the one that it stands in

    form();
    char *five = strstr(text.data, "## 5."), *six = strstr(text.data, "## 6.");
    char *gone = mem_strndup(five, (size_t)(six - five)), *rest = mem_strdup(six);
    buf_cut(&text, (size_t)(five - text.data));
    buf_adds(&text, rest);
    check_change(0, 0, 1, 0);
    assert_int_equal(edit.chapters[2].from, 6);
    buf_addf(&text, "\n%s", gone); // at the end: the order counts
    check_change(0, 0, 0, 1);
    assert_int_equal(edit.chapters[3].from, 5);
    free(gone);
    free(rest);

    form(); // over an act's border
    replace("# Act 2\n", "");
    replace("## 5. Five", "# Act 2\n## 5. Five");
    check_change(0, 0, 0, 1);
    assert_int_equal(edit.chapters[1].act, 1);
}

static void test_mistakes_are_told_with_their_lines(void **state)
{
    static const struct {
        const char *what, *by, *line, *says;
    } all[] = {
        {"words: 1001", "words: many", "words: many", "expected a whole number from 50"},
        {"words: 1001", "words: 0", "words: 0", "expected a whole number from 50 to 1000000"},
        {"words: 1001", "words: 7", "## 3.", "expected a whole number from 50"},
        {"words: 1001", "word: 1001", "word: 1001", "did you mean 'words:'"},
        {"## 4. Four", "## 3. Four", "## 3. Four", "chapter 3 stands here twice"},
        {"## 4. Four", "## 2. Four", "## 2. Four", "chapter 2 has begun"},
        {"## 4. Four", "## 40. Four", "## 40. Four", "there is no chapter 40"},
        {"## 4. Four", "## ", "## \n", "needs a title"},
        {"the end\n", "", "## 6.", "does not say what happens"},
        {"## 3. Three", "Mara\n## 3. Three", "Mara\n## 3", "expected a chapter"},
        {"# Act 2", "# Act 3", "## 4.", "found act 3"},
        {"# Act 2", "# Akt 2", "# Akt 2", "expected '## 7. Title'"},
        {"## 6. Six", "# Act 1\n## 6. Six", "## 6.", "acts follow one another"},
        {"she waits", "she \xff waits", "she \xff", "no UTF-8"},
        {"# Act 1", "# Bible\nTITLE: B\nLOGLINE: c\nENDING: d\n# Act 1", NULL, "cannot be changed any more"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        form();
        replace(all[i].what, all[i].by);
        check_fault(all[i].line, all[i].says);
    }
}

static void test_all_mistakes_are_told_at_once(void **state)
{
    (void)state;
    form();
    replace("words: 1001", "words: x");
    replace("## 5. Five", "## 50. Five");
    replace("the end\n", "");
    assert_false(read_back());
    assert_int_equal(faults.count, 3);
}

// A misspelt '# Bible' made a mistake of each line below it.
static void test_below_a_wrong_heading_nothing_more_is_a_mistake(void **state)
{
    (void)state;
    now.bible_open = true;
    form();
    replace("# Bible", "# Bibel");
    check_fault("# Bibel", "'# Bible'");
    assert_int_equal(faults.count, 1);
    form();
    replace("## 3. Three", "Mara\nwaits\nlong\n## 3. Three");
    replace("words: 1001", "words: x"); // but the next chapter's are
    assert_false(read_back());
    assert_int_equal(faults.count, 2);
}

static void test_a_plan_with_nothing_to_come_says_what_else_helps(void **state)
{
    (void)state;
    form();
    assert_null(strstr(text.data, "novelgen extend"));
    now.first = CHAPTERS + 1;
    form();
    assert_non_null(strstr(text.data, "novelgen extend"));
}

static void test_nothing_left_to_come_is_a_mistake(void **state)
{
    (void)state;
    buf_adds(&text, "// all gone\n");
    check_fault(NULL, "no chapter is left");
    now.chapters_total = CHAPTERS + 2; // but where more are planned later it is none
    check_change(0, 0, 4, 0);
    now.chapters_total = CHAPTERS; // nor where nothing was to come before
    now.first = CHAPTERS + 1;
    struct outline_change c = change();
    assert_false(outline_is_changed(&c));
}

static void test_the_bible_can_be_changed_before_the_writing(void **state)
{
    (void)state;
    now.bible_open = true;
    form();
    replace("ENDING: quiet", "ENDING: loud\nRULE: no rain");
    assert_true(change().bible);
    assert_string_equal(edit.bible, "TITLE: The Salt Engine\nLOGLINE: A bell\nENDING: loud\nRULE: no rain\n");
    form();
    replace("LOGLINE:", "LOGLIN:");
    check_fault("LOGLIN:", "did you mean 'LOGLINE:'");
    form();
    replace("LOGLINE: A bell\nENDING: quiet\n", "");
    check_fault(NULL, "expected 3 to 40");
}

// The lines that are named are those of the text with the marks on top, also the second time.
static void test_marks_name_the_lines_as_they_will_stand(void **state)
{
    struct buf marked;
    (void)state;
    buf_init(&marked, BUF_MAX_PIECE);
    form();
    replace("words: 1001", "words: many");
    for (int round = 0; round < 2; round++) {
        char says[80];
        assert_false(read_back());
        buf_clear(&marked);
        outline_text_mark(text.data, text.len, &faults, &marked);
        buf_clear(&text);
        buf_add(&text, marked.data, marked.len);
        (void)snprintf(says, sizeof(says), "//! line %d: words", line_of("words: many"));
        if (!strstr(text.data, says)) fail_msg("'%s' is not in: %.300s", says, text.data);
        assert_null(strstr(strstr(text.data, says) + 1, "//! line"));
    }
    replace("words: many", "words: 1001");
    check_change(0, 0, 0, 0);
    buf_release(&marked);
}

static void test_a_text_of_another_plan_is_refused(void **state)
{
    (void)state;
    form();
    outline_set(&now.chapters[4], OUTLINE_TITLE, "Vier", 4);
    check_fault("// plan: ", "the plan has changed");
    replace("// plan: ", "// "); // its owner knows better
    check_change(1, 0, 0, 0);
}

// ---- JSON ------------------------------------------------------------------------------------------------------------

static void document(void)
{
    struct json *j = outline_json(&now);
    buf_clear(&text);
    assert_true(json_write(j, &text, 0));
    json_free(j);
}

static bool read_json(void)
{
    outline_release(&edit);
    outline_faults_release(&faults);
    return outline_json_read(&edit, &now, text.data, text.len, &faults);
}

static void test_json_there_and_back(void **state)
{
    (void)state;
    document();
    if (!read_json()) fail_msg("%s", faults.items[0].text);
    struct outline_change c = outline_compare(&edit, &now);
    assert_false(outline_is_changed(&c));
    assert_int_equal(edit.count, CHAPTERS - FIRST + 1);
    replace("\"Six\"", "\"Sechs\"");
    assert_true(read_json());
    c = outline_compare(&edit, &now);
    assert_int_equal(c.changed, 1);
    assert_string_equal(edit.chapters[3].texts[OUTLINE_TITLE], "Sechs");
}

// A program need not say what it does not change.
static void test_json_may_be_short(void **state)
{
    (void)state;
    buf_adds(&text, "{\"chapters\":[{\"number\":3},{\"title\":\"New\",\"summary\":\"a\",\"beats\":[\"b\",\"c\"]},"
                    "{\"number\":4,\"words\":3000},{\"number\":6}]}");
    if (!read_json()) fail_msg("%s", faults.items[0].text);
    struct outline_change c = outline_compare(&edit, &now);
    assert_int_equal(c.changed, 1);
    assert_int_equal(c.added, 1);
    assert_int_equal(c.removed, 1);
    assert_string_equal(edit.chapters[1].texts[OUTLINE_SUMMARY], "a; b; c");
    assert_string_equal(edit.chapters[2].texts[OUTLINE_TITLE], "Four");
}

static void test_json_mistakes_are_told_with_their_paths(void **state)
{
    static const struct {
        const char *what, *by, *says;
    } all[] = {
        {"\"title\":\"Six\"", "\"titel\":\"Six\"", "$.chapters[5]: unknown key \"titel\", did you mean \"title\"?"},
        {"\"title\":\"Six\"", "\"title\":6", "$.chapters[5]: title: found 6"},
        {"\"title\":\"Six\"", "\"title\":\"a\\nb\"", "$.chapters[5]: title"},
        {"\"number\":6", "\"number\":60", "$.chapters[5]: there is no chapter 60"},
        {"\"number\":6", "\"number\":5", "$.chapters[5]: chapter 5 stands here twice"},
        {"\"title\":\"One\"", "\"title\":\"Uno\"", "$.chapters[0]: chapter 1 has begun"},
        {"\"words\":1501", "\"words\":\"x\"", "$.chapters[3]: words: found \"x\""},
        {"\"words\":1501", "\"words\":1.5", "$.chapters[3]: words: found 1.5"},
        {"\"act\":2", "\"act\":7", "$.chapters[3]: found act 7"},
        {"\"turn\":\"t\"", "\"turn\":\"u\"", "$.acts: found other acts"},
        {"LOGLINE: A bell", "LOGLINE: B", "the bible cannot be changed any more"},
        {"\"chapters\":", "\"chapter\":", "did you mean \"chapters\"?"},
        {"{\"job\"", "{\"job\" 7", "line 1"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct buf said;
        document();
        replace(all[i].what, all[i].by);
        assert_false(read_json());
        buf_init(&said, BUF_MAX_LINE);
        outline_fault_text(&faults.items[0], 0, &said);
        if (!strstr(said.data, all[i].says)) fail_msg("'%s' is not in: %s", all[i].says, said.data);
        buf_release(&said);
    }
    document();
    outline_set(&now.chapters[4], OUTLINE_TITLE, "Vier", 4);
    assert_false(read_json());
    assert_non_null(strstr(faults.items[0].text, "$.plan: the plan has changed"));
}

// ---- the message -----------------------------------------------------------------------------------------------------

static void test_the_message_carries_it_all(void **state)
{
    struct outline_wish wish;
    struct err e = ERR_INIT;
    (void)state;
    now.bible_open = true;
    form();
    replace("ENDING: quiet", "ENDING: loud");
    replace("## 6. Six", "## + New\nwords: 900\nit is new\n## 6. Six");
    assert_true(read_back());
    struct json *m = outline_message(&edit, &now);
    assert_true(outline_wish_read(&wish, m, &e));
    assert_int_equal(wish.first, FIRST);
    assert_int_equal(wish.last, CHAPTERS);
    assert_int_equal(wish.edit.count, edit.count);
    for (size_t i = 0; i < edit.count; i++) {
        const struct outline_chapter *a = &edit.chapters[i], *b = &wish.edit.chapters[i];
        assert_true(outline_same_texts(a, b) && a->from == b->from && a->act == b->act);
        assert_weight(a, b->weight);
    }
    assert_string_equal(wish.edit.bible, edit.bible);
    outline_wish_release(&wish);
    json_set_int(m, "first", 0);
    assert_false(outline_wish_read(&wish, m, &e));
    outline_wish_release(&wish);
    json_free(m);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_not_changed_changes_nothing),
        TEST(test_chapters_that_have_begun_are_shown_as_comments),
        TEST(test_each_field_can_be_changed),
        TEST(test_words_become_weights),
        TEST(test_chapters_come_and_go_and_move),
        TEST(test_mistakes_are_told_with_their_lines),
        TEST(test_all_mistakes_are_told_at_once),
        TEST(test_nothing_left_to_come_is_a_mistake),
        TEST(test_below_a_wrong_heading_nothing_more_is_a_mistake),
        TEST(test_a_plan_with_nothing_to_come_says_what_else_helps),
        TEST(test_the_bible_can_be_changed_before_the_writing),
        TEST(test_marks_name_the_lines_as_they_will_stand),
        TEST(test_a_text_of_another_plan_is_refused),
        TEST(test_json_there_and_back),
        TEST(test_json_may_be_short),
        TEST(test_json_mistakes_are_told_with_their_paths),
        TEST(test_the_message_carries_it_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
