// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One generation in the dialects that are not OpenAI's, and what a reply that was not expected there becomes. The
// tables themselves have tests of their own.
#include "generation_fixture.h"

#define LINES_HEAD "HTTP/1.0 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n"
#define LINE(t)                                                                                                      \
    "{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"" t  \
    "\"},\"done\":false}\n"
#define LINE_THOUGHT(t)                                                                                              \
    "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"" t "\"},\"done\":false}\n"
#define LINE_RAW(t) "{\"model\":\"m\",\"response\":\"" t "\",\"done\":false}\n"
#define LINE_DONE(r)                                                                                                 \
    "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"" r      \
    "\",\"prompt_eval_count\":90,\"prompt_eval_duration\":2500000000,\"eval_count\":7,\"eval_duration\":700000000}"
#define NATIVE(t) "data: {\"index\":0,\"content\":\"" t "\",\"tokens\":[1],\"stop\":false,\"id_slot\":0}\n\n"
#define NATIVE_END                                                                                                   \
    "data: {\"content\":\"\",\"stop\":true,\"stop_type\":\"limit\",\"truncated\":true,\"tokens_predicted\":7,"       \
    "\"tokens_evaluated\":90,\"timings\":{\"cache_n\":60,\"prompt_n\":30,\"prompt_ms\":12.5,\"predicted_n\":7,"      \
    "\"predicted_ms\":70}}\n\n"

struct dialect_case {
    enum dialect_kind dialect;
    bool raw;
    const char *reply;
    enum failure failure;
    const char *text;
    const char *message; // a part of it, NULL: any
};

static const struct dialect_case cases[] = {
    // Ollama's lines
    {DIALECT_OLLAMA, false, LINES_HEAD LINE("a ") LINE("b") LINE_DONE("stop") "\n", FAIL_NONE, "a b", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD LINE("a") LINE_DONE("length"), FAIL_NONE, "a", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD "\r\n" LINE("a\\ud83d") "\r\n" LINE_DONE("stop"), FAIL_NONE, "a\xEF\xBF\xBD",
     NULL},
    {DIALECT_OLLAMA, true, LINES_HEAD LINE_RAW("a") LINE_RAW("b") "{\"response\":\"\",\"done\":true}\n", FAIL_NONE,
     "ab", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD LINE_THOUGHT("hm") LINE("a") LINE_DONE("stop"), FAIL_NONE, "a", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD LINE_THOUGHT("hm") LINE_DONE("length"), FAIL_REASONING, "", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD LINE_DONE("stop"), FAIL_EMPTY, "", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD LINE("a"), FAIL_TRUNCATED, "a", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD LINE("a") "{\"message\":{\"con", FAIL_TRUNCATED, "a", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD "{\"message\":{\"con", FAIL_TRUNCATED, "", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD, FAIL_TRUNCATED, "", NULL},
    {DIALECT_OLLAMA, false, LINES_HEAD LINE("a") "nonsense\n" LINE_DONE("stop"), FAIL_GARBAGE, "a", "nonsense"},
    {DIALECT_OLLAMA, false, LINES_HEAD LINE("a") "{\"error\":\"model runner has unexpectedly stopped\"}\n",
     FAIL_CRASHED, "a", "unexpectedly stopped"},
    {DIALECT_OLLAMA, false, LINES_HEAD LINE("a") LINE_DONE("stop") "\n{\"error\":\"late\"}\n", FAIL_ERROR_FRAME, "a",
     "late"},
    {DIALECT_OLLAMA, false, LINES_HEAD "{\"error\":\"the prompt is longer than the context length currently\"}",
     FAIL_CONTEXT, "", NULL},
    {DIALECT_OLLAMA, false, HTML_HEAD "<html><title>Router login</title></html>", FAIL_NOT_A_SERVER, "",
     "Router login"},
    {DIALECT_OLLAMA, false, LINES_HEAD "Ollama is running", FAIL_NOT_A_SERVER, "", "Ollama is running"},
    // llama.cpp's own route
    {DIALECT_LLAMACPP, true, SSE_HEAD NATIVE("a ") NATIVE("b") NATIVE_END, FAIL_NONE, "a b", NULL},
    {DIALECT_LLAMACPP, true,
     SSE_HEAD NATIVE("a") "data: {\"error\":{\"code\":500,\"message\":\"Compute error.\"}}\n\n", FAIL_CRASHED, "a",
     NULL},
    {DIALECT_LLAMACPP, true, SSE_HEAD NATIVE("a") "error: {\"code\":500,\"message\":\"failed\"}\n\n" DONE,
     FAIL_ERROR_FRAME, "a", "failed"},
    // taken for another: told apart, and not waited for
    {DIALECT_OLLAMA, false, SSE_HEAD TEXT("a") FINISH("stop") DONE, FAIL_GARBAGE, "", "no sense: {\"choices\""},
    {DIALECT_OPENAI, false, LINES_HEAD LINE("a") LINE_DONE("stop"), FAIL_NOT_A_SERVER, "", "another format"},
    {DIALECT_LLAMACPP, true, SSE_HEAD TEXT("a") FINISH("stop") DONE, FAIL_GARBAGE, "", NULL},
};

static void test_ends(void **state)
{
    (void)state;
    struct gen_template t = {"<u>", "<a>", "</a>", false};
    for (size_t i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        const struct dialect_case *c = &cases[i / 2];
        struct canned_reply reply = {c->reply, CANNED_CLOSE, i % 2 == 1};
        struct run r;
        run_open(&r, &reply, 1);
        r.request.dialect = c->dialect;
        r.request.raw = c->raw ? &t : NULL;
        run_start(&r);
        loop_run(r.loop);
        if (r.result.failure != c->failure) fail_msg("%s: got %s", c->reply, failure_name(r.result.failure));
        assert_string_equal(r.text.data, c->text);
        if (c->message != NULL && strstr(r.result.message, c->message) == NULL)
            fail_msg("said: %s", r.result.message);
        run_close(&r);
    }
}

static void run_once(struct run *r, const struct canned_reply *reply)
{
    run_open(r, reply, 1);
    r->request.dialect = DIALECT_LLAMACPP;
}

static void test_routes_and_numbers(void **state)
{
    (void)state;
    static const struct canned_reply native = {SSE_HEAD NATIVE("a") NATIVE_END, CANNED_CLOSE, false};
    static const struct canned_reply lines = {LINES_HEAD LINE("a") LINE_DONE("stop"), CANNED_CLOSE, false};
    struct gen_template t = {"<u>", "<a>", "</a>", false};
    struct run r;
    run_once(&r, &native);
    r.request.raw = &t;
    run_start(&r);
    loop_run(r.loop);
    assert_non_null(strstr(r.server->last.data, "POST /completion HTTP/1.1\r\n"));
    assert_true(r.result.cut_by_limit);
    assert_true(r.result.prompt_cut);
    assert_int_equal(r.result.cached_tokens, 60);
    assert_int_equal(r.result.prompt_ms, 13);
    assert_int_equal(r.result.output_ms, 70);
    run_close(&r);

    run_once(&r, &lines);
    r.request.dialect = DIALECT_OLLAMA;
    r.request.max_tokens = 7;
    run_start(&r);
    loop_run(r.loop);
    assert_non_null(strstr(r.server->last.data, "POST /api/chat HTTP/1.1\r\n"));
    assert_true(r.result.cut_by_limit);
    assert_false(r.result.prompt_cut);
    assert_string_equal(r.result.finish, "stop");
    assert_int_equal(r.result.prompt_tokens, 90);
    assert_int_equal(r.result.prompt_ms, 2500);
    assert_int_equal(r.result.output_ms, 700);
    run_close(&r);
}

// Some servers put the whole answer into the field for thinking. Most of it is read by the mould.
static void test_reasoning_is_text(void **state)
{
    (void)state;
    static const struct canned_reply reply = {SSE_HEAD THOUGHT("a ") THOUGHT("b ") THOUGHT("\\u0142 ") TEXT("c ")
                                                  THOUGHT("d") FINISH("stop"),
                                              CANNED_CLOSE, false};
    struct run r;
    run_once(&r, &reply);
    r.request.reasoning_is_text = true;
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(r.result.failure, FAIL_NONE);
    assert_string_equal(r.text.data, "a b \xC5\x82 c d");
    assert_int_equal(r.result.reasoning_bytes, 0);
    assert_in_range(r.result.first_token_ms, 0, r.result.total_ms);
    run_close(&r);

    run_once(&r, &reply);
    run_start(&r);
    loop_run(r.loop);
    assert_string_equal(r.text.data, "c ");
    assert_int_equal(r.result.reasoning_bytes, 8);
    run_close(&r);
}

static const struct canned_reply refusal = {
    STATUS("400 X") "{\"error\":{\"code\":400,\"message\":\"bad min_p, bad seed\"}}", CANNED_CLOSE, false};

static void check_refused(param_set without, double min_p, enum failure failure, param_set refused)
{
    struct run r;
    run_once(&r, &refusal);
    r.request.without = without;
    r.sampling.min_p = min_p;
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(r.result.failure, failure);
    assert_int_equal(r.result.refused, refused);
    run_close(&r);
}

// Only what was sent can be refused.
static void test_refused(void **state)
{
    (void)state;
    check_refused(0, 0.1, FAIL_PARAM, PARAM_BIT(PARAM_MIN_P));
    check_refused(0, NAN, FAIL_REQUEST, 0);
    check_refused(PARAM_BIT(PARAM_MIN_P), 0.1, FAIL_REQUEST, 0);
}

static void test_context(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {
        {STATUS("400 X") "{\"error\":{\"code\":400,\"message\":\"request (9000 tokens) exceeds the available context "
                         "size (8192 tokens), try increasing it\",\"type\":\"exceed_context_size_error\","
                         "\"n_prompt_tokens\":9000,\"n_ctx\":8192}}",
         CANNED_CLOSE, false},
        {SSE_HEAD "data: {\"error\":{\"message\":\"the context length of only 8192 tokens: greater than the context "
                  "length\"}}\n\n",
         CANNED_CLOSE, false}};
    for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
        struct run r;
        run_once(&r, &replies[i]);
        run_start(&r);
        loop_run(r.loop);
        assert_int_equal(r.result.failure, FAIL_CONTEXT);
        assert_int_equal(r.result.n_ctx_tokens, 8192);
        run_close(&r);
    }
}

static void test_prefill_refused(void **state)
{
    (void)state;
    static const struct canned_reply reply = {
        STATUS("400 X") "{\"error\":{\"code\":400,\"message\":\"Assistant response prefill is incompatible with "
                        "enable_thinking.\"}}",
        CANNED_CLOSE, false};
    struct run r;
    run_once(&r, &reply);
    r.request.messages_count = 2;
    r.request.prefill = true;
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(r.result.failure, FAIL_PREFILL);
    run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_routes_and_numbers),
        cmocka_unit_test(test_reasoning_is_text),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_context),
        cmocka_unit_test(test_prefill_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
