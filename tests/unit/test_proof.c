// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Proofs of a llama-server with habits: it answers every route that a proof uses, in a thread, one connection at a time.
// Its tokens are words. It notes what it generated, and whether it was asked while it was still busy.
#include "backend/proof.h"

#include "backend/proof_step.h"
#include "backend/render.h"
#include "base/clock.h"
#include "base/mem.h"
#include "io/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MS_PER_TOKEN = 30, GUARD_MS = 60000, LEAVE_SEEN_MS = 3000, WORDS_MOST = 400, DIES_NEVER = 0 };

struct habits {
    bool ignores_limit, says_stop; // says_stop: also at the limit, as ik_llama.cpp does
    bool restates, ignores_seed, greedy, ignores_schema, renders_anew, never_reuses, no_usage;
    bool thinks, hides, goes_on; // goes_on: generates to the end when the client has left
    const char *refuses;         // a field of the body: 400, with its name
    const char *dislikes;        // a field of the body: 400, without a word
    bool refuses_all, garbles_first;
    int dies_at;      // the generation at which the connection just breaks
    int ms_per_token; // that it reports; 0: MS_PER_TOKEN
};

struct fake {
    struct habits habits;
    int listener;
    char url[64];
    pthread_t thread;
    struct buf request, last_raw;
    int generations, tokens, overlaps, counts;
    size_t largest_prompt; // bytes
    int64_t busy_until_ms;
};

// ---- the server: what it says ------------------------------------------------------------------------------------

static int count_words(const char *text)
{
    int n = 0;
    for (const char *at = text; *(at += strspn(at, " \n")) != '\0'; at += strcspn(at, " \n")) n++;
    return n;
}

static void write_numbers(struct buf *out, int count)
{
    static const char *const names[] = {"one", "two",   "three", "four", "five",
                                        "six", "seven", "eight", "nine", "ten"};
    for (int i = 0; i < count; i++) buf_addf(out, "%s%s,", i > 0 ? " " : "", names[i % 10]);
}

struct wish {
    const struct json *body;
    const struct json *messages; // NULL: a raw prompt
    const char *prompt;          // the last user's text, or the raw prompt
    bool prefill;
    int max_tokens;
};

static bool asks(const struct wish *w, const char *what)
{
    return strstr(w->prompt, what) != NULL;
}

static void write_random(const struct fake *f, const struct wish *w, struct buf *out)
{
    int64_t seed = f->habits.greedy ? 0 : json_int(json_get(w->body, "seed"), 0);
    if (f->habits.ignores_seed) seed = f->generations;
    buf_addf(out, "apple%d stone%d river%d", (int)seed, (int)seed + 1, (int)seed + 2);
}

static void write_answer(const struct fake *f, const struct wish *w, struct buf *out)
{
    bool schema = json_get(w->body, "response_format") != NULL && !f->habits.ignores_schema;
    if (asks(w, "word done")) {
        buf_adds(out, "done");
    } else if (asks(w, "one to one hundred") || asks(w, "to two hundred")) {
        write_numbers(out, WORDS_MOST);
    } else if (asks(w, "six words")) {
        write_random(f, w, out);
    } else if (asks(w, "Which bird")) {
        buf_adds(out, schema ? "{\"bird\":\"kestrel\"}" : "The ostrich is the largest.");
    } else if (asks(w, "capital of France")) {
        buf_adds(out, w->prefill && !f->habits.restates ? " Paris." : "The capital of France is Paris.");
    } else {
        write_numbers(out, 60);
    }
}

static int cached_tokens(const struct fake *f, const struct wish *w)
{
    if (f->habits.never_reuses) return 0;
    if (w->messages == NULL) {
        bool grows = f->last_raw.len > 0 && strncmp(w->prompt, f->last_raw.data, f->last_raw.len) == 0;
        return grows ? count_words(f->last_raw.data) - 1 : 0;
    }
    if (json_count(w->messages) < 3) return 0;
    int first = count_words(json_str(json_get(json_at(w->messages, 0), "content"), NULL));
    int answer = count_words(json_str(json_get(json_at(w->messages, 1), "content"), NULL));
    return f->habits.renders_anew ? first - 2 : first + answer - 1;
}

static int prompt_tokens(const struct wish *w)
{
    int n = 0;
    if (w->messages == NULL) return count_words(w->prompt);
    for (size_t i = 0; i < json_count(w->messages); i++)
        n += count_words(json_str(json_get(json_at(w->messages, i), "content"), NULL));
    return n;
}

// ---- the server: what it sends -----------------------------------------------------------------------------------

static bool send_text(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
}

static void send_json(int fd, const char *status, const char *text)
{
    char *reply = mem_printf("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
                             strlen(text), text);
    (void)send_text(fd, reply);
    free(reply);
}

static bool send_piece(int fd, bool raw, const char *field, const char *word, size_t len)
{
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    buf_adds(&b, raw ? "data: {\"content\":" : "data: {\"choices\":[{\"index\":0,\"delta\":{");
    if (!raw) buf_addf(&b, "\"%s\":", field);
    json_write_str(&b, word, len);
    buf_adds(&b, raw ? ",\"stop\":false}\n\n" : "},\"finish_reason\":null}]}\n\n");
    bool ok = send_text(fd, b.data);
    buf_release(&b);
    return ok;
}

static void send_end(const struct fake *f, int fd, const struct wish *w, int tokens, bool cut)
{
    int prompt = prompt_tokens(w), cached = cached_tokens(f, w);
    int each_ms = f->habits.ms_per_token > 0 ? f->habits.ms_per_token : MS_PER_TOKEN;
    char *timings = mem_printf("\"timings\":{\"prompt_n\":%d,\"cache_n\":%d,\"predicted_n\":%d,\"predicted_ms\":%d}",
                               prompt - cached, cached, tokens, tokens * each_ms);
    char *end = w->messages == NULL
                    ? mem_printf("data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"%s\",\"tokens_predicted\":%d,"
                                 "\"tokens_evaluated\":%d,%s}\n\n",
                                 cut ? "limit" : "eos", tokens, prompt, timings)
                    : mem_printf("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}]%s%s}\n\n",
                                 cut && !f->habits.says_stop ? "length" : "stop", f->habits.no_usage ? "" : ",",
                                 f->habits.no_usage ? "" : timings);
    if (send_text(fd, end) && !f->habits.no_usage && w->messages != NULL) {
        free(end);
        end = mem_printf("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}\n\n"
                         "data: [DONE]\n\n",
                         prompt, tokens);
        (void)send_text(fd, end);
    }
    free(end);
    free(timings);
}

// Waits until the client has gone.
static void await_leave(struct fake *f, int fd)
{
    char byte;
    (void)!recv(fd, &byte, 1, 0);
    if (f->habits.goes_on) f->busy_until_ms = clock_mono_ms() + (int64_t)MS_PER_TOKEN * PROOF_TOKENS_MOST;
}

static void send_answer(struct fake *f, int fd, const struct wish *w, const char *text)
{
    const char *field = f->habits.thinks || f->habits.hides ? "reasoning_content" : "content", *at = text;
    int tokens = 0, most = f->habits.ignores_limit ? WORDS_MOST : w->max_tokens;
    bool leaves = w->max_tokens == PROOF_TOKENS_MOST && !f->habits.thinks, gone = false;
    if (f->habits.thinks)
        at = text = "Okay, the user wants me to do something and I will think about it for very long "
                    "because there is so much to be said on this";
    (void)send_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
    if (f->habits.garbles_first && f->generations == 1) {
        (void)send_text(fd, "data: {no json\n\n");
        return;
    }
    for (; *at != '\0' && tokens < most && !gone; tokens++) {
        size_t len = strspn(at, " ");
        len += strcspn(at + len, " ");
        gone = !send_piece(fd, w->messages == NULL, field, at, len);
        at += len;
        if (leaves) break;
    }
    f->tokens += tokens;
    if (!leaves) send_end(f, fd, w, tokens, *at != '\0');
    if (w->messages == NULL) {
        buf_clear(&f->last_raw);
        buf_adds(&f->last_raw, w->prompt);
        buf_add(&f->last_raw, text, (size_t)(at - text));
    }
    if (leaves || tokens > 2 * w->max_tokens) await_leave(f, fd);
}

#define BAD_REQUEST "400 Bad Request\r\nConnection: close"

static bool send_refusal(const struct fake *f, int fd, const struct json *body)
{
    const struct habits *h = &f->habits;
    if (h->refuses != NULL && json_get(body, h->refuses) != NULL) {
        char *text = mem_printf("{\"error\":{\"code\":400,\"message\":\"Unsupported parameter: '%s'\"}}", h->refuses);
        send_json(fd, BAD_REQUEST, text);
        free(text);
        return true;
    }
    bool disliked = h->refuses_all || (h->dislikes != NULL && json_get(body, h->dislikes) != NULL);
    if (disliked) send_json(fd, BAD_REQUEST, "{\"error\":{\"code\":400,\"message\":\"no\"}}");
    return disliked;
}

static void read_wish(struct wish *w, const struct json *body)
{
    *w = (struct wish){.body = body, .messages = json_get(body, "messages")};
    w->max_tokens = (int)json_int(json_get(body, w->messages != NULL ? "max_tokens" : "n_predict"), 0);
    w->prompt = json_str(json_get(body, "prompt"), NULL);
    for (size_t i = 0; i < json_count(w->messages); i++) {
        const struct json *m = json_at(w->messages, i);
        w->prefill = strcmp(json_str(json_get(m, "role"), NULL), "assistant") == 0;
        if (!w->prefill) w->prompt = json_str(json_get(m, "content"), NULL);
    }
}

// What it is about is the last user's text, also in a raw prompt.
static void answer_generation(struct fake *f, int fd, const struct json *body)
{
    struct wish w;
    struct buf text;
    buf_init(&text, BUF_MAX_PIECE);
    read_wish(&w, body);
    f->generations++;
    f->overlaps += clock_mono_ms() < f->busy_until_ms;
    if (strlen(w.prompt) > f->largest_prompt) f->largest_prompt = strlen(w.prompt);
    if (f->generations == f->habits.dies_at) goto out;
    if (send_refusal(f, fd, body)) goto out;
    write_answer(f, &w, &text);
    send_answer(f, fd, &w, text.data);
out:
    buf_release(&text);
}

static void answer_template(int fd, const struct json *body)
{
    const struct json *messages = json_get(body, "messages");
    struct json *v = json_new_object();
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    for (size_t i = 0; i < json_count(messages); i++) {
        const struct json *m = json_at(messages, i);
        buf_addf(&b, "<|im_start|>%s\n%s<|im_end|>\n", json_str(json_get(m, "role"), NULL),
                 json_str(json_get(m, "content"), NULL));
    }
    buf_adds(&b, "<|im_start|>assistant\n");
    json_set_str(v, "prompt", b.data);
    buf_clear(&b);
    json_write(v, &b, 0);
    send_json(fd, "200 OK", b.data);
    json_free(v);
    buf_release(&b);
}

static bool fake_read_request(struct fake *f, int fd, const char **body)
{
    char bytes[4096];
    buf_clear(&f->request);
    for (;;) {
        ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
        if (n <= 0) return false;
        buf_add(&f->request, bytes, (size_t)n);
        const char *end = strstr(f->request.data, "\r\n\r\n");
        if (end == NULL) continue;
        const char *length = strcasestr(f->request.data, "\r\ncontent-length:");
        long need = length != NULL ? strtol(length + strlen("\r\ncontent-length:"), NULL, 10) : 0;
        *body = end + 4;
        if (strlen(*body) >= (size_t)need) return true;
    }
}

// True: the connection is kept.
static bool fake_answer(struct fake *f, int fd, const char *text)
{
    const char *path = strchr(f->request.data, ' ') + 1;
    struct err e = ERR_INIT;
    if (strncmp(path, "/slots", 6) == 0) {
        bool busy = clock_mono_ms() < f->busy_until_ms;
        send_json(fd, "200 OK",
                  busy ? "[{\"id\":0,\"is_processing\":true}]" : "[{\"id\":0,\"is_processing\":false}]");
        return true;
    }
    struct json *body = json_read(text, strlen(text), &e);
    bool generates = strncmp(path, "/v1/chat", 8) == 0 || strncmp(path, "/completion", 11) == 0;
    if (generates) {
        answer_generation(f, fd, body);
    } else if (strncmp(path, "/apply-template", 15) == 0) {
        answer_template(fd, body);
    } else {
        f->counts++;
        send_json(fd, "200 OK", "{\"tokens\":[1,2,3,4]}");
    }
    json_free(body);
    return !generates;
}

static void *fake_run(void *arg)
{
    struct fake *f = arg;
    const char *body;
    for (int fd; (fd = accept(f->listener, NULL, NULL)) >= 0;) {
        while (fake_read_request(f, fd, &body) && fake_answer(f, fd, body)) {
        }
        close(fd);
    }
    return NULL;
}

static void fake_start(struct fake *f, const struct habits *habits)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    memset(f, 0, sizeof(*f));
    f->habits = *habits;
    buf_init(&f->request, BUF_MAX_PIECE);
    buf_init(&f->last_raw, BUF_MAX_PIECE);
    f->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(f->listener, (struct sockaddr *)&at, len) != 0 || listen(f->listener, 16) != 0) abort();
    getsockname(f->listener, (struct sockaddr *)&at, &len);
    (void)snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%d", ntohs(at.sin_port));
    if (pthread_create(&f->thread, NULL, fake_run, f) != 0) abort();
}

// Every connection of the client must be closed before.
static void fake_stop(struct fake *f)
{
    shutdown(f->listener, SHUT_RDWR);
    pthread_join(f->thread, NULL);
    close(f->listener);
    buf_release(&f->request);
    buf_release(&f->last_raw);
}

// ---- one proof ---------------------------------------------------------------------------------------------------

struct trial {
    struct loop *loop;
    struct http *http;
    struct timer *timer;
    struct fake fake;
    struct backend_facts facts;
    struct proof *proof;
    bool cancel_inside;
    int ends;
    enum failure failure;
    char message[256];
    struct proofs found;
    int64_t ms;
};

static void trial_guard(void *arg)
{
    (void)arg;
    fail_msg("the proof did not end");
}

static void trial_done(void *arg, enum failure failure, const char *message, struct proofs *p)
{
    struct trial *t = arg;
    t->ends++;
    t->failure = failure;
    t->found = *p;
    (void)snprintf(t->message, sizeof(t->message), "%s", message);
    if (t->cancel_inside) proof_cancel(t->proof);
    loop_stop(t->loop);
}

static void trial_open(struct trial *t, const struct habits *habits)
{
    memset(t, 0, sizeof(*t));
    fake_start(&t->fake, habits);
    t->loop = loop_new();
    t->http = http_new(t->loop);
    t->facts = (struct backend_facts){.prefill = true, .idle_route = true, .tokens_route = true};
}

static void trial_start(struct trial *t)
{
    struct proof_options o = {.dialect = DIALECT_LLAMACPP,
                              .url = t->fake.url,
                              .facts = &t->facts,
                              .slot = 0,
                              .sample = "some eighteen byte",
                              .first_token_ms = GUARD_MS,
                              .stall_ms = GUARD_MS};
    t->proof = proof_start(t->loop, t->http, &o, trial_done, t);
}

static void trial_run(struct trial *t)
{
    int64_t start_ms = clock_mono_ms();
    t->timer = timer_new(t->loop, trial_guard, NULL);
    timer_set(t->timer, GUARD_MS);
    trial_start(t);
    loop_run(t->loop);
    timer_free(t->timer);
    t->ms = clock_mono_ms() - start_ms;
    assert_int_equal(t->ends, 1);
}

static void trial_close(struct trial *t)
{
    http_free(t->http);
    loop_free(t->loop);
    fake_stop(&t->fake);
    gen_template_free(t->found.raw);
    assert_int_equal(t->fake.overlaps, 0);
}

// ---- what is proved ----------------------------------------------------------------------------------------------

static void test_obedient_server(void **state)
{
    (void)state;
    struct trial t;
    // So slow by its own account that a quiet time would outlast the guard: none is kept where a route says that it is idle.
    struct habits slow = {.ms_per_token = 2 * GUARD_MS / PROOF_TOKENS_MOST};
    trial_open(&t, &slow);
    trial_run(&t);
    assert_int_equal(t.failure, FAIL_NONE);
    assert_int_equal(t.found.limit, PROOF_YES);
    assert_int_equal(t.found.usage, PROOF_YES);
    assert_int_equal(t.found.seed, PROOF_YES);
    assert_int_equal(t.found.schema, PROOF_YES);
    assert_int_equal(t.found.prefill, PROOF_YES);
    assert_int_equal(t.found.reuse, PROOF_YES);
    assert_true(t.found.leave == PROOF_YES || t.ms > LEAVE_SEEN_MS); // on a starved machine it is seen too late
    assert_false(t.found.thinks || t.found.hidden_answer);
    assert_int_equal(t.found.refused, 0);
    assert_int_equal(t.found.bytes_per_token_x100, 450);
    assert_null(t.found.raw);
    trial_close(&t);
    assert_int_equal(t.found.requests, t.fake.generations);
    assert_int_equal(t.fake.generations, 9);
    assert_in_range(t.fake.tokens, 30, 150);
    assert_in_range(t.fake.largest_prompt, 400, 900);
}

struct habit_case {
    struct habits habits;
    size_t field; // offset in struct proofs
    enum proof_verdict verdict;
};

#define PROOF(field) offsetof(struct proofs, field)

// Each habit changes what it is about.
static void test_habits(void **state)
{
    (void)state;
    static const struct habit_case cases[] = {
        {{.ignores_limit = true}, PROOF(limit), PROOF_NO},
        {{.ignores_limit = true, .goes_on = true}, PROOF(limit), PROOF_NO},
        {{.says_stop = true}, PROOF(limit), PROOF_YES},
        {{.no_usage = true}, PROOF(usage), PROOF_NO},
        {{.no_usage = true}, PROOF(limit), PROOF_YES},
        {{.no_usage = true}, PROOF(reuse), PROOF_UNKNOWN},
        {{.ignores_seed = true}, PROOF(seed), PROOF_NO},
        {{.greedy = true}, PROOF(seed), PROOF_UNKNOWN},
        {{.ignores_schema = true}, PROOF(schema), PROOF_NO},
        {{.refuses = "response_format"}, PROOF(schema), PROOF_NO},
        {{.dislikes = "response_format"}, PROOF(schema), PROOF_NO},
        {{.restates = true}, PROOF(prefill), PROOF_NO},
        {{.refuses = "continue_final_message"}, PROOF(prefill), PROOF_NO},
        {{.dislikes = "continue_final_message"}, PROOF(prefill), PROOF_NO},
        {{.refuses = "seed"}, PROOF(seed), PROOF_NO},
        {{.renders_anew = true}, PROOF(reuse), PROOF_NO},
        {{.goes_on = true}, PROOF(leave), PROOF_NO},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct trial t;
        enum proof_verdict verdict;
        trial_open(&t, &cases[i].habits);
        trial_run(&t);
        memcpy(&verdict, (const char *)&t.found + cases[i].field, sizeof(verdict));
        if (t.failure != FAIL_NONE || verdict != cases[i].verdict)
            fail_msg("case %zu: %s, verdict %d", i, failure_name(t.failure), (int)verdict);
        trial_close(&t);
    }
}

// Without a status route nothing is sent for as long as a proof's answer may take.
static void test_quiet_time_without_a_status_route(void **state)
{
    (void)state;
    struct trial t;
    struct habits habits = {.garbles_first = true};
    trial_open(&t, &habits);
    t.facts.idle_route = false;
    trial_run(&t);
    assert_int_equal(t.failure, FAIL_NONE);
    assert_int_equal(t.found.limit, PROOF_UNKNOWN);
    assert_int_equal(t.found.seed, PROOF_YES);
    assert_int_equal(t.found.leave, PROOF_UNKNOWN);
    assert_in_range(t.ms, PROOF_TOKENS_MOST * 1000 / 20, GUARD_MS);
    trial_close(&t);
}

// Also that the rest goes on without it.
static void test_refused_parameters(void **state)
{
    (void)state;
    static const struct {
        struct habits habits;
        param_set refused;
        enum failure failure;
    } cases[] = {
        {{.refuses = "return_progress"}, PARAM_BIT(PARAM_PINGS), FAIL_NONE},
        {{.refuses = "temperature"}, PARAM_BIT(PARAM_TEMPERATURE), FAIL_NONE},
        {{.dislikes = "cache_prompt"},
         PARAM_BIT(PARAM_PINGS) | PARAM_BIT(PARAM_CACHE) | PARAM_BIT(PARAM_THINKING) | PARAM_BIT(PARAM_USAGE),
         FAIL_NONE},
        {{.dislikes = "temperature"}, PARAM_BIT(PARAM_COUNT) - 1, FAIL_NONE},
        {{.refuses_all = true}, 0, FAIL_REQUEST},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct trial t;
        trial_open(&t, &cases[i].habits);
        trial_run(&t);
        assert_int_equal(t.failure, cases[i].failure);
        assert_int_equal(t.found.refused, cases[i].refused);
        if (t.failure == FAIL_NONE) assert_int_equal(t.found.limit, PROOF_YES);
        trial_close(&t);
    }
}

static void test_template_where_a_chat_is_not_reused(void **state)
{
    (void)state;
    struct trial t;
    struct habits habits = {.renders_anew = true};
    trial_open(&t, &habits);
    trial_run(&t);
    assert_int_equal(t.found.reuse, PROOF_NO);
    assert_non_null(t.found.raw);
    assert_string_equal(t.found.raw->before, "<|im_start|>user\n");
    assert_string_equal(t.found.raw->glue, "<|im_end|>\n<|im_start|>user\n");
    assert_int_equal(t.found.requests, 11);
    trial_close(&t);

    habits = (struct habits){.never_reuses = true}; // raw is no better: it is dropped
    trial_open(&t, &habits);
    trial_run(&t);
    assert_int_equal(t.found.reuse, PROOF_NO);
    assert_null(t.found.raw);
    assert_int_equal(t.found.requests, 11);
    trial_close(&t);
}

static void test_server_that_thinks(void **state)
{
    (void)state;
    struct trial t;
    struct habits habits = {.thinks = true};
    trial_open(&t, &habits);
    trial_run(&t);
    assert_int_equal(t.failure, FAIL_NONE);
    assert_true(t.found.thinks);
    assert_false(t.found.hidden_answer);
    assert_int_equal(t.found.limit, PROOF_UNKNOWN);
    assert_int_equal(t.found.schema, PROOF_UNKNOWN);
    trial_close(&t);

    habits = (struct habits){.hides = true};
    trial_open(&t, &habits);
    trial_run(&t);
    assert_true(t.found.hidden_answer);
    assert_false(t.found.thinks);
    assert_int_equal(t.found.limit, PROOF_YES);
    assert_int_equal(t.found.seed, PROOF_YES);
    assert_int_equal(t.found.schema, PROOF_YES);
    trial_close(&t);
}

static void test_server_that_dies(void **state)
{
    (void)state;
    for (int at = 1; at <= 9; at++) {
        struct trial t;
        struct habits habits = {.dies_at = at};
        trial_open(&t, &habits);
        trial_run(&t);
        assert_int_equal(t.failure, FAIL_RESET);
        assert_true(t.message[0] != '\0');
        assert_int_equal(t.found.requests, at);
        assert_null(t.found.raw);
        trial_close(&t);
    }
}

static void stop_loop(void *arg)
{
    loop_stop(arg);
}

static void test_cancelled_anywhere(void **state)
{
    (void)state;
    struct habits habits = {.goes_on = true}; // so that it is also cancelled while it waits for idle
    proof_cancel(NULL);
    for (int64_t ms = 0; ms < 120; ms += 6) {
        struct trial t;
        trial_open(&t, &habits);
        trial_start(&t);
        t.timer = timer_new(t.loop, stop_loop, t.loop);
        timer_set(t.timer, ms);
        loop_run(t.loop);
        timer_free(t.timer);
        if (t.ends == 0) proof_cancel(t.proof);
        trial_close(&t);
    }
    struct trial t;
    trial_open(&t, &(struct habits){.thinks = false});
    t.cancel_inside = true;
    trial_run(&t);
    trial_close(&t);
}

// ---- the parts that are pure -------------------------------------------------------------------------------------

static void test_leave_is_judged_by_what_was_left(void **state)
{
    (void)state;
    static const struct {
        int64_t idle_after_ms, rest_ms;
        enum proof_verdict verdict;
    } cases[] = {
        {20, 2000, PROOF_YES},    {1000, 2500, PROOF_YES},  {1000, 1100, PROOF_UNKNOWN}, {20, 0, PROOF_UNKNOWN},
        {20, 10, PROOF_UNKNOWN},  {2100, 2000, PROOF_NO},   {1500, 2000, PROOF_NO},      {3500, 60000, PROOF_UNKNOWN},
        {2900, 60000, PROOF_YES}, {60100, 60000, PROOF_NO}, {900, 800, PROOF_UNKNOWN},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(proof_judge_leave(cases[i].idle_after_ms, cases[i].rest_ms), cases[i].verdict);
}

static void judge(size_t step, struct proof_scene *s, const char *text, const struct gen_result *r)
{
    memset(&s->found, 0, sizeof(s->found));
    buf_clear(&s->answers[0].text);
    buf_adds(&s->answers[0].text, text);
    s->answers[0].result = *r;
    (void)proof_steps[step].judge(s, 0);
}

enum { STEP_LIMIT = 1, STEP_SCHEMA = 3, STEP_PREFILL = 4, STEP_REUSE = 5 };

static void test_answers_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum proof_verdict verdict;
    } prefills[] =
        {
            {" Paris.", PROOF_YES},
            {"Paris, a city on the Seine.", PROOF_YES},
            {" the city of Paris", PROOF_YES},
            {"The capital of France is Paris.", PROOF_NO},
            {"the  CAPITAL of france is", PROOF_NO},
            {"Paris is the capital of France.", PROOF_NO},
            {"Sure! Paris", PROOF_NO},
            {"<think>\nParis", PROOF_NO},
        },
      schemas[] = {
          {"{\"bird\":\"kestrel\"}", PROOF_YES}, {" {\n \"bird\" : \"kestrel\" }\n", PROOF_YES},
          {"{\"bird\":\"ostrich\"}", PROOF_NO},  {"{\"bird\":\"kestrel\",\"size\":1}", PROOF_NO},
          {"{\"bird\":\"kestrel\"", PROOF_NO},   {"```json\n{\"bird\":\"kestrel\"}\n```", PROOF_NO},
      };
    struct proof_scene s = {.prefill = true};
    struct gen_result r = {.failure = FAIL_NONE};
    buf_init(&s.answers[0].text, PROOF_ANSWER_MAX);
    for (size_t i = 0; i < ARRAY_LEN(prefills); i++) {
        judge(STEP_PREFILL, &s, prefills[i].text, &r);
        assert_int_equal(s.found.prefill, prefills[i].verdict);
    }
    for (size_t i = 0; i < ARRAY_LEN(schemas); i++) {
        judge(STEP_SCHEMA, &s, schemas[i].text, &r);
        assert_int_equal(s.found.schema, schemas[i].verdict);
    }
    buf_release(&s.answers[0].text);
}

static void test_reuse_is_judged_by_the_answer(void **state)
{
    (void)state;
    static const struct {
        int64_t prompt, output, cached;
        enum proof_verdict verdict;
    } cases[] = {
        {150, 32, 181, PROOF_YES},     // all but the last token
        {150, 32, 176, PROOF_YES},     // whole blocks of 16
        {151, 32, 166, PROOF_YES},     // and the worst of them
        {150, 32, 146, PROOF_NO},      // the prompt but for its last words, and nothing of the answer
        {150, 32, 155, PROOF_UNKNOWN}, // some of it
        {150, 32, 0, PROOF_NO},        //
        {150, 8, 157, PROOF_UNKNOWN},  // an answer that is too short to tell
        {150, 8, 40, PROOF_NO},        //
        {150, 32, -1, PROOF_UNKNOWN},  // not said
        {-1, 32, 100, PROOF_UNKNOWN},  //
    };
    struct proof_scene s = {.prefill = false};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        s.found.reuse = PROOF_UNKNOWN;
        s.answers[0].result = (struct gen_result){.prompt_tokens = cases[i].prompt, .output_tokens = cases[i].output};
        s.answers[1].result = (struct gen_result){.cached_tokens = cases[i].cached};
        (void)proof_steps[STEP_REUSE].judge(&s, 1);
        assert_int_equal(s.found.reuse, cases[i].verdict);
    }
}

// Whoever stands before the server can tell these requests from a book's.
static void test_every_question_says_that_it_is_a_test(void **state)
{
    (void)state;
    static const char line[] = "\nThis is a test of the server.";
    struct proof_scene s = {.prefill = true};
    for (int i = 0; i < PROOF_TURNS_MOST; i++) buf_init(&s.answers[i].text, PROOF_ANSWER_MAX);
    for (size_t k = 0; k < PROOF_STEPS; k++) {
        for (int turn = 0; proof_steps[k].ask != NULL && turn < 2; turn++) {
            struct proof_ask ask = {.texts_count = 1, .seed = -1};
            proof_steps[k].ask(&s, turn, &ask);
            assert_in_range(ask.max_tokens, 1, PROOF_TOKENS_MOST);
            for (size_t i = 0; i < ask.texts_count; i += 2) {
                size_t len = strlen(ask.texts[i]);
                assert_string_equal(ask.texts[i] + len - strlen(line), line);
            }
        }
    }
    for (int i = 0; i < PROOF_TURNS_MOST; i++) buf_release(&s.answers[i].text);
}

// ---- the row -----------------------------------------------------------------------------------------------------

static void test_row_is_read_as_written(void **state)
{
    (void)state;
    struct gen_template raw = {(char *)(uintptr_t) "<\"u\">\n", (char *)(uintptr_t) "</u>", (char *)(uintptr_t) "",
                               false};
    struct proofs p = {.limit = PROOF_YES,
                       .usage = PROOF_NO,
                       .seed = PROOF_UNKNOWN,
                       .schema = PROOF_YES,
                       .prefill = PROOF_NO,
                       .reuse = PROOF_NO,
                       .leave = PROOF_YES,
                       .thinks = true,
                       .hidden_answer = true,
                       .refused = PARAM_BIT(PARAM_TOP_K) | PARAM_BIT(PARAM_PINGS),
                       .bytes_per_token_x100 = 433,
                       .raw = &raw,
                       .requests = 9};
    struct proofs back;
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    proofs_write(&p, &b);
    assert_true(proofs_read(&back, b.data));
    assert_string_equal(back.raw->before, raw.before);
    assert_string_equal(back.raw->open, raw.open);
    assert_string_equal(back.raw->glue, raw.glue);
    gen_template_free(back.raw);
    back.raw = p.raw = NULL;
    assert_int_equal(back.limit, p.limit);
    assert_int_equal(back.usage, p.usage);
    assert_int_equal(back.seed, p.seed);
    assert_int_equal(back.schema, p.schema);
    assert_int_equal(back.prefill, p.prefill);
    assert_int_equal(back.reuse, p.reuse);
    assert_int_equal(back.leave, p.leave);
    assert_true(back.thinks && back.hidden_answer);
    assert_int_equal(back.refused, p.refused);
    assert_int_equal(back.bytes_per_token_x100, 433);
    assert_int_equal(back.requests, 9);
    p.refused = PARAM_BIT(PARAM_COUNT) - 1; // the longest list
    buf_clear(&b);
    proofs_write(&p, &b);
    assert_true(proofs_read(&back, b.data));
    assert_int_equal(back.refused, p.refused);
    assert_null(back.raw);
    buf_release(&b);
}

static void test_row_of_another_version(void **state)
{
    (void)state;
    static const char *const broken[] = {"", "{", "[]", "null", "\"yes\"", "{\"limit\":\"yes\"} x"};
    struct proofs p;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        memset(&p, 0x55, sizeof(p));
        assert_false(proofs_read(&p, broken[i]));
        assert_int_equal(p.limit, PROOF_UNKNOWN);
        assert_null(p.raw);
    }
    assert_true(proofs_read(&p, "{\"limit\":\"yes\",\"seed\":\"perhaps\",\"usage\":7,\"new\":{\"a\":1},\"refused\":"
                                "\"top_k, unheard_of\",\"requests\":-3,\"bytes_per_token_x100\":1e9,"
                                "\"raw\":{\"before\":\"a\",\"open\":\"b\"}}"));
    assert_int_equal(p.limit, PROOF_YES);
    assert_int_equal(p.seed, PROOF_UNKNOWN);
    assert_int_equal(p.usage, PROOF_UNKNOWN);
    assert_int_equal(p.refused, PARAM_BIT(PARAM_TOP_K));
    assert_int_equal(p.requests, 0);
    assert_int_equal(p.bytes_per_token_x100, 0);
    assert_null(p.raw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_obedient_server),
        cmocka_unit_test(test_habits),
        cmocka_unit_test(test_quiet_time_without_a_status_route),
        cmocka_unit_test(test_refused_parameters),
        cmocka_unit_test(test_template_where_a_chat_is_not_reused),
        cmocka_unit_test(test_server_that_thinks),
        cmocka_unit_test(test_server_that_dies),
        cmocka_unit_test(test_cancelled_anywhere),
        cmocka_unit_test(test_leave_is_judged_by_what_was_left),
        cmocka_unit_test(test_answers_are_judged),
        cmocka_unit_test(test_reuse_is_judged_by_the_answer),
        cmocka_unit_test(test_every_question_says_that_it_is_a_test),
        cmocka_unit_test(test_row_is_read_as_written),
        cmocka_unit_test(test_row_of_another_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
