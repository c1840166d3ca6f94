// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Servers that differ from the others by a few fields and routes: LM Studio, KoboldCpp, SGLang.
#include "dialect_chat.h"
#include "dialect_delta.h"
#include "dialect_facts.h"
#include "dialect_tokenize.h"
#include "metrics.h"

#include <string.h>

// ---- LM Studio ---------------------------------------------------------------------------------------------------
// It answers 200 with an error to any path, so only a list of its own shape counts. Two generations of its own API,
// the newer of which says more:
//   /api/v1/models  {"models":[{"key","type","loaded_instances":[{"id","config":{"context_length"}}],
//                    "max_context_length","capabilities":{"reasoning"}}]}
//   /api/v0/models  {"data":[{"id","type","state","max_context_length","loaded_context_length"}]}

enum {
    LMSTUDIO_PARAMS = PARAM_BIT(PARAM_TEMPERATURE) | PARAM_BIT(PARAM_TOP_P) | PARAM_BIT(PARAM_TOP_K) |
                      PARAM_BIT(PARAM_REPETITION) | PARAM_BIT(PARAM_PRESENCE) | PARAM_BIT(PARAM_FREQUENCY) |
                      PARAM_BIT(PARAM_SEED) | PARAM_BIT(PARAM_SCHEMA) | PARAM_BIT(PARAM_PREFILL) |
                      PARAM_BIT(PARAM_THINKING) | PARAM_BIT(PARAM_USAGE)
};

// A partial answer is just the last message: there is no field for it.
static void lmstudio_write_body(struct buf *out, const struct gen_request *q)
{
    param_set send = LMSTUDIO_PARAMS & ~q->without;
    struct json *body = chat_begin(q, send, DIALECT_LMSTUDIO);
    chat_set_schema(body, q, send);
    if (q->thinking_off && (send & PARAM_BIT(PARAM_THINKING)) != 0) json_set_str(body, "reasoning_effort", "none");
    chat_end(out, body, q);
}

// "embedding", "embeddings": they write nothing.
static bool lmstudio_writes(const struct json *entry)
{
    const char *type = json_str(json_get(entry, "type"), NULL);
    return type == NULL || strncmp(type, "embedding", strlen("embedding")) != 0;
}

static bool lmstudio_is_loaded(const struct json *entry)
{
    const char *state = json_str(json_get(entry, "state"), NULL);
    return state != NULL && strcmp(state, "loaded") == 0;
}

static bool lmstudio_read_v0(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *list = facts_list(r->json);
    if (list == NULL || (json_count(list) > 0 && json_get(json_at(list, 0), "state") == NULL)) return false;
    facts_assume(f, DIALECT_LMSTUDIO);
    f->models_whole = true;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *entry = json_at(list, i);
        if (!lmstudio_writes(entry)) continue;
        facts_add_model(f, json_str(json_get(entry, "id"), NULL), lmstudio_is_loaded(entry));
    }
    facts_choose(f);
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *entry = json_at(list, i);
        if (!facts_is_asked(f, json_str(json_get(entry, "id"), NULL), r->model)) continue;
        facts_set_size(&f->n_ctx_tokens, json_get(entry, "loaded_context_length"));
        facts_set_size(&f->n_ctx_most, json_get(entry, "max_context_length"));
    }
    return true;
}

static void lmstudio_take_asked(struct backend_facts *f, const struct json *entry)
{
    const struct json *instance = json_at(json_get(entry, "loaded_instances"), 0);
    facts_set_size(&f->n_ctx_tokens, json_get(json_get(instance, "config"), "context_length"));
    facts_set_size(&f->n_ctx_most, json_get(entry, "max_context_length"));
    if (json_kind(json_get(json_get(entry, "capabilities"), "reasoning")) == JSON_KIND_OBJECT) f->thinking = true;
}

static bool lmstudio_read_v1(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *list = json_get(r->json, "models");
    if (json_kind(list) != JSON_KIND_ARRAY) return false;
    if (json_count(list) > 0 && json_get(json_at(list, 0), "loaded_instances") == NULL) return false;
    facts_assume(f, DIALECT_LMSTUDIO);
    f->models_whole = true;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *entry = json_at(list, i);
        bool loaded = json_count(json_get(entry, "loaded_instances")) > 0;
        if (lmstudio_writes(entry)) facts_add_model(f, json_str(json_get(entry, "key"), NULL), loaded);
    }
    facts_choose(f);
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *entry = json_at(list, i);
        if (facts_is_asked(f, json_str(json_get(entry, "key"), NULL), r->model)) lmstudio_take_asked(f, entry);
    }
    return true;
}

const struct dialect dialect_lmstudio = {
    .kind = DIALECT_LMSTUDIO,
    .framing = FRAMING_SSE,
    .params = LMSTUDIO_PARAMS,
    .path = "/v1/chat/completions",
    .write_body = lmstudio_write_body,
    .read_event = chat_read_event,
    .questions = {{"/api/v1/models", NULL, lmstudio_read_v1}, {"/api/v0/models", NULL, lmstudio_read_v0}},
    .identify = 2,
    .prefill = true, // where the model's template leaves a last answer open; the rest show when it is tried
};

// ---- KoboldCpp ---------------------------------------------------------------------------------------------------
// It plays llama.cpp, Ollama and OpenAI too, but only it answers /api/extra/version. Its frequency penalty is another
// name of the presence penalty. "stop" and "length" are all its reasons.

enum {
    KOBOLDCPP_PARAMS = PARAM_BIT(PARAM_TEMPERATURE) | PARAM_BIT(PARAM_TOP_P) | PARAM_BIT(PARAM_TOP_K) |
                       PARAM_BIT(PARAM_MIN_P) | PARAM_BIT(PARAM_REPETITION) | PARAM_BIT(PARAM_PRESENCE) |
                       PARAM_BIT(PARAM_DRY) | PARAM_BIT(PARAM_XTC) | PARAM_BIT(PARAM_SEED) | PARAM_BIT(PARAM_SCHEMA) |
                       PARAM_BIT(PARAM_PREFILL) | PARAM_BIT(PARAM_THINKING) | PARAM_BIT(PARAM_USAGE)
};

static void koboldcpp_write_body(struct buf *out, const struct gen_request *q)
{
    param_set send = KOBOLDCPP_PARAMS & ~q->without;
    struct json *body = chat_begin(q, send, DIALECT_KOBOLDCPP);
    chat_set_schema(body, q, send);
    if (q->thinking_off) chat_set_no_thinking(body, send);
    if (q->prefill && (send & PARAM_BIT(PARAM_PREFILL)) != 0) json_set_bool(body, "continue_assistant_turn", true);
    chat_end(out, body, q);
}

static bool koboldcpp_read_version(struct backend_facts *f, const struct dialect_reply *r)
{
    const char *name = json_str(json_get(r->json, "result"), NULL);
    if (name == NULL || strcmp(name, "KoboldCpp") != 0) return false;
    facts_assume(f, DIALECT_KOBOLDCPP);
    facts_set_version(f, json_get(r->json, "version"));
    return true;
}

static bool koboldcpp_read_context(struct backend_facts *f, const struct dialect_reply *r)
{
    facts_set_size(&f->n_ctx_tokens, json_get(r->json, "value"));
    return f->n_ctx_tokens > 0;
}

static bool koboldcpp_read_model(struct backend_facts *f, const struct dialect_reply *r)
{
    const char *name = json_str(json_get(r->json, "result"), NULL);
    if (name == NULL) return false;
    f->models_whole = true;
    facts_add_model(f, name, true);
    facts_choose(f);
    return true;
}

static int koboldcpp_is_idle(const struct json *perf)
{
    int64_t idle = json_int(json_get(perf, "idle"), -1), queue = json_int(json_get(perf, "queue"), 0);
    if (idle < 0) return -1;
    return idle > 0 && queue <= 0 ? 1 : 0;
}

static int koboldcpp_read_idle(const char *body, size_t len, int slot)
{
    struct err e = ERR_INIT;
    struct json *v = json_read(body, len, &e);
    int idle = koboldcpp_is_idle(v);
    (void)slot;
    json_free(v);
    return idle;
}

static bool koboldcpp_read_perf(struct backend_facts *f, const struct dialect_reply *r)
{
    f->idle_route = koboldcpp_is_idle(r->json) >= 0;
    return f->idle_route;
}

static void koboldcpp_write_count(struct buf *out, const char *model, const char *text, size_t len)
{
    (void)model;
    buf_adds(out, "{\"prompt\":");
    json_write_str(out, text, len);
    buf_addc(out, '}');
}

static int64_t koboldcpp_read_count(const struct json *v)
{
    return delta_tokens(json_get(v, "value"));
}

const struct dialect dialect_koboldcpp = {
    .kind = DIALECT_KOBOLDCPP,
    .framing = FRAMING_SSE,
    .params = KOBOLDCPP_PARAMS,
    .path = "/v1/chat/completions",
    .write_body = koboldcpp_write_body,
    .read_event = chat_read_event,
    .questions = {{"/api/extra/version", NULL, koboldcpp_read_version},
                  {"/api/extra/true_max_context_length", NULL, koboldcpp_read_context},
                  {"/api/v1/model", NULL, koboldcpp_read_model},
                  {"/api/extra/perf", NULL, koboldcpp_read_perf}},
    .identify = 1,
    .prefill = true, // since 2025; older ones close the turn, which shows when it is tried
    .idle_path = "/api/extra/perf",
    .read_idle = koboldcpp_read_idle,
    .count_path = "/api/extra/tokencount",
    .write_count = koboldcpp_write_count,
    .read_count = koboldcpp_read_count,
};

// ---- SGLang ------------------------------------------------------------------------------------------------------
// vLLM's fields under other names of routes and gauges; /metrics only if started with --enable-metrics. Its
// /health_generate really generates, and is never asked.

enum {
    SGLANG_PARAMS = PARAM_BIT(PARAM_TEMPERATURE) | PARAM_BIT(PARAM_TOP_P) | PARAM_BIT(PARAM_TOP_K) |
                    PARAM_BIT(PARAM_MIN_P) | PARAM_BIT(PARAM_REPETITION) | PARAM_BIT(PARAM_PRESENCE) |
                    PARAM_BIT(PARAM_FREQUENCY) | PARAM_BIT(PARAM_SEED) | PARAM_BIT(PARAM_SCHEMA) |
                    PARAM_BIT(PARAM_PREFILL) | PARAM_BIT(PARAM_THINKING) | PARAM_BIT(PARAM_USAGE)
};

static void sglang_write_body(struct buf *out, const struct gen_request *q)
{
    chat_write_with_switches(out, q, SGLANG_PARAMS, DIALECT_SGLANG);
}

static bool sglang_read_info(struct backend_facts *f, const struct dialect_reply *r)
{
    if (json_str(json_get(r->json, "model_path"), NULL) == NULL || json_get(r->json, "is_generation") == NULL)
        return false;
    facts_assume(f, DIALECT_SGLANG);
    return true;
}

static bool sglang_read_models(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *list = facts_list(r->json);
    if (list == NULL) return false;
    f->models_whole = true;
    facts_add_list(f, list, true);
    facts_set_size(&f->n_ctx_tokens, json_get(facts_entry(f, list, r->model), "max_model_len"));
    return true;
}

static bool sglang_read_server(struct backend_facts *f, const struct dialect_reply *r)
{
    facts_set_version(f, json_get(r->json, "version"));
    facts_set_size(&f->n_ctx_tokens, json_get(r->json, "context_length"));
    return f->version[0] != '\0';
}

static int sglang_read_idle(const char *body, size_t len, int slot)
{
    static const char *const names[] = {"sglang:num_running_reqs", "sglang:num_queue_reqs", NULL};
    (void)slot;
    return metrics_idle(body, len, names);
}

static bool sglang_read_metrics(struct backend_facts *f, const struct dialect_reply *r)
{
    f->idle_route = sglang_read_idle(r->text, r->len, -1) >= 0;
    return f->idle_route;
}

const struct dialect dialect_sglang = {
    .kind = DIALECT_SGLANG,
    .framing = FRAMING_SSE,
    .params = SGLANG_PARAMS,
    .path = "/v1/chat/completions",
    .write_body = sglang_write_body,
    .read_event = chat_read_event,
    .questions = {{"/get_model_info", NULL, sglang_read_info},
                  {"/v1/models", NULL, sglang_read_models},
                  {"/get_server_info", NULL, sglang_read_server},
                  {"/metrics", NULL, sglang_read_metrics}},
    .identify = 1,
    .prefill = true,
    .idle_path = "/metrics",
    .read_idle = sglang_read_idle,
    .count_path = "/tokenize",
    .write_count = tokenize_write,
    .read_count = tokenize_read,
};
