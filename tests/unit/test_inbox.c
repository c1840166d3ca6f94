// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The inbox: every verb in every state, and messages that are broken, doubled, refused, or gone. Whatever lies there,
// an answer is given once and the file goes, so that no message can keep the engine from its work.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/inbox.h"
#include "engine/message.h"
#include "engine/template_set.h"
#include "scratch.h"

#include <cmocka.h>

#include <sys/stat.h>

static struct store *s;
static struct err e;
static int told; // calls of `changed`
static enum job_state told_state;

static int set_up(void **state)
{
    e = (struct err)ERR_INIT;
    told = 0;
    return scratch_setup(state) == 0 && mkdir(INBOX_DIR, 0700) == 0 &&
                   store_open(&s, *state, STORE_READ_WRITE, &e) == STORE_OPENED
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    store_close(s);
    return scratch_teardown(state);
}

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

static void note(void *arg, int64_t job, enum job_state state)
{
    (void)arg;
    (void)job;
    told++;
    told_state = state;
}

// How many messages had an effect; the folder is empty afterwards.
static int take(int queue_max)
{
    const struct inbox_options o = {.home = ".", .queue_max = queue_max, .default_backend = "auto", .changed = note};
    int taken = -1;
    assert_ok(inbox_take(&o, s, &taken, &e));
    assert_int_equal(scratch_entries(INBOX_DIR), 0);
    return taken;
}

static void put(const char *name, const char *text)
{
    char path[200];
    (void)snprintf(path, sizeof(path), "%s/%s", INBOX_DIR, name);
    assert_ok(file_publish(path, text, strlen(text), &e));
}

static struct inbox_answer answer(const char *key)
{
    struct inbox_answer a;
    if (store_inbox_get(s, key, &a, &e) != STORE_FOUND) fail_msg("'%s' has no answer", key);
    return a;
}

static void check_refused(const char *key, enum err_code code, const char *part)
{
    struct inbox_answer a = answer(key);
    assert_int_equal(a.code, code);
    assert_int_equal(a.job, 0);
    if (!strstr(a.text, part)) fail_msg("'%s' is not in: %s", part, a.text);
}

static int64_t jobs(void)
{
    int64_t n;
    assert_ok(store_jobs_unfinished(s, &n, &e));
    return n;
}

static enum job_state state_of(int64_t id, char *reason, size_t size)
{
    struct job j;
    if (store_job_get(s, id, &j, &e) != STORE_FOUND) fail_msg("job %d: %s", (int)id, e.text);
    enum job_state state = j.state;
    if (reason) (void)snprintf(reason, size, "%s", j.reason);
    job_release(&j);
    return state;
}

static void post_submit(const char *home, char key[MESSAGE_KEY_SIZE])
{
    static const char text[] = "{\"title\":\"The Salt Engine\",\"premise\":\"An hour is lost.\",\"words\":2000}";
    struct spec spec;
    char out[1024];
    assert_ok(spec_parse(&spec, text, strlen(text), "here", &e));
    assert_ok(file_absolute(out, sizeof(out), "out", &e));
    const struct message_submit m = {.spec = &spec, .backend = "sim", .out_parent = out};
    assert_ok(message_post_submit(home, &m, key, &e));
    spec_release(&spec);
}

static int64_t submit(void)
{
    char key[MESSAGE_KEY_SIZE];
    post_submit(".", key);
    assert_int_equal(take(100), 1);
    struct inbox_answer a = answer(key);
    assert_int_equal(a.code, ERR_NONE);
    return a.job;
}

// By the arrows of the drawing in model/job.h.
static void lead_to(int64_t id, enum job_state to)
{
    static const enum job_state ways[][4] = {
        [JOB_QUEUED] = {JOB_QUEUED},
        [JOB_PLANNING] = {JOB_PLANNING},
        [JOB_WRITING] = {JOB_PLANNING, JOB_WRITING},
        [JOB_WAITING] = {JOB_PLANNING, JOB_WAITING},
        [JOB_PAUSED] = {JOB_PAUSED},
        [JOB_DONE] = {JOB_PLANNING, JOB_WRITING, JOB_DONE},
        [JOB_CANCELLED] = {JOB_CANCELLED},
        [JOB_APPROVAL] = {JOB_PLANNING, JOB_APPROVAL},
    };
    enum job_state now = JOB_QUEUED;
    for (int i = 0; now != to; i++) {
        assert_ok(store_job_set_state(s, id, now, ways[to][i], "", &e));
        now = ways[to][i];
    }
}

// ---- submit ------------------------------------------------------------------------------------------------------

static void test_a_submit_makes_a_job_and_its_folder(void **state)
{
    (void)state;
    int64_t id = submit();
    struct job j;
    assert_int_equal(store_job_get(s, id, &j, &e), STORE_FOUND);
    assert_int_equal(j.state, JOB_QUEUED);
    assert_string_equal(j.title, "The Salt Engine");
    assert_string_equal(j.backend, "sim");
    assert_int_equal(j.words_target, 2000);
    assert_true(j.chapters_total >= 1);
    assert_true(file_exists(j.out_dir));
    job_release(&j);
    assert_int_equal(told, 1);
    assert_int_equal(told_state, JOB_QUEUED);
}

static void test_two_submits_of_one_title_are_two_books(void **state)
{
    char one[MESSAGE_KEY_SIZE], two[MESSAGE_KEY_SIZE];
    (void)state;
    post_submit(".", one);
    post_submit(".", two);
    assert_true(strcmp(one, two) < 0); // names sort by time
    assert_int_equal(take(100), 2);
    assert_true(answer(one).job < answer(two).job);
    assert_string_not_equal(answer(one).text, answer(two).text);
    assert_true(file_exists(answer(one).text) && file_exists(answer(two).text));
}

static void test_a_full_queue_refuses(void **state)
{
    char key[MESSAGE_KEY_SIZE];
    (void)state;
    submit();
    submit();
    post_submit(".", key);
    take(2);
    check_refused(key, ERR_QUEUE_FULL, "queue.max is 2");
    assert_int_equal(jobs(), 2);
    lead_to(1, JOB_CANCELLED); // makes room
    post_submit(".", key);
    take(2);
    assert_int_equal(answer(key).code, ERR_NONE);
}

static void test_a_book_whose_folder_cannot_be_made_is_refused(void **state)
{
    char key[MESSAGE_KEY_SIZE];
    (void)state;
    assert_ok(file_publish("out", "a file", 6, &e));
    post_submit(".", key);
    take(100);
    check_refused(key, ERR_STORE, "cannot create directory");
    assert_int_equal(jobs(), 0);
    assert_int_equal(told, 0);
}

// ---- verbs ---------------------------------------------------------------------------------------------------------

static void test_every_verb_in_every_state(void **state)
{
    enum { SAME = -1 };
    static const int becomes[][3] = {
        //                resume      pause       cancel
        [JOB_QUEUED] = {SAME, JOB_PAUSED, JOB_CANCELLED},  [JOB_PLANNING] = {SAME, JOB_PAUSED, JOB_CANCELLED},
        [JOB_WRITING] = {SAME, JOB_PAUSED, JOB_CANCELLED}, [JOB_WAITING] = {JOB_QUEUED, JOB_PAUSED, JOB_CANCELLED},
        [JOB_PAUSED] = {JOB_QUEUED, SAME, JOB_CANCELLED},  [JOB_DONE] = {SAME, SAME, SAME},
        [JOB_CANCELLED] = {JOB_QUEUED, SAME, SAME},        [JOB_APPROVAL] = {SAME, JOB_PAUSED, JOB_CANCELLED},
    };
    (void)state;
    for (int from = JOB_QUEUED; from <= JOB_APPROVAL; from++)
        for (int verb = MESSAGE_RESUME; verb <= MESSAGE_CANCEL; verb++) {
            char key[MESSAGE_KEY_SIZE];
            int64_t id = submit();
            lead_to(id, (enum job_state)from);
            told = 0;
            assert_ok(
                message_post(".", (enum message_verb)verb, id, &(struct message_change){.deadline_ms = -1}, key, &e));
            take(100);
            int want = becomes[from][verb] == SAME ? from : becomes[from][verb];
            if ((int)state_of(id, NULL, 0) != want)
                fail_msg("verb %d in %s gives %s", verb, job_state_name((enum job_state)from),
                         job_state_name(state_of(id, NULL, 0)));
            assert_int_equal(answer(key).job, id);
            int refused = from == JOB_DONE && verb == MESSAGE_CANCEL ? ERR_USAGE : ERR_NONE;
            if (from == JOB_APPROVAL && verb == MESSAGE_RESUME) refused = ERR_APPROVAL; // it waits for another word
            assert_int_equal(answer(key).code, refused);
        }
}

static void test_a_reason_is_kept_and_a_backend_changed(void **state)
{
    char key[MESSAGE_KEY_SIZE], reason[100];
    (void)state;
    int64_t id = submit();
    assert_ok(message_post(".", MESSAGE_PAUSE, id, &(struct message_change){.reason = "paused by Ctrl-C"}, key, &e));
    take(100);
    assert_int_equal(state_of(id, reason, sizeof(reason)), JOB_PAUSED);
    assert_string_equal(reason, "paused by Ctrl-C");
    assert_ok(message_post(".", MESSAGE_RESUME, id,
                           &(struct message_change){.backend = "http://127.0.0.1:9", .deadline_ms = -1}, key, &e));
    take(100);
    assert_int_equal(state_of(id, reason, sizeof(reason)), JOB_QUEUED);
    assert_string_equal(reason, "");
    struct job j;
    assert_int_equal(store_job_get(s, id, &j, &e), STORE_FOUND);
    assert_string_equal(j.backend, "http://127.0.0.1:9");
    job_release(&j);
}

static void test_verbs_for_nobody_are_refused(void **state)
{
    (void)state;
    for (int verb = MESSAGE_RESUME; verb <= MESSAGE_CANCEL; verb++) {
        char key[MESSAGE_KEY_SIZE];
        assert_ok(
            message_post(".", (enum message_verb)verb, 99, &(struct message_change){.deadline_ms = -1}, key, &e));
        take(100);
        check_refused(key, ERR_NO_JOB, "no such job");
    }
}

// ---- deadline, templates -------------------------------------------------------------------------------------------

static void job_row(int64_t id, struct job *j)
{
    if (store_job_get(s, id, j, &e) != STORE_FOUND) fail_msg("job %d: %s", (int)id, e.text);
}

// The book's own set with other rules.
static void own_templates(struct templates *t, const char *rules, struct buf *packed)
{
    assert_ok(templates_embedded(t, BOOK_NOVEL, &e));
    free(t->text[TEMPLATE_RULES]);
    t->text[TEMPLATE_RULES] = mem_strdup(rules);
    buf_init(packed, BUF_MAX_PIECE);
    templates_pack(t, packed);
}

struct event_search {
    const char *type, *text; // how it begins
    bool found;
};

static bool seek_event(void *arg, const struct event_row *r)
{
    struct event_search *search = arg;
    search->found = search->found ||
                    (strcmp(r->type, search->type) == 0 && strncmp(r->text, search->text, strlen(search->text)) == 0);
    return true;
}

static bool has_event(int64_t id, const char *type, const char *text)
{
    struct event_search search = {.type = type, .text = text};
    assert_ok(store_events_each(s, id, 0, seek_event, &search, &e));
    return search.found;
}

static void check_pinned(int64_t id, const char *rules)
{
    struct buf packed;
    struct templates t;
    struct job j;
    buf_init(&packed, BUF_MAX_PIECE);
    assert_int_equal(store_templates_get(s, id, &packed, &e), STORE_FOUND);
    assert_ok(templates_unpack(&t, packed.data, packed.len, &e));
    assert_string_equal(t.text[TEMPLATE_RULES], rules);
    job_row(id, &j);
    assert_string_equal(j.templates, t.hash);
    job_release(&j);
    templates_release(&t);
    buf_release(&packed);
}

static int64_t submit_own(int64_t deadline_ms)
{
    static const char text[] = "{\"premise\":\"An hour is lost.\",\"words\":2000,\"kind\":\"./mine\"}";
    char key[MESSAGE_KEY_SIZE];
    struct spec spec;
    struct templates t;
    struct buf packed;
    own_templates(&t, "be brief", &packed);
    assert_ok(spec_parse(&spec, text, strlen(text), "here", &e));
    const struct message_submit m = {.spec = &spec,
                                     .backend = "sim",
                                     .out_parent = "out",
                                     .deadline_ms = deadline_ms,
                                     .templates_dir = "/home/me/mine",
                                     .templates = packed.data};
    assert_ok(message_post_submit(".", &m, key, &e));
    take(100);
    spec_release(&spec);
    templates_release(&t);
    buf_release(&packed);
    return answer(key).job;
}

static void test_a_submit_brings_its_templates_and_deadline(void **state)
{
    struct job j;
    (void)state;
    int64_t id = submit_own(INT64_C(4000000000000));
    job_row(id, &j);
    assert_string_equal(j.templates_dir, "/home/me/mine");
    assert_true(j.deadline_ms == INT64_C(4000000000000));
    job_release(&j);
    check_pinned(id, "be brief");
    id = submit(); // and without
    job_row(id, &j);
    assert_string_equal(j.templates_dir, "");
    assert_string_equal(j.templates, "");
    assert_true(j.deadline_ms == 0);
    job_release(&j);
}

static void resume_with(int64_t id, const struct message_change *c)
{
    char key[MESSAGE_KEY_SIZE];
    assert_ok(message_post(".", MESSAGE_RESUME, id, c, key, &e));
    take(100);
}

static void check_deadline(int64_t id, int64_t deadline_ms)
{
    struct job j;
    job_row(id, &j);
    assert_true(j.deadline_ms == deadline_ms);
    job_release(&j);
}

static void test_a_resume_changes_the_deadline(void **state)
{
    const int64_t sooner = INT64_C(3000000000000);
    char key[MESSAGE_KEY_SIZE];
    (void)state;
    int64_t id = submit_own(INT64_C(4000000000000));
    lead_to(id, JOB_WRITING);
    resume_with(id, &(struct message_change){.deadline_ms = -1});
    resume_with(id, &(struct message_change){.deadline_ms = INT64_C(4000000000000)}); // as it was
    check_deadline(id, INT64_C(4000000000000));
    assert_false(has_event(id, "deadline", ""));
    told = 0;
    resume_with(id, &(struct message_change){.deadline_ms = sooner});
    check_deadline(id, sooner);
    assert_true(has_event(id, "deadline", "the deadline is 2065-0"));
    assert_int_equal(told, 1); // whoever writes it hears of it
    assert_ok(message_post(".", MESSAGE_PAUSE, id, &(struct message_change){0}, key, &e));
    take(100);
    check_deadline(id, sooner);
    resume_with(id, &(struct message_change){.deadline_ms = 0});
    check_deadline(id, 0);
    assert_true(has_event(id, "deadline", "the deadline was taken away"));
}

static void test_a_resume_takes_other_templates_over(void **state)
{
    struct templates t;
    struct buf packed;
    (void)state;
    int64_t id = submit_own(0);
    own_templates(&t, "be brief", &packed);
    resume_with(id, &(struct message_change){.deadline_ms = -1, .templates = packed.data});
    assert_false(has_event(id, "templates", "")); // they are the same
    templates_release(&t);
    buf_release(&packed);
    own_templates(&t, "be long", &packed);
    told = 0;
    resume_with(id, &(struct message_change){.deadline_ms = -1, .templates = packed.data});
    check_pinned(id, "be long");
    assert_true(has_event(id, "templates", "the templates were changed on request"));
    assert_int_equal(told, 1);
    templates_release(&t);
    buf_release(&packed);
}

static void test_a_resume_with_broken_templates_changes_nothing(void **state)
{
    char key[MESSAGE_KEY_SIZE];
    (void)state;
    int64_t id = submit_own(0);
    lead_to(id, JOB_PAUSED);
    const struct message_change c = {.deadline_ms = 5, .backend = "other", .templates = "{\"rules\":\"r\"}"};
    assert_ok(message_post(".", MESSAGE_RESUME, id, &c, key, &e));
    take(100);
    assert_int_equal(answer(key).code, ERR_USAGE);
    assert_non_null(strstr(answer(key).text, "the job's templates lack"));
    assert_int_equal(state_of(id, NULL, 0), JOB_PAUSED);
    check_deadline(id, 0);
    check_pinned(id, "be brief");
}

// ---- backend, model, fallback --------------------------------------------------------------------------------------------

static void check_server(int64_t id, const char *backend, const char *model)
{
    struct job j;
    job_row(id, &j);
    assert_string_equal(j.backend, backend);
    assert_string_equal(j.model, model);
    job_release(&j);
}

static void test_a_resume_changes_the_model(void **state)
{
    (void)state;
    int64_t id = submit();
    resume_with(id, &(struct message_change){.deadline_ms = -1, .model = "qwen"});
    check_server(id, "sim", "qwen");
    assert_true(has_event(id, "model", "the model is now 'qwen'"));
    assert_ok(store_job_set_model(s, id, "qwen", 0.5, &e));
    told = 0;
    resume_with(id, &(struct message_change){.deadline_ms = -1, .model = "qwen"}); // as it was
    resume_with(id, &(struct message_change){.deadline_ms = -1});
    assert_int_equal(told, 0);
    resume_with(id, &(struct message_change){.deadline_ms = -1, .model = "gemma"});
    check_server(id, "sim", "gemma");
    assert_true(has_event(id, "model", "the model is now 'gemma' (was 'qwen')"));
    assert_int_equal(told, 1);
    struct book book;
    assert_ok(store_book_load(s, id, &book, &e));
    assert_true(book.obedience == 1); // that was the other's
    book_release(&book);
}

static void test_a_resume_changes_the_backend(void **state)
{
    (void)state;
    int64_t id = submit();
    assert_ok(store_job_set_model(s, id, "qwen", 0, &e) && store_job_set_began_on(s, id, "sim", &e));
    resume_with(id, &(struct message_change){.deadline_ms = -1, .backend = "sim"}); // as it was
    check_server(id, "sim", "qwen");
    assert_false(has_event(id, "backend", ""));
    resume_with(id, &(struct message_change){.deadline_ms = -1, .backend = "attic"});
    check_server(id, "attic", "");
    assert_true(has_event(id, "backend", "the backend is now 'attic' (was 'sim')"));
    assert_false(has_event(id, "model", ""));
    struct job j;
    job_row(id, &j);
    assert_string_equal(j.began_on, "");
    job_release(&j);
    resume_with(id, &(struct message_change){.deadline_ms = -1, .backend = "desk", .model = "gemma"});
    check_server(id, "desk", "gemma");
    assert_true(has_event(id, "model", "the model is now 'gemma'"));
    // The same model elsewhere: it is asked for there too.
    resume_with(id, &(struct message_change){.deadline_ms = -1, .backend = "sim", .model = "gemma"});
    check_server(id, "sim", "gemma");
}

static int64_t submit_with_fallback(const char *own)
{
    char text[300], key[MESSAGE_KEY_SIZE];
    struct spec spec;
    struct fallback config[] = {{.backend = "attic"}, {.backend = "http://gpu.lan:8080", .model = "q \"4\""}};
    struct fallback *list = NULL;
    size_t count = 0;
    (void)snprintf(text, sizeof(text), "{\"premise\":\"An hour is lost.\",\"words\":2000}");
    assert_ok(spec_parse(&spec, text, strlen(text), "here", &e));
    assert_ok(job_fallback_read(own, &list, &count, &e));
    struct spec given = spec;
    given.fallback = list;
    given.fallback_count = count;
    const struct message_submit m = {.spec = &given, .out_parent = "out", .fallback = config, .fallback_count = 2};
    assert_ok(message_post_submit(".", &m, key, &e));
    take(100);
    job_fallback_free(list, count);
    spec_release(&spec);
    return answer(key).job;
}

static void check_fallback(int64_t id, const char *expected)
{
    struct job j;
    job_row(id, &j);
    assert_string_equal(j.fallback, expected);
    job_release(&j);
}

static void test_a_submit_pins_where_the_job_may_go(void **state)
{
    (void)state;
    check_fallback(submit(), ""); // neither says anything
    check_fallback(submit_with_fallback(""),
                   "[{\"backend\":\"attic\"},{\"backend\":\"http://gpu.lan:8080\",\"model\":\"q \\\"4\\\"\"}]");
    check_fallback(submit_with_fallback("[{\"backend\":\"desk\"}]"), "[{\"backend\":\"desk\"}]");
}

// ---- what should not be there ----------------------------------------------------------------------------------------

static void test_broken_messages_are_answered_and_go(void **state)
{
    static const struct {
        const char *name, *text;
    } broken[] = {
        {"01-empty.json", ""},
        {"02-cut.json", "{\"type\":\"submit\",\"sp"},
        {"03-binary.json", "\x01\xff\xfe"},
        {"04-array.json", "[1, 2]"},
        {"05-typeless.json", "{}"},
        {"06-unknown.json", "{\"type\":\"destroy\"}"},
        {"07-number.json", "{\"type\":7}"},
        {"08-specless.json", "{\"type\":\"submit\",\"uuid\":\"u\"}"},
        {"09-badspec.json", "{\"type\":\"submit\",\"uuid\":\"u\",\"spec\":\"{}\"}"},
        {"11-badtemplates.json", "{\"type\":\"submit\",\"uuid\":\"v\",\"templates\":\"{}\","
                                 "\"spec\":\"{\\\"premise\\\":\\\"p\\\",\\\"words\\\":500}\"}"},
        {"12-notemplates.json", "{\"type\":\"submit\",\"uuid\":\"w\",\"templates\":[],"
                                "\"spec\":\"{\\\"premise\\\":\\\"p\\\",\\\"words\\\":500}\"}"},
        {"13-badfallback.json", "{\"type\":\"submit\",\"uuid\":\"x\",\"fallback\":\"[{}]\","
                                "\"spec\":\"{\\\"premise\\\":\\\"p\\\",\\\"words\\\":500}\"}"},
        {"14-nofallback.json", "{\"type\":\"submit\",\"uuid\":\"y\",\"fallback\":[],"
                               "\"spec\":\"{\\\"premise\\\":\\\"p\\\",\\\"words\\\":500}\"}"},
        {"15-notext.json", "{\"type\":\"submit\",\"uuid\":\"z\",\"spec\":\"{\\\"premise\\\":\\\"p\\\","
                           "\\\"words\\\":9000,\\\"chapters\\\":3,\\\"opening\\\":[{\\\"file\\\":\\\"a.md\\\"}]}\"}"},
        {"10-nouuid.json", "{\"type\":\"submit\",\"spec\":\"{\\\"premise\\\":\\\"p\\\",\\\"words\\\":500}\"}"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) put(broken[i].name, broken[i].text);
    take(100);
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) check_refused(broken[i].name, ERR_USAGE, "");
    assert_int_equal(jobs(), 0);
    assert_int_equal(told, 0);
}

// A message that can never be read must not stand before all others for ever.
static void test_what_cannot_be_read_is_refused_and_the_rest_is_taken(void **state)
{
    char key[MESSAGE_KEY_SIZE];
    struct buf huge;
    (void)state;
    buf_init(&huge, BUF_MAX_BOOK);
    while (huge.len < BUF_MAX_MESSAGE + 1)
        (void)buf_adds(&huge, "                                                  ");
    put("000.json", huge.data);
    buf_release(&huge);
    post_submit(".", key);
    take(100);
    check_refused("000.json", ERR_USAGE, "larger than");
    assert_int_equal(answer(key).code, ERR_NONE);
}

static void test_what_is_no_message_is_left_alone(void **state)
{
    const struct inbox_options o = {.home = ".", .queue_max = 9, .default_backend = "auto"};
    int taken;
    (void)state;
    put("notes.txt", "mine");
    put(".hidden.json", "{}");
    assert_int_equal(mkdir(INBOX_DIR "/folder.json", 0700), 0);
    assert_ok(inbox_take(&o, s, &taken, &e));
    assert_int_equal(taken, 0);
    assert_int_equal(scratch_entries(INBOX_DIR), 3);
}

static void test_the_same_message_twice_has_one_effect(void **state)
{
    char key[MESSAGE_KEY_SIZE], path[200], again[220];
    struct buf text;
    (void)state;
    post_submit(".", key);
    (void)snprintf(path, sizeof(path), "%s/%s", INBOX_DIR, key);
    (void)snprintf(again, sizeof(again), "%s/9-%s", INBOX_DIR, key);
    buf_init(&text, BUF_MAX_MESSAGE);
    assert_int_equal(file_read(path, &text, &e), FILE_READ_OK);
    assert_int_equal(take(100), 1);
    // The engine died before it removed the file.
    assert_ok(file_publish(path, text.data, text.len, &e));
    told = 0;
    assert_int_equal(take(100), 0);
    assert_int_equal(told, 0);
    // Somebody copied it: the uuid is the job's already.
    assert_ok(file_publish(again, text.data, text.len, &e));
    take(100);
    assert_int_equal(jobs(), 1);
    assert_int_equal(answer(again + sizeof(INBOX_DIR)).job, answer(key).job);
    buf_release(&text);
}

// The listing holds the names of two files, and the second one is gone when its turn comes.
static void remove_second(void *arg, int64_t job, enum job_state state)
{
    (void)job;
    (void)state;
    told++;
    (void)unlink(arg);
}

static void test_a_message_that_vanishes_is_passed_over(void **state)
{
    char one[MESSAGE_KEY_SIZE], two[MESSAGE_KEY_SIZE], path[200];
    struct inbox_answer none;
    int taken;
    (void)state;
    post_submit(".", one);
    post_submit(".", two);
    (void)snprintf(path, sizeof(path), "%s/%s", INBOX_DIR, two);
    const struct inbox_options o = {
        .home = ".", .queue_max = 9, .default_backend = "auto", .changed = remove_second, .arg = path};
    assert_ok(inbox_take(&o, s, &taken, &e));
    assert_int_equal(taken, 1);
    assert_int_equal(told, 1);
    assert_int_equal(store_inbox_get(s, two, &none, &e), STORE_NONE);
}

static void test_no_inbox_is_an_empty_one(void **state)
{
    (void)state;
    assert_int_equal(rmdir(INBOX_DIR), 0);
    const struct inbox_options o = {.home = ".", .queue_max = 9, .default_backend = "auto"};
    int taken;
    assert_ok(inbox_take(&o, s, &taken, &e));
    assert_int_equal(taken, 0);
    assert_int_equal(mkdir(INBOX_DIR, 0700), 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_a_submit_makes_a_job_and_its_folder),
        test(test_two_submits_of_one_title_are_two_books),
        test(test_a_full_queue_refuses),
        test(test_a_book_whose_folder_cannot_be_made_is_refused),
        test(test_every_verb_in_every_state),
        test(test_a_reason_is_kept_and_a_backend_changed),
        test(test_verbs_for_nobody_are_refused),
        test(test_a_submit_brings_its_templates_and_deadline),
        test(test_a_resume_changes_the_deadline),
        test(test_a_resume_takes_other_templates_over),
        test(test_a_resume_with_broken_templates_changes_nothing),
        test(test_a_resume_changes_the_model),
        test(test_a_resume_changes_the_backend),
        test(test_a_submit_pins_where_the_job_may_go),
        test(test_broken_messages_are_answered_and_go),
        test(test_what_cannot_be_read_is_refused_and_the_rest_is_taken),
        test(test_what_is_no_message_is_left_alone),
        test(test_the_same_message_twice_has_one_effect),
        test(test_a_message_that_vanishes_is_passed_over),
        test(test_no_inbox_is_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
