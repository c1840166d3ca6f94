// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A recent llama-server. The generic server stands here too: it has a few of its routes, and the shapes of its errors.
#include "sim/chatml.h"
#include "sim/dialect.h"
#include "sim/model.h"
#include "sim/part.h"
#include "sim/reply.h"

#include "base/buf.h"

#include <string.h>

static json_t *error(unsigned status, const char *type, const char *message)
{
    return json_pack("{s:{s:i,s:s,s:s}}", "error", "code", (int)status, "message", message, "type", type);
}

static enum MHD_Result overflow(const struct exchange *x, long prompt_tokens)
{
    struct buf text;
    long ctx_tokens = model_ctx_tokens(x->sim);
    buf_init(&text, BUF_MAX_LINE);
    buf_addf(&text, "request (%ld tokens) exceeds the available context size (%ld tokens), try increasing it",
             prompt_tokens, ctx_tokens);
    json_t *j =
        json_pack("{s:i,s:s,s:s,s:I,s:I}", "code", 400, "message", text.data, "type", "exceed_context_size_error",
                  "n_prompt_tokens", (json_int_t)prompt_tokens, "n_ctx", (json_int_t)ctx_tokens);
    buf_release(&text);
    return reply_json(x, 400, json_pack("{s:o}", "error", j));
}

static const char *unknown_model(struct buf *out, const char *name)
{
    buf_addf(out, "model '%s' not found", name);
    return out->data;
}

static enum MHD_Result not_there(const struct exchange *x)
{
    return reply_error(x, 404, "not_found_error", "File Not Found");
}

static enum MHD_Result health(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:s}", "status", "ok"));
}

static enum MHD_Result root(const struct exchange *x)
{
    return part_send_page(x, 200, "text/html; charset=utf-8",
                          "<!doctype html>\n<html lang=\"en\"><head><title>llama.cpp</title></head>"
                          "<body><div id=\"app\"></div></body></html>\n");
}

static json_t *describe(const struct part_model *m)
{
    return json_pack("{s:s,s:s,s:I,s:s,s:{s:s},s:{s:I,s:i}}", "id", m->name, "object", "model", "created",
                     (json_int_t)part_now_s(), "owned_by", "llamacpp", "status", "value",
                     m->loaded ? "loaded" : "unloaded", "meta", "n_ctx_train",
                     (json_int_t)model_ctx_most_tokens(m->sim), "n_vocab", PART_VOCABULARY);
}

static json_t *describe_for_ollama(const struct part_model *m)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:[s]}", "name", m->name, "model", m->name, "modified_at", "", "type", "model",
                     "capabilities", "completion");
}

// Clients of Ollama ask here too; the body is the same.
static enum MHD_Result models(const struct exchange *x)
{
    return reply_json(x, 200,
                      json_pack("{s:o,s:s,s:o}", "models", part_models(x->sim, describe_for_ollama), "object", "list",
                                "data", part_models(x->sim, describe)));
}

static enum MHD_Result props(const struct exchange *x)
{
    const char *name = x->sim->options->model;
    json_t *settings = json_pack("{s:i,s:I,s:{s:i}}", "id", 0, "n_ctx", (json_int_t)model_ctx_tokens(x->sim),
                                 "params", "n_predict", -1);
    return reply_json(x, 200,
                      json_pack("{s:o,s:i,s:s+,s:s,s:s,s:s,s:b}", "default_generation_settings", settings,
                                "total_slots", 1, "model_path", "/models/", name, "model_alias", name,
                                "chat_template", "", "build_info", "b9478-5e13a2f4c", "is_sleeping", 0));
}

static enum MHD_Result slots(const struct exchange *x)
{
    if (x->sim->options->no_slots) return not_there(x);
    return reply_json(x, 200,
                      json_pack("[{s:i,s:I,s:b,s:b}]", "id", 0, "n_ctx", (json_int_t)model_ctx_tokens(x->sim),
                                "speculative", 0, "is_processing", part_busy(x)));
}

static json_t *tokens_reply(const struct exchange *x, json_t *tokens)
{
    (void)x;
    return json_pack("{s:o}", "tokens", tokens);
}

static enum MHD_Result tokenize(const struct exchange *x)
{
    return part_count(x, "content", tokens_reply);
}

static enum MHD_Result apply_template(const struct exchange *x)
{
    json_error_t why;
    json_t *body = json_loadb(x->body.data, x->body.len, 0, &why);
    const json_t *messages = json_object_get(body, "messages");
    struct buf text;
    enum MHD_Result result;
    buf_init(&text, BUF_MAX_PROMPT);
    if (json_array_size(messages)) {
        chatml_write(messages, x->sim->options->rerender ? chatml_thought : "", true, &text);
        result = reply_json(x, 200, json_pack("{s:s}", "prompt", text.data));
    } else {
        result = reply_error(x, 400, "invalid_request_error", "'messages' is required");
    }
    buf_release(&text);
    json_decref(body);
    return result;
}

// A template with a switch for thinking cannot put an answer's beginning behind thoughts that are still to come.
static bool instead(const struct exchange *x, const struct ask *ask, enum MHD_Result *result)
{
    if (!x->sim->options->habits.reason || ask->raw || !ask->prefill || ask->thinking_off) return false;
    *result = reply_error(x, 400, "invalid_request_error",
                          "Assistant response prefill is incompatible with enable_thinking.");
    return true;
}

static const struct ask_style CHAT = {.limits = {"n_predict", "max_tokens", "max_completion_tokens"},
                                      .prefill = true};
static const struct ask_style COMPLETION = {
    .prompt = "prompt", .limits = {"n_predict", "max_tokens"}, .prefill = true};

static const struct route ROUTES[] = {
    {"POST", "/v1/chat/completions", &CHAT, NULL},
    {"POST", "/chat/completions", &CHAT, NULL},
    {"POST", "/completion", &COMPLETION, NULL},
    {"GET", "/", NULL, root},
    {"GET", "/health", NULL, health},
    {"GET", "/v1/models", NULL, models},
    {"GET", "/models", NULL, models},
    {"GET", "/api/tags", NULL, models},
    {"GET", "/props", NULL, props},
    {"GET", "/slots", NULL, slots},
    {"POST", "/tokenize", NULL, tokenize},
    {"POST", "/apply-template", NULL, apply_template},
    {0},
};

const struct dialect dialect_llamacpp = {
    .wire = &wire_llamacpp,
    .routes = ROUTES,
    .error = error,
    .overflow = overflow,
    .unknown_model = unknown_model,
    .instead = instead,
    .refused_field = "Unsupported param: #",
    .refused_status = 400,
    .models = MODEL_LOADING,
};

static json_t *describe_openai(const struct part_model *m)
{
    return json_pack("{s:s,s:s,s:I,s:s}", "id", m->name, "object", "model", "created", (json_int_t)part_now_s(),
                     "owned_by", "openai-compatible");
}

static enum MHD_Result models_openai(const struct exchange *x)
{
    return part_send_list(x, part_models(x->sim, describe_openai));
}

static json_t *error_openai(unsigned status, const char *type, const char *message)
{
    (void)status;
    return json_pack("{s:{s:s,s:s,s:n,s:n}}", "error", "message", message, "type", type, "param", "code");
}

static const struct ask_style CHAT_OPENAI = {.limits = {"max_tokens", "max_completion_tokens"}, .prefill = true};

static const struct route ROUTES_OPENAI[] = {
    {"POST", "/v1/chat/completions", &CHAT_OPENAI, NULL},
    {"GET", "/health", NULL, health},
    {"GET", "/v1/models", NULL, models_openai},
    {"GET", "/slots", NULL, slots},
    {"POST", "/tokenize", NULL, tokenize},
    {0},
};

const struct dialect dialect_openai = {
    .wire = &wire_openai,
    .routes = ROUTES_OPENAI,
    .error = error_openai,
    .overflow = overflow,
    .unknown_model = unknown_model,
    .refused_field = "Unrecognized request argument supplied: #",
    .refused_status = 400,
    .no_prefill = true,
};
