// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// mlx_lm.server and KoboldCpp: Python's http.server. The first lists all models of the machine and loads what is named;
// the second answers on other servers' routes too.
#include "sim/dialect.h"
#include "sim/model.h"
#include "sim/part.h"
#include "sim/reply.h"

#include "base/buf.h"

static json_t *error_mlx(unsigned status, const char *type, const char *message)
{
    (void)status, (void)type;
    return json_pack("{s:s}", "error", message);
}

static const char *unknown_mlx(struct buf *out, const char *name)
{
    buf_addf(out,
             "404 Client Error. Repository Not Found for url: https://huggingface.co/api/models/%s/revision/main.",
             name);
    return out->data;
}

static enum MHD_Result not_found_mlx(const struct exchange *x)
{
    return part_send_page(x, 404, "application/json", "Not Found");
}

static enum MHD_Result health_mlx(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:s}", "status", "ok"));
}

static json_t *describe_mlx(const struct part_model *m)
{
    return json_pack("{s:s,s:s,s:I}", "id", m->name, "object", "model", "created", (json_int_t)part_now_s());
}

static enum MHD_Result models_mlx(const struct exchange *x)
{
    return part_send_list(x, part_models(x->sim, describe_mlx));
}

static const struct ask_style CHAT_MLX = {
    .limits = {"max_completion_tokens", "max_tokens"}, .limit_default = 512, .progress = true};

static const struct route ROUTES_MLX[] = {
    {"POST", "/v1/chat/completions", &CHAT_MLX, NULL},
    {"POST", "/chat/completions", &CHAT_MLX, NULL},
    {"GET", "/v1/models", NULL, models_mlx},
    {"GET", "/health", NULL, health_mlx},
    {0},
};

const struct dialect dialect_mlx = {
    .wire = &wire_mlx,
    .routes = ROUTES_MLX,
    .error = error_mlx,
    .not_found = not_found_mlx,
    .unknown_model = unknown_mlx,
    .refused_field = "unexpected keyword argument '#'",
    .refused_status = 400,
    .models = MODEL_HELD,
    .more_models = "mlx-community/Qwen3-8B-4bit,mlx-community/bge-small-en-v1.5-4bit",
    .no_prefill = true,
};

static json_t *error_koboldcpp(unsigned status, const char *type, const char *message)
{
    (void)status;
    return json_pack("{s:{s:s,s:s}}", "detail", "msg", message, "type", type);
}

static enum MHD_Result not_found_koboldcpp(const struct exchange *x)
{
    return part_send_page(x, 404, "text/html",
                          "Error: KoboldCpp HTTP Server is running, but this endpoint does not exist. Please check "
                          "the URL.");
}

static enum MHD_Result overflow_koboldcpp(const struct exchange *x, long prompt_tokens)
{
    (void)prompt_tokens;
    return reply_error(x, 400, "bad_input", "The prompt is longer than the context.");
}

static enum MHD_Result root_koboldcpp(const struct exchange *x)
{
    return part_send_page(x, 200, "text/html",
                          "<!DOCTYPE html>\n<html><head><title>KoboldAI Lite</title></head><body></body></html>\n");
}

static enum MHD_Result version_koboldcpp(const struct exchange *x)
{
    return reply_json(x, 200,
                      json_pack("{s:s,s:s,s:b,s:b,s:b}", "result", "KoboldCpp", "version", "1.98.1", "protected", 0,
                                "txt2img", 0, "vision", 0));
}

static enum MHD_Result context_koboldcpp(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:I}", "value", (json_int_t)model_ctx_tokens(x->sim)));
}

static enum MHD_Result perf_koboldcpp(const struct exchange *x)
{
    bool busy = part_busy(x);
    pthread_mutex_lock(&x->sim->lock);
    long total = x->sim->generations;
    pthread_mutex_unlock(&x->sim->lock);
    return reply_json(x, 200,
                      json_pack("{s:f,s:f,s:i,s:I,s:i,s:i,s:i,s:i}", "last_process", 0.1, "last_eval", 0.1,
                                "last_token_count", 0, "total_gens", (json_int_t)total, "stop_reason", 1, "queue", 0,
                                "idle", busy ? 0 : 1, "hordeexitcounter", -1));
}

static json_t *count_reply_koboldcpp(const struct exchange *x, json_t *tokens)
{
    (void)x;
    return json_pack("{s:I,s:o}", "value", (json_int_t)json_array_size(tokens), "ids", tokens);
}

static enum MHD_Result tokencount_koboldcpp(const struct exchange *x)
{
    return part_count(x, "prompt", count_reply_koboldcpp);
}

static enum MHD_Result abort_koboldcpp(const struct exchange *x)
{
    x->sim->aborts++;
    return reply_json(x, 200, json_pack("{s:s,s:s}", "success", "true", "done", "true"));
}

static enum MHD_Result model_koboldcpp(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:s+}", "result", "koboldcpp/", x->sim->options->model));
}

static enum MHD_Result models_koboldcpp(const struct exchange *x)
{
    return reply_json(x, 200,
                      json_pack("{s:s,s:[{s:s+,s:s,s:i,s:s}]}", "object", "list", "data", "id", "koboldcpp/",
                                x->sim->options->model, "object", "model", "created", 1, "owned_by", "koboldcpp"));
}

static enum MHD_Result tags_koboldcpp(const struct exchange *x)
{
    const char *name = x->sim->options->model;
    return reply_json(x, 200,
                      json_pack("{s:[{s:s,s:s+,s:s,s:i}]}", "models", "name", "koboldcpp", "model", name, ":latest",
                                "modified_at", "2024-07-19T15:26:55.6122841+08:00", "size", 394998579));
}

static enum MHD_Result version_as_ollama(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:s}", "version", "0.7.0"));
}

static enum MHD_Result props_koboldcpp(const struct exchange *x)
{
    return reply_json(x, 200,
                      json_pack("{s:s,s:i,s:i,s:i,s:{s:I}}", "chat_template", "", "id", 0, "id_task", -1,
                                "total_slots", 1, "default_generation_settings", "n_ctx",
                                (json_int_t)model_ctx_tokens(x->sim)));
}

static const struct ask_style CHAT_KOBOLDCPP = {
    .limits = {"max_tokens", "max_length"}, .limit_default = 400, .prefill = true, .told = "continue_assistant_turn"};

static const struct route ROUTES_KOBOLDCPP[] = {
    {"POST", "/v1/chat/completions", &CHAT_KOBOLDCPP, NULL},
    {"GET", "/", NULL, root_koboldcpp},
    {"GET", "/api/extra/version", NULL, version_koboldcpp},
    {"GET", "/api/extra/true_max_context_length", NULL, context_koboldcpp},
    {"GET", "/api/extra/perf", NULL, perf_koboldcpp},
    {"POST", "/api/extra/tokencount", NULL, tokencount_koboldcpp},
    {"POST", "/api/extra/abort", NULL, abort_koboldcpp},
    {"GET", "/api/v1/model", NULL, model_koboldcpp},
    {"GET", "/v1/models", NULL, models_koboldcpp},
    {"GET", "/api/tags", NULL, tags_koboldcpp},
    {"GET", "/api/version", NULL, version_as_ollama},
    {"GET", "/props", NULL, props_koboldcpp},
    {0},
};

const struct dialect dialect_koboldcpp = {
    .wire = &wire_koboldcpp,
    .routes = ROUTES_KOBOLDCPP,
    .error = error_koboldcpp,
    .not_found = not_found_koboldcpp,
    .overflow = overflow_koboldcpp,
    .unknown_model = unknown_mlx,
    .refused_field = "unknown parameter: #",
    .refused_status = 400,
};
