// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What each dialect makes of the pieces of an answer, in the shapes that the servers send, and of values of every
// wrong kind.
#include "backend/dialect.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct read_case {
    const struct dialect *dialect;
    bool raw;
    const char *data;
    const char *text, *reasoning, *finish; // NULL: none
    int64_t prompt, cached, output, prompt_ms, output_ms, progress;
    bool prompt_cut;
};

#define NO_NUMBERS -1, -1, -1, -1, -1, -1, false
#define CHAT(delta, finish)                                                                                          \
    "{\"choices\":[{\"finish_reason\":" finish ",\"index\":0,\"delta\":" delta "}],\"created\":1,\"id\":\"c\","      \
    "\"model\":\"m\",\"object\":\"chat.completion.chunk\"}"
#define CHAT_USAGE(usage) "{\"choices\":[],\"usage\":" usage "}"
#define TIMINGS                                                                                                      \
    "\"timings\":{\"cache_n\":60,\"prompt_n\":30,\"prompt_ms\":120.4,\"predicted_n\":7,\"predicted_ms\":350.6,"      \
    "\"predicted_per_second\":19.9}"
#define OLLAMA_HEAD "{\"model\":\"m\",\"created_at\":\"2026-08-01T10:00:00.1Z\","

static const struct read_case reads[] = {
    // first and last events
    {&dialect_llamacpp, false, CHAT("{\"role\":\"assistant\",\"content\":null}", "null"), NULL, NULL, NULL,
     NO_NUMBERS},
    {&dialect_vllm, false, CHAT("{\"role\":\"assistant\",\"content\":\"\"}", "null"), "", NULL, NULL, NO_NUMBERS},
    {&dialect_koboldcpp, false, CHAT("{\"role\":\"assistant\",\"content\":\"a\"}", "null"), "a", NULL, NULL,
     NO_NUMBERS},
    {&dialect_llamacpp, false, CHAT("{}", "\"stop\""), NULL, NULL, "stop", NO_NUMBERS},
    {&dialect_koboldcpp, false, CHAT("{\"content\":\"\"}", "\"length\""), "", NULL, "length", NO_NUMBERS},
    {&dialect_openai, false, CHAT("{\"content\":\"a\"}", "\"\""), "a", NULL, NULL, NO_NUMBERS},
    {&dialect_openai, false, "[DONE]", NULL, NULL, NULL, NO_NUMBERS},
    {&dialect_openai, false, "{\"choices\":[],\"prompt_filter_results\":[]}", NULL, NULL, NULL, NO_NUMBERS},
    {&dialect_openai, false,
     "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}],"
     "\"error\":null}",
     "a", NULL, "stop", NO_NUMBERS},
    // thinking, by its three names
    {&dialect_llamacpp, false, CHAT("{\"reasoning_content\":\"hm\"}", "null"), NULL, "hm", NULL, NO_NUMBERS},
    {&dialect_mlx, false, CHAT("{\"role\":\"assistant\",\"content\":\"\",\"reasoning\":\"hm\"}", "null"), "", "hm",
     NULL, NO_NUMBERS},
    {&dialect_vllm, false, CHAT("{\"reasoning_content\":\"\",\"reasoning\":null,\"thinking\":\"hm\"}", "null"), NULL,
     "hm", NULL, NO_NUMBERS},
    {&dialect_lmstudio, false, CHAT("{\"content\":\"b\",\"reasoning_content\":\"hm\"}", "null"), "b", "hm", NULL,
     NO_NUMBERS},
    // usage and timings
    {&dialect_vllm, false, CHAT_USAGE("{\"prompt_tokens\":90,\"completion_tokens\":7,\"total_tokens\":97}"), NULL,
     NULL, NULL, 90, -1, 7, -1, -1, -1, false},
    {&dialect_mlx, false,
     CHAT_USAGE("{\"prompt_tokens\":90,\"completion_tokens\":7,\"prompt_tokens_details\":{\"cached_tokens\":60}}"),
     NULL, NULL, NULL, 90, 60, 7, -1, -1, -1, false},
    {&dialect_vllm, false,
     CHAT_USAGE("{\"prompt_tokens\":90,\"completion_tokens\":7,\"prompt_tokens_details\":null}"), NULL, NULL, NULL,
     90, -1, 7, -1, -1, -1, false},
    {&dialect_openai, false,
     "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":0,"
     "\"completion_tokens\":0,\"total_tokens\":0}}",
     "a", NULL, NULL, NO_NUMBERS},
    {&dialect_openai, false, "{\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}", "a", NULL, NULL,
     NO_NUMBERS},
    {&dialect_llamacpp, false,
     "{\"choices\":[],\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":7}," TIMINGS "}", NULL, NULL, NULL, 90,
     60, 7, 120, 351, -1, false},
    {&dialect_llamacpp, false, "{\"choices\":[]," TIMINGS "}", NULL, NULL, NULL, 90, 60, 7, 120, 351, -1, false},
    // an old one says only what it read of the prompt: the rest was in the cache
    {&dialect_llamacpp, false,
     "{\"choices\":[],\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":7},\"timings\":{\"prompt_n\":30}}", NULL,
     NULL, NULL, 90, 60, 7, -1, -1, -1, false},
    {&dialect_llamacpp, false, "{\"choices\":[],\"timings\":{\"prompt_n\":30,\"n_ctx\":8192,\"n_past\":97}}", NULL,
     NULL, NULL, -1, -1, -1, -1, -1, -1, false},
    // signs of life
    {&dialect_llamacpp, false,
     "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":null},\"finish_reason\":null}],"
     "\"prompt_progress\":{\"total\":9000,\"cache\":512,\"processed\":2048,\"time_ms\":1200}}",
     NULL, NULL, NULL, -1, -1, -1, -1, -1, 2048, false},
    {&dialect_llamacpp, true,
     "{\"index\":0,\"content\":\"\",\"tokens\":[],\"stop\":false,\"prompt_progress\":{\"total\":9000,\"cache\":0,"
     "\"processed\":4096,\"time_ms\":9}}",
     "", NULL, NULL, -1, -1, -1, -1, -1, 4096, false},
    // llama.cpp's own completions
    {&dialect_llamacpp, true,
     "{\"index\":0,\"content\":\" word\",\"tokens\":[1],\"stop\":false,\"id_slot\":0,"
     "\"tokens_predicted\":1,\"tokens_evaluated\":90}",
     " word", NULL, NULL, NO_NUMBERS},
    {&dialect_llamacpp, true,
     "{\"content\":\"\",\"stop\":true,\"stop_type\":\"limit\",\"truncated\":false,\"tokens_predicted\":7,"
     "\"tokens_evaluated\":90," TIMINGS "}",
     "", NULL, "length", 90, 60, 7, 120, 351, -1, false},
    {&dialect_llamacpp, true, "{\"content\":\"\",\"stop\":true,\"stop_type\":\"eos\",\"truncated\":true}", "", NULL,
     "stop", -1, -1, -1, -1, -1, -1, true},
    {&dialect_llamacpp, true, "{\"content\":\"\",\"stop\":true,\"stop_type\":\"word\",\"stopping_word\":\"x\"}", "",
     NULL, "stop", NO_NUMBERS},
    {&dialect_llamacpp, true, "{\"content\":\"\",\"stop\":true,\"stopped_eos\":false,\"stopped_limit\":true}", "",
     NULL, "length", NO_NUMBERS},
    {&dialect_llamacpp, true, "{\"content\":\"\",\"stop\":true,\"stopped_eos\":true,\"stopped_limit\":false}", "",
     NULL, "stop", NO_NUMBERS},
    // Ollama
    {&dialect_ollama, false, OLLAMA_HEAD "\"message\":{\"role\":\"assistant\",\"content\":\" w\"},\"done\":false}",
     " w", NULL, NULL, NO_NUMBERS},
    {&dialect_ollama, false,
     OLLAMA_HEAD "\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"hm\"},\"done\":false}", "",
     "hm", NULL, NO_NUMBERS},
    {&dialect_ollama, false,
     OLLAMA_HEAD "\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done_reason\":\"length\",\"done\":true,"
                 "\"total_duration\":5000000000,\"load_duration\":1000000,\"prompt_eval_count\":90,"
                 "\"prompt_eval_duration\":120400000,\"eval_count\":7,\"eval_duration\":350600000}",
     "", NULL, "length", 90, -1, 7, 120, 351, -1, false},
    {&dialect_ollama, false, OLLAMA_HEAD "\"done\":true}", NULL, NULL, "stop", NO_NUMBERS},
    {&dialect_ollama, true, OLLAMA_HEAD "\"response\":\" w\",\"done\":false}", " w", NULL, NULL, NO_NUMBERS},
    {&dialect_ollama, true,
     OLLAMA_HEAD "\"response\":\"\",\"done\":true,\"done_reason\":\"stop\",\"context\":[1,2],\"eval_count\":7}", "",
     NULL, "stop", -1, -1, 7, -1, -1, -1, false},
    // the repetition guard: an end that is none
    {&dialect_ollama, false, OLLAMA_HEAD "\"message\":{\"content\":\"a\"},\"done\":false,\"done_reason\":\"\"}", "a",
     NULL, NULL, NO_NUMBERS},
};

static bool same_text(const char *text, size_t len, const char *expected)
{
    if (expected == NULL) return text == NULL && len == 0;
    return text != NULL && len == strlen(expected) && memcmp(text, expected, len) == 0;
}

static void test_reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
        const struct read_case *c = &reads[i];
        struct delta d;
        bool ok = c->dialect->read_event(&d, c->raw, "", c->data, strlen(c->data));
        if (!ok || d.is_trouble || !same_text(d.text, d.text_len, c->text)) fail_msg("%s", c->data);
        if (!same_text(d.reasoning, d.reasoning_len, c->reasoning)) fail_msg("reasoning: %s", c->data);
        if (!same_text(d.finish, d.finish != NULL ? strlen(d.finish) : 0, c->finish)) fail_msg("end: %s", c->data);
        int64_t got[] = {d.prompt_tokens, d.cached_tokens, d.output_tokens, d.prompt_ms, d.output_ms, d.progress};
        int64_t expected[] = {c->prompt, c->cached, c->output, c->prompt_ms, c->output_ms, c->progress};
        if (memcmp(got, expected, sizeof(got)) != 0) fail_msg("numbers: %s", c->data);
        assert_int_equal(d.prompt_cut, c->prompt_cut);
        json_free(d.tree);
    }
}

struct trouble_case {
    const struct dialect *dialect;
    bool raw;
    const char *type, *data, *message;
};

static const struct trouble_case troubles[] = {
    {&dialect_llamacpp, false, "", "{\"error\":{\"code\":500,\"message\":\"failed\",\"type\":\"server_error\"}}",
     "failed"},
    {&dialect_llamacpp, true, "", "{\"error\":{\"code\":500,\"message\":\"failed\",\"type\":\"server_error\"}}",
     "failed"},
    {&dialect_llamacpp, true, "error", "{\"code\":500,\"message\":\"failed\",\"type\":\"server_error\"}", "failed"},
    {&dialect_sglang, false, "", "{\"object\":\"error\",\"message\":\"flat\",\"type\":\"X\",\"code\":400}", "flat"},
    {&dialect_ollama, false, "", "{\"error\":\"an error was encountered while running the model\"}", "an error was"},
    {&dialect_ollama, true, "", "{\"error\":\"boom\"}", "boom"},
    {&dialect_mlx, false, "", "{\"error\":\"boom\"}", "boom"},
    {&dialect_koboldcpp, false, "", "{\"detail\":{\"msg\":\"Server is busy\",\"type\":\"service_unavailable\"}}",
     "Server is busy"},
    {&dialect_lmstudio, false, "error", "{\"error\":{\"message\":\"boom\"},\"message\":\"boom\"}", "boom"},
    {&dialect_lmstudio, false, "error", "plain words", "plain words"},
    {&dialect_vllm, false, "", CHAT("{\"content\":\"\"}", "\"abort\""), "ended the answer"},
    {&dialect_vllm, false, "", CHAT("{}", "\"error\""), "ended the answer"},
    {&dialect_ollama, false, "", OLLAMA_HEAD "\"message\":{},\"done_reason\":\"load\",\"done\":true}",
     "wrote nothing"},
    {&dialect_ollama, true, "", OLLAMA_HEAD "\"response\":\"\",\"done_reason\":\"unload\",\"done\":true}",
     "wrote nothing"},
};

static void test_troubles(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(troubles); i++) {
        const struct trouble_case *c = &troubles[i];
        struct delta d;
        assert_true(c->dialect->read_event(&d, c->raw, c->type, c->data, strlen(c->data)));
        if (!d.is_trouble) fail_msg("no trouble: %s", c->data);
        if (strstr(d.trouble.message, c->message) == NULL) fail_msg("%s: %s", c->data, d.trouble.message);
        json_free(d.tree);
    }
}

// ---- foreign values ----------------------------------------------------------------------------------------------

static const char *const fields[] = {
    "{\"choices\":%s}",
    "{\"choices\":[%s]}",
    "{\"choices\":[{\"delta\":%s}]}",
    "{\"choices\":[{\"message\":%s}]}",
    "{\"choices\":[{\"delta\":{\"content\":%s}}]}",
    "{\"choices\":[{\"delta\":{\"reasoning_content\":%s,\"reasoning\":1,\"thinking\":[]}}]}",
    "{\"choices\":[{\"finish_reason\":%s}]}",
    "{\"choices\":[],\"usage\":%s}",
    "{\"choices\":[],\"usage\":{\"prompt_tokens\":%s,\"completion_tokens\":true,\"prompt_tokens_details\":3}}",
    "{\"choices\":[],\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":%s}}",
    "{\"choices\":[],\"timings\":%s}",
    "{\"choices\":[],\"timings\":{\"prompt_n\":%s,\"cache_n\":[],\"prompt_ms\":{},\"predicted_ms\":\"1\"}}",
    "{\"choices\":[],\"timings\":{\"prompt_ms\":%s,\"predicted_ms\":-1}}",
    "{\"choices\":[],\"prompt_progress\":%s}",
    "{\"choices\":[],\"prompt_progress\":{\"processed\":%s}}",
    "{\"content\":%s,\"stop\":1,\"stop_type\":2,\"truncated\":\"yes\"}",
    "{\"content\":\"\",\"stop\":true,\"stop_type\":%s,\"stopped_limit\":\"x\",\"tokens_evaluated\":{}}",
    "{\"content\":\"\",\"stop\":true,\"tokens_predicted\":%s,\"timings\":0}",
    "{\"message\":%s,\"done\":\"true\"}",
    "{\"message\":{\"content\":%s,\"thinking\":7},\"done\":1}",
    "{\"response\":%s,\"done\":false}",
    "{\"done\":true,\"done_reason\":%s}",
    "{\"done\":true,\"prompt_eval_count\":%s,\"eval_count\":\"12\"}",
    "{\"done\":true,\"eval_duration\":%s,\"prompt_eval_duration\":-3}",
};

static const char *const values[] = {
    "null", "true", "12",     "-1", "1.5",      "9223372036854775807", "1e300",          "\"12\"",
    "\"\"", "[]",   "[null]", "{}", "[[[[]]]]", "{\"a\":{}}",          "\"\\u001b[2J\"",
};

static bool is_bounded(int64_t n)
{
    return n >= -1 && n <= INT64_C(1000) * 1000 * 1000;
}

static void test_wrong_kinds(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2 * DIALECT_COUNT; kind++) {
        for (size_t i = 0; i < ARRAY_LEN(fields) * ARRAY_LEN(values); i++) {
            const char *field = fields[i / ARRAY_LEN(values)], *hole = strstr(field, "%s");
            char *data = mem_printf("%.*s%s%s", (int)(hole - field), field, values[i % ARRAY_LEN(values)], hole + 2);
            struct delta d;
            (void)dialect_get(kind / 2)->read_event(&d, kind % 2 != 0, "", data, strlen(data));
            if (!is_bounded(d.prompt_tokens) || !is_bounded(d.cached_tokens) || !is_bounded(d.output_tokens) ||
                !is_bounded(d.prompt_ms) || !is_bounded(d.output_ms) || !is_bounded(d.progress))
                fail_msg("%s", data);
            assert_true((d.text != NULL || d.text_len == 0) && (d.reasoning != NULL || d.reasoning_len == 0));
            json_free(d.tree);
            free(data);
        }
    }
}

static void test_huge_numbers_are_not_said(void **state)
{
    (void)state;
    static const char chat[] = "{\"choices\":[],\"usage\":{\"prompt_tokens\":100000001,\"completion_tokens\":7}}";
    static const char lines[] = "{\"done\":true,\"prompt_eval_count\":100000001,\"eval_duration\":1e30}";
    struct delta d;
    assert_true(dialect_openai.read_event(&d, false, "", chat, strlen(chat)));
    assert_true(d.prompt_tokens == -1 && d.output_tokens == 7);
    json_free(d.tree);
    assert_true(dialect_ollama.read_event(&d, false, "", lines, strlen(lines)));
    assert_true(d.prompt_tokens == -1 && d.output_ms == -1);
    json_free(d.tree);
}

static void test_what_is_not_the_protocol(void **state)
{
    (void)state;
    static const char *const foreign[] = {"", "{", "[1]", "12", "null", "\"text\"", "{not json}", "<html>"};
    for (int kind = 0; kind < 2 * DIALECT_COUNT; kind++) {
        for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
            struct delta d;
            assert_false(dialect_get(kind / 2)->read_event(&d, kind % 2 != 0, "", foreign[i], strlen(foreign[i])));
            json_free(d.tree);
        }
    }
    struct delta d;
    assert_false(dialect_ollama.read_event(&d, false, "", "{\"status\":\"x\"}", 14));
    json_free(d.tree);
    assert_false(dialect_llamacpp.read_event(&d, true, "", "{\"status\":\"x\"}", 14));
    json_free(d.tree);
}

static void test_comments(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t progress;
    } cases[] = {
        {" keepalive 2048/9000", 2048},
        {"keepalive 0/9000", 0},
        {" keepalive 9000/9000", 9000},
        {"", -1},
        {" ", -1},
        {" keepalive", -1},
        {" keepalive /9", -1},
        {" keepalive 12", -1},
        {" keepalive x/9", -1},
        {" keep", -1},
        {" keepalive -1/9000", -1},
        {" keepalive 99999999999999999999/9", -1},
        {" ping - 2026-08-01", -1},
    };
    for (int kind = 0; kind < DIALECT_COUNT; kind++)
        assert_int_equal(dialect_get(kind)->read_comment != NULL, kind == DIALECT_MLX);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(dialect_mlx.read_comment(cases[i].text, strlen(cases[i].text)), cases[i].progress);
    assert_int_equal(dialect_mlx.read_comment("keepalive 2048/9000", 12), -1); // not beyond its length
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_troubles),
        cmocka_unit_test(test_wrong_kinds),
        cmocka_unit_test(test_huge_numbers_are_not_said),
        cmocka_unit_test(test_what_is_not_the_protocol),
        cmocka_unit_test(test_comments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
