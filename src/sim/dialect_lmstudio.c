// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// LM Studio: 200 to any path, errors of a stream under 200, and models that are loaded when they are named.
#include "sim/dialect.h"
#include "sim/model.h"
#include "sim/part.h"
#include "sim/reply.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>

static json_t *error(unsigned status, const char *type, const char *message)
{
    (void)status, (void)type;
    return json_pack("{s:s}", "error", message);
}

static enum MHD_Result not_found(const struct exchange *x)
{
    char *words = mem_printf("Unexpected endpoint or method. (%s %s)", x->method, x->path);
    enum MHD_Result result = reply_error(x, 200, "", words);
    free(words);
    return result;
}

static enum MHD_Result overflow(const struct exchange *x, long prompt_tokens)
{
    struct buf text, event;
    buf_init(&text, BUF_MAX_LINE);
    buf_init(&event, BUF_MAX_LINE);
    buf_addf(
        &text,
        "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: %ld >= "
        "n_ctx: %ld). Try to load the model with a larger context length, or provide a shorter input",
        prompt_tokens, model_ctx_tokens(x->sim));
    wire_lmstudio.error(NULL, text.data, &event);
    enum MHD_Result result = reply_text(x, 200, "text/event-stream", event.data, event.len);
    buf_release(&text);
    buf_release(&event);
    return result;
}

static const char *unknown_model(struct buf *out, const char *name)
{
    buf_addf(out, "Model \"%s\" not found. Please specify a valid model.", name);
    return out->data;
}

static json_t *describe_openai(const struct part_model *m)
{
    return json_pack("{s:s,s:s,s:s}", "id", m->name, "object", "model", "owned_by", "organization_owner");
}

static enum MHD_Result models(const struct exchange *x)
{
    return part_send_list(x, part_models(x->sim, describe_openai));
}

static json_t *describe(const struct part_model *m)
{
    json_t *j = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:I}", "id", m->name, "object", "model", "type", "llm",
                          "publisher", "lmstudio-community", "arch", "qwen3", "compatibility_type", "gguf",
                          "quantization", "Q4_K_M", "state", m->loaded ? "loaded" : "not-loaded",
                          "max_context_length", (json_int_t)model_ctx_most_tokens(m->sim));
    if (m->loaded) json_object_set_new(j, "loaded_context_length", json_integer(model_ctx_tokens(m->sim)));
    return j;
}

static enum MHD_Result models_v0(const struct exchange *x)
{
    return part_send_list(x, part_models(x->sim, describe));
}

static bool instead(const struct exchange *x, const struct ask *ask, enum MHD_Result *result)
{
    if (!ask->json_object) return false;
    *result = reply_error(x, 400, "", "'response_format.type' must be 'json_schema' or 'text'");
    return true;
}

static const struct ask_style CHAT = {.limits = {"max_tokens", "max_completion_tokens"}, .prefill = true};

static const struct route ROUTES[] = {
    {"POST", "/v1/chat/completions", &CHAT, NULL},
    {"GET", "/v1/models", NULL, models},
    {"GET", "/api/v0/models", NULL, models_v0},
    {0},
};

const struct dialect dialect_lmstudio = {
    .wire = &wire_lmstudio,
    .routes = ROUTES,
    .error = error,
    .not_found = not_found,
    .overflow = overflow,
    .unknown_model = unknown_model,
    .instead = instead,
    .refused_field = "Unrecognized key(s) in object: '#'",
    .refused_status = 400,
    .models = MODEL_HELD,
};
