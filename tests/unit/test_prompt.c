// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The prompts of a whole book: fifty chapters are planned, written and remembered through the store, by the engine's
// own steps, at contexts from tiny to large; every request on the way is looked at.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/directions.h"
#include "engine/habits.h"
#include "engine/plan_directions.h"
#include "engine/steps.h"
#include "model/language.h"
#include "scratch.h"
#include "text/shingle.h"
#include "text/words.h"

#include <cmocka.h>

static const char spec_text[] = "{\"title\":\"The Salt Engine\",\"premise\":\"A clockmaker loses an hour, and the "
                                "harbour pays for it.\",\"words\":75000,\"chapters\":50,\"seed\":7}";

struct writer {
    struct store *store;
    struct job job;
    struct spec spec;
    struct templates templates;
    struct book book;
    struct desk desk;
    struct habits habits;
    struct step step;
    struct prompt prompt;
    struct buf answer;
    // of the request before
    struct buf last; // its messages and its answer, as one string
    int last_conversation;
    char *opening;                // of the chapter before: its first message
    size_t evaluated, answered;   // bytes that a server with one cached prefix had to read, and wrote
    int requests, merges, broken; // broken: within a conversation, because turns were left out
};

static struct err e;

#define assert_ok(call)                                                                                              \
    do {                                                                                                             \
        if (!(call)) fail_msg("%s: %s", #call, e.text);                                                              \
    } while (0)

static void insert_job(struct writer *w, const char *home)
{
    struct job j = {.uuid = mem_strdup("u-1"),
                    .slug = mem_strdup("salt"),
                    .title = mem_strdup("The Salt Engine"),
                    .spec = mem_strdup(spec_text),
                    .backend = mem_strdup("sim"),
                    .out_parent = mem_strdup(home),
                    .seed = 7,
                    .words_target = w->spec.words,
                    .chapters_total = w->spec.chapters};
    assert_ok(store_job_insert(w->store, &j, &e));
    assert_int_equal(store_job_get(w->store, j.id, &w->job, &e), STORE_FOUND);
    job_release(&j);
}

static int chunk_words(int n_ctx)
{
    int fits = n_ctx / 8 < 800 ? n_ctx / 8 : 800; // as worker_chunk_words has it
    return fits < 150 ? 150 : fits;
}

static void open_writer(struct writer *w, const char *home, int n_ctx)
{
    memset(w, 0, sizeof(*w));
    e = (struct err)ERR_INIT;
    assert_ok(file_mkdirs(home, 0700, &e));
    assert_int_equal(store_open(&w->store, home, STORE_READ_WRITE, &e), STORE_OPENED);
    assert_ok(spec_parse(&w->spec, spec_text, strlen(spec_text), "here", &e));
    assert_ok(templates_embedded(&w->templates, BOOK_NOVEL, &e));
    insert_job(w, home);
    habits_init(&w->habits);
    buf_init(&w->answer, BUF_MAX_PIECE);
    buf_init(&w->last, BUF_MAX_PROMPT);
    w->last_conversation = -1;
    w->desk = (struct desk){.store = w->store,
                            .job = &w->job,
                            .spec = &w->spec,
                            .language = language_get("en"),
                            .templates = &w->templates,
                            .book = &w->book,
                            .said = shingles_new(1 << 18),
                            .habits = &w->habits,
                            .n_ctx_tokens = n_ctx,
                            .chunk_words = chunk_words(n_ctx)};
    assert_ok(store_begin(w->store, &e)); // one transaction for all: nobody reads beside us
}

static void close_writer(struct writer *w)
{
    store_rollback(w->store);
    shingles_free(w->desk.said);
    habits_release(&w->habits);
    book_release(&w->book);
    buf_release(&w->answer);
    buf_release(&w->last);
    free(w->opening);
    templates_release(&w->templates);
    spec_release(&w->spec);
    job_release(&w->job);
    store_close(w->store);
}

// ---- answers of a model that does what it is told ----------------------------------------------------------------------

static const char *const words[] = {"lamp",  "harbour", "salt", "bell", "stair", "ledger", "gull", "rope",
                                    "clock", "tide",    "gate", "coin", "wheel", "letter", "fog",  "key"};

static void add_words(struct buf *out, int count, unsigned seed)
{
    uint32_t random = seed * 2654435761u + 12345;
    for (int i = 0; i < count; i++) {
        random = random * 1664525 + 1013904223;
        buf_addf(out, "%s%s", i > 0 ? " " : "", words[random >> 28]);
    }
}

static void answer_bible(struct buf *out)
{
    static const char *const keys[] = {"LOGLINE", "SETTING", "STYLE", "RULE",   "RULE",   "RULE",   "CAST",  "CAST",
                                       "CAST",    "CAST",    "CAST",  "THREAD", "THREAD", "THREAD", "ENDING"};
    buf_adds(out, "TITLE: The Salt Engine\n");
    for (unsigned i = 0; i < ARRAY_LEN(keys); i++) {
        buf_addf(out, "%s: ", keys[i]);
        add_words(out, 30, i);
        buf_adds(out, "\n");
    }
}

static void answer_acts(struct buf *out, const struct step *s)
{
    for (int n = s->chapter; n <= s->to; n++) {
        buf_addf(out, "ACT %d | ", n);
        add_words(out, 20, (unsigned)n);
        buf_adds(out, " | the bell falls | who rang it?\n");
    }
}

static void answer_outline(struct buf *out, const struct step *s)
{
    for (int n = s->chapter; n <= s->to; n++) {
        buf_addf(out, "%d | The %s of %d | Mara | ", n, words[n % 16], n);
        add_words(out, 35, (unsigned)n);
        buf_adds(out, " | the bell rings | 1\n");
    }
}

static void answer_cards(struct buf *out, const struct step *s)
{
    for (int n = 1; n <= s->parts; n++) {
        buf_addf(out, "CARD %d | on the stair at night, Mara | ", n);
        add_words(out, 25, (unsigned)(s->chapter * 10 + n));
        buf_adds(out, " | the door shuts\n");
    }
}

static void answer_chunk(struct buf *out, const struct step *s)
{
    for (int n = 0, i = 0; n < s->ask.ask_words; n += 12, i++) {
        buf_addf(out, "%s%d times %s ",
                 i == 0       ? ""
                 : i % 6 == 0 ? "\n\n"
                              : " ",
                 s->chapter * 1000 + s->seq * 100 + i, words[i % 16]);
        add_words(out, 9, (unsigned)(s->chapter * 100000 + s->seq * 100 + i));
        buf_adds(out, ".");
    }
}

static void answer_recap(struct buf *out, const struct step *s)
{
    static const char *const keys[] = {"HAPPENED", "CHANGED", "OPEN", "FACT"};
    for (unsigned i = 0; i < ARRAY_LEN(keys); i++) {
        buf_addf(out, "%s: ", keys[i]);
        add_words(out, 27, (unsigned)s->chapter + i);
        buf_adds(out, "\n");
    }
}

static void answer(struct writer *w)
{
    buf_clear(&w->answer);
    switch (w->step.kind) {
    case STEP_BIBLE:
        answer_bible(&w->answer);
        break;
    case STEP_ACTS:
        answer_acts(&w->answer, &w->step);
        break;
    case STEP_OUTLINE:
        answer_outline(&w->answer, &w->step);
        break;
    case STEP_BEATS:
        answer_cards(&w->answer, &w->step);
        break;
    case STEP_CHUNK:
        answer_chunk(&w->answer, &w->step);
        break;
    case STEP_MERGE:
        w->merges++;
        answer_recap(&w->answer, &w->step);
        break;
    case STEP_RECAP:
        answer_recap(&w->answer, &w->step);
        break;
    case STEP_APPROVAL:
    case STEP_FINISH:
    case STEP_NONE:
        fail_msg("nothing to answer");
    }
}

// ---- what holds for every request -----------------------------------------------------------------------------------------

static void check_roles(const struct prompt *p)
{
    assert_true(p->count % 2 == 1);
    for (size_t i = 0; i < p->count; i++) {
        assert_int_equal(p->messages[i].role, i % 2 == 0 ? GEN_USER : GEN_ASSISTANT);
        assert_true(p->messages[i].len > 0);
    }
}

static void check_fit(const struct writer *w, int answer_tokens)
{
    int n_ctx = w->desk.n_ctx_tokens, tokens = prompt_tokens(&w->desk, w->prompt.bytes);
    if (tokens > n_ctx - n_ctx / 20 - answer_tokens)
        fail_msg("context %d: %s of chapter %d: a prompt of %d tokens and an answer of %d", n_ctx,
                 step_ops(w->step.kind)->name, w->step.chapter, tokens, answer_tokens);
}

// The answer may get less than was wanted, but not nothing to speak of.
static void check_answer_room(const struct writer *w, int wanted)
{
    int n_ctx = w->desk.n_ctx_tokens, tokens = prompt_answer_tokens(&w->prompt, &w->desk, wanted);
    if (tokens < wanted && tokens < n_ctx / 4)
        fail_msg("context %d: %s of chapter %d: only %d tokens are left for the answer", n_ctx,
                 step_ops(w->step.kind)->name, w->step.chapter, tokens);
    check_fit(w, tokens);
}

// The request before and its answer are the start of this one, byte for byte, unless turns had to go.
static void check_extends(struct writer *w, const struct buf *now)
{
    int conversation = w->step.conversation;
    size_t common = 0;
    while (common < now->len && common < w->last.len && now->data[common] == w->last.data[common]) common++;
    w->evaluated += now->len - common;
    bool extends = now->len > w->last.len && memcmp(now->data, w->last.data, w->last.len) == 0;
    if (conversation == w->last_conversation && !extends) {
        assert_true(w->prompt.left_out > 0);
        w->broken++;
    }
    w->last_conversation = conversation;
}

// What stands before the tail of the chapter before: rules, bible, outline and recaps, of which more come.
static void check_opening(struct writer *w)
{
    if (w->step.kind != STEP_BEATS || w->desk.n_ctx_tokens < 32768) return;
    const char *now = w->prompt.messages[0].text;
    if (w->opening) {
        const char *page = strstr(w->opening, "\n# The page before\n");
        const char *end = page ? page : strstr(w->opening, "Nothing yet");
        assert_non_null(end);
        assert_memory_equal(now, w->opening, (size_t)(end - w->opening));
    }
    free(w->opening);
    w->opening = mem_strdup(now);
}

static void remember(struct writer *w, struct buf *now)
{
    buf_release(&w->last);
    w->last = *now;
    (void)buf_addc(&w->last, 'a');
    (void)buf_add(&w->last, w->answer.data, w->answer.len);
}

static void take_step(struct writer *w)
{
    const struct step_ops *ops = step_ops(w->step.kind);
    struct judgement j = {0};
    struct buf now;
    int need = w->step.ask.need_words, answer_tokens = ops->max_tokens(&w->desk, &w->step, need > 0 ? need : 1);
    buf_init(&now, BUF_MAX_PROMPT);
    prompt_init(&w->prompt);
    assert_ok(prompt_build(&w->prompt, &w->desk, &w->step, NULL, answer_tokens, &e));
    prompt_flatten(&w->prompt, &now);
    check_roles(&w->prompt);
    check_answer_room(w, answer_tokens);
    check_extends(w, &now);
    check_opening(w);
    answer(w);
    const struct answer a = {
        .text = w->answer.data, .len = w->answer.len, .tokens = -1, .turn = &w->prompt.messages[w->prompt.turn]};
    assert_ok(ops->settle(&w->desk, &w->step, &a, &j, &e));
    if (j.rule) fail_msg("%s of chapter %d was refused: %s (%s)", ops->name, w->step.chapter, j.rule, j.detail);
    w->answered += w->answer.len;
    remember(w, &now);
    prompt_release(&w->prompt);
    w->requests++;
}

static bool next(struct writer *w)
{
    book_release(&w->book);
    assert_ok(store_book_load(w->store, w->job.id, &w->book, &e));
    int n_ctx = w->desk.n_ctx_tokens;
    const struct next_limits limits = {chunk_words(n_ctx), n_ctx / 160 < 24 ? n_ctx / 160 : 24,
                                       n_ctx < 16384 ? n_ctx / 2 : n_ctx}; // as worker_limits has it
    w->step = next_step(&w->book, &limits);
    return step_ops(w->step.kind) != NULL;
}

static void write_book(int n_ctx)
{
    struct writer w;
    char home[1024], name[32];
    (void)snprintf(name, sizeof(name), "home-%d", n_ctx);
    assert_ok(file_absolute(home, sizeof(home), name, &e));
    open_writer(&w, home, n_ctx);
    while (next(&w)) take_step(&w);
    assert_int_equal(w.step.kind, STEP_FINISH);
    assert_true(book_words(&w.book) > 74000 && book_words(&w.book) < 76000);
    print_message("context %d: %d requests, %d broke the prefix, %d merges, %.2f bytes read for a byte written\n",
                  n_ctx, w.requests, w.broken, w.merges, (double)w.evaluated / (double)w.answered);
    assert_true(n_ctx < 8192 || (n_ctx < 32768 ? w.broken * 3 < w.requests : w.broken == 0));
    close_writer(&w);
}

static void test_a_book_at_2048(void **state)
{
    (void)state;
    write_book(2048);
}

static void test_a_book_at_4096(void **state)
{
    (void)state;
    write_book(4096);
}

static void test_a_book_at_8192(void **state)
{
    (void)state;
    write_book(8192);
}

static void test_a_book_at_32768(void **state)
{
    (void)state;
    write_book(32768);
}

// ---- a chunk that is continued ---------------------------------------------------------------------------------------------

static void to_first_chunk(struct writer *w)
{
    while (next(w) && w->step.kind != STEP_CHUNK) take_step(w);
    assert_int_equal(w->step.kind, STEP_CHUNK);
}

static void check_continued(bool prefill)
{
    static const char half[] = "Nine times the bell rang over the harbour. Mara counted them, and";
    struct writer w;
    char home[1024];
    const struct carried carried = {.text = half, .len = sizeof(half) - 1, .prefill = prefill, .words_left = 123};
    assert_ok(file_absolute(home, sizeof(home), prefill ? "prefill" : "quoted", &e));
    open_writer(&w, home, 8192);
    to_first_chunk(&w);
    prompt_init(&w.prompt);
    assert_ok(prompt_build(&w.prompt, &w.desk, &w.step, &carried, 1000, &e));
    const struct gen_message *m = w.prompt.messages;
    size_t n = w.prompt.count;
    size_t piece = prefill ? n - 1 : n - 2;
    assert_int_equal(w.prompt.prefill, prefill);
    assert_int_equal(w.prompt.turn, piece - 1);
    assert_int_equal(m[piece].role, GEN_ASSISTANT);
    assert_string_equal(m[piece].text, half);
    for (size_t i = 0; i < n; i++) assert_int_equal(m[i].role, i % 2 == 0 ? GEN_USER : GEN_ASSISTANT);
    if (!prefill) {
        assert_non_null(strstr(m[n - 1].text, "Mara counted them, and\""));
        assert_non_null(strstr(m[n - 1].text, "About 123 words"));
    }
    prompt_release(&w.prompt);
    close_writer(&w);
}

static void test_a_prefilled_request_ends_with_what_stands(void **state)
{
    (void)state;
    check_continued(true);
}

static void test_a_quoting_request_shows_what_stands_and_quotes_its_end(void **state)
{
    (void)state;
    check_continued(false);
}

// ---- directions ----------------------------------------------------------------------------------------------------

// An owner who says much all through a long book: the story was crowded out, and every chapter from there on was a gap.
static void test_directions_leave_room_for_the_story(void **state)
{
    enum { N_CTX = 8192, EACH = 3000, COUNT = 20 };
    struct writer w;
    struct buf said, planned;
    char text[EACH + 1];
    (void)state;
    open_writer(&w, "home", N_CTX);
    memset(text, 'x', EACH);
    text[EACH] = '\0';
    for (int i = 0; i < COUNT; i++) {
        text[0] = (char)('a' + i);
        assert_ok(store_direction_add(w.store, w.job.id, i == COUNT - 1 ? 2 : 1, 0, text, &e));
    }
    buf_init(&said, BUF_MAX_PIECE);
    buf_init(&planned, BUF_MAX_PIECE);
    assert_ok(directions_write(&said, &w.desk, 2, &e));
    assert_true(said.len < N_CTX && said.len > EACH);
    assert_null(strstr(said.data, "- axx"));
    assert_non_null(strstr(said.data, "- txx")); // the newest
    assert_ok(plan_directions(&planned, &w.desk, 1, 1, &e));
    assert_true(planned.len < N_CTX);
    assert_non_null(strstr(planned.data, "- sxx")); // the newest that holds there
    buf_clear(&said);
    w.desk.n_ctx_tokens = 100;
    assert_ok(directions_write(&said, &w.desk, 2, &e));
    assert_non_null(strstr(said.data, "- txx")); // in any case
    w.desk.n_ctx_tokens = 131072;
    buf_clear(&said);
    assert_ok(directions_write(&said, &w.desk, 2, &e));
    assert_non_null(strstr(said.data, "- axx"));
    buf_release(&said);
    buf_release(&planned);
    close_writer(&w);
}

struct spoken {
    int count;
    char last[500];
};

static bool listen(void *arg, const struct event_row *row)
{
    struct spoken *h = arg;
    if (strcmp(row->type, "directions") != 0) return true;
    h->count++;
    (void)snprintf(h->last, sizeof(h->last), "%s", row->text);
    return true;
}

static void check_spoken(const struct writer *w, int count, const char *says)
{
    struct spoken h = {0};
    assert_ok(store_events_each(w->store, w->job.id, 0, listen, &h, &e));
    assert_int_equal(h.count, count);
    if (count > 0 && !strstr(h.last, says)) fail_msg("'%s' is not in: %s", says, h.last);
}

// What did not fit was left out without a word: its owner wondered why the book went on as before.
static void test_directions_that_are_left_out_are_spoken_of_once(void **state)
{
    enum { N_CTX = 8192, EACH = 3000 };
    struct writer w;
    char text[EACH + 1];
    (void)state;
    open_writer(&w, "home", N_CTX);
    memset(text, 'x', EACH);
    text[EACH] = '\0';
    for (int i = 0; i < 2; i++) assert_ok(store_direction_add(w.store, w.job.id, 1, 0, text, &e));
    assert_ok(directions_tell(&w.desk, 1, &e));
    check_spoken(&w, 0, "");
    for (int i = 0; i < 2; i++) assert_ok(store_direction_add(w.store, w.job.id, 2, 0, text, &e));
    for (int n = 1; n < 5; n++) assert_ok(directions_tell(&w.desk, n, &e));
    check_spoken(&w, 1, "from chapter 2 on the 2 oldest of 4 notes are left out: ");
    check_spoken(&w, 1, "a quarter of the server's context of 8192 tokens; ");
    assert_ok(store_direction_add(w.store, w.job.id, 5, 0, text, &e));
    assert_ok(directions_tell(&w.desk, 5, &e));
    check_spoken(&w, 2, "from chapter 5 on the 3 oldest of 5 notes are left out: ");
    w.desk.n_ctx_tokens = 131072;
    assert_ok(directions_tell(&w.desk, 6, &e));
    assert_ok(directions_tell(&w.desk, 7, &e));
    check_spoken(&w, 3, "from chapter 6 on every note is told again");
    close_writer(&w);
}

#define test(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(test_a_book_at_2048),
        test(test_a_book_at_4096),
        test(test_a_book_at_8192),
        test(test_a_book_at_32768),
        test(test_a_prefilled_request_ends_with_what_stands),
        test(test_a_quoting_request_shows_what_stands_and_quotes_its_end),
        test(test_directions_leave_room_for_the_story),
        test(test_directions_that_are_left_out_are_spoken_of_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
