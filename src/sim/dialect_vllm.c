// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// vLLM, and SGLang, which took many of its routes: FastAPI behind uvicorn.
#include "sim/dialect.h"
#include "sim/model.h"
#include "sim/part.h"
#include "sim/reply.h"

#include "base/buf.h"

static const char *vllm_type(unsigned status)
{
    switch (status) {
    case 400:
        return "BadRequestError";
    case 401:
        return "Unauthorized";
    case 404:
        return "NotFoundError";
    case 503:
        return "ServiceUnavailableError";
    default:
        return "InternalServerError";
    }
}

static json_t *error_vllm(unsigned status, const char *type, const char *message)
{
    (void)type;
    return json_pack("{s:{s:s,s:s,s:n,s:i}}", "error", "message", message, "type", vllm_type(status), "param", "code",
                     (int)status);
}

static json_t *error_sglang(unsigned status, const char *type, const char *message)
{
    (void)type;
    return json_pack("{s:s,s:s,s:s,s:n,s:i}", "object", "error", "message", message, "type", vllm_type(status),
                     "param", "code", (int)status);
}

static enum MHD_Result overflow_vllm(const struct exchange *x, long prompt_tokens)
{
    struct buf text;
    long ctx = model_ctx_tokens(x->sim);
    buf_init(&text, BUF_MAX_LINE);
    buf_addf(&text,
             "You passed %ld input tokens and requested more output tokens than fit. However, the model's context "
             "length is only %ld tokens. Please reduce the length of the input prompt. (parameter=input_tokens, "
             "value=%ld)",
             prompt_tokens, ctx, prompt_tokens);
    json_t *j = json_pack("{s:{s:s,s:s,s:s,s:i}}", "error", "message", text.data, "type", "BadRequestError", "param",
                          "input_tokens", "code", 400);
    buf_release(&text);
    return reply_json(x, 400, j);
}

static enum MHD_Result overflow_sglang(const struct exchange *x, long prompt_tokens)
{
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    buf_addf(&text, "The input (%ld tokens) is longer than the model's context length (%ld tokens).", prompt_tokens,
             model_ctx_tokens(x->sim));
    enum MHD_Result result = reply_error(x, 400, "", text.data);
    buf_release(&text);
    return result;
}

static const char *unknown_model(struct buf *out, const char *name)
{
    buf_addf(out, "The model `%s` does not exist.", name);
    return out->data;
}

static json_t *describe(const struct part_model *m, const char *owner)
{
    return json_pack("{s:s,s:s,s:I,s:s,s:s,s:n,s:I}", "id", m->name, "object", "model", "created",
                     (json_int_t)part_now_s(), "owned_by", owner, "root", m->name, "parent", "max_model_len",
                     (json_int_t)model_ctx_tokens(m->sim));
}

static json_t *describe_vllm(const struct part_model *m)
{
    return describe(m, "vllm");
}

static json_t *describe_sglang(const struct part_model *m)
{
    return describe(m, "sglang");
}

static enum MHD_Result models_vllm(const struct exchange *x)
{
    return part_send_list(x, part_models(x->sim, describe_vllm));
}

static enum MHD_Result models_sglang(const struct exchange *x)
{
    return part_send_list(x, part_models(x->sim, describe_sglang));
}

static enum MHD_Result version(const struct exchange *x)
{
    return reply_json(x, 200, json_pack("{s:s}", "version", "0.16.1"));
}

static enum MHD_Result send_metrics(const struct exchange *x, const char *running, const char *waiting)
{
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    const char *name = x->sim->options->model;
    buf_addf(&text,
             "# HELP %s Number of requests in model execution batches.\n# TYPE %s gauge\n"
             "%s{engine=\"0\",model_name=\"%s\"} %d.0\n# HELP %s Number of requests waiting to be processed.\n"
             "# TYPE %s gauge\n%s{engine=\"0\",model_name=\"%s\"} 0.0\n",
             running, running, running, name, part_busy(x), waiting, waiting, waiting, name);
    enum MHD_Result result = reply_text(x, 200, "text/plain; version=0.0.4; charset=utf-8", text.data, text.len);
    buf_release(&text);
    return result;
}

static enum MHD_Result metrics_vllm(const struct exchange *x)
{
    return send_metrics(x, "vllm:num_requests_running", "vllm:num_requests_waiting");
}

static enum MHD_Result metrics_sglang(const struct exchange *x)
{
    return send_metrics(x, "sglang:num_running_reqs", "sglang:num_queue_reqs");
}

static json_t *count_reply(const struct exchange *x, json_t *tokens)
{
    return json_pack("{s:I,s:I,s:o}", "count", (json_int_t)json_array_size(tokens), "max_model_len",
                     (json_int_t)model_ctx_tokens(x->sim), "tokens", tokens);
}

static enum MHD_Result tokenize(const struct exchange *x)
{
    return part_count(x, "prompt", count_reply);
}

static enum MHD_Result model_info(const struct exchange *x)
{
    const char *name = x->sim->options->model;
    return reply_json(x, 200,
                      json_pack("{s:s,s:s,s:b,s:n}", "model_path", name, "tokenizer_path", name, "is_generation", 1,
                                "preferred_sampling_params"));
}

static enum MHD_Result server_info(const struct exchange *x)
{
    json_int_t ctx = model_ctx_tokens(x->sim);
    return reply_json(x, 200,
                      json_pack("{s:s,s:I,s:I,s:s}", "model_path", x->sim->options->model, "context_length", ctx,
                                "max_total_num_tokens", ctx * 2, "version", "0.5.4"));
}

static const struct ask_style CHAT = {
    .limits = {"max_completion_tokens", "max_tokens"}, .prefill = true, .told = "continue_final_message"};

static const struct route ROUTES_VLLM[] = {
    {"POST", "/v1/chat/completions", &CHAT, NULL}, {"GET", "/health", NULL, part_send_nothing},
    {"GET", "/ping", NULL, part_send_nothing},     {"GET", "/version", NULL, version},
    {"GET", "/v1/models", NULL, models_vllm},      {"GET", "/metrics", NULL, metrics_vllm},
    {"POST", "/tokenize", NULL, tokenize},         {0},
};

const struct dialect dialect_vllm = {
    .wire = &wire_vllm,
    .routes = ROUTES_VLLM,
    .error = error_vllm,
    .not_found = part_not_found,
    .overflow = overflow_vllm,
    .unknown_model = unknown_model,
    .refused_field =
        "[{'type': 'extra_forbidden', 'loc': ('body', '#'), 'msg': 'Extra inputs are not permitted', 'input': 0}]",
    .refused_status = 400,
    .models = MODEL_CHECKED,
    .cached_by_flag = true,
    .counts_answer = true,
};

static const struct route ROUTES_SGLANG[] = {
    {"POST", "/v1/chat/completions", &CHAT, NULL},
    {"GET", "/health", NULL, part_send_nothing},
    {"GET", "/health_generate", NULL, part_send_nothing},
    {"GET", "/get_model_info", NULL, model_info},
    {"GET", "/get_server_info", NULL, server_info},
    {"GET", "/v1/models", NULL, models_sglang},
    {"GET", "/metrics", NULL, metrics_sglang},
    {"POST", "/tokenize", NULL, tokenize},
    {0},
};

const struct dialect dialect_sglang = {
    .wire = &wire_sglang,
    .routes = ROUTES_SGLANG,
    .error = error_sglang,
    .not_found = part_not_found,
    .overflow = overflow_sglang,
    .unknown_model = unknown_model,
    .refused_field = "1 validation error:\n  {'type': 'extra_forbidden', 'loc': ('body', '#'), 'msg': 'Extra inputs "
                     "are not permitted'}",
    .refused_status = 400,
    .models = MODEL_IGNORED,
    .cached_by_flag = true,
};
