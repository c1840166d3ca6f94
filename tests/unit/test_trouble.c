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
    enum failure failure;
    const char *body;
};

#define ERROR(words) "{\"error\":{\"message\":\"" words "\"}}"

static const struct verdict verdicts[] = {
    // the prompt does not fit
    {400, FAIL_CONTEXT,
     ERROR("request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it")},
    {500, FAIL_CONTEXT, ERROR("the request exceeds the available context size. try increasing the context size")},
    {400, FAIL_CONTEXT, "{\"error\":{\"message\":\"no words\",\"type\":\"exceed_context_size_error\"}}"},
    {400, FAIL_CONTEXT, "{\"error\":{\"message\":\"no words\",\"n_prompt_tokens\":9000,\"n_ctx\":8192}}"},
    {500, FAIL_CONTEXT, ERROR("context_length_exceeded: 9000 tokens")},
    {IN_BAND, FAIL_CONTEXT, ERROR("Context size has been exceeded.")},
    {400, FAIL_CONTEXT,
     ERROR("This model's maximum context length is 4096 tokens. However, you requested 5000 tokens")},
    {400, FAIL_CONTEXT, ERROR("You passed 9 input tokens and requested 4 output tokens.")},
    {IN_BAND, FAIL_CONTEXT,
     ERROR("The number of tokens to keep from the initial prompt is greater than the context length")},
    {IN_BAND, FAIL_CONTEXT, ERROR("Trying to keep the first 9000 tokens when context the overflows.")},
    {400, FAIL_CONTEXT,
     "{\"error\":\"the prompt is longer than the context length currently available to the model\"}"},
    {400, FAIL_CONTEXT, "{\"error\":\"the input length exceeds the context length\"}"},
    {400, FAIL_CONTEXT,
     "{\"object\":\"error\",\"message\":\"The input (5000 tokens) is longer than the model's context length "
     "(4096 tokens).\",\"type\":\"BadRequestError\",\"code\":400}"},
    {400, FAIL_CONTEXT, ERROR("Requested token count exceeds the model's maximum context length of 4096 tokens.")},
    {400, FAIL_CONTEXT, "{\"error\":{\"message\":\"too long\",\"code\":\"context_length_exceeded\"}}"},
    {400, FAIL_CONTEXT, ERROR("Requested tokens (9000) exceed context window of 4096")},
    // it loads, and will be there
    {503, FAIL_LOADING, "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}"},
    {500, FAIL_LOADING, "{\"error\":\"unexpected server status: llm server loading model\"}"},
    {499, FAIL_LOADING, "{\"error\":\"client connection closed before server finished loading, aborting load\"}"},
    {500, FAIL_LOADING, "{\"error\":\"timed out waiting for llama runner to start - progress 0.50 - \"}"},
    // it is busy, and will not be
    {503, FAIL_BUSY, "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}"},
    {503, FAIL_BUSY,
     "{\"detail\":{\"msg\":\"Server is busy; please try again later.\",\"type\":\"service_unavailable\"}}"},
    {429, FAIL_BUSY, ERROR("Rate limit reached for model")},
    {429, FAIL_BUSY, ""},
    {503, FAIL_BUSY, ""},
    {IN_BAND, FAIL_BUSY, "{\"error\":{\"message\":\"slow down\",\"code\":429}}"},
    // that does not pass by waiting, and the key is a good one
    {429, FAIL_REQUEST,
     "{\"error\":{\"message\":\"You exceeded your current quota\",\"type\":\"insufficient_quota\"}}"},
    {403, FAIL_REQUEST, "{\"error\":{\"message\":\"no\",\"code\":\"insufficient_quota\"}}"},
    {402, FAIL_REQUEST, ERROR("Insufficient Balance")},
    // it broke down
    {500, FAIL_CRASHED,
     "{\"error\":\"model runner has unexpectedly stopped, this may be due to resource limitations\"}"},
    {500, FAIL_CRASHED,
     "{\"error\":\"llama runner process has terminated: error loading model: unable to allocate CUDA0 buffer\"}"},
    {500, FAIL_CRASHED, "{\"error\":\"model requires more system memory (5.6 GiB) than is available (4.5 GiB)\"}"},
    {500, FAIL_CRASHED, ERROR("CUDA error: an illegal memory access was encountered")},
    {IN_BAND, FAIL_CRASHED, ERROR("Compute error.")},
    {IN_BAND, FAIL_CRASHED,
     ERROR("[METAL] Command buffer execution failed: Insufficient Memory (kIOGPUCommandBufferCallbackError)")},
    {IN_BAND, FAIL_CRASHED, ERROR("A command encoder is already encoding to this command buffer")},
    {500, FAIL_CRASHED, ERROR("failed to allocate compute buffers")},
    {503, FAIL_CRASHED,
     "{\"error\":{\"message\":\"EngineCore encountered an issue.\",\"type\":\"EngineDeadError\"}}"},
    {IN_BAND, FAIL_CRASHED, ERROR("The model has crashed without additional information. (Exit code: 11)")},
    // it has not the model
    {404, FAIL_MODEL, "{\"error\":\"model \\\"llama9\\\" not found, try pulling it first\"}"},
    {404, FAIL_MODEL,
     "{\"object\":\"error\",\"message\":\"The model `x` does not exist.\",\"type\":\"NotFoundError\",\"code\":404}"},
    {400, FAIL_MODEL, ERROR("The model `x` does not exist.")},
    {400, FAIL_MODEL, ERROR("model 'x' is not found")},
    {IN_BAND, FAIL_MODEL, "{\"error\":\"model 'x' not found\"}"},
    {400, FAIL_MODEL, "{\"error\":\"No models loaded. Please load a model in the developer page\"}"},
    {404, FAIL_MODEL, "{\"error\":\"Model type foo not supported.\"}"},
    {404, FAIL_MODEL, "{\"error\":\"404 Client Error. Repository Not Found for url: https://x/api/models/y.\"}"},
    {404, FAIL_MODEL, "{\"error\":\"[METAL] failed to allocate 9 GB\"}"},
    {400, FAIL_MODEL, "{\"error\":\"\\\"nomic\\\" does not support chat\"}"},
    // nor the route
    {404, FAIL_NOT_FOUND, "{\"detail\":\"Not Found\"}"},
    {404, FAIL_NOT_FOUND, "404 page not found\n"},
    {404, FAIL_NOT_FOUND, "{\"error\":{\"code\":404,\"message\":\"File Not Found\",\"type\":\"not_found_error\"}}"},
    {405, FAIL_NOT_FOUND, "{\"detail\":\"Method Not Allowed\"}"},
    {IN_BAND, FAIL_NOT_FOUND, "{\"error\":\"Unexpected endpoint or method. (POST /api/chat)\"}"},
    // the request
    {400, FAIL_REQUEST, "{\"detail\":\"bad\"}"},
    {422, FAIL_REQUEST, "{\"detail\":[{\"loc\":[\"body\",\"messages\"],\"msg\":\"field required\"}]}"},
    {400, FAIL_REQUEST, ERROR("Conversation roles must alternate user/assistant/user/assistant/...")},
    {404, FAIL_REQUEST, ERROR("Conversation roles must alternate, says the model's template")},
    {413, FAIL_TOO_LARGE, "<html><head><title>413 Request Entity Too Large</title></head></html>"},
    {401, FAIL_AUTH, ERROR("Invalid API Key")},
    {403, FAIL_AUTH, ERROR("the model does not exist or you do not have access to it")},
    {IN_BAND, FAIL_AUTH, "{\"error\":{\"message\":\"who are you\",\"code\":401}}"},
    // the rest, by number
    {500, FAIL_SERVER, ERROR("oops")},
    {408, FAIL_SERVER, ""},
    {499, FAIL_SERVER, ""},
    {502, FAIL_GATEWAY, "<html><title>502 Bad Gateway</title></html>"},
    {524, FAIL_GATEWAY_TIMEOUT, "<html><title>524: A timeout occurred</title></html>"},
    {302, FAIL_NOT_A_SERVER, ""},
    {302, FAIL_NOT_A_SERVER, ERROR("loading model")},
    {IN_BAND, FAIL_ERROR_FRAME, ERROR("oops")},
    {IN_BAND, FAIL_ERROR_FRAME, "{\"error\":{\"message\":\"oops\",\"code\":500}}"},
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
    enum failure failure;
    const char *body;
    param_set sent, refused;
};

static const struct refusal refusals[] = {
    {400, FAIL_PARAM, ERROR("Unsupported parameter: 'min_p'"), ALL, BIT(MIN_P)},
    {400, FAIL_PARAM, ERROR("min_p and seed must be numbers"), ALL, BIT(MIN_P) | BIT(SEED)},
    {400, FAIL_PARAM, "{\"error\":{\"message\":\"is not supported\",\"param\":\"stream_options\"}}", ALL, BIT(USAGE)},
    {422, FAIL_PARAM,
     "{\"detail\":[{\"loc\":[\"body\",\"temperature\"],\"msg\":\"ensure this value is less than 2\"}]}", ALL,
     BIT(TEMPERATURE)},
    {400, FAIL_PARAM, ERROR("'response_format.type' must be 'json_schema' or 'text'"), ALL, BIT(SCHEMA)},
    {400, FAIL_PARAM, ERROR("failed to parse grammar"), ALL, BIT(SCHEMA)},
    {IN_BAND, FAIL_PARAM, "{\"error\":{\"message\":\"invalid min_p\",\"code\":400}}", ALL, BIT(MIN_P)},
    // not sent, so it is not about that
    {400, FAIL_REQUEST, ERROR("min_p must be a number"), BIT(SEED), 0},
    {400, FAIL_PARAM, ERROR("Unsupported parameter: 'min_p'"), BIT(SEED), 0},
    // nothing is named
    {400, FAIL_PARAM, ERROR("Unrecognized request argument supplied: foo"), ALL, 0},
    {422, FAIL_PARAM, "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"Extra inputs are not permitted\"}]}", ALL, 0},
    {400, FAIL_REQUEST, ERROR("I do not like it"), ALL, 0},
    // other classes are seen first, and a failure is no refusal
    {400, FAIL_CONTEXT, ERROR("maximum context length is 4096 tokens, see max_tokens and min_p"), ALL, 0},
    {500, FAIL_SERVER, ERROR("min_p must be a number"), ALL, 0},
    {401, FAIL_AUTH, ERROR("min_p must be a number"), ALL, 0},
    // an answer is not to be continued
    {400, FAIL_PREFILL, ERROR("Assistant response prefill is incompatible with enable_thinking."), ALL | BIT(PREFILL),
     0},
    {400, FAIL_PREFILL, ERROR("Cannot have 2 or more assistant messages at the end of the list."), BIT(PREFILL), 0},
    {400, FAIL_PREFILL, ERROR("Expected last role User or Tool (or Assistant with prefix True) but got assistant"),
     BIT(PREFILL), 0},
    {404, FAIL_PREFILL, ERROR("The last message must be from the user"), BIT(PREFILL), 0},
    {500, FAIL_PREFILL, ERROR("Conversation roles must alternate user/assistant/user/assistant/..."), BIT(PREFILL),
     0},
    {400, FAIL_PREFILL, ERROR("continue_final_message: not allowed"), BIT(PREFILL), 0},
    {400, FAIL_PREFILL, ERROR("'echo' is unknown"), BIT(PREFILL), 0},
    {400, FAIL_REQUEST, ERROR("Cannot have 2 or more assistant messages at the end of the list."), ALL, 0},
    {500, FAIL_CRASHED, ERROR("CUDA error during prefill"), BIT(PREFILL), 0},
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
