// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The probe against canned servers of every kind, those that play others included; against servers that load, refuse,
// hang, drip or are none; and the names of models.
#include "backend/probe.h"

#include "base/clock.h"

#include "canned.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define JSON      "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
#define TEXT      "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"
#define HTML      "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<!doctype html><title>Router</title>"
#define STATUS(s) "HTTP/1.0 " s "\r\n\r\n"
#define NOT_FOUND STATUS("404 X") "{\"detail\":\"Not Found\"}"
#define LOADING                                                                                                      \
    STATUS("503 X") "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}"
#define LIST(more) JSON "{\"object\":\"list\",\"data\":[{\"id\":\"tiny\",\"object\":\"model\"" more "}]}"

enum { REPLIES_MOST = 12 };

struct ask {
    struct loop *loop;
    struct http *http;
    struct canned *server;
    struct timer *guard;
    struct probe_options options;
    struct probe *probe;
    struct backend_facts facts;
    int answers;
    bool cancels;
    int64_t took_ms;
};

static void ask_guard(void *arg)
{
    (void)arg;
    fail_msg("the loop did not end");
}

static void ask_done(void *arg, const struct backend_facts *facts)
{
    struct ask *a = arg;
    a->facts = *facts;
    a->answers++;
    if (a->cancels) probe_cancel(a->probe); // it is over: nothing happens
    loop_stop(a->loop);
}

static void ask_open(struct ask *a, const struct canned_reply *replies, int count)
{
    memset(a, 0, sizeof(*a));
    a->loop = loop_new();
    a->http = http_new(a->loop);
    a->server = canned_start(replies, count);
    a->guard = timer_new(a->loop, ask_guard, NULL);
    timer_set(a->guard, 60000);
    a->options = (struct probe_options){.url = a->server->url, .dialect = DIALECT_UNKNOWN, .guess = DIALECT_UNKNOWN};
}

static void ask_run(struct ask *a)
{
    int64_t start_ms = clock_mono_ms();
    a->probe = probe_start(a->loop, a->http, &a->options, ask_done, a);
    loop_run(a->loop);
    a->took_ms = clock_mono_ms() - start_ms;
    assert_int_equal(a->answers, 1);
}

static void ask_close(struct ask *a)
{
    http_free(a->http);
    timer_free(a->guard);
    loop_free(a->loop);
    canned_stop(a->server);
}

// Replies by path, each on a connection of its own; what is not listed is the server's "*".
static int replies_fill(struct canned_reply *out, const char *const *texts)
{
    int n = 0;
    for (; n < REPLIES_MOST && texts[n] != NULL; n++) out[n] = (struct canned_reply){texts[n], CANNED_CLOSE, false};
    return n;
}

// ---- servers of every kind ---------------------------------------------------------------------------------------

struct kind_case {
    enum dialect_kind dialect;
    const char *replies[REPLIES_MOST];
    const char *version, *model;
    int n_ctx_tokens, n_ctx_most, slots;
    bool loaded, idle_route, tokens_route, whole, thinking;
};

static const struct kind_case kinds[] = {
    {.dialect = DIALECT_LLAMACPP,
     .replies = {"/props\n" JSON "{\"default_generation_settings\":{\"n_ctx\":4096},\"total_slots\":2,"
                 "\"build_info\":\"b6123-abc\"}",
                 "/\n" HTML, "/api/tags\n" JSON "{\"models\":[{\"name\":\"tiny\"}]}",
                 "/v1/models\n" LIST(",\"owned_by\":\"llamacpp\",\"meta\":{\"n_ctx_train\":32768}"),
                 "/slots\n" JSON "[{\"id\":0,\"is_processing\":false}]", "*\n" NOT_FOUND},
     .version = "b6123-abc",
     .model = "tiny",
     .n_ctx_tokens = 4096,
     .n_ctx_most = 32768,
     .slots = 2,
     .loaded = true,
     .idle_route = true,
     .tokens_route = true,
     .whole = true},
    // ik_llama.cpp says max_model_len, as vLLM does
    {.dialect = DIALECT_LLAMACPP,
     .replies = {"/props\n" JSON "{\"default_generation_settings\":{\"n_ctx\":8192},\"total_slots\":1}",
                 "/v1/models\n" LIST(",\"owned_by\":\"llamacpp\",\"max_model_len\":8192"),
                 "/slots\n" STATUS("501 X") "{\"error\":{\"code\":501,\"message\":\"disabled\"}}", "*\n" NOT_FOUND},
     .version = "",
     .model = "tiny",
     .n_ctx_tokens = 8192,
     .slots = 1,
     .loaded = true,
     .tokens_route = true,
     .whole = true},
    {.dialect = DIALECT_OLLAMA,
     .replies = {"/\n" TEXT "Ollama is running", "/api/version\n" JSON "{\"version\":\"0.12.3\"}",
                 "/api/tags\n" JSON "{\"models\":[{\"name\":\"big:70b\"},{\"name\":\"llama3:latest\"}]}",
                 "/api/ps\n" JSON "{\"models\":[{\"name\":\"llama3:latest\",\"context_length\":4096}]}",
                 "/api/show\n" JSON "{\"model_info\":{\"llama.context_length\":131072},\"capabilities\":"
                 "[\"completion\",\"thinking\"]}",
                 "/v1/models\n" LIST(",\"owned_by\":\"library\""), "*\n" STATUS("404 X") "404 page not found"},
     .version = "0.12.3",
     .model = "llama3:latest",
     .n_ctx_tokens = 4096,
     .n_ctx_most = 131072,
     .loaded = true,
     .whole = true,
     .thinking = true},
    {.dialect = DIALECT_KOBOLDCPP,
     .replies = {"/api/extra/version\n" JSON "{\"result\":\"KoboldCpp\",\"version\":\"1.98\"}",
                 "/api/extra/true_max_context_length\n" JSON "{\"value\":16384}",
                 "/api/v1/model\n" JSON "{\"result\":\"koboldcpp/tiny\"}",
                 "/api/extra/perf\n" JSON "{\"idle\":1,\"queue\":0}",
                 "/props\n" JSON "{\"default_generation_settings\":{\"n_ctx\":16384},\"total_slots\":1}",
                 "/\n" TEXT "Ollama is running", "/api/version\n" JSON "{\"version\":\"0.7.0\"}",
                 "/api/tags\n" JSON "{\"models\":[{\"name\":\"koboldcpp\"}]}", "/v1/models\n" LIST(""),
                 "*\n" NOT_FOUND},
     .version = "1.98",
     .model = "koboldcpp/tiny",
     .n_ctx_tokens = 16384,
     .loaded = true,
     .idle_route = true,
     .tokens_route = true,
     .whole = true},
    {.dialect = DIALECT_SGLANG,
     .replies = {"/get_model_info\n" JSON "{\"model_path\":\"org/tiny\",\"is_generation\":true}",
                 "/get_server_info\n" JSON "{\"version\":\"0.5.2\",\"context_length\":40960}",
                 "/v1/models\n" LIST(",\"owned_by\":\"sglang\",\"max_model_len\":40960"), "*\n" NOT_FOUND},
     .version = "0.5.2",
     .model = "tiny",
     .n_ctx_tokens = 40960,
     .loaded = true,
     .tokens_route = true,
     .whole = true},
    {.dialect = DIALECT_VLLM,
     .replies = {"/v1/models\n" LIST(",\"owned_by\":\"vllm\",\"max_model_len\":32768"),
                 "/version\n" JSON "{\"version\":\"0.11.0\"}", "/health\n" STATUS("200 OK"),
                 "/metrics\n" TEXT "vllm:num_requests_running{engine=\"0\"} 0.0\n"
                 "vllm:num_requests_waiting{engine=\"0\"} 0.0\n",
                 "*\n" NOT_FOUND},
     .version = "0.11.0",
     .model = "tiny",
     .n_ctx_tokens = 32768,
     .loaded = true,
     .idle_route = true,
     .tokens_route = true,
     .whole = true},
    {.dialect = DIALECT_LMSTUDIO,
     .replies = {"/api/v0/models\n" JSON "{\"data\":[{\"id\":\"cold\",\"type\":\"llm\",\"state\":\"not-loaded\"},"
                 "{\"id\":\"warm\",\"type\":\"llm\",\"state\":\"loaded\",\"loaded_context_length\":4096,"
                 "\"max_context_length\":40960}]}",
                 "/v1/models\n" LIST(",\"owned_by\":\"organization_owner\""),
                 "*\n" JSON "{\"error\":\"Unexpected endpoint or method. (GET /x)\"}"},
     .version = "",
     .model = "warm",
     .n_ctx_tokens = 4096,
     .n_ctx_most = 40960,
     .loaded = true,
     .whole = true},
    {.dialect = DIALECT_MLX,
     .replies = {"/v1/models\nHTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.12\r\n\r\n"
                 "{\"object\":\"list\",\"data\":[{\"id\":\"org/tiny\"},{\"id\":\"org/big\"}]}",
                 "/health\nHTTP/1.0 200 OK\r\nServer: BaseHTTP/0.6 Python/3.12\r\n\r\n{\"status\":\"ok\"}",
                 "*\nHTTP/1.0 404 X\r\nServer: BaseHTTP/0.6 Python/3.12\r\n\r\nNot Found"},
     .version = "",
     .model = ""},
    {.dialect = DIALECT_OPENAI,
     .replies = {"/v1/models\n" LIST(",\"owned_by\":\"somebody\",\"max_model_len\":8192"), "*\n" NOT_FOUND},
     .version = "",
     .model = "tiny",
     .n_ctx_tokens = 8192,
     .loaded = true},
    // a proxy that answers all else with a page, or by closing the connection
    {.dialect = DIALECT_OPENAI,
     .replies = {"/v1/models\n" LIST(""), "*\n" HTML},
     .version = "",
     .model = "tiny",
     .loaded = true},
    {.dialect = DIALECT_OPENAI,
     .replies = {"/v1/models\n" LIST(""), "*\n"},
     .version = "",
     .model = "tiny",
     .loaded = true},
};

static void kind_check(const struct kind_case *c, const struct backend_facts *f)
{
    if (f->dialect != (int)c->dialect || f->failure != FAIL_NONE)
        fail_msg("%s: taken for %d, %s", dialect_name(c->dialect), f->dialect, failure_name(f->failure));
    assert_string_equal(f->version, c->version);
    assert_string_equal(f->model, c->model);
    assert_int_equal(f->n_ctx_tokens, c->n_ctx_tokens);
    assert_int_equal(f->n_ctx_most, c->n_ctx_most);
    assert_int_equal(f->slots, c->slots);
    assert_int_equal(f->model_loaded, c->loaded);
    assert_int_equal(f->idle_route, c->idle_route);
    assert_int_equal(f->tokens_route, c->tokens_route);
    assert_int_equal(f->models_whole, c->whole);
    assert_int_equal(f->thinking, c->thinking);
    assert_string_equal(f->message, "");
}

// However it is asked: with nothing known, with every guess right or wrong, and as what it is.
static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct kind_case *c = &kinds[i];
        struct canned_reply replies[REPLIES_MOST];
        int count = replies_fill(replies, c->replies);
        for (int guess = DIALECT_UNKNOWN; guess <= DIALECT_COUNT; guess++) {
            struct ask a;
            ask_open(&a, replies, count);
            a.options.guess = guess < DIALECT_COUNT ? guess : DIALECT_UNKNOWN;
            if (guess == DIALECT_COUNT) a.options.dialect = (int)c->dialect;
            // Who plays a llama.cpp or an Ollama passes for one if that is what it was before.
            bool plays = c->dialect == DIALECT_KOBOLDCPP && (guess == DIALECT_LLAMACPP || guess == DIALECT_OLLAMA);
            // Who closes the connection has not said that it is another one. Three are known by the list of models.
            bool by_list = guess == DIALECT_OPENAI || guess == DIALECT_VLLM || guess == DIALECT_MLX;
            bool guessed = guess != DIALECT_UNKNOWN && guess < DIALECT_COUNT && !by_list;
            bool breaks = guessed && strcmp(c->replies[1], "*\n") == 0;
            ask_run(&a);
            if (breaks)
                assert_int_equal(a.facts.failure, FAIL_RESET);
            else if (!plays)
                kind_check(c, &a.facts);
            ask_close(&a);
        }
    }
}

static void test_guess_is_asked_first(void **state)
{
    (void)state;
    static const char *const texts[] = {"/props\n" JSON
                                        "{\"default_generation_settings\":{\"n_ctx\":4096},\"total_slots\":1}",
                                        "*\n" NOT_FOUND, NULL};
    struct canned_reply replies[REPLIES_MOST];
    struct ask a;
    ask_open(&a, replies, replies_fill(replies, texts));
    a.options.guess = DIALECT_LLAMACPP;
    ask_run(&a);
    assert_int_equal(strncmp(a.server->asked.data, "GET /props HTTP/1.1\n", 20), 0);
    assert_int_equal(a.facts.dialect, DIALECT_LLAMACPP);
    ask_close(&a);
}

// An Ollama that was just starting again failed at the first question and answered the next on OpenAI's routes. It was
// taken for another kind of server, and the book stopped at a route that is not there.
static void test_guess_that_fails_is_no_other(void **state)
{
    (void)state;
    static const struct {
        const char *root;
        enum failure failure;
    } cases[] = {{"/\n" STATUS("500 X"), FAIL_SERVER}, {"/\n" STATUS("503 X"), FAIL_BUSY}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *texts[] = {cases[i].root, "/v1/models\n" LIST(""), "*\n" NOT_FOUND, NULL};
        struct canned_reply replies[REPLIES_MOST];
        struct ask a;
        ask_open(&a, replies, replies_fill(replies, texts));
        a.options.guess = DIALECT_OLLAMA;
        ask_run(&a);
        assert_int_equal(a.facts.failure, cases[i].failure);
        ask_close(&a);
    }
}

// A dialect that is given is asked its own questions and no others, and is believed if there is a list of models.
static void test_given_dialect(void **state)
{
    (void)state;
    static const char *const texts[] = {"/v1/models\n" LIST(""), "*\n" NOT_FOUND, NULL};
    static const struct {
        enum dialect_kind dialect;
        enum failure failure;
        const char *asked;
    } cases[] = {
        {DIALECT_MLX, FAIL_NONE, "GET /v1/models HTTP/1.1\n"},
        {DIALECT_LLAMACPP, FAIL_NONE, "GET /props HTTP/1.1\nGET /v1/models HTTP/1.1\nGET /slots HTTP/1.1\n"},
        {DIALECT_LMSTUDIO, FAIL_NOT_A_SERVER, "GET /api/v1/models HTTP/1.1\nGET /api/v0/models HTTP/1.1\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct canned_reply replies[REPLIES_MOST];
        struct ask a;
        ask_open(&a, replies, replies_fill(replies, texts));
        a.options.dialect = (int)cases[i].dialect;
        ask_run(&a);
        assert_int_equal(a.facts.failure, cases[i].failure);
        assert_int_equal(a.facts.dialect, cases[i].dialect);
        assert_string_equal(a.server->asked.data, cases[i].asked);
        ask_close(&a);
    }
}

// ---- servers that do not say what they are -----------------------------------------------------------------------

struct trouble_case {
    const char *replies[4];
    int given; // DIALECT_OPENAI here: none
    enum failure failure;
    int dialect;
    const char *message; // a part of it, NULL: any
};

#define LLAMACPP_KEY                                                                                                 \
    "HTTP/1.0 401 X\r\nServer: llama.cpp\r\n\r\n{\"error\":{\"code\":401,\"message\":\"Invalid API Key\"}}"
#define LLAMACPP_LOADS                                                                                               \
    "HTTP/1.0 503 X\r\nServer: llama.cpp\r\n\r\n"                                                                    \
    "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}"
#define VLLM_LIST "/v1/models\n" LIST(",\"owned_by\":\"vllm\",\"max_model_len\":4096")

static const struct trouble_case troubles[] = {
    {{"*\n" LOADING}, 0, FAIL_LOADING, DIALECT_UNKNOWN, "Loading model"},
    {{"/v1/models\n" LIST(""), "*\n" LOADING}, 0, FAIL_LOADING, DIALECT_UNKNOWN, "Loading model"},
    {{"/v1/models\n" LIST(""), "*\n" LLAMACPP_LOADS}, 0, FAIL_LOADING, DIALECT_LLAMACPP, "Loading model"},
    {{"/props\n" LOADING, "*\n" NOT_FOUND}, DIALECT_LLAMACPP, FAIL_LOADING, DIALECT_LLAMACPP, NULL},
    {{VLLM_LIST, "/health\n" STATUS("503 X"), "*\n" NOT_FOUND}, 0, FAIL_BUSY, DIALECT_VLLM, NULL},
    {{VLLM_LIST, "/health\n" STATUS("500 X"), "*\n" NOT_FOUND}, 0, FAIL_SERVER, DIALECT_VLLM, NULL},
    {{"/v1/models\n" STATUS("401 X") "{\"error\":\"Unauthorized\"}", "*\n" NOT_FOUND},
     0,
     FAIL_AUTH,
     DIALECT_UNKNOWN,
     "Unauthorized"},
    {{"*\n" STATUS("403 X")}, 0, FAIL_AUTH, DIALECT_UNKNOWN, NULL},
    // the list of a llama.cpp is open to everybody, the rest is not
    {{"/v1/models\n" LIST(""), "*\n" LLAMACPP_KEY}, 0, FAIL_AUTH, DIALECT_LLAMACPP, "Invalid API Key"},
    {{"/v1/models\n" LIST(""), "*\n" STATUS("401 X")}, DIALECT_LLAMACPP, FAIL_AUTH, DIALECT_LLAMACPP, NULL},
    {{"*\n" HTML}, 0, FAIL_NOT_A_SERVER, DIALECT_UNKNOWN, NULL},
    {{"*\n" NOT_FOUND}, 0, FAIL_NOT_A_SERVER, DIALECT_UNKNOWN, NULL},
    {{"*\n" NOT_FOUND}, DIALECT_OLLAMA, FAIL_NOT_A_SERVER, DIALECT_OLLAMA, "Ollama"},
    {{"*\n" JSON "{\"data\":7}"}, 0, FAIL_NOT_A_SERVER, DIALECT_UNKNOWN, NULL},
    {{"*\nSSH-2.0-OpenSSH_9.2\r\n"}, 0, FAIL_NOT_A_SERVER, DIALECT_UNKNOWN, NULL},
    {{"*\n"}, 0, FAIL_RESET, DIALECT_UNKNOWN, NULL},
    {{"*\n" STATUS("302 X")}, 0, FAIL_NOT_A_SERVER, DIALECT_UNKNOWN, NULL},
    {{"*\n" STATUS("502 X")}, 0, FAIL_GATEWAY, DIALECT_UNKNOWN, NULL},
    {{"*\n" STATUS("504 X")}, 0, FAIL_GATEWAY_TIMEOUT, DIALECT_UNKNOWN, NULL},
    {{"*\n" STATUS("503 X") "<html><title>Service Unavailable</title>"},
     0,
     FAIL_BUSY,
     DIALECT_UNKNOWN,
     "Unavailable"},
    {{"*\n" STATUS("401 X") "{\"error\":\"\\u001b[2Jgone\"}"}, 0, FAIL_AUTH, DIALECT_UNKNOWN, "?[2Jgone"},
};

static void test_troubles(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
        const struct trouble_case *c = &troubles[i];
        struct canned_reply replies[REPLIES_MOST];
        const char *texts[5] = {c->replies[0], c->replies[1], c->replies[2], c->replies[3], NULL};
        struct ask a;
        ask_open(&a, replies, replies_fill(replies, texts));
        if (c->given != DIALECT_OPENAI) a.options.dialect = c->given;
        ask_run(&a);
        if (a.facts.failure != c->failure || a.facts.dialect != c->dialect)
            fail_msg("case %zu: %s of %d", i, failure_name(a.facts.failure), a.facts.dialect);
        assert_int_not_equal(a.facts.message[0], '\0');
        if (c->message != NULL && strstr(a.facts.message, c->message) == NULL) fail_msg("%s", a.facts.message);
        ask_close(&a);
    }
}

static void test_nobody_listens(void **state)
{
    (void)state;
    struct ask a;
    ask_open(&a, NULL, 0);
    a.options.url = "http://127.0.0.1:1";
    ask_run(&a);
    assert_int_equal(a.facts.failure, FAIL_REFUSED);
    a.options.url = "gopher://x";
    a.answers = 0;
    ask_run(&a);
    assert_int_equal(a.facts.failure, FAIL_CONFIG);
    ask_close(&a);
}

// A server that hangs, and one whose replies never end, cost no more than the limit; what was learned is kept.
static void test_limit(void **state)
{
    (void)state;
    static const struct canned_reply hangs[] = {{"", CANNED_HOLD, false}};
    static const struct canned_reply drips[] = {{JSON, CANNED_DRIP, false}};
    static const struct canned_reply wedged[] = {
        {"/props\n" JSON "{\"default_generation_settings\":{\"n_ctx\":4096},\"total_slots\":1}", CANNED_CLOSE, false},
        {"/v1/models\n" LIST(""), CANNED_CLOSE, false},
        {"/slots\n", CANNED_HOLD, false},
        {"*\n" NOT_FOUND, CANNED_CLOSE, false},
    };
    static const struct {
        const struct canned_reply *replies;
        int count, dialect, n_ctx_tokens;
        int64_t limit_ms; // enough for what does answer
        const char *message;
    } cases[] = {
        {hangs, 1, DIALECT_UNKNOWN, 0, 200, "no answer to GET /api/extra/version in time"},
        {drips, 1, DIALECT_UNKNOWN, 0, 200, "no answer to GET /api/extra/version in time"},
        {wedged, 4, DIALECT_LLAMACPP, 4096, 2000, "no answer to GET /slots in time"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ask a;
        ask_open(&a, cases[i].replies, cases[i].count);
        a.options.limit_ms = cases[i].limit_ms;
        ask_run(&a);
        assert_int_equal(a.facts.failure, FAIL_CONNECT_TIMEOUT);
        assert_int_equal(a.facts.dialect, cases[i].dialect);
        assert_int_equal(a.facts.n_ctx_tokens, cases[i].n_ctx_tokens);
        assert_string_equal(a.facts.message, cases[i].message);
        assert_true(a.took_ms >= cases[i].limit_ms - 10);
        ask_close(&a);
    }
}

// ---- how it asks -------------------------------------------------------------------------------------------------

static char *keep_alive(const char *path, const char *status, const char *body)
{
    return mem_printf("%s\nHTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", path, status, strlen(body), body);
}

// There are servers that serve one connection at a time. And no path is asked twice.
static void test_one_connection_and_no_path_twice(void **state)
{
    (void)state;
    char *list = keep_alive("/v1/models", "200 OK", "{\"data\":[{\"id\":\"tiny\"}]}");
    char *none = keep_alive("*", "404 Not Found", "no");
    const struct canned_reply replies[] = {{list, CANNED_KEEP, false}, {none, CANNED_KEEP, false}};
    struct ask a;
    ask_open(&a, replies, 2);
    ask_run(&a);
    assert_int_equal(a.facts.failure, FAIL_NONE);
    assert_int_equal(a.facts.dialect, DIALECT_OPENAI);
    assert_int_equal(a.server->connections, 1);
    const char *first = strstr(a.server->asked.data, "GET /v1/models ");
    assert_non_null(first);
    assert_null(strstr(first + 1, "GET /v1/models "));
    ask_close(&a);
    free(list);
    free(none);
}

// llama.cpp has a large web page at its root.
static void test_large_page_is_not_read_to_its_end(void **state)
{
    (void)state;
    enum { PAGE = 8 * 1024 * 1024 };
    static const char head[] = "/\nHTTP/1.0 200 OK\r\n\r\n<html>";
    char *page = mem_calloc(1, sizeof(head) + PAGE);
    memcpy(page, head, sizeof(head) - 1);
    memset(page + sizeof(head) - 1, 'x', PAGE);
    const struct canned_reply replies[] = {{page, CANNED_DRIP, false},
                                           {"/v1/models\n" LIST(""), CANNED_CLOSE, false},
                                           {"*\n" NOT_FOUND, CANNED_CLOSE, false}};
    struct ask a;
    ask_open(&a, replies, 3);
    ask_run(&a);
    assert_int_equal(a.facts.failure, FAIL_NONE);
    ask_close(&a);
    free(page);
}

// Half of a character and a NUL: a copy that ended there was read beyond its end. It shows with a checker of memory
// only (make asan).
static void test_a_nul_in_a_reply(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {{"*\n" JSON "\"half \xF0", CANNED_NUL, false}};
    struct ask a;
    ask_open(&a, replies, 1);
    ask_run(&a);
    assert_int_equal(a.facts.failure, FAIL_NOT_A_SERVER);
    ask_close(&a);
}

// The model that the book wants is asked about, not the one that happens to be loaded.
static void test_wanted_model(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {
        {"/\n" TEXT "Ollama is running", CANNED_CLOSE, false},
        {"/api/tags\n" JSON "{\"models\":[{\"name\":\"big:70b\"},{\"name\":\"llama3:latest\"}]}", CANNED_CLOSE,
         false},
        {"/api/ps\n" JSON "{\"models\":[{\"name\":\"llama3:latest\",\"context_length\":4096}]}", CANNED_CLOSE, false},
        {"*\n" JSON "{\"model_info\":{\"llama.context_length\":131072}}", CANNED_CLOSE, false},
    };
    static const struct {
        const char *wanted, *asked;
        bool loaded;
    } cases[] = {
        {NULL, "{\"model\":\"llama3:latest\"}", true},
        {"llama3", "{\"model\":\"llama3\"}", true},
        {"big:70b", "{\"model\":\"big:70b\"}", false},
        {"x\"y", "{\"model\":\"x\\\"y\"}", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct ask a;
        ask_open(&a, replies, 4);
        a.options.model = cases[i].wanted;
        a.options.bearer = "sesame";
        ask_run(&a);
        assert_int_equal(a.facts.failure, FAIL_NONE);
        assert_int_equal(a.facts.model_loaded, cases[i].loaded);
        assert_string_equal(a.facts.model, "llama3:latest");
        assert_non_null(strstr(a.server->last.data, cases[i].asked));
        assert_non_null(strstr(a.server->last.data, "POST /api/show "));
        assert_non_null(strstr(a.server->last.data, "Authorization: Bearer sesame\r\n"));
        ask_close(&a);
    }
}

static void test_cancel(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {{"*\n" NOT_FOUND, CANNED_CLOSE, false}};
    struct ask a;
    ask_open(&a, replies, 1);
    probe_cancel(probe_start(a.loop, a.http, &a.options, ask_done, &a));
    probe_cancel(NULL);
    assert_int_equal(a.answers, 0);
    a.cancels = true;
    ask_run(&a);
    ask_close(&a);
}

static void test_names_of_models(void **state)
{
    (void)state;
    static struct backend_facts f = {.models = {{"llama3:latest", true},
                                                {"llama3:8b", false},
                                                {"/models/Qwen3-8B-Q4.gguf", false},
                                                {"a/twin", false},
                                                {"b/twin", false},
                                                {"Org/Case", false},
                                                {"org/case", false}},
                                     .models_count = 7};
    static const struct {
        const char *name;
        int index; // -1: none
    } cases[] = {
        {"llama3", 0},      {"llama3:latest", 0},    {"LLAMA3", 0}, {"llama3:8b", 1}, {"library/llama3:8b", 1},
        {"qwen3-8b-q4", 2}, {"Qwen3-8B-Q4.gguf", 2}, {"twin", -1},  {"b/twin", 4},    {"c/twin", -1},
        {"org/case", 6},    {"Org/Case", 5},         {"llama", -1}, {"", -1},         {"/", -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct backend_model *m = backend_facts_model(&f, cases[i].name);
        int index = m != NULL ? (int)(m - f.models) : -1;
        if (index != cases[i].index) fail_msg("'%s' is %d", cases[i].name, index);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_guess_is_asked_first),
        cmocka_unit_test(test_guess_that_fails_is_no_other),
        cmocka_unit_test(test_given_dialect),
        cmocka_unit_test(test_troubles),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_one_connection_and_no_path_twice),
        cmocka_unit_test(test_large_page_is_not_read_to_its_end),
        cmocka_unit_test(test_a_nul_in_a_reply),
        cmocka_unit_test(test_wanted_model),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_names_of_models),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
