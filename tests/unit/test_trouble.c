// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What servers say when they fail: their own words, one row each, and the class that follows.
#include "backend/trouble.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

enum { IN_BAND = 0 }; // an error inside a reply that began well

#define BIT(p) PARAM_BIT(PARAM_##p)
#define ALL    (BIT(MIN_P) | BIT(SEED) | BIT(SCHEMA) | BIT(USAGE) | BIT(THINKING) | BIT(TEMPERATURE))

// ---- shapes ------------------------------------------------------------------------------------------------------

struct shape {
    const char *body, *message, *type, *param;
    int code, n_ctx_tokens;
};

static const struct shape shapes[] = {
    {"{\"error\":{\"code\":400,\"message\":\"m\",\"type\":\"t\"}}", "m", "t", "", 400, 0},
    {"{\"error\":{\"message\":\"m\",\"type\":\"T\",\"param\":\"min_p\",\"code\":400}}", "m", "T", "min_p", 400, 0},
    {"{\"error\":{\"message\":\"m\",\"code\":\"context_length_exceeded\"}}", "m", "context_length_exceeded", "", 0,
     0},
    {"{\"error\":{\"message\":\"m\",\"code\":\"429\"}}", "m", "429", "", 429, 0},
    {"{\"error\":{\"code\":400,\"message\":\"m\",\"n_prompt_tokens\":9000,\"n_ctx\":8192}}", "m", "", "", 400, 8192},
    {"{\"object\":\"error\",\"message\":\"m\",\"type\":\"T\",\"param\":null,\"code\":404}", "m", "T", "", 404, 0},
    {"{\"error\":{\"object\":\"error\",\"message\":\"m\",\"type\":\"T\",\"code\":400}}", "m", "T", "", 400, 0},
    {"{\"message\":\"m\",\"type\":\"T\"}", "m", "T", "", 0, 0},
    {"{\"error\":\"m\"}", "m", "", "", 0, 0},
    {"{\"error\":\"m\",\"error_type\":\"validation\"}", "m", "validation", "", 0, 0},
    {"{\"error\":{\"message\":\"m\"},\"message\":\"m\"}", "m", "", "", 0, 0},
    {"{\"detail\":\"m\"}", "m", "", "", 0, 0},
    {"{\"detail\":{\"msg\":\"m\",\"type\":\"service_unavailable\"}}", "m", "service_unavailable", "", 0, 0},
    {"{\"detail\":{\"error\":\"validation_error\",\"message\":\"m\"}}", "m", "", "", 0, 0},
    {"{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"min_p\",0],\"msg\":\"m\"},{\"msg\":\"n\"}]}",
     "body.min_p: m", "missing", "body.min_p", 0, 0},
    {"<html>\n<head><TITLE>\n 502 Bad Gateway\n</TITLE></head>", "502 Bad Gateway", "", "", 0, 0},
    {"<html><title lang=\"en\">x.com | 524: A timeout occurred</title>", "x.com | 524: A timeout occurred", "", "", 0,
     0},
    {"<html><body><h1>Not Found</h1><p>nginx</p>", "Not Found", "", "", 0, 0},
    {"<!doctype html><title></title>", "<!doctype html><title></title>", "", "", 0, 0},
    {"\n404 page not found\nmore", "404 page not found", "", "", 0, 0},
    {"", "", "", "", 0, 0},
    // nothing of it is believed that has the wrong type or size
    {"{\"error\":{\"code\":99999999999,\"message\":7,\"type\":[],\"n_ctx\":\"x\"}}", "", "", "", 0, 0},
    {"{\"error\":{\"code\":null,\"message\":null,\"n_ctx\":-5}}", "", "", "", 0, 0},
    {"{\"error\":{\"message\":\"m\",\"n_ctx\":4e18}}", "m", "", "", 0, 0},
    {"{\"detail\":[]}", "{\"detail\":[]}", "", "", 0, 0},
    {"{\"error\":{\"message\":\"a\\u001b[31mb\\u009bc\\r\\nd\"}}", "a?[31mb?c??d", "", "", 0, 0},
};

static void test_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        const struct shape *s = &shapes[i];
        struct trouble t;
        memset(&t, 'x', sizeof(t));
        t.message[0] = t.type[0] = t.param[0] = '\0';
        trouble_from_body(&t, s->body, strlen(s->body));
        assert_string_equal(t.message, s->message);
        if (s->body[0] != '{' || t.message[0] == '{') continue; // a page has no more than its words
        assert_string_equal(t.type, s->type);
        assert_string_equal(t.param, s->param);
        assert_int_equal(t.code, s->code);
        assert_int_equal(t.n_ctx_tokens, s->n_ctx_tokens);
    }
}

// ---- classes -----------------------------------------------------------------------------------------------------

struct verdict {
    int status;
    const char *body;
    enum failure failure;
};

#define ERROR(words) "{\"error\":{\"message\":\"" words "\"}}"

static const struct verdict verdicts[] = {
    // the prompt does not fit
    {400, ERROR("request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it"),
     FAIL_CONTEXT},
    {500, ERROR("the request exceeds the available context size. try increasing the context size"), FAIL_CONTEXT},
    {400, "{\"error\":{\"message\":\"no words\",\"type\":\"exceed_context_size_error\"}}", FAIL_CONTEXT},
    {400, "{\"error\":{\"message\":\"no words\",\"n_prompt_tokens\":9000,\"n_ctx\":8192}}", FAIL_CONTEXT},
    {500, ERROR("context_length_exceeded: 9000 tokens"), FAIL_CONTEXT},
    {IN_BAND, ERROR("Context size has been exceeded."), FAIL_CONTEXT},
    {400, ERROR("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens"),
     FAIL_CONTEXT},
    {400, ERROR("You passed 9 input tokens and requested 4 output tokens."), FAIL_CONTEXT},
    {IN_BAND, ERROR("The number of tokens to keep from the initial prompt is greater than the context length"),
     FAIL_CONTEXT},
    {IN_BAND, ERROR("Trying to keep the first 9000 tokens when context the overflows."), FAIL_CONTEXT},
    {400, "{\"error\":\"the prompt is longer than the context length currently available to the model\"}",
     FAIL_CONTEXT},
    {400, "{\"error\":\"the input length exceeds the context length\"}", FAIL_CONTEXT},
    {400,
     "{\"object\":\"error\",\"message\":\"The input (5000 tokens) is longer than the model's context length "
     "(4096 tokens).\",\"type\":\"BadRequestError\",\"code\":400}",
     FAIL_CONTEXT},
    {400, ERROR("Requested token count exceeds the model's maximum context length of 4096 tokens."), FAIL_CONTEXT},
    {400, "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}", FAIL_CONTEXT},
    {400, ERROR("Requested tokens (9000) exceed context window of 4096"), FAIL_CONTEXT},
    // it loads, and will be there
    {503, "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}", FAIL_LOADING},
    {500, "{\"error\":\"unexpected server status: llm server loading model\"}", FAIL_LOADING},
    {499, "{\"error\":\"client connection closed before server finished loading, aborting load\"}", FAIL_LOADING},
    {500, "{\"error\":\"timed out waiting for llama runner to start - progress 0.50 - \"}", FAIL_LOADING},
    // it is busy, and will not be
    {503, "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}", FAIL_BUSY},
    {503, "{\"detail\":{\"msg\":\"Server is busy; please try again later.\",\"type\":\"service_unavailable\"}}",
     FAIL_BUSY},
    {429, ERROR("Rate limit reached for model"), FAIL_BUSY},
    {429, "", FAIL_BUSY},
    {503, "", FAIL_BUSY},
    {IN_BAND, "{\"error\":{\"message\":\"slow down\",\"code\":429}}", FAIL_BUSY},
    // that does not pass by waiting, and the key is a good one
    {429, "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":\"insufficient_quota\"}}",
     FAIL_REQUEST},
    {403, "{\"error\":{\"message\":\"no\",\"code\":\"insufficient_quota\"}}", FAIL_REQUEST},
    {402, ERROR("Insufficient Balance"), FAIL_REQUEST},
    // it broke down
    {500, "{\"error\":\"model runner has unexpectedly stopped, this may be due to resource limitations\"}",
     FAIL_CRASHED},
    {500, "{\"error\":\"llama runner process has terminated: error loading model: unable to allocate CUDA0 buffer\"}",
     FAIL_CRASHED},
    {500, "{\"error\":\"model requires more system memory (5.6 GiB) than is available (4.5 GiB)\"}", FAIL_CRASHED},
    {500, ERROR("CUDA error: an illegal memory access was encountered"), FAIL_CRASHED},
    {IN_BAND, ERROR("Compute error."), FAIL_CRASHED},
    {IN_BAND,
     ERROR("[METAL] Command buffer execution failed: Insufficient Memory (kIOGPUCommandBufferCallbackError)"),
     FAIL_CRASHED},
    {IN_BAND, ERROR("A command encoder is already encoding to this command buffer"), FAIL_CRASHED},
    {500, ERROR("failed to allocate compute buffers"), FAIL_CRASHED},
    {503, "{\"error\":{\"message\":\"EngineCore encountered an issue.\",\"type\":\"EngineDeadError\"}}",
     FAIL_CRASHED},
    {IN_BAND, ERROR("The model has crashed without additional information. (Exit code: 11)"), FAIL_CRASHED},
    // it has not the model
    {404, "{\"error\":\"model \\\"llama9\\\" not found, try pulling it first\"}", FAIL_MODEL},
    {404,
     "{\"object\":\"error\",\"message\":\"The model `x` does not exist.\",\"type\":\"NotFoundError\",\"code\":404}",
     FAIL_MODEL},
    {400, ERROR("The model `x` does not exist."), FAIL_MODEL},
    {400, ERROR("model 'x' is not found"), FAIL_MODEL},
    {IN_BAND, "{\"error\":\"model 'x' not found\"}", FAIL_MODEL},
    {400, "{\"error\":\"No models loaded. Please load a model in the developer page\"}", FAIL_MODEL},
    {404, "{\"error\":\"Model type foo not supported.\"}", FAIL_MODEL},
    {404, "{\"error\":\"404 Client Error. Repository Not Found for url: https://x/api/models/y.\"}", FAIL_MODEL},
    {404, "{\"error\":\"[METAL] failed to allocate 9 GB\"}", FAIL_MODEL},
    {400, "{\"error\":\"\\\"nomic\\\" does not support chat\"}", FAIL_MODEL},
    // nor the route
    {404, "{\"detail\":\"Not Found\"}", FAIL_NOT_FOUND},
    {404, "404 page not found\n", FAIL_NOT_FOUND},
    {404, "{\"error\":{\"code\":404,\"message\":\"File Not Found\",\"type\":\"not_found_error\"}}", FAIL_NOT_FOUND},
    {405, "{\"detail\":\"Method Not Allowed\"}", FAIL_NOT_FOUND},
    {IN_BAND, "{\"error\":\"Unexpected endpoint or method. (POST /api/chat)\"}", FAIL_NOT_FOUND},
    // the request
    {400, "{\"detail\":\"bad\"}", FAIL_REQUEST},
    {422, "{\"detail\":[{\"loc\":[\"body\",\"messages\"],\"msg\":\"field required\"}]}", FAIL_REQUEST},
    {400, ERROR("Conversation roles must alternate user/assistant/user/assistant/..."), FAIL_REQUEST},
    {404, ERROR("Conversation roles must alternate, says the model's template"), FAIL_REQUEST},
    {413, "<html><head><title>413 Request Entity Too Large</title></head></html>", FAIL_TOO_LARGE},
    {401, ERROR("Invalid API Key"), FAIL_AUTH},
    {403, ERROR("the model does not exist or you do not have access to it"), FAIL_AUTH},
    {IN_BAND, "{\"error\":{\"message\":\"who are you\",\"code\":401}}", FAIL_AUTH},
    // the rest, by number
    {500, ERROR("oops"), FAIL_SERVER},
    {408, "", FAIL_SERVER},
    {499, "", FAIL_SERVER},
    {502, "<html><title>502 Bad Gateway</title></html>", FAIL_GATEWAY},
    {524, "<html><title>524: A timeout occurred</title></html>", FAIL_GATEWAY_TIMEOUT},
    {302, "", FAIL_NOT_A_SERVER},
    {302, ERROR("loading model"), FAIL_NOT_A_SERVER},
    {IN_BAND, ERROR("oops"), FAIL_ERROR_FRAME},
    {IN_BAND, "{\"error\":{\"message\":\"oops\",\"code\":500}}", FAIL_ERROR_FRAME},
};

static void test_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
        struct trouble t = {.message = ""};
        param_set refused = 1;
        trouble_from_body(&t, verdicts[i].body, strlen(verdicts[i].body));
        enum failure f = trouble_classify(&t, verdicts[i].status, 0, &refused);
        if (f != verdicts[i].failure)
            fail_msg("%d %s: got %s, expected %s", verdicts[i].status, verdicts[i].body, failure_name(f),
                     failure_name(verdicts[i].failure));
        assert_int_equal(refused, 0);
        if (verdicts[i].status > 0) assert_int_equal(trouble_classify_status(verdicts[i].status, &t), f);
    }
}

// ---- what of the request is refused ------------------------------------------------------------------------------

struct refusal {
    int status;
    const char *body;
    param_set sent;
    enum failure failure;
    param_set refused;
};

static const struct refusal refusals[] = {
    {400, ERROR("Unsupported parameter: 'min_p'"), ALL, FAIL_PARAM, BIT(MIN_P)},
    {400, ERROR("min_p and seed must be numbers"), ALL, FAIL_PARAM, BIT(MIN_P) | BIT(SEED)},
    {400, "{\"error\":{\"message\":\"is not supported\",\"param\":\"stream_options\"}}", ALL, FAIL_PARAM, BIT(USAGE)},
    {422, "{\"detail\":[{\"loc\":[\"body\",\"temperature\"],\"msg\":\"ensure this value is less than 2\"}]}", ALL,
     FAIL_PARAM, BIT(TEMPERATURE)},
    {400, ERROR("'response_format.type' must be 'json_schema' or 'text'"), ALL, FAIL_PARAM, BIT(SCHEMA)},
    {400, ERROR("failed to parse grammar"), ALL, FAIL_PARAM, BIT(SCHEMA)},
    {IN_BAND, "{\"error\":{\"message\":\"invalid min_p\",\"code\":400}}", ALL, FAIL_PARAM, BIT(MIN_P)},
    // not sent, so it is not about that
    {400, ERROR("min_p must be a number"), BIT(SEED), FAIL_REQUEST, 0},
    {400, ERROR("Unsupported parameter: 'min_p'"), BIT(SEED), FAIL_PARAM, 0},
    // nothing is named
    {400, ERROR("Unrecognized request argument supplied: foo"), ALL, FAIL_PARAM, 0},
    {422, "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"Extra inputs are not permitted\"}]}", ALL, FAIL_PARAM, 0},
    {400, ERROR("I do not like it"), ALL, FAIL_REQUEST, 0},
    // other classes are seen first, and a failure is no refusal
    {400, ERROR("maximum context length is 4096 tokens, see max_tokens and min_p"), ALL, FAIL_CONTEXT, 0},
    {500, ERROR("min_p must be a number"), ALL, FAIL_SERVER, 0},
    {401, ERROR("min_p must be a number"), ALL, FAIL_AUTH, 0},
    // an answer is not to be continued
    {400, ERROR("Assistant response prefill is incompatible with enable_thinking."), ALL | BIT(PREFILL), FAIL_PREFILL,
     0},
    {400, ERROR("Cannot have 2 or more assistant messages at the end of the list."), BIT(PREFILL), FAIL_PREFILL, 0},
    {400, ERROR("Expected last role User or Tool (or Assistant with prefix True) but got assistant"), BIT(PREFILL),
     FAIL_PREFILL, 0},
    {404, ERROR("The last message must be from the user"), BIT(PREFILL), FAIL_PREFILL, 0},
    {500, ERROR("Conversation roles must alternate user/assistant/user/assistant/..."), BIT(PREFILL), FAIL_PREFILL,
     0},
    {400, ERROR("continue_final_message: not allowed"), BIT(PREFILL), FAIL_PREFILL, 0},
    {400, ERROR("'echo' is unknown"), BIT(PREFILL), FAIL_PREFILL, 0},
    {400, ERROR("Cannot have 2 or more assistant messages at the end of the list."), ALL, FAIL_REQUEST, 0},
    {500, ERROR("CUDA error during prefill"), BIT(PREFILL), FAIL_CRASHED, 0},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        struct trouble t = {.message = ""};
        param_set refused = 1;
        trouble_from_body(&t, refusals[i].body, strlen(refusals[i].body));
        enum failure f = trouble_classify(&t, refusals[i].status, refusals[i].sent, &refused);
        if (f != refusals[i].failure || refused != refusals[i].refused)
            fail_msg("%s: got %s, %x", refusals[i].body, failure_name(f), refused);
        assert_int_equal(trouble_classify(&t, refusals[i].status, refusals[i].sent, NULL), f);
    }
}

// ---- the context's size ------------------------------------------------------------------------------------------

struct size_case {
    const char *body;
    int n_ctx_tokens;
};

static const struct size_case sizes[] = {
    {ERROR("request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it"), 8192},
    {"{\"error\":{\"message\":\"request (9000 tokens) exceeds the available context size (8192 tokens)\","
     "\"n_prompt_tokens\":9000,\"n_ctx\":8191}}",
     8191},
    {ERROR("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the "
           "messages, 1000 in the completion)."),
     4096},
    {ERROR("'max_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has "
           "300 input tokens"),
     4096},
    {ERROR("You passed 8193 input tokens and requested 10 output tokens. However, the model's context length is only "
           "8192 tokens, resulting in a maximum input length of 8182 tokens."),
     8192},
    {ERROR("The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 10978>= "
           "n_ctx: 8192). Try to load the model with a larger context length"),
     8192},
    {ERROR(
         "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context "
         "length of only 4096 tokens, which is not enough."),
     4096},
    {ERROR("The input (691,793 tokens) is longer than the model's context length (540000)."), 540000},
    {ERROR("The input (5000 tokens) is longer than the model's context length (4,096 tokens)."), 4096},
    {ERROR(
         "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of "
         "5000 tokens: 4000 from the input messages and 1000 for the completion."),
     4096},
    {ERROR("This model's maximum context length is 4097 tokens, however you requested 5000 tokens"), 4097},
    {ERROR("Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens."),
     272000},
    {ERROR("Requested tokens (9000) exceed context window of 4096"), 4096},
    {ERROR("Context length 9000 is greater than max_seq_len 4096"), 4096},
    {ERROR("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens"), 4096},
    {ERROR("child: {\\\"code\\\":400,\\\"n_prompt_tokens\\\":9000,\\\"n_ctx\\\":4096}"), 4096},
    // it does not say
    {ERROR("the prompt is longer than the context length currently available to the model; shorten the prompt"), 0},
    {ERROR("the request exceeds the available context size. try 4096"), 0},
    {ERROR("Context size has been exceeded."), 0},
    {ERROR("the context length, of which 9000 tokens"), 0},
    {ERROR("context size 99999999999999999999999999"), 0},
    {ERROR("context size 0"), 0},
    {ERROR("context size"), 0},
    {"", 0},
};

static void test_context_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct trouble t = {.message = ""};
        trouble_from_body(&t, sizes[i].body, strlen(sizes[i].body));
        int n = trouble_context_tokens(&t);
        if (n != sizes[i].n_ctx_tokens) fail_msg("%s: got %d", sizes[i].body, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_context_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
