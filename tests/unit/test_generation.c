// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One generation against a canned server: every way that servers end an answer, and the class each of them gets; the
// request's body; the watchdog; cancelling from inside.
#include "io/json.h"

#include "generation_fixture.h"

// ---- ends and classes --------------------------------------------------------------------------------------------

struct end_case {
    const char *reply;
    enum failure failure;
    const char *text;
    const char *message; // a part of it, NULL: any
};

#define WHOLE "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}"

static const struct end_case ends[] = {
    // proper ends
    {SSE_HEAD ROLE TEXT("a ") TEXT("b") FINISH("stop") USAGE DONE, FAIL_NONE, "a b", NULL},
    {SSE_HEAD TEXT("a") FINISH("stop"), FAIL_NONE, "a", NULL},
    {SSE_HEAD "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],\"error\":null}",
     FAIL_NONE, "a", NULL},
    {SSE_HEAD ":\n\n: keepalive 1/2\n\n" TEXT("\\u0142\\ud83d\\ude00 \xC5\x82") FINISH("stop"), FAIL_NONE,
     "\xC5\x82\xF0\x9F\x98\x80 \xC5\x82", NULL},
    {JSON_HEAD WHOLE, FAIL_NONE, "a", NULL},
    {JSON_HEAD " \r\n" WHOLE "\r\n", FAIL_NONE, "a", NULL},
    {JSON_HEAD "\xEF\xBB\xBF" WHOLE, FAIL_NONE, "a", NULL},
    {JSON_HEAD "{\n \"choices\": [{\n\"message\":{\"content\":\"a\"},\n\"finish_reason\":\"stop\"\n}]\n}\n",
     FAIL_NONE, "a", NULL},
    // lines where events were expected
    {JSON_HEAD "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n" WHOLE "\n", FAIL_NONE, "aa", NULL},
    {JSON_HEAD "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\nnonsense\n" WHOLE, FAIL_GARBAGE, "a", "nonsense"},
    {JSON_HEAD "{\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n{\"error\":\"boom\"}\n", FAIL_ERROR_FRAME, "a",
     "boom"},
    // halves of characters are replaced, the rest of the answer is kept
    {SSE_HEAD TEXT("a\\ud83d") TEXT("\\ude00b\xC5") FINISH("stop"), FAIL_NONE,
     "a\xEF\xBF\xBD\xEF\xBF\xBD"
     "b\xEF\xBF\xBD",
     NULL},
    {SSE_HEAD TEXT("a\\u0000b") FINISH("stop"), FAIL_NONE,
     "a\xEF\xBF\xBD"
     "b",
     NULL},
    // no text
    {SSE_HEAD ROLE FINISH("stop") USAGE DONE, FAIL_EMPTY, "", NULL},
    {SSE_HEAD THOUGHT("hm") FINISH("length") USAGE DONE, FAIL_REASONING, "", NULL},
    // no end
    {SSE_HEAD ROLE TEXT("a"), FAIL_TRUNCATED, "a", NULL},
    {SSE_HEAD TEXT("a") DONE, FAIL_TRUNCATED, "a", NULL},
    {SSE_HEAD TEXT("a") "data: {\"choices\":[{\"de", FAIL_TRUNCATED, "a", NULL},
    {SSE_HEAD ":\n\n:\n\n", FAIL_TRUNCATED, "", NULL},
    {"HTTP/1.0 200 OK\r\n\r\n", FAIL_TRUNCATED, "", NULL},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ndata:", FAIL_TRUNCATED, "", NULL},
    // errors inside
    {SSE_HEAD TEXT("a") "data: {\"error\":{\"code\":500,\"message\":\"out of memory\"}}\n\n", FAIL_CRASHED, "a",
     "out of memory"},
    {SSE_HEAD TEXT("a") "data: {\"error\":{\"code\":500,\"message\":\"it failed\"}}\n\n", FAIL_ERROR_FRAME, "a",
     "it failed"},
    {SSE_HEAD TEXT("a") "error: {\"code\":500,\"message\":\"failed\",\"type\":\"server_error\"}\n\n" DONE,
     FAIL_ERROR_FRAME, "a", "failed"},
    {SSE_HEAD "event: error\ndata: {\"error\":{\"message\":\"boom\"},\"message\":\"boom\"}\n\n", FAIL_ERROR_FRAME, "",
     "boom"},
    {SSE_HEAD "event: error\ndata: plain words\n\n", FAIL_ERROR_FRAME, "", "plain words"},
    {SSE_HEAD "data: {\"object\":\"error\",\"message\":\"flat\",\"type\":\"X\",\"code\":400}\n\n", FAIL_ERROR_FRAME,
     "", "flat"},
    {SSE_HEAD TEXT("a") FINISH("stop") "data: {\"error\":\"late\"}\n\n", FAIL_ERROR_FRAME, "a", "late"},
    {SSE_HEAD TEXT("a") FINISH("abort"), FAIL_ERROR_FRAME, "a", NULL},
    {JSON_HEAD "{\"error\":\"Unexpected endpoint or method. (POST /v1/chat/completions)\"}", FAIL_NOT_FOUND, "",
     "endpoint"},
    {JSON_HEAD "{\n  \"error\": {\n    \"message\": \"spread over lines\"\n  }\n}\n", FAIL_ERROR_FRAME, "",
     "spread over lines"},
    {SSE_HEAD "data: {\"error\":{\"message\":\"Context size has been exceeded.\"}}\n\n", FAIL_CONTEXT, "", NULL},
    {SSE_HEAD "event: error\ndata: {\"error\":{\"message\":\"The number of tokens to keep from the initial prompt is "
              "greater than the context length\"}}\n\n",
     FAIL_CONTEXT, "", NULL},
    // nonsense
    {SSE_HEAD TEXT("a") "data: {not json\n\n" TEXT("b") FINISH("stop"), FAIL_GARBAGE, "a", "no sense: {not json"},
    {SSE_HEAD "data: [1]\n\n", FAIL_GARBAGE, "", NULL},
    {JSON_HEAD "{\"status\":\"ok\"}", FAIL_NOT_A_SERVER, "", "another format than expected: {\"status\""},
    {JSON_HEAD "{\"choices\":[{\"message\":{\"content\":\"a", FAIL_TRUNCATED, "", NULL},
    {JSON_HEAD "{\"choices\":[{\"message\":{\"content\" \"a\"}}]}", FAIL_GARBAGE, "", "no sense: {\"choices\""},
    {HTML_HEAD "<html><head><title>Router login</title></head></html>", FAIL_NOT_A_SERVER, "", "Router login"},
    {"HTTP/1.0 200 OK\r\n\r\n<!doctype html>", FAIL_NOT_A_SERVER, "", NULL},
    {"HTTP/1.0 200 OK\r\n\r\nIt works!", FAIL_NOT_A_SERVER, "", "It works!"},
    {"SSH-2.0-OpenSSH_9.2\r\n", FAIL_NOT_A_SERVER, "", NULL},
    {STATUS("302 Found"), FAIL_NOT_A_SERVER, "", NULL},
    // nothing at all
    {"", FAIL_RESET, "", NULL},
    // statuses, in the eight shapes
    {STATUS("503 X") "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}",
     FAIL_LOADING, "", "Loading model"},
    {STATUS("500 X") "{\"error\":\"unexpected server status: llm server loading model\"}", FAIL_LOADING, "", NULL},
    {STATUS("503 X") "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}", FAIL_BUSY,
     "", NULL},
    {STATUS("503 X") "{\"detail\":{\"msg\":\"Server is busy; please try again "
                     "later.\",\"type\":\"service_unavailable\"}}",
     FAIL_BUSY, "", "busy"},
    {STATUS("429 X"), FAIL_BUSY, "", NULL},
    {STATUS("500 X") "{\"error\":{\"message\":\"model runner has unexpectedly stopped\"}}", FAIL_CRASHED, "", NULL},
    {STATUS("408 X"), FAIL_SERVER, "", NULL},
    {STATUS("502 X") "<html><head><title>502 Bad Gateway</title></head></html>", FAIL_GATEWAY, "", "502 Bad Gateway"},
    {STATUS("504 X"), FAIL_GATEWAY_TIMEOUT, "", NULL},
    {STATUS("522 X"), FAIL_GATEWAY_TIMEOUT, "", NULL},
    {STATUS("524 X") "<!DOCTYPE html>\n<html>\n<title>x.com | 524: A timeout occurred</title>", FAIL_GATEWAY_TIMEOUT,
     "", "524: A timeout"},
    {STATUS("400 X") "{\"error\":{\"code\":400,\"message\":\"request (9000 tokens) exceeds the available context "
                     "size (8192 tokens)\",\"type\":\"exceed_context_size_error\"}}",
     FAIL_CONTEXT, "", "9000 tokens"},
    {STATUS("500 X") "{\"error\":{\"message\":\"the request exceeds the available context size\"}}", FAIL_CONTEXT, "",
     NULL},
    {STATUS("400 X") "{\"object\":\"error\",\"message\":\"This model's maximum context length is 4096 "
                     "tokens.\",\"type\":\"BadRequestError\",\"code\":400}",
     FAIL_CONTEXT, "", NULL},
    {STATUS("400 X") "{\"error\":{\"message\":\"You passed 9 input tokens and requested 4 output "
                     "tokens.\",\"code\":400}}",
     FAIL_CONTEXT, "", NULL},
    {STATUS("400 X") "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}", FAIL_CONTEXT, "",
     "too long"},
    {STATUS("401 X") "{\"error\":{\"message\":\"Invalid API Key\"}}", FAIL_AUTH, "", "Invalid API Key"},
    {STATUS("403 X"), FAIL_AUTH, "", NULL},
    {STATUS("404 X") "404 page not found\n", FAIL_NOT_FOUND, "", "404 page not found"},
    {STATUS("422 X") "{\"detail\":[{\"msg\":\"field required\",\"type\":\"value_error\"}]}", FAIL_REQUEST, "",
     "field required"},
    {STATUS("400 X") "{\"detail\":\"bad\"}", FAIL_REQUEST, "", "bad"},
    {STATUS("413 X"), FAIL_TOO_LARGE, "", NULL},
};

static void end_check(const struct end_case *c, bool bytewise)
{
    struct run r;
    struct canned_reply reply = {c->reply, CANNED_CLOSE, bytewise};
    run_open(&r, &reply, 1);
    run_start(&r);
    loop_run(r.loop);
    if (r.result.failure != c->failure) {
        fail_msg("%s: got %s, expected %s", c->reply, failure_name(r.result.failure), failure_name(c->failure));
    }
    assert_string_equal(r.text.data, c->text);
    assert_int_equal(r.ends, 1);
    assert_int_equal(r.result.text_bytes, (int64_t)strlen(c->text));
    assert_int_equal(r.result.message[0] == '\0', c->failure == FAIL_NONE);
    if (c->message != NULL && strstr(r.result.message, c->message) == NULL) fail_msg("message: %s", r.result.message);
    run_close(&r);
}

static void test_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        end_check(&ends[i], false);
        end_check(&ends[i], true);
    }
}

// Wherever an answer is cut, it is not taken for a whole one, and its text is a prefix of the whole text.
static void test_cut_anywhere(void **state)
{
    (void)state;
    static const char body[] = TEXT("one ") TEXT("two ") FINISH("stop") USAGE DONE;
    size_t finish_at = (size_t)(strstr(body, "\"stop\"") - body) + strlen("\"stop\"}]}");
    for (size_t cut = 0; cut <= strlen(body); cut++) {
        struct run r;
        char *bytes = mem_printf(SSE_HEAD "%.*s", (int)cut, body);
        struct canned_reply reply = {bytes, CANNED_CLOSE, false};
        run_open(&r, &reply, 1);
        run_start(&r);
        loop_run(r.loop);
        assert_int_equal(r.result.failure, cut < finish_at ? FAIL_TRUNCATED : FAIL_NONE);
        assert_int_equal(strncmp("one two ", r.text.data, r.text.len), 0);
        run_close(&r);
        free(bytes);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {
        {SSE_HEAD THOUGHT("hmm") TEXT("abc") FINISH("stop") USAGE DONE, CANNED_CLOSE, false},
        {SSE_HEAD TEXT("abc") FINISH("length") DONE, CANNED_CLOSE, false},
        {"HTTP/1.0 429 X\r\nRetry-After: 7\r\n\r\n", CANNED_CLOSE, false},
    };
    struct run r;
    run_open(&r, replies, 3);
    r.request.max_tokens = 7; // ik_llama.cpp says "stop" though the limit was hit
    run_start(&r);
    loop_run(r.loop);
    assert_true(r.result.cut_by_limit);
    assert_string_equal(r.result.finish, "stop");
    assert_int_equal(r.result.prompt_tokens, 90);
    assert_int_equal(r.result.cached_tokens, 60);
    assert_int_equal(r.result.output_tokens, 7);
    assert_int_equal(r.result.reasoning_bytes, 3);
    assert_int_equal(r.result.http_status, 200);
    assert_in_range(r.result.first_token_ms, 0, r.result.total_ms);
    run_start(&r);
    loop_run(r.loop);
    assert_true(r.result.cut_by_limit);
    assert_int_equal(r.result.output_tokens, -1);
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(r.result.retry_after_ms, 7000);
    assert_int_equal(r.result.first_token_ms, -1);
    assert_false(r.result.cut_by_limit);
    run_close(&r);
}

static void test_too_big(void **state)
{
    (void)state;
    struct run r;
    struct buf bytes;
    buf_init(&bytes, BUF_MAX_REPLY);
    char *word = mem_alloc(1001);
    memset(word, 'w', 1000);
    word[1000] = '\0';
    buf_adds(&bytes, SSE_HEAD);
    for (int i = 0; i < 1100; i++)
        buf_addf(&bytes, "data: {\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}\n\n", word);
    struct canned_reply reply = {bytes.data, CANNED_CLOSE, false};
    run_open(&r, &reply, 1);
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(r.result.failure, FAIL_TOO_BIG);
    assert_in_range(r.text.len, 0, GEN_TEXT_MAX);
    run_close(&r);
    buf_release(&bytes);
    free(word);
}

// Most events are not parsed but compared with the one before. What is told apart here differs from it by a little.
static void test_events_that_are_nearly_alike(void **state)
{
    (void)state;
#define EVENT(text, more)                                                                                            \
    "data: {\"choices\":[{\"delta\":{\"content\":\"" text "\"},\"finish_reason\":null}]" more "}\n\n"
    static const struct end_case cases[] = {
        {SSE_HEAD EVENT("a", "") EVENT("b", "") EVENT("", "") EVENT("\\n", "") EVENT("c", "") EVENT("\\\"", "")
             EVENT("d", "") FINISH("stop"),
         FAIL_NONE, "ab\nc\"d", NULL},
        {SSE_HEAD EVENT("a", "") EVENT("b", ",\"error\":\"x\"") FINISH("stop"), FAIL_ERROR_FRAME, "a", "x"},
        {SSE_HEAD EVENT("a", "") EVENT("b\\", "") FINISH("stop"), FAIL_GARBAGE, "a", NULL},
        {SSE_HEAD EVENT("a", "") EVENT("\xC5", "") FINISH("stop"), FAIL_NONE, "a\xEF\xBF\xBD", NULL},
        {SSE_HEAD EVENT("a", "") EVENT("\t", "") FINISH("stop"), FAIL_GARBAGE, "a", NULL},
        {SSE_HEAD EVENT("a", "") EVENT("\xC5\x82", "") FINISH("stop"), FAIL_NONE, "a\xC5\x82", NULL},
        {SSE_HEAD EVENT("a", "") EVENT("b\"},\"x\":{\"y\":\"c", "") FINISH("stop"), FAIL_NONE, "ab", NULL},
        {SSE_HEAD EVENT("a", "") "event: error\n" EVENT("b", "") FINISH("stop"), FAIL_ERROR_FRAME, "a", NULL},
        {SSE_HEAD EVENT("choices", "") EVENT("b", "") EVENT("delta", "") FINISH("stop"), FAIL_NONE, "choicesbdelta",
         NULL},
        {SSE_HEAD EVENT("a", ",\"m\":\"a\"") EVENT("b", ",\"m\":\"a\"") EVENT("a", ",\"m\":\"b\"") FINISH("stop"),
         FAIL_NONE, "aba", NULL},
        // the text stands twice in the first event, and it is the other one that changes
        {SSE_HEAD "data: {\"m\":\"a\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
                  "data: {\"m\":\"b\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" FINISH("stop"),
         FAIL_NONE, "aa", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        end_check(&cases[i], false);
        end_check(&cases[i], true);
    }
}

// ---- the request -------------------------------------------------------------------------------------------------

static struct json *sent_body(struct run *r)
{
    struct err e = ERR_INIT;
    const char *body = strstr(r->server->last.data, "\r\n\r\n") + 4;
    struct json *v = json_read(body, strlen(body), &e);
    assert_non_null(v);
    return v;
}

static void test_plain_request(void **state)
{
    (void)state;
    static const struct canned_reply reply = {SSE_HEAD TEXT("a") FINISH("stop"), CANNED_CLOSE, false};
    struct run r;
    run_open(&r, &reply, 1);
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(strncmp(r.server->last.data, "POST /v1/chat/completions HTTP/1.1\r\n", 36), 0);
    struct json *v = sent_body(&r);
    assert_int_equal(json_count(v), 4); // messages, stream, stream_options, max_tokens: what every server takes
    assert_true(json_bool(json_get(v, "stream"), false));
    assert_true(json_bool(json_get(json_get(v, "stream_options"), "include_usage"), false));
    assert_int_equal(json_int(json_get(v, "max_tokens"), 0), 100);
    assert_string_equal(json_str(json_get(json_at(json_get(v, "messages"), 0), "role"), NULL), "user");
    json_free(v);
    run_close(&r);
}

static void test_full_request(void **state)
{
    (void)state;
    static const struct canned_reply reply = {SSE_HEAD TEXT("a") FINISH("stop"), CANNED_CLOSE, false};
    struct run r;
    run_open(&r, &reply, 1);
    char *url = mem_printf("%s/v1/", r.server->url);
    r.request.url = url;
    r.request.model = "m";
    r.request.seed = 7;
    r.request.messages_count = 2;
    r.request.prefill = true;
    r.request.bearer = "key";
    r.sampling.temperature = 0.8;
    r.sampling.top_k = 40;
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(strncmp(r.server->last.data, "POST /v1/chat/completions HTTP/1.1\r\n", 36), 0);
    assert_non_null(strstr(r.server->last.data, "Bearer key"));
    struct json *v = sent_body(&r), *last = (struct json *)(uintptr_t)json_at(json_get(v, "messages"), 1);
    assert_string_equal(json_str(json_get(v, "model"), NULL), "m");
    assert_int_equal(json_int(json_get(v, "seed"), 0), 7);
    assert_int_equal(json_int(json_get(v, "top_k"), 0), 40);
    assert_true(fabs(json_num(json_get(v, "temperature"), 0) - 0.8) < 1e-9);
    assert_null(json_get(v, "top_p"));
    assert_true(json_bool(json_get(v, "continue_final_message"), false));
    assert_false(json_bool(json_get(v, "add_generation_prompt"), true));
    assert_string_equal(json_str(json_get(last, "role"), NULL), "assistant");
    assert_string_equal(json_str(json_get(last, "content"), NULL), "It was");
    json_free(v);
    free(url);
    run_close(&r);
}

static void assert_texts(const struct json *list, const char *const *expected, size_t count)
{
    assert_int_equal(json_count(list), count);
    for (size_t i = 0; i < count; i++) assert_string_equal(json_str(json_at(list, i), NULL), expected[i]);
}

static void test_request_against_repetition(void **state)
{
    (void)state;
    static const struct canned_reply reply = {SSE_HEAD TEXT("a") FINISH("stop"), CANNED_CLOSE, false};
    static const char *const names[] = {"Mara", "\xC5\xBB\xC3\xB3\xC5\x82w", NULL};
    static const char *const expected[] = {"\n", ":", "\"", "*", "Mara", "\xC5\xBB\xC3\xB3\xC5\x82w"};
    struct run r;
    run_open(&r, &reply, 1);
    r.sampling.dry_multiplier = 0.8;
    r.sampling.dry_base = 1.75;
    r.sampling.dry_length = 4;
    r.request.dry_breakers = names;
    run_start(&r);
    loop_run(r.loop);
    struct json *v = sent_body(&r);
    assert_true(fabs(json_num(json_get(v, "dry_multiplier"), 0) - 0.8) < 1e-9);
    assert_true(fabs(json_num(json_get(v, "dry_base"), 0) - 1.75) < 1e-9);
    assert_int_equal(json_int(json_get(v, "dry_allowed_length"), 0), 4);
    assert_int_equal(json_int(json_get(v, "dry_penalty_last_n"), 0), 4096);
    assert_texts(json_get(v, "dry_sequence_breakers"), expected, ARRAY_LEN(expected));
    json_free(v);
    run_close(&r);
}

static void test_request_with_schema(void **state)
{
    (void)state;
    static const struct canned_reply replies[] = {{SSE_HEAD TEXT("a") FINISH("stop"), CANNED_CLOSE, false},
                                                  {SSE_HEAD TEXT("a") FINISH("stop"), CANNED_CLOSE, false}};
    struct run r;
    run_open(&r, replies, 2);
    r.request.schema_name = "bible";
    r.request.schema = "{\"type\":\"object\",\"properties\":{}}";
    r.sampling.dry_multiplier = 0; // as in a spec that knows nothing of it
    run_start(&r);
    loop_run(r.loop);
    struct json *v = sent_body(&r);
    const struct json *format = json_get(v, "response_format"), *named = json_get(format, "json_schema");
    assert_string_equal(json_str(json_get(format, "type"), NULL), "json_schema");
    assert_string_equal(json_str(json_get(named, "name"), NULL), "bible");
    assert_true(json_bool(json_get(named, "strict"), false));
    assert_string_equal(json_str(json_get(json_get(named, "schema"), "type"), NULL), "object");
    assert_int_equal(json_count(v), 5); // nothing of DRY
    json_free(v);
    r.request.schema = "{\"type\":"; // no JSON: the request goes without it
    run_start(&r);
    loop_run(r.loop);
    v = sent_body(&r);
    assert_int_equal(json_count(v), 4);
    json_free(v);
    run_close(&r);
}

// ---- the watchdog ------------------------------------------------------------------------------------------------

struct watch_case {
    const char *reply;
    int64_t first_token_ms, stall_ms, silence_ms, total_ms;
    enum failure failure;
};

static void test_watchdog(void **state)
{
    (void)state;
    static const struct watch_case cases[] = {
        {"", 60, 2000, 40, 3000, FAIL_FIRST_TOKEN},
        {SSE_HEAD ":\n\n" ROLE, 60, 2000, 0, 3000, FAIL_FIRST_TOKEN},
        {SSE_HEAD ":\n\n" ROLE, 2000, 2000, 60, 3000, FAIL_FIRST_TOKEN},
        {SSE_HEAD ROLE THOUGHT("hm"), 2000, 60, 0, 3000, FAIL_STALL},
        {SSE_HEAD TEXT("a"), 2000, 60, 0, 3000, FAIL_STALL},
        {SSE_HEAD TEXT("a"), 2000, 2000, 60, 3000, FAIL_STALL},
        {SSE_HEAD TEXT("a"), 2000, 0, 60, 3000, FAIL_STALL},
        {SSE_HEAD TEXT("a"), 0, 60, 0, 3000, FAIL_STALL},
        {SSE_HEAD TEXT("a"), 2000, 3000, 0, 60, FAIL_TOTAL},
        {SSE_HEAD TEXT("a") FINISH("stop"), 2000, 3000, 0, 60, FAIL_NONE}, // ended; only usage was awaited
        {STATUS("503 X") "{\"error\":\"loading model\"}", 2000, 2000, 0, 60, FAIL_LOADING},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct run r;
        struct canned_reply reply = {cases[i].reply, CANNED_HOLD, false};
        run_open(&r, &reply, 1);
        r.request.first_token_ms = cases[i].first_token_ms;
        r.request.stall_ms = cases[i].stall_ms;
        r.request.silence_ms = cases[i].silence_ms;
        r.request.total_ms = cases[i].total_ms;
        run_start(&r);
        loop_run(r.loop);
        assert_int_equal(r.result.failure, cases[i].failure);
        assert_in_range(r.result.total_ms, 59, 1000);
        run_close(&r);
    }
}

// A reply whose head is an error, and whose end never comes, is not waited for like an answer.
static void test_an_error_is_not_awaited_long(void **state)
{
    (void)state;
    static const struct canned_reply reply = {STATUS("500 X") "{\"error\":\"CUDA error: out of memory\"}",
                                              CANNED_HOLD, false};
    struct run r;
    run_open(&r, &reply, 1);
    r.request.first_token_ms = 4000;
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(r.result.failure, FAIL_CRASHED);
    assert_in_range(r.result.total_ms, 1999, 3000);
    run_close(&r);
}

static void test_usage_is_awaited_but_not_long(void **state)
{
    (void)state;
    static const struct canned_reply reply = {SSE_HEAD TEXT("a") FINISH("stop"), CANNED_HOLD, false};
    struct run r;
    run_open(&r, &reply, 1);
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(r.result.failure, FAIL_NONE);
    assert_in_range(r.result.total_ms, 1999, 3000);
    run_close(&r);
}

// ---- what callbacks may do ---------------------------------------------------------------------------------------

static void text_cancels(struct run *r)
{
    gen_cancel(r->generation);
    loop_stop(r->loop);
}

static void test_cancel_in_text(void **state)
{
    (void)state;
    // The second reply has no newline at its end: its text comes when the reply is over.
    static const struct canned_reply replies[] = {
        {SSE_HEAD TEXT("a") FINISH("stop"), CANNED_HOLD, false},
        {SSE_HEAD "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}", CANNED_CLOSE, false}};
    for (int i = 0; i < 2; i++) {
        struct run r;
        run_open(&r, &replies[i], 1);
        r.on_text = text_cancels;
        run_start(&r);
        loop_run(r.loop);
        assert_int_equal(r.texts, 1);
        assert_int_equal(r.ends, 0);
        run_close(&r);
    }
}

static void test_cancel_while_it_waits(void **state)
{
    (void)state;
    struct run r;
    run_open(&r, NULL, 0);
    run_start(&r);
    gen_cancel(r.generation);
    gen_cancel(NULL);
    run_close(&r);
    assert_int_equal(r.ends, 0);
}

static void end_starts_next(struct run *r)
{
    gen_cancel(r->generation); // it is over: nothing happens
    if (r->ends < 3) {
        run_start(r);
    } else {
        loop_stop(r->loop);
    }
}

static void test_next_on_the_same_connection(void **state)
{
    (void)state;
    char *stream = mem_printf("%s", TEXT("a") FINISH("stop") DONE);
    char *bytes = mem_printf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n",
                             strlen(stream), stream);
    struct canned_reply reply = {bytes, CANNED_KEEP, false}, replies[] = {reply, reply, reply};
    struct run r;
    run_open(&r, replies, 3);
    r.on_end = end_starts_next;
    run_start(&r);
    loop_run(r.loop);
    assert_int_equal(r.result.failure, FAIL_NONE);
    assert_int_equal(r.ends, 3);
    assert_int_equal(r.server->connections, 1);
    assert_string_equal(r.text.data, "aaa");
    run_close(&r);
    free(bytes);
    free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_events_that_are_nearly_alike),
        cmocka_unit_test(test_plain_request),
        cmocka_unit_test(test_full_request),
        cmocka_unit_test(test_request_against_repetition),
        cmocka_unit_test(test_request_with_schema),
        cmocka_unit_test(test_watchdog),
        cmocka_unit_test(test_usage_is_awaited_but_not_long),
        cmocka_unit_test(test_an_error_is_not_awaited_long),
        cmocka_unit_test(test_cancel_in_text),
        cmocka_unit_test(test_cancel_while_it_waits),
        cmocka_unit_test(test_next_on_the_same_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
