// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Ollama, its own routes. A request with another num_ctx has the model loaded anew.
#include "sim/chatml.h"
#include "sim/dialect.h"
#include "sim/model.h"
#include "sim/part.h"
#include "sim/reply.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const char DIGEST[] = "500a1f067a9f782620b40bee6f7b0c89e17ae61f686b92c24933e4ca4b2b8b41";

static json_t *error(unsigned status, const char *type, const char *message)
{
    (void)status, (void)type;
    return json_pack("{s:s}", "error", message);
}

static enum MHD_Result overflow(const struct exchange *x, long prompt_tokens)
{
    (void)prompt_tokens;
    return reply_error(x, 400, "", "the prompt is longer than the context length currently available to the model");
}

static const char *unknown_model(struct buf *out, const char *name)
{
    buf_addf(out, "model '%s' not found", name);
    return out->data;
}

static enum MHD_Result not_found(const struct exchange *x)
{
    return part_send_page(x, 404, "text/plain", "404 page not found");
}

static enum MHD_Result root(const struct exchange *x)
{
    return part_send_page(x, 200, "text/plain; charset=utf-8", "Ollama is running");
}

static enum MHD_Result version(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:s}", "version", "0.13.5"));
}

static json_t *describe(const struct part_model *m)
{
    const char *tag = strchr(m->name, ':') ? "" : ":latest";
    return json_pack("{s:s+,s:s+,s:s,s:I,s:s,s:{s:s,s:s,s:s,s:[s],s:s,s:s}}", "name", m->name, tag, "model", m->name,
                     tag, "modified_at", "2026-05-04T12:00:00.123456789+02:00", "size", (json_int_t)5225388164,
                     "digest", DIGEST, "details", "parent_model", "", "format", "gguf", "family", "qwen3", "families",
                     "qwen3", "parameter_size", "8.2B", "quantization_level", "Q4_K_M");
}

static json_t *describe_loaded(const struct part_model *m)
{
    if (!m->loaded) return NULL;
    json_t *j = describe(m);
    json_object_del(j, "modified_at");
    json_object_set_new(j, "expires_at", json_string("2318-05-04T12:00:00.123456789+02:00"));
    json_object_set_new(j, "size_vram", json_integer(6654289920));
    json_object_set_new(j, "context_length", json_integer(model_ctx_tokens(m->sim)));
    return j;
}

static enum MHD_Result tags(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:o}", "models", part_models(x->sim, describe)));
}

static enum MHD_Result ps(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:o}", "models", part_models(x->sim, describe_loaded)));
}

static json_t *describe_openai(const struct part_model *m)
{
    return json_pack("{s:s,s:s,s:I,s:s}", "id", m->name, "object", "model", "created", (json_int_t)part_now_s(),
                     "owned_by", "library");
}

static enum MHD_Result models(const struct exchange *x)
{
    return part_send_list(x, part_models(x->sim, describe_openai));
}

static enum MHD_Result show(const struct exchange *x)
{
    char *name = part_field(x, "model");
    bool known = name && model_is_known(x->sim, name);
    free(name);
    if (!known) return reply_error(x, 404, "", "model not found");
    json_t *abilities = json_pack("[s]", "completion");
    if (x->sim->options->habits.reason) json_array_append_new(abilities, json_string("thinking"));
    return reply_json(x, 200,
                      json_pack("{s:s,s:s,s:{s:s,s:s},s:{s:s,s:I,s:I},s:o}", "modelfile", "# FROM sim", "template",
                                "{{ .Prompt }}", "details", "format", "gguf", "family", "qwen3", "model_info",
                                "general.architecture", "qwen3", "general.parameter_count", (json_int_t)8190735360,
                                "qwen3.context_length", (json_int_t)model_ctx_most_tokens(x->sim), "capabilities",
                                abilities));
}

static enum MHD_Result render(const struct exchange *x, const struct ask *ask)
{
    struct buf text;
    buf_init(&text, BUF_MAX_PROMPT);
    const char *reopen = x->sim->options->rerender ? chatml_thought : "";
    chatml_write(json_object_get(ask->root, "messages"), reopen, true, &text);
    json_t *j = json_pack("{s:s,s:s,s:{s:s}}", "model", x->sim->options->model, "created_at",
                          "2026-05-04T12:00:00.123456789Z", "_debug_info", "rendered_template", text.data);
    buf_release(&text);
    return reply_json(x, 200, j);
}

static bool instead(const struct exchange *x, const struct ask *ask, enum MHD_Result *result)
{
    if (json_is_true(json_object_get(ask->root, "_debug_render_only"))) {
        *result = render(x, ask);
        return true;
    }
    if (x->sim->options->habits.reason || !json_is_true(json_object_get(ask->root, "think"))) return false;
    char *words = mem_printf("\"%s\" does not support thinking", x->sim->options->model);
    *result = reply_error(x, 400, "", words);
    free(words);
    return true;
}

static const struct ask_style CHAT = {
    .within = "options", .limits = {"num_predict"}, .streams = true, .prefill = true};
static const struct ask_style GENERATE = {.prompt = "prompt",
                                          .raw = "raw",
                                          .within = "options",
                                          .limits = {"num_predict"},
                                          .streams = true,
                                          .prefill = true};

static const struct route ROUTES[] = {
    {"POST", "/api/chat", &CHAT, NULL},     {"POST", "/api/generate", &GENERATE, NULL}, {"GET", "/", NULL, root},
    {"GET", "/api/version", NULL, version}, {"GET", "/api/tags", NULL, tags},           {"GET", "/api/ps", NULL, ps},
    {"POST", "/api/show", NULL, show},      {"GET", "/v1/models", NULL, models},        {0},
};

const struct dialect dialect_ollama = {
    .wire = &wire_ollama,
    .routes = ROUTES,
    .error = error,
    .not_found = not_found,
    .overflow = overflow,
    .unknown_model = unknown_model,
    .instead = instead,
    .refused_field = "invalid option provided: #",
    .refused_status = 400,
    .models = MODEL_HELD,
};
