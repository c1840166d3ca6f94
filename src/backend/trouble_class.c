// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which class of failure a server's complaint is. Words are looked at before the status, because a status is known to
// lie: context overflow comes as 400, 500 and 200; loading as 500 and 503; a model that cannot be loaded as 404. The
// order of the looks matters: "error loading model" is no loading, and what crashed may speak of the context too.
#include "trouble.h"

#include "base/mem.h"

#include <string.h>

static bool trouble_says(const struct trouble *t, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcasestr(t->message, *words) != NULL || strcasestr(t->type, *words) != NULL) return true;
    }
    return false;
}

#define SAYS(t, ...) trouble_says((t), (const char *const[]){__VA_ARGS__, NULL})

static bool trouble_says_context(const struct trouble *t)
{
    return t->n_ctx_tokens > 0 ||
           SAYS(t,
                "exceed_context_size",                    // llama.cpp, the type
                "exceeds the available context size",     // llama.cpp, ik_llama.cpp
                "context size has been exceeded",         // llama.cpp, while it generates
                "too big compared to kv size",            // llama.cpp before 2025
                "context_length_exceeded",                // ik_llama.cpp, OpenAI
                "maximum context length",                 // vLLM to 0.15, OpenAI, KoboldCpp
                "input tokens and requested",             // vLLM from 0.16
                "longer than the maximum model length",   // vLLM
                "tokens to keep from the initial",        // LM Studio
                "to keep the first",                      // LM Studio, older: "Trying to keep the first 9000 tokens"
                "greater than the context length",        // LM Studio
                "longer than the context length",         // Ollama
                "exceeds the context length",             // Ollama: "the input length …"
                "exceeds maximum context",                // Ollama, older
                "longer than the model's context length", // SGLang
                "exceed the configured limit",            // OpenAI
                "greater than max_seq_len",               // TabbyAPI
                "max_new_tokens` must be <=",             // text-generation-inference
                "exceeds context window", "exceed context window", "exceeds the context window",
                "context window exceeded", "context length exceeded", "reduce the length of the messages",
                "reduce the length of the input");
}

static bool trouble_says_crashed(const struct trouble *t)
{
    return SAYS(t, "out of memory", "out-of-memory", "outofmemory", "failed to allocate", "unable to allocate",
                "cannot allocate memory", "requires more system memory", "insufficient system resources",
                "insufficient memory", "cuda error", "cudnn error", "hip error", "rocm error", "metal error",
                "iogpucommandbuffer", "command encoder is already encoding", "vk::", "device lost",
                "illegal memory access", "compute error", "ggml_assert", "ggml_abort",
                "runner has unexpectedly stopped", "runner process has terminated",
                "runner process no longer running",
                "post predict:",                                            // Ollama lost its own child
                "enginedeaderror", "enginecore encountered", "engine dead", // vLLM
                "model has crashed", "model crashed", "model unloaded",     // LM Studio
                "error loading model");
}

static bool trouble_says_loading(const struct trouble *t)
{
    return SAYS(t, "loading model", "model is loading", "still loading", "being loaded", "currently loading",
                "model not ready", "model is not ready", "server is starting", "finished loading",
                "waiting for llama runner to start", "waiting for server to become available", "model is warming up");
}

// A quota that is used up does not come back by waiting, whatever its status says.
static bool trouble_says_unpaid(const struct trouble *t)
{
    return SAYS(t, "insufficient_quota", "billing_hard_limit", "billing hard limit", "insufficient balance",
                "insufficient credit", "not enough credits", "payment required");
}

static bool trouble_says_busy(const struct trouble *t)
{
    return SAYS(t, "server busy", "server is busy", "maximum pending requests", "overloaded", "service_unavailable",
                "rate limit", "rate_limit", "too many requests", "queue is full", "no slot available");
}

static bool trouble_says_no_route(const struct trouble *t)
{
    return SAYS(t, "unexpected endpoint"); // LM Studio answers any path with 200
}

// A complaint about a model: that it is not there, not that it failed.
static bool trouble_says_no_model(const struct trouble *t, int status)
{
    if (SAYS(t, "try pulling it first", "no models loaded", "no model loaded", "no model is loaded",
             "no model is currently loaded", "model_not_found", "invalid model identifier", "repository not found",
             "does not support chat", "does not support generate", "model is not loaded"))
        return true;
    if (status >= 500 || strcasestr(t->message, "model") == NULL) return false;
    if (status == 404) return true; // MLX tells so of everything that went wrong while it loaded
    return SAYS(t, "does not exist", "not found", "no such model", "unknown model", "failed to load",
                "unable to load");
}

// Templates that insist on the order of roles: a trailing message of the assistant breaks it.
static bool trouble_says_roles(const struct trouble *t)
{
    return SAYS(t, "roles must alternate", "after the optional system message", "expected last role");
}

static bool trouble_says_prefill(const struct trouble *t)
{
    return trouble_says_roles(t) ||
           SAYS(t, "prefill", "2 or more assistant messages", "last message must be", "last message must have",
                "final message must be", "must end with a user message", "last message is not", "last role must be",
                "continue_final_message", "add_generation_prompt", "last message from the user");
}

static bool trouble_says_parameter(const struct trouble *t)
{
    return SAYS(t, "unrecognized", "unrecognised", "unsupported", "not supported", "extra fields", "extra inputs",
                "extra_forbidden", "unknown argument", "unknown parameter", "unknown field", "does not support",
                "unknown option", "unexpected keyword", "invalid option", "not permitted");
}

// What the words alone tell; FAIL_NONE: nothing.
static enum failure trouble_classify_words(const struct trouble *t, int status)
{
    if (trouble_says_unpaid(t)) return FAIL_REQUEST;
    if (status == 401 || status == 403) return FAIL_AUTH;
    if (trouble_says_context(t)) return FAIL_CONTEXT;
    if (trouble_says_crashed(t)) return status == 404 ? FAIL_MODEL : FAIL_CRASHED;
    if (trouble_says_loading(t)) return FAIL_LOADING;
    if (trouble_says_busy(t)) return FAIL_BUSY;
    if (trouble_says_no_route(t)) return FAIL_NOT_FOUND;
    return FAIL_NONE;
}

// What the words tell about the request that was sent; FAIL_NONE: nothing.
static enum failure trouble_classify_request(const struct trouble *t, int status, param_set sent, param_set *refused)
{
    bool is_refusal = status == 400 || status == 422;
    bool is_prefill = sent & PARAM_BIT(PARAM_PREFILL);
    if (is_prefill && trouble_says_prefill(t)) return FAIL_PREFILL;
    if (trouble_says_roles(t)) return FAIL_REQUEST;
    if (is_refusal) *refused = (param_named_in(t->message) | param_named_in(t->param)) & sent;
    if (*refused == PARAM_BIT(PARAM_PREFILL)) {
        *refused = 0;
        return FAIL_PREFILL;
    }
    if (*refused != 0) return FAIL_PARAM;
    if (trouble_says_no_model(t, status)) return FAIL_MODEL;
    return is_refusal && trouble_says_parameter(t) ? FAIL_PARAM : FAIL_NONE;
}

static enum failure trouble_classify_number(int status)
{
    switch (status) {
    case 401:
    case 403:
    case 407:
        return FAIL_AUTH;
    case 404:
    case 405: // the address is that of something else
        return FAIL_NOT_FOUND;
    case 408: // it did not get our request in time: ask again
        return FAIL_SERVER;
    case 413:
        return FAIL_TOO_LARGE;
    case 429:
    case 503:
    case 529:
        return FAIL_BUSY;
    case 499: // the client of a proxy, or of Ollama's own child, has left
        return FAIL_SERVER;
    case 502:
    case 521:
    case 523:
        return FAIL_GATEWAY;
    case 504:
    case 522:
    case 524:
        return FAIL_GATEWAY_TIMEOUT;
    default:
        break;
    }
    if (status >= 500) return FAIL_SERVER;
    return status >= 400 ? FAIL_REQUEST : FAIL_NOT_A_SERVER; // a redirect: the address is another one
}

// An error inside a reply has no status but, perhaps, the one that it names. Most of what fails in the middle is over
// when it is seen, so only what the number says for certain is believed.
static enum failure trouble_classify_code(int code)
{
    return code == 401 || code == 403 ? FAIL_AUTH : code == 429 || code == 503 ? FAIL_BUSY : FAIL_ERROR_FRAME;
}

enum failure trouble_classify(const struct trouble *t, int status, param_set sent, param_set *refused)
{
    param_set none = 0;
    if (refused == NULL) refused = &none;
    *refused = 0;
    if (status > 0 && status < 400) return trouble_classify_number(status);
    int told = status > 0 ? status : t->code;
    enum failure f = trouble_classify_words(t, told);
    if (f == FAIL_NONE && told != 413) f = trouble_classify_request(t, told, sent, refused);
    if (f != FAIL_NONE) return f;
    return status > 0 ? trouble_classify_number(status) : trouble_classify_code(t->code);
}

enum failure trouble_classify_status(int status, const struct trouble *t)
{
    return trouble_classify(t, status, 0, NULL);
}
