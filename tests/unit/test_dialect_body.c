// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What each dialect sends, byte for byte: with everything set, with nothing set, and with all that is optional refused.
#include "backend/dialect.h"
#include "base/mem.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct gen_message conversation[] = {
    {GEN_USER, "One \"\xC5\x82\"\n", 9}, {GEN_ASSISTANT, "Two", 3}, {GEN_USER, "Three", 5}, {GEN_ASSISTANT, "Fo", 2}};

#define ONE       "\"messages\":[{\"role\":\"user\",\"content\":\"One \\\"\xC5\x82\\\"\\n\"}]}"
#define ANSWER(t) "{\"role\":\"assistant\",\"content\":\"" t "\"}"
#define ALL                                                                                                          \
    "\"messages\":[{\"role\":\"user\",\"content\":\"One \\\"\xC5\x82\\\"\\n\"}," ANSWER(                             \
        "Two") ",{\"role\":\"user\",\"content\":\"Three\"}," ANSWER("Fo") "]}"
#define RAW        "\"prompt\":\"<s>One \\\"\xC5\x82\\\"\\n[A]Two[/A]Three[A]Fo\"}"
#define MODEL      "{\"model\":\"m\",\"stream\":true,"
#define USAGE      "\"stream_options\":{\"include_usage\":true},"
#define LIMIT      "\"max_tokens\":64,"
#define SEED       "\"seed\":7,"
#define DRAWN      "\"temperature\":0.8,\"top_p\":1.0,"
#define MIN_P      "\"min_p\":0.05,"
#define PRESENCE   "\"presence_penalty\":0.5,"
#define FREQUENCY  "\"frequency_penalty\":0.25,"
#define PENALTY(n) "\"" n "\":1.1,"
#define XTC        "\"xtc_probability\":0.0,\"xtc_threshold\":0.1,"
#define TOP_K(n)   "\"top_k\":" n ","
#define DRY                                                                                                          \
    "\"dry_multiplier\":0.8,\"dry_base\":1.75,\"dry_allowed_length\":4,\"dry_penalty_last_n\":4096,"                 \
    "\"dry_sequence_breakers\":[\"\\n\",\":\",\"\\\"\",\"*\",\"Mara\"],"
#define SCHEMA "{\"type\":\"object\",\"required\":[\"a\"]}"
#define FORMAT                                                                                                       \
    "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"plan\",\"strict\":true,"              \
    "\"schema\":" SCHEMA "}},"
#define NO_THINK  "\"chat_template_kwargs\":{\"enable_thinking\":false},"
#define NO_EFFORT "\"reasoning_effort\":\"none\","
#define CONTINUE  "\"continue_final_message\":true,\"add_generation_prompt\":false,"
#define PINGS     "\"return_progress\":true,\"sse_ping_interval\":5,"
#define NEVER_CUT "\"truncate\":false,\"shift\":false,"
#define OPTIONS                                                                                                      \
    "\"options\":{\"num_ctx\":16384,\"num_predict\":64," SEED DRAWN MIN_P PRESENCE FREQUENCY PENALTY(                \
        "repeat_penalty") "\"top_k\":0},\"format\":" SCHEMA ","

#define PLAIN       "{\"stream\":true," USAGE LIMIT ONE
#define ONLY_NEEDED MODEL LIMIT ONE

struct body_case {
    const struct dialect *dialect;
    const char *full;    // everything is set, and an answer is to be continued
    const char *plain;   // nothing is set
    const char *without; // everything is set, and the server refuses all of it
    const char *raw;     // NULL: it has no such route
};

static const struct body_case bodies[] = {
    {&dialect_openai,
     MODEL USAGE LIMIT SEED DRAWN MIN_P PRESENCE FREQUENCY PENALTY("repeat_penalty") PENALTY("repetition_penalty")
         TOP_K("0") DRY FORMAT NO_EFFORT CONTINUE ALL,
     PLAIN, ONLY_NEEDED, NULL},
    {&dialect_llamacpp,
     MODEL USAGE LIMIT SEED DRAWN MIN_P PRESENCE FREQUENCY PENALTY("repeat_penalty") XTC TOP_K("0") DRY
     "\"response_format\":{\"type\":\"json_object\",\"schema\":" SCHEMA "},\"cache_prompt\":true,"
     "\"id_slot\":0," PINGS NO_THINK CONTINUE ALL,
     "{\"stream\":true," USAGE LIMIT "\"cache_prompt\":true," PINGS ONE, ONLY_NEEDED,
     MODEL "\"n_predict\":64," SEED DRAWN MIN_P PRESENCE FREQUENCY PENALTY("repeat_penalty") XTC TOP_K("0") DRY
     "\"json_schema\":" SCHEMA ",\"cache_prompt\":true,\"id_slot\":0," PINGS RAW},
    {&dialect_ollama, MODEL "\"think\":false,\"keep_alive\":\"30m\"," NEVER_CUT OPTIONS ALL,
     "{\"stream\":true,\"keep_alive\":\"30m\"," NEVER_CUT "\"options\":{\"num_predict\":64}," ONE,
     MODEL NEVER_CUT "\"options\":{\"num_ctx\":16384,\"num_predict\":64}," ONE,
     MODEL "\"think\":false,\"keep_alive\":\"30m\"," NEVER_CUT OPTIONS "\"raw\":true," RAW},
    {&dialect_vllm,
     MODEL USAGE LIMIT SEED DRAWN MIN_P PRESENCE FREQUENCY PENALTY("repetition_penalty") TOP_K("-1")
         FORMAT NO_THINK CONTINUE ALL,
     PLAIN, ONLY_NEEDED, NULL},
    {&dialect_mlx,
     MODEL USAGE LIMIT SEED DRAWN MIN_P PRESENCE FREQUENCY PENALTY("repetition_penalty") XTC TOP_K("0") NO_THINK ALL,
     PLAIN, ONLY_NEEDED, NULL},
    {&dialect_lmstudio,
     MODEL USAGE LIMIT SEED DRAWN PRESENCE FREQUENCY PENALTY("repeat_penalty") TOP_K("0") FORMAT NO_EFFORT ALL, PLAIN,
     ONLY_NEEDED, NULL},
    {&dialect_koboldcpp,
     MODEL USAGE LIMIT SEED DRAWN MIN_P PRESENCE PENALTY("rep_pen") XTC TOP_K("0") DRY FORMAT NO_THINK
     "\"continue_assistant_turn\":true," ALL,
     PLAIN, ONLY_NEEDED, NULL},
    {&dialect_sglang,
     MODEL USAGE LIMIT SEED DRAWN MIN_P PRESENCE FREQUENCY PENALTY("repetition_penalty") TOP_K("-1")
         FORMAT NO_THINK CONTINUE ALL,
     PLAIN, ONLY_NEEDED, NULL},
};

static struct gen_request full_request(const struct dialect *d)
{
    static const char *const breakers[] = {"Mara", NULL};
    static const struct sampling s = {.temperature = 0.8,
                                      .top_p = 1,
                                      .min_p = 0.05,
                                      .repetition_penalty = 1.1,
                                      .presence_penalty = 0.5,
                                      .frequency_penalty = 0.25,
                                      .top_k = 0,
                                      .dry_multiplier = 0.8,
                                      .dry_base = 1.75,
                                      .dry_length = 4,
                                      .xtc_probability = 0,
                                      .xtc_threshold = 0.1};
    return (struct gen_request){.dialect = d->kind,
                                .model = "m",
                                .messages = conversation,
                                .messages_count = 4,
                                .prefill = true,
                                .max_tokens = 64,
                                .seed = 7,
                                .sampling = &s,
                                .schema_name = "plan",
                                .schema = SCHEMA,
                                .dry_breakers = breakers,
                                .n_ctx_tokens = 16384,
                                .slot = 0,
                                .thinking_off = true};
}

static const struct sampling nothing = {.temperature = NAN,
                                        .top_p = NAN,
                                        .min_p = NAN,
                                        .repetition_penalty = NAN,
                                        .presence_penalty = NAN,
                                        .frequency_penalty = NAN,
                                        .top_k = -1,
                                        .dry_multiplier = NAN,
                                        .dry_base = NAN,
                                        .xtc_probability = NAN,
                                        .xtc_threshold = NAN};

static struct gen_request plain_request(const struct dialect *d)
{
    return (struct gen_request){.dialect = d->kind,
                                .messages = conversation,
                                .messages_count = 1,
                                .max_tokens = 64,
                                .seed = -1,
                                .sampling = &nothing,
                                .slot = -1};
}

static void assert_body(const struct gen_request *q, const char *expected)
{
    struct buf out;
    buf_init(&out, BUF_MAX_PROMPT);
    dialect_get(q->dialect)->write_body(&out, q);
    assert_false(out.full);
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

static void test_everything(void **state)
{
    (void)state;
    assert_int_equal(ARRAY_LEN(bodies), DIALECT_COUNT);
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct gen_request q = full_request(bodies[i].dialect);
        assert_body(&q, bodies[i].full);
    }
}

static void test_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct gen_request q = plain_request(bodies[i].dialect);
        assert_body(&q, bodies[i].plain);
        q.sampling = NULL;
        assert_body(&q, bodies[i].plain);
    }
}

static void test_what_is_refused_is_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct gen_request q = full_request(bodies[i].dialect);
        q.messages_count = 1;
        q.without = ~(param_set)0;
        assert_body(&q, bodies[i].without);
    }
}

static void test_raw(void **state)
{
    (void)state;
    static const struct gen_template t = {"<s>", "[A]", "[/A]", false};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct gen_request q = full_request(bodies[i].dialect);
        assert_int_equal(gen_has_raw(q.dialect), bodies[i].raw != NULL);
        q.raw = &t;
        if (bodies[i].raw != NULL) assert_body(&q, bodies[i].raw);
    }
}

// A raw conversation only grows: what was sent before is the beginning of what is sent next.
static void test_raw_grows(void **state)
{
    (void)state;
    static const struct gen_template t = {"<s>", "[A]", "[/A]", false};
    struct gen_request q = plain_request(&dialect_llamacpp);
    struct buf last, now;
    buf_init(&last, BUF_MAX_PROMPT);
    buf_init(&now, BUF_MAX_PROMPT);
    q.raw = &t;
    for (q.messages_count = 1; q.messages_count <= 4; q.messages_count++) {
        buf_clear(&now);
        dialect_llamacpp.write_body(&now, &q);
        size_t same = last.len > 2 ? last.len - 2 : 0; // but for the closing quote and brace
        assert_memory_equal(now.data, last.data, same);
        assert_true(now.len > last.len);
        buf_clear(&last);
        buf_add(&last, now.data, now.len);
    }
    buf_release(&last);
    buf_release(&now);
}

static void test_a_full_buffer_is_told(void **state)
{
    (void)state;
    static const struct gen_template t = {"<s>", "[A]", "[/A]", false};
    for (size_t max = 0; max < 400; max += 40) {
        struct buf out;
        struct gen_request q = full_request(&dialect_llamacpp);
        buf_init(&out, max);
        dialect_llamacpp.write_body(&out, &q);
        assert_true(out.full);
        buf_clear(&out);
        q.raw = &t;
        dialect_llamacpp.write_body(&out, &q);
        assert_true(out.full);
        buf_release(&out);
    }
}

// Of a raw text, a message that does not fit is not left out in silence.
static void test_a_long_message_is_not_lost(void **state)
{
    (void)state;
    enum { LONG = 100 * 1000 };
    static const struct gen_template t = {"<s>", "[A]", "[/A]", false};
    struct gen_request q = plain_request(&dialect_ollama);
    struct gen_message message = {GEN_USER, mem_calloc(1, LONG), LONG};
    struct buf out;
    memset((char *)message.text, 'a', LONG);
    q.messages = &message;
    q.raw = &t;
    buf_init(&out, LONG - 1);
    dialect_ollama.write_body(&out, &q);
    assert_true(out.full);
    buf_release(&out);
    free((char *)message.text);
}

// llama.cpp refuses to continue an answer while thinking is on.
static void test_continuing_ends_thinking(void **state)
{
    (void)state;
    struct gen_request q = plain_request(&dialect_llamacpp);
    q.messages_count = 4;
    q.prefill = true;
    assert_body(&q, "{\"stream\":true," USAGE LIMIT "\"cache_prompt\":true," PINGS NO_THINK CONTINUE ALL);
}

static void test_a_broken_schema_is_not_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct gen_request q = plain_request(bodies[i].dialect);
        q.schema = "{\"type\":";
        assert_body(&q, bodies[i].plain);
    }
}

static void test_fractions(void **state)
{
    (void)state;
    struct sampling s = nothing;
    struct gen_request q = plain_request(&dialect_mlx);
    q.sampling = &s;
    s.xtc_probability = 1;
    s.xtc_threshold = 0;
    assert_body(&q, "{\"stream\":true," USAGE LIMIT "\"xtc_probability\":1.0,\"xtc_threshold\":0.0," ONE);
    s = nothing;
    s.top_k = 40;
    assert_body(&q, "{\"stream\":true," USAGE LIMIT TOP_K("40") ONE);
    q.dialect = DIALECT_VLLM;
    assert_body(&q, "{\"stream\":true," USAGE LIMIT TOP_K("40") ONE);
}

// Whatever a dialect has no field for, it does not write, and the other way round.
static void test_params_are_what_is_written(void **state)
{
    (void)state;
    for (int kind = 0; kind < DIALECT_COUNT; kind++) {
        for (int p = 0; p < PARAM_COUNT; p++) {
            struct gen_request q = full_request(dialect_get(kind));
            struct buf with, without;
            buf_init(&with, BUF_MAX_PROMPT);
            buf_init(&without, BUF_MAX_PROMPT);
            dialect_get(kind)->write_body(&with, &q);
            q.without = PARAM_BIT(p);
            dialect_get(kind)->write_body(&without, &q);
            bool has = (gen_params(kind) & PARAM_BIT(p)) != 0, says = strcmp(with.data, without.data) != 0;
            bool only_message = p == PARAM_PREFILL && (kind == DIALECT_OLLAMA || kind == DIALECT_LMSTUDIO);
            assert_int_equal(says, has && !only_message);
            buf_release(&with);
            buf_release(&without);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_what_is_refused_is_left_out),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_raw_grows),
        cmocka_unit_test(test_a_full_buffer_is_told),
        cmocka_unit_test(test_a_long_message_is_not_lost),
        cmocka_unit_test(test_continuing_ends_thinking),
        cmocka_unit_test(test_a_broken_schema_is_not_sent),
        cmocka_unit_test(test_fractions),
        cmocka_unit_test(test_params_are_what_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
