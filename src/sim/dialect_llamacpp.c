// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A recent llama-server.
#include "sim/dialect.h"
#include "sim/pace.h"
#include "sim/reply.h"
#include "sim/token.h"

#include "base/clock.h"
#include "base/hash.h"

#include <string.h>

enum { VOCABULARY = 128000 };

static json_t *error(unsigned status, const char *type, const char *message)
{
    return json_pack("{s:{s:i,s:s,s:s}}", "error", "code", (int)status, "message", message, "type", type);
}

static enum MHD_Result overflow(const struct exchange *x, long prompt_tokens)
{
    struct buf text;
    long ctx_tokens = x->sim->options->ctx_tokens;
    buf_init(&text, BUF_MAX_LINE);
    buf_addf(&text, "request (%ld tokens) exceeds the available context size (%ld tokens), try increasing it",
             prompt_tokens, ctx_tokens);
    json_t *j =
        json_pack("{s:i,s:s,s:s,s:I,s:I}", "code", 400, "message", text.data, "type", "exceed_context_size_error",
                  "n_prompt_tokens", (json_int_t)prompt_tokens, "n_ctx", (json_int_t)ctx_tokens);
    buf_release(&text);
    return reply_json(x, 400, json_pack("{s:o}", "error", j));
}

static enum MHD_Result health(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:s}", "status", "ok"));
}

static enum MHD_Result models(const struct exchange *x)
{
    const struct sim_options *o = x->sim->options;
    json_t *model = json_pack("{s:s,s:s,s:I,s:s}", "id", o->model, "object", "model", "created",
                              (json_int_t)(clock_wall_ms() / 1000), "owned_by",
                              o->habits.no_prefill ? "openai-compatible" : "llamacpp");
    if (!o->habits.no_prefill)
        json_object_set_new(model, "meta",
                            json_pack("{s:I,s:i}", "n_ctx_train", (json_int_t)o->ctx_tokens, "n_vocab", VOCABULARY));
    return reply_json(x, 200, json_pack("{s:s,s:[o]}", "object", "list", "data", model));
}

static enum MHD_Result props(const struct exchange *x)
{
    const struct sim_options *o = x->sim->options;
    if (o->habits.no_prefill) return reply_error(x, 404, "not_found_error", "File Not Found");
    json_t *settings =
        json_pack("{s:i,s:I,s:{s:i}}", "id", 0, "n_ctx", (json_int_t)o->ctx_tokens, "params", "n_predict", -1);
    return reply_json(x, 200,
                      json_pack("{s:o,s:i,s:s+,s:s,s:s,s:s,s:b}", "default_generation_settings", settings,
                                "total_slots", 1, "model_path", "/models/", o->model, "model_alias", o->model,
                                "chat_template", "", "build_info", "b9478-5e13a2f4c", "is_sleeping", 0));
}

static enum MHD_Result slots(const struct exchange *x)
{
    const struct sim_options *o = x->sim->options;
    if (o->no_slots) return reply_error(x, 404, "not_found_error", "File Not Found");
    pthread_mutex_lock(&x->sim->lock);
    bool busy = account_busy(&x->sim->account, pace_now_ns());
    pthread_mutex_unlock(&x->sim->lock);
    return reply_json(x, 200,
                      json_pack("[{s:i,s:I,s:b,s:b}]", "id", 0, "n_ctx", (json_int_t)o->ctx_tokens, "speculative", 0,
                                "is_processing", busy));
}

// One number for each token of "content".
static enum MHD_Result tokenize(const struct exchange *x)
{
    json_error_t why;
    json_t *root = json_loadb(x->body.data, x->body.len, 0, &why);
    const json_t *content = json_object_get(root, "content");
    if (!json_is_string(content)) {
        json_decref(root);
        return reply_error(x, 400, "invalid_request_error", "'content' must be a string");
    }
    const char *text = json_string_value(content);
    size_t text_len = json_string_length(content), token;
    json_t *tokens = json_array();
    for (size_t i = 0; i < text_len; i += token) {
        token = token_len(text + i, text_len - i);
        json_array_append_new(tokens, json_integer((json_int_t)(hash_bytes(text + i, token) % VOCABULARY)));
    }
    json_decref(root);
    return reply_json(x, 200, json_pack("{s:o}", "tokens", tokens));
}

static const struct ask_style CHAT = {.limits = {"n_predict", "max_tokens", "max_completion_tokens"},
                                      .prefill = true};

static const struct route ROUTES[] = {
    {"POST", "/v1/chat/completions", &CHAT, NULL},
    {"GET", "/health", NULL, health},
    {"GET", "/v1/models", NULL, models},
    {"GET", "/props", NULL, props},
    {"GET", "/slots", NULL, slots},
    {"POST", "/tokenize", NULL, tokenize},
    {0},
};

const struct dialect dialect_llamacpp = {
    .wire = &wire_llamacpp,
    .routes = ROUTES,
    .error = error,
    .overflow = overflow,
    .prefill = true,
};
