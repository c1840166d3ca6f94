// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The optional parameters by name, and the names of the dialects: refusals as the servers word them.
#include "model/param.h"

#include "base/mem.h"
#include "model/dialects.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#define BIT(name) PARAM_BIT(PARAM_##name)

static void assert_named(const char *message, param_set expected)
{
    char found[300], wanted[300];
    param_set set = param_named_in(message);
    if (set != expected)
        fail_msg("'%s' names '%s', expected '%s'", message, param_list(set, found, sizeof found),
                 param_list(expected, wanted, sizeof wanted));
}

static void refusals_name_parameters(void **state)
{
    static const struct {
        const char *message;
        param_set named;
    } cases[] = {
        {"Unsupported parameter: 'xtc_probability' is not supported with this model.", BIT(XTC)},
        {"body.response_format: Input should be a valid dictionary", BIT(SCHEMA)},
        {"'response_format.type' must be 'json_schema' or 'text'", BIT(SCHEMA)},
        {"[{'type':'extra_forbidden','loc':('body','dry_multiplier'),'msg':'Extra inputs are not permitted'}]",
         BIT(DRY)},
        {"Unrecognized request arguments supplied: min_p, top_k", BIT(MIN_P) | BIT(TOP_K)},
        {"repeat_last_n must be at least 0", BIT(REPETITION)},
        {"Invalid repetition penalty", BIT(REPETITION)},
        {"REP_PEN out of range", BIT(REPETITION)},
        {"\"llama3:8b\" does not support thinking", BIT(THINKING)},
        {"think value \"none\" is not supported for this model", BIT(THINKING)},
        {"unknown option `think`", BIT(THINKING)},
        {"invalid options: chat_template_kwargs.enable_thinking", BIT(THINKING)},
        {"Assistant response prefill is incompatible with enable_thinking.", BIT(THINKING)},
        {"Stream options can only be defined when `stream=True`.", BIT(USAGE)},
        {"json: unknown field \"keep_alive\"", BIT(CACHE)},
        {"unexpected keyword argument: sse_ping_interval", BIT(PINGS)},
        {"Failed to parse the JSON schema", BIT(SCHEMA)},
        {"Either \"json_schema\" or \"grammar\" can be specified, but not both", BIT(SCHEMA)},
        {"guided_json is deprecated", BIT(SCHEMA)},
        {"format=json is not supported", BIT(SCHEMA)},
        {"extra field: 'echo'", BIT(PREFILL)},
        {"Cannot set `add_generation_prompt` to True when `continue_final_message` is True.", BIT(PREFILL)},
        {"seed must be an integer", BIT(SEED)},
        {"top-p and temperature cannot both be given", BIT(TOP_P) | BIT(TEMPERATURE)},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) assert_named(cases[i].message, cases[i].named);
}

static void words_are_whole(void **state)
{
    static const char *const messages[] = {
        "",
        "Bad request",
        "the request has the wrong format",
        "the request has the wrong format.",
        "invalid message format: expected a list", // a colon ends English too
        "I think that failed",
        "reseed the model", // of "seed"
        "seeds",
        "min_pp or amin_p",
        "stop_p, my_top_k",
        "model 'seed-oss-36b' not found",
        "model 'kimi-k2-thinking' not found",
        "max_tokens is too large", // no parameter: without it nothing works
        "n_predict must be positive",
        "messages must alternate",
        "a dry run",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) assert_named(messages[i], 0);
    assert_named(NULL, 0);
}

static void every_parameter_has_its_own_name(void **state)
{
    param_set all = 0;
    char list[300];
    (void)state;
    for (int p = 0; p < PARAM_COUNT; p++) {
        const char *name = param_list(PARAM_BIT(p), list, sizeof list);
        assert_true(*name);
        assert_int_equal(param_read_list(name), PARAM_BIT(p));
        all |= PARAM_BIT(p);
    }
    assert_int_equal(param_read_list(param_list(all, list, sizeof list)), all);
}

static void lists_are_read_back(void **state)
{
    char out[64], small[8];
    (void)state;
    assert_string_equal(param_list(BIT(MIN_P) | BIT(TOP_K), out, sizeof out), "top_k, min_p");
    assert_string_equal(param_list(0, out, sizeof out), "");
    assert_int_equal(param_read_list("top_k, min_p"), BIT(MIN_P) | BIT(TOP_K));
    assert_int_equal(param_read_list("top_k,  future_thing,min_p,"), BIT(MIN_P) | BIT(TOP_K));
    assert_int_equal(param_read_list(""), 0);
    assert_string_equal(param_list(BIT(TOP_K) | BIT(MIN_P), small, sizeof small), "top_k");
}

static struct spec silent_spec(void)
{
    return (struct spec){
        .sampling = {.temperature = NAN,
                     .top_p = NAN,
                     .min_p = NAN,
                     .repetition_penalty = NAN,
                     .presence_penalty = NAN,
                     .frequency_penalty = NAN,
                     .top_k = -1,
                     .dry_multiplier = NAN,
                     .dry_base = NAN,
                     .xtc_probability = NAN,
                     .xtc_threshold = NAN},
    };
}

static void a_spec_gives_what_it_says(void **state)
{
    struct spec s = silent_spec();
    (void)state;
    assert_int_equal(param_given(&s), 0);
    s.sampling.top_k = 0;
    s.sampling.xtc_threshold = 0;
    s.has_seed = true;
    assert_int_equal(param_given(&s), BIT(TOP_K) | BIT(XTC) | BIT(SEED));
    s = silent_spec();
    s.sampling.dry_length = 3;
    s.sampling.temperature = 0;
    assert_int_equal(param_given(&s), BIT(DRY) | BIT(TEMPERATURE));
}

static void dialects_are_known_by_many_names(void **state)
{
    static const struct {
        const char *name;
        int dialect;
    } cases[] = {
        {"llama.cpp", DIALECT_LLAMACPP},
        {"llama-server", DIALECT_LLAMACPP},
        {"LM Studio", DIALECT_LMSTUDIO},
        {"lm-studio", DIALECT_LMSTUDIO},
        {"mlx_lm", DIALECT_MLX},
        {"mlx_lm.server", DIALECT_MLX},
        {"vLLM", DIALECT_VLLM},
        {"Ollama", DIALECT_OLLAMA},
        {"OpenAI-compatible", DIALECT_OPENAI},
        {"KoboldCpp", DIALECT_KOBOLDCPP},
        {"SGLang", DIALECT_SGLANG},
        {"", DIALECT_UNKNOWN},
        {"unknown", DIALECT_UNKNOWN},
        {"olama", DIALECT_UNKNOWN},
        {"ollamaa", DIALECT_UNKNOWN},
        {"a name that is longer than any server has", DIALECT_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(dialect_from_name(cases[i].name), cases[i].dialect);
}

static void dialects_have_names(void **state)
{
    const char *all = dialect_all_names();
    (void)state;
    for (int d = 0; d < DIALECT_COUNT; d++) {
        const char *name = dialect_name((enum dialect_kind)d);
        assert_int_equal(dialect_from_name(name), d);
        assert_int_equal(dialect_from_name(dialect_title((enum dialect_kind)d)), d);
        assert_int_equal(strncmp(all, name, strlen(name)), 0);
        all += strlen(name) + strspn(all + strlen(name), ", ");
    }
    assert_string_equal(all, "");
    assert_string_equal(dialect_name((enum dialect_kind)DIALECT_UNKNOWN), "unknown");
    assert_string_equal(dialect_title((enum dialect_kind)DIALECT_UNKNOWN), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_name_parameters),
        cmocka_unit_test(words_are_whole),
        cmocka_unit_test(every_parameter_has_its_own_name),
        cmocka_unit_test(lists_are_read_back),
        cmocka_unit_test(a_spec_gives_what_it_says),
        cmocka_unit_test(dialects_are_known_by_many_names),
        cmocka_unit_test(dialects_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
