// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Steering by messages: another plan in the rows of a book that is half written, its approval, and notes. What has begun
// stays, the book keeps its length, and what was made from another plan than the one that stands is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/inbox.h"
#include "engine/message.h"
#include "engine/outline.h"
#include "io/json.h"
#include "model/length.h"
#include "model/spec.h"
#include "scratch.h"

#include <cmocka.h>

#include <sys/stat.h>

enum { CHAPTERS = 20, OUTLINED = 12, WORDS = 20000 }; // acts: 1 to 6, 7 to 12, 13 to 20

static struct store *s;
static struct err e;
static int64_t job;
static int told;

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

static void note(void *arg, int64_t id, enum job_state state)
{
    (void)arg;
    (void)id;
    (void)state;
    told++;
}

static void add_job(int chapters, const char *spec)
{
    struct job j = {.uuid = mem_printf("u-%d", chapters),
                    .slug = mem_strdup("salt"),
                    .title = mem_strdup("Salt"),
                    .spec = mem_strdup(spec),
                    .backend = mem_strdup("auto"),
                    .out_parent = mem_strdup("/tmp"),
                    .words_target = WORDS,
                    .chapters_total = chapters,
                    .approve = JOB_APPROVE_WANTED};
    assert_ok(store_job_insert(s, &j, &e));
    job = j.id;
    job_release(&j);
    assert_ok(store_bible_set(s, job, "TITLE: Salt\nLOGLINE: A bell\nENDING: quiet\n", NULL, &e));
}

static void add_chapters(int from, int to)
{
    for (int n = from; n <= to; n++) {
        char *title = mem_printf("Title %d", n), *event = mem_printf("event %d", n);
        const struct chapter_row c = {
            .number = n, .title = title, .pov = "", .event = event, .ends_on = "", .weight = n % 2 ? 1 : 1.5};
        assert_ok(store_chapter_add(s, job, &c, &e));
        free(title);
        free(event);
    }
}

static void add_act(int number, int from, int to)
{
    const struct act_row a = {.number = number, .from = from, .to = to, .start = "s", .turn = "t", .open = "o"};
    assert_ok(store_act_add(s, job, &a, &e));
}

static void begin(int chapter)
{
    assert_ok(store_cards_set(s, job, chapter, "a card", 1, &e));
}

static void write_chapter(int chapter, int words)
{
    const struct chunk_row c = {.chapter = chapter,
                                .seq = 1,
                                .text = "Prose.",
                                .len = 6,
                                .glue = "",
                                .words_asked = words,
                                .words = words,
                                .tokens = -1};
    begin(chapter);
    assert_ok(store_chunk_add(s, job, &c, &e) && store_recap_set(s, job, chapter, "HAPPENED: it", &e));
}

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    told = 0;
    if (scratch_setup(state) != 0 || mkdir(INBOX_DIR, 0700) != 0 ||
        store_open(&s, *state, STORE_READ_WRITE, &e) != STORE_OPENED)
        return -1;
    add_job(CHAPTERS, "{\"premise\":\"p\",\"words\":20000,\"chapters\":20,"
                      "\"outline\":[{\"chapter\":20,\"title\":\"The Last\"},{\"chapter\":2,\"title\":\"Two\"}]}");
    add_act(1, 1, 6);
    add_act(2, 7, 12);
    add_act(3, 13, CHAPTERS);
    add_chapters(1, OUTLINED);
    return 0;
}

static int tear_down(void **state)
{
    store_close(s);
    return scratch_teardown(state);
}

// ---- the owner ---------------------------------------------------------------------------------------------------------

static struct outline look(void)
{
    struct outline o;
    struct job j;
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    assert_ok(outline_load(&o, s, &j, &e));
    job_release(&j);
    return o;
}

// The edit that changes nothing yet.
static struct outline copy(const struct outline *now)
{
    struct outline edit;
    struct outline_faults faults = {0};
    struct buf text;
    buf_init(&text, BUF_MAX_PIECE);
    outline_text_write(now, &text);
    assert_true(outline_text_read(&edit, now, text.data, text.len, &faults));
    buf_release(&text);
    return edit;
}

static void retitle(struct outline *edit, int at, const char *title)
{
    outline_set(&edit->chapters[at], OUTLINE_TITLE, title, strlen(title));
}

static void drop(struct outline *edit, int at)
{
    for (int k = 0; k < OUTLINE_FIELDS; k++) free(edit->chapters[at].texts[k]);
    edit->count--;
    memmove(&edit->chapters[at], &edit->chapters[at + 1], (edit->count - (size_t)at) * sizeof(*edit->chapters));
}

static void append(struct outline *edit, int act, double weight)
{
    struct outline_chapter *c = outline_add(edit);
    c->act = act;
    c->weight = weight;
    outline_set(c, OUTLINE_TITLE, "New", 3);
    outline_set(c, OUTLINE_SUMMARY, "it is new", 9);
}

static struct inbox_answer post(enum message_verb verb, const struct json *more)
{
    const struct inbox_options o = {.home = ".", .queue_max = 9, .default_backend = "auto", .changed = note};
    const struct message_change change = {.deadline_ms = -1, .more = more};
    char key[MESSAGE_KEY_SIZE];
    struct inbox_answer a;
    int taken;
    assert_ok(message_post(".", verb, job, &change, key, &e));
    assert_ok(inbox_take(&o, s, &taken, &e));
    assert_int_equal(taken, 1);
    assert_int_equal(store_inbox_get(s, key, &a, &e), STORE_FOUND);
    return a;
}

// Both are let go.
static struct inbox_answer send(struct outline *edit, struct outline *now)
{
    struct json *m = outline_message(edit, now);
    struct inbox_answer a = post(MESSAGE_OUTLINE, m);
    json_free(m);
    outline_release(edit);
    outline_release(now);
    return a;
}

static void check_says(const struct inbox_answer *a, int code, const char *part)
{
    if (a->code != code || !strstr(a->text, part))
        fail_msg("'%s' with %d is not: %d %s", part, code, a->code, a->text);
}

// ---- what stands -------------------------------------------------------------------------------------------------------

static void check_acts(const char *want)
{
    struct outline o = look();
    char got[200] = "";
    for (size_t i = 0; i < o.acts_count; i++) {
        size_t len = strlen(got);
        (void)snprintf(got + len, sizeof(got) - len, "%d:%d-%d ", o.acts[i].number, o.acts[i].from, o.acts[i].to);
    }
    assert_string_equal(got, want);
    outline_release(&o);
}

static void check_titles(const char *want)
{
    struct outline o = look();
    struct buf got;
    buf_init(&got, BUF_MAX_PIECE);
    for (size_t i = 0; i < o.count; i++) buf_addf(&got, "%s%s", i > 0 ? "," : "", o.chapters[i].texts[OUTLINE_TITLE]);
    assert_string_equal(got.data, want);
    buf_release(&got);
    outline_release(&o);
}

static int share(int chapter)
{
    struct book b;
    assert_ok(store_book_load(s, job, &b, &e));
    int words = length_chapter_words(&b, chapter);
    book_release(&b);
    return words;
}

// ---- plans ---------------------------------------------------------------------------------------------------------------

static void test_chapters_are_replaced_and_numbered_anew(void **state)
{
    (void)state;
    write_chapter(1, 900);
    begin(2);
    struct outline now = look(), edit = copy(&now);
    assert_int_equal(now.first, 3);
    assert_int_equal(edit.count, OUTLINED - 2);
    retitle(&edit, 0, "Drei");
    drop(&edit, 1); // 4
    struct inbox_answer a = send(&edit, &now);
    check_says(&a, 0, "1 chapter changed, 1 removed; 19 chapters, 20,000 words");
    assert_int_equal(told, 1);
    check_titles("Title 1,Title 2,Drei,Title 5,Title 6,Title 7,Title 8,Title 9,Title 10,Title 11,Title 12");
    check_acts("1:1-5 2:6-11 3:12-19 ");
}

static void test_an_act_that_lost_its_chapters_goes(void **state)
{
    (void)state;
    struct outline now = look(), edit = copy(&now);
    for (int i = 0; i < 6; i++) drop(&edit, 6); // 7 to 12
    append(&edit, 1, 1);
    struct inbox_answer a = send(&edit, &now);
    check_says(&a, 0, "1 chapter added, 6 removed; 15 chapters");
    check_acts("1:1-7 2:8-15 ");
}

// The next act is half outlined: what is planned later stays to be planned, behind what stands.
static void test_what_is_planned_later_stays_to_be_planned(void **state)
{
    (void)state;
    add_chapters(13, 14);
    write_chapter(1, 900);
    struct outline now = look(), edit = copy(&now);
    append(&edit, 3, 1);
    struct inbox_answer a = send(&edit, &now);
    check_says(&a, 0, "1 chapter added; 21 chapters");
    check_acts("1:1-6 2:7-12 3:13-21 ");
    struct outline after = look();
    assert_int_equal(after.count, 15);
    assert_int_equal(after.chapters_total, 21);
    outline_release(&after);
    // What the spec says of the last chapter goes with it, and what it says of one that stands does not.
    struct job j;
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    assert_non_null(strstr(j.spec, "\"chapter\":21"));
    assert_non_null(strstr(j.spec, "\"chapter\":2,"));
    job_release(&j);
}

// What the spec said of chapter 12, which is planned, and of 13, which took its number, made the spec unreadable: the job
// was paused for good.
static void test_what_the_spec_says_of_planned_chapters_meets_no_other(void **state)
{
    (void)state;
    struct job j;
    struct spec spec;
    assert_ok(store_job_set_spec(s, job,
                                 "{\"premise\":\"p\",\"words\":20000,\"chapters\":20,\"outline\":["
                                 "{\"chapter\":3,\"title\":\"Three\"},{\"chapter\":12,\"title\":\"Twelve\"},"
                                 "{\"chapter\":13,\"title\":\"Thirteen\"}]}",
                                 &e));
    struct outline now = look(), edit = copy(&now);
    drop(&edit, 5);
    struct inbox_answer a = send(&edit, &now);
    check_says(&a, 0, "1 chapter removed; 19 chapters");
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    assert_ok(spec_parse(&spec, j.spec, strlen(j.spec), "job", &e));
    assert_int_equal(spec.outline_count, 2);
    assert_int_equal(spec.outline[0].number, 3);
    assert_int_equal(spec.outline[1].number, 12);
    assert_string_equal(spec.outline[1].title, "Thirteen");
    spec_release(&spec);
    job_release(&j);
}

static void test_a_book_of_one_act_may_outgrow_it(void **state)
{
    (void)state;
    add_job(13, "{\"premise\":\"p\",\"words\":20000}");
    add_chapters(1, 13);
    struct outline now = look(), edit = copy(&now);
    append(&edit, 0, 1);
    struct inbox_answer a = send(&edit, &now);
    check_says(&a, 0, "1 chapter added; 14 chapters");
    check_acts("1:1-14 ");
}

// The chapter being written keeps its length, and the sum is the book's, whatever becomes of those to come.
static void test_the_book_keeps_its_length(void **state)
{
    (void)state;
    write_chapter(1, 700);
    begin(2);
    int before = share(2);
    struct outline now = look(), edit = copy(&now);
    for (int i = 0; i < 4; i++) drop(&edit, 1);
    append(&edit, 2, 3);
    edit.chapters[0].weight = 0.5;
    send(&edit, &now);
    assert_in_range(share(2), before - 1, before + 1);
    struct outline after = look();
    assert_int_equal(after.words_target, WORDS);
    double later = (after.chapters_total - (int)after.count) * after.words_per_weight;
    int64_t sum = 700 + before + (int64_t)later;
    for (size_t i = 2; i < after.count; i++) sum += after.chapters[i].words;
    assert_in_range(sum, WORDS - 12, WORDS + 12);
    // Half against three.
    assert_in_range(after.chapters[2].words * 6, after.chapters[after.count - 1].words - 6,
                    after.chapters[after.count - 1].words + 6);
    outline_release(&after);
}

static void test_what_has_begun_meanwhile_must_be_as_it_was(void **state)
{
    (void)state;
    struct outline now = look(), edit = copy(&now);
    retitle(&edit, 0, "Eins");
    begin(1);
    struct inbox_answer a = send(&edit, &now);
    check_says(&a, ERR_USAGE, "chapter 1 has begun in the meantime");
    assert_int_equal(told, 0);

    now = look();
    edit = copy(&now);
    retitle(&edit, 2, "Vier"); // chapter 4
    begin(2);
    a = send(&edit, &now);
    check_says(&a, 0, "1 chapter changed; 20 chapters");
    check_titles("Title 1,Title 2,Title 3,Vier,Title 5,Title 6,Title 7,Title 8,Title 9,Title 10,Title 11,Title 12");

    now = look();
    edit = copy(&now);
    drop(&edit, 0); // chapter 3
    begin(3);
    a = send(&edit, &now);
    check_says(&a, ERR_USAGE, "chapter 3 has begun in the meantime");
}

static void test_two_edits_of_one_plan(void **state)
{
    (void)state;
    struct outline now = look(), edit = copy(&now), now2 = look(), edit2 = copy(&now2);
    retitle(&edit, 0, "Eins");
    retitle(&edit2, 0, "Uno");
    struct inbox_answer a = send(&edit, &now);
    check_says(&a, 0, "1 chapter changed");
    a = send(&edit2, &now2);
    check_says(&a, ERR_USAGE, "the outline has changed since");
}

static void test_chapters_outlined_meanwhile_stay_behind_it(void **state)
{
    (void)state;
    struct outline now = look(), edit = copy(&now);
    drop(&edit, 11);
    add_chapters(13, 15);
    struct inbox_answer a = send(&edit, &now);
    check_says(&a, 0, "1 chapter removed; 19 chapters");
    check_titles("Title 1,Title 2,Title 3,Title 4,Title 5,Title 6,Title 7,Title 8,Title 9,Title 10,Title 11,Title 13,"
                 "Title 14,Title 15");
    check_acts("1:1-6 2:7-11 3:12-19 ");
}

static void test_a_message_that_makes_no_sense_changes_nothing(void **state)
{
    (void)state;
    struct inbox_answer a = post(MESSAGE_OUTLINE, NULL);
    check_says(&a, ERR_USAGE, "holds no outline");
    struct outline now = look(), edit = copy(&now);
    retitle(&edit, 3, "");
    a = send(&edit, &now);
    check_says(&a, ERR_USAGE, "$.chapters[3]: a chapter needs a title");
    now = look(), edit = copy(&now);
    edit.chapters[2].from = 99;
    a = send(&edit, &now);
    check_says(&a, ERR_USAGE, "there is no chapter 99");
    now = look(), edit = copy(&now);
    edit.chapters[2].weight = 0;
    a = send(&edit, &now);
    check_says(&a, ERR_USAGE, "no weight");
    now = look(), edit = copy(&now);
    a = send(&edit, &now);
    check_says(&a, 0, "nothing is changed");
    assert_int_equal(told, 0);
}

static void test_the_bible_and_the_title_that_it_gave(void **state)
{
    (void)state;
    struct outline now = look(), edit = copy(&now);
    edit.bible = mem_strdup("TITLE: Pepper\nLOGLINE: A bell\nENDING: loud\n");
    struct inbox_answer a = send(&edit, &now);
    check_says(&a, 0, "the bible is changed; 20 chapters");
    struct job j;
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    assert_string_equal(j.title, "Pepper");
    job_release(&j);
    begin(1);
    now = look(), edit = copy(&now);
    edit.bible = mem_strdup("TITLE: Thyme\nLOGLINE: A bell\nENDING: loud\n");
    a = send(&edit, &now);
    check_says(&a, ERR_USAGE, "cannot be changed any more");
}

static bool count_shown(void *arg, int place, const char *text)
{
    int *places = arg;
    (void)text;
    places[place == 0 ? 0 : place == -1 ? 1 : place == 1 ? 2 : 3]++;
    return true;
}

static bool check_first_shown(void *arg, int place, const char *text)
{
    (void)arg;
    if (place == 1) assert_non_null(strstr(text, "3. Title 3: event 3\n"));
    if (place == -1) assert_string_equal(text, "# Act 1, chapters 1 to 6\n");
    return true;
}

// Kept with the first change of an act that is being written; not before, and not again.
static void test_what_was_shown_is_kept_once(void **state)
{
    (void)state;
    int places[4] = {0};
    struct outline now = look(), edit = copy(&now);
    retitle(&edit, 11, "Zwölf");
    send(&edit, &now);
    assert_ok(store_shown_each(s, job, count_shown, places, &e));
    assert_int_equal(places[0] + places[1] + places[2] + places[3], 0);
    begin(1);
    for (int i = 0; i < 2; i++) {
        now = look(), edit = copy(&now);
        retitle(&edit, 1, i == 0 ? "Drei" : "Trois");
        drop(&edit, 3);
        send(&edit, &now);
    }
    assert_ok(store_shown_each(s, job, count_shown, places, &e));
    assert_true(places[0] == 1 && places[1] == 1 && places[2] == 1 && places[3] == 0);
    assert_ok(store_shown_each(s, job, check_first_shown, NULL, &e));
}

// ---- approval and notes ------------------------------------------------------------------------------------------------

static void enter(enum job_state from, enum job_state to)
{
    assert_ok(store_job_set_state(s, job, from, to, "", &e));
}

static void test_approval(void **state)
{
    (void)state;
    struct inbox_answer a = post(MESSAGE_APPROVE, NULL);
    check_says(&a, ERR_USAGE, "the job is queued");
    enter(JOB_QUEUED, JOB_PLANNING);
    enter(JOB_PLANNING, JOB_APPROVAL);
    a = post(MESSAGE_RESUME, NULL);
    check_says(&a, ERR_APPROVAL, "novelgen approve");
    a = post(MESSAGE_APPROVE, NULL);
    assert_int_equal(a.code, 0);
    struct job j;
    assert_int_equal(store_job_get(s, job, &j, &e), STORE_FOUND);
    assert_true(j.state == JOB_QUEUED && j.approve == JOB_APPROVE_GIVEN);
    job_release(&j);
    a = post(MESSAGE_APPROVE, NULL);
    assert_int_equal(a.code, 0);
    assert_int_equal(told, 1);
}

static bool on_direction(void *arg, const struct direction_row *d)
{
    int *firsts = arg;
    while (*firsts) firsts++;
    *firsts = d->first;
    assert_int_equal(d->last, 0);
    return true;
}

static struct inbox_answer post_note(const char *text)
{
    struct json *more = json_new_object();
    json_set_str(more, "text", text);
    struct inbox_answer a = post(MESSAGE_NOTE, more);
    json_free(more);
    return a;
}

static void test_notes(void **state)
{
    (void)state;
    int firsts[5] = {0};
    struct inbox_answer a = post_note("less rain");
    check_says(&a, 0, "from chapter 1 on");
    begin(1);
    a = post_note("more rain");
    check_says(&a, 0, "from chapter 2 on");
    a = post_note("");
    check_says(&a, ERR_USAGE, "empty");
    char *text = mem_calloc(DIRECTION_BYTES + 2, 1);
    memset(text, 'x', DIRECTION_BYTES + 1);
    a = post_note(text);
    check_says(&a, ERR_USAGE, "at most 4000");
    free(text);
    assert_ok(store_directions_each(s, job, on_direction, firsts, &e));
    assert_true(firsts[0] == 1 && firsts[1] == 2 && firsts[2] == 0);
    assert_int_equal(told, 2);
    add_chapters(13, CHAPTERS);
    begin(CHAPTERS);
    a = post_note("too late");
    check_says(&a, ERR_USAGE, "the last chapter has begun");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_chapters_are_replaced_and_numbered_anew),
        TEST(test_an_act_that_lost_its_chapters_goes),
        TEST(test_what_is_planned_later_stays_to_be_planned),
        TEST(test_what_the_spec_says_of_planned_chapters_meets_no_other),
        TEST(test_a_book_of_one_act_may_outgrow_it),
        TEST(test_the_book_keeps_its_length),
        TEST(test_what_has_begun_meanwhile_must_be_as_it_was),
        TEST(test_two_edits_of_one_plan),
        TEST(test_chapters_outlined_meanwhile_stay_behind_it),
        TEST(test_a_message_that_makes_no_sense_changes_nothing),
        TEST(test_the_bible_and_the_title_that_it_gave),
        TEST(test_what_was_shown_is_kept_once),
        TEST(test_approval),
        TEST(test_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
