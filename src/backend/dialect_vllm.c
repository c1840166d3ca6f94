// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// vLLM. Its prefix cache needs no word from us, and tells its share only if started with
// --enable-prompt-tokens-details. "guided_json" was dropped in 0.12 and has been ignored in silence since.
#include "dialect_chat.h"
#include "dialect_facts.h"
#include "dialect_tokenize.h"
#include "metrics.h"

enum {
    VLLM_PARAMS = PARAM_BIT(PARAM_TEMPERATURE) | PARAM_BIT(PARAM_TOP_P) | PARAM_BIT(PARAM_TOP_K) |
                  PARAM_BIT(PARAM_MIN_P) | PARAM_BIT(PARAM_REPETITION) | PARAM_BIT(PARAM_PRESENCE) |
                  PARAM_BIT(PARAM_FREQUENCY) | PARAM_BIT(PARAM_SEED) | PARAM_BIT(PARAM_SCHEMA) |
                  PARAM_BIT(PARAM_PREFILL) | PARAM_BIT(PARAM_THINKING) | PARAM_BIT(PARAM_USAGE)
};

static void vllm_write_body(struct buf *out, const struct gen_request *q)
{
    chat_write_with_switches(out, q, VLLM_PARAMS, DIALECT_VLLM);
}

// ik_llama.cpp says max_model_len too, but owns its model itself.
static bool vllm_read_models(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *list = facts_list(r->json);
    if (!facts_owned_by(list, "vllm")) return false;
    facts_assume(f, DIALECT_VLLM);
    f->models_whole = true;
    facts_add_list(f, list, true);
    facts_set_size(&f->n_ctx_tokens, json_get(facts_entry(f, list, r->model), "max_model_len"));
    return true;
}

// Its body is empty. With an error status it says that the engine is dead, which the rest may outlive.
static bool vllm_read_health(struct backend_facts *f, const struct dialect_reply *r)
{
    (void)f;
    (void)r;
    return true;
}

static int vllm_read_idle(const char *body, size_t len, int slot)
{
    static const char *const names[] = {"vllm:num_requests_running", "vllm:num_requests_waiting", NULL};
    (void)slot;
    return metrics_idle(body, len, names);
}

static bool vllm_read_metrics(struct backend_facts *f, const struct dialect_reply *r)
{
    f->idle_route = vllm_read_idle(r->text, r->len, -1) >= 0;
    return f->idle_route;
}

const struct dialect dialect_vllm = {
    .kind = DIALECT_VLLM,
    .framing = FRAMING_SSE,
    .params = VLLM_PARAMS,
    .path = "/v1/chat/completions",
    .write_body = vllm_write_body,
    .read_event = chat_read_event,
    .questions = {{"/v1/models", NULL, vllm_read_models},
                  {"/health", NULL, vllm_read_health},
                  {"/version", NULL, facts_read_version},
                  {"/metrics", NULL, vllm_read_metrics}},
    .identify = 1,
    .prefill = true,
    .idle_path = "/metrics",
    .read_idle = vllm_read_idle,
    .count_path = "/tokenize",
    .write_count = tokenize_write,
    .read_count = tokenize_read,
};
