// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// llama-server of llama.cpp, and ik_llama.cpp, which came from it.
//
// Chat is OpenAI's, with llama.cpp's own fields beside it. A raw text goes to /completion, whose stream is its own:
//
//   data: {"index":0,"content":" word","tokens":[…],"stop":false}
//   data: {"content":"","stop":true,"stop_type":"limit","truncated":false,"tokens_predicted":…,
//          "tokens_evaluated":…,"timings":{…}}
//
// tokens_evaluated is the whole prompt, whatever its name says. Before stop_type there were stopped_eos, stopped_word
// and stopped_limit; ik_llama.cpp still has those, and says "stop" on its chat route even at the limit.
#include "dialect_chat.h"
#include "dialect_delta.h"
#include "dialect_facts.h"

#include <string.h>

enum { LLAMACPP_PARAMS = (1 << PARAM_COUNT) - 1, PING_S = 5 };

// Signs of life while it reads a long prompt: for our own timers, and for a proxy that cuts silent connections.
static void llamacpp_set_pings(struct json *body, param_set send)
{
    if ((send & PARAM_BIT(PARAM_PINGS)) == 0) return;
    json_set_bool(body, "return_progress", true);
    json_set_int(body, "sse_ping_interval", PING_S);
}

static void llamacpp_set_cache(struct json *body, const struct gen_request *q, param_set send)
{
    if ((send & PARAM_BIT(PARAM_CACHE)) == 0) return;
    json_set_bool(body, "cache_prompt", true);
    if (q->slot >= 0) json_set_int(body, "id_slot", q->slot);
}

// As "json_object" with a schema: servers of early 2025 lose the schema of a "json_schema" on its way.
static void llamacpp_set_format(struct json *body, const struct gen_request *q, param_set send)
{
    struct json *schema = body_schema(q, send);
    if (schema == NULL) return;
    struct json *format = json_new_object();
    json_set_str(format, "type", "json_object");
    json_set(format, "schema", schema);
    json_set(body, "response_format", format);
}

static void llamacpp_write_chat(struct buf *out, const struct gen_request *q, param_set send)
{
    struct json *body = chat_begin(q, send, DIALECT_LLAMACPP);
    llamacpp_set_format(body, q, send);
    llamacpp_set_cache(body, q, send);
    llamacpp_set_pings(body, send);
    // It refuses to continue an answer of a model that may think.
    if (q->thinking_off || q->prefill) chat_set_no_thinking(body, send);
    chat_set_continuation(body, q, send);
    chat_end(out, body, q);
}

static void llamacpp_write_raw(struct buf *out, const struct gen_request *q, param_set send)
{
    struct json *body = json_new_object(), *schema = body_schema(q, send);
    if (q->model != NULL) json_set_str(body, "model", q->model);
    json_set_bool(body, "stream", true);
    json_set_int(body, "n_predict", q->max_tokens);
    body_set_seed(body, q, send);
    body_set_sampling(body, q, send, DIALECT_LLAMACPP);
    body_set_dry(body, q, send);
    if (schema != NULL) json_set(body, "json_schema", schema);
    llamacpp_set_cache(body, q, send);
    llamacpp_set_pings(body, send);
    body_end_with_raw(out, body, q);
}

static void llamacpp_write_body(struct buf *out, const struct gen_request *q)
{
    param_set send = LLAMACPP_PARAMS & ~q->without;
    if (q->raw != NULL) {
        llamacpp_write_raw(out, q, send);
    } else {
        llamacpp_write_chat(out, q, send);
    }
}

// ---- reading -----------------------------------------------------------------------------------------------------

static const char *llamacpp_finish(const struct json *v)
{
    const char *type = json_str(json_get(v, "stop_type"), NULL);
    bool limit = type != NULL ? strcmp(type, "limit") == 0 : json_bool(json_get(v, "stopped_limit"), false);
    return limit ? "length" : "stop";
}

static void llamacpp_read_end(struct delta *out, const struct json *v)
{
    out->finish = llamacpp_finish(v);
    out->prompt_cut = json_bool(json_get(v, "truncated"), false);
    out->prompt_tokens = delta_tokens(json_get(v, "tokens_evaluated"));
    out->output_tokens = delta_tokens(json_get(v, "tokens_predicted"));
    chat_read_timings(out, json_get(v, "timings"));
}

static bool llamacpp_read_raw(struct delta *out, const char *type, const char *data, size_t len)
{
    if (!delta_open(out, type, data, len)) return true;
    const struct json *v = out->tree, *content = json_get(v, "content"), *stop = json_get(v, "stop");
    const struct json *progress = json_get(v, "prompt_progress");
    if (content == NULL && stop == NULL && progress == NULL)
        return json_kind(v) == JSON_KIND_OBJECT && delta_is_flat_trouble(out);
    delta_set_text(out, content);
    chat_read_progress(out, progress);
    if (json_bool(stop, false)) llamacpp_read_end(out, v);
    return true;
}

static bool llamacpp_read_event(struct delta *out, bool raw, const char *type, const char *data, size_t len)
{
    return raw ? llamacpp_read_raw(out, type, data, len) : chat_read_event(out, raw, type, data, len);
}

// ---- questions ---------------------------------------------------------------------------------------------------

// KoboldCpp answers here too, with the fields of a slot ("id_task") beside the settings instead of in them.
static bool llamacpp_read_props(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *settings = json_get(r->json, "default_generation_settings");
    if (json_kind(settings) != JSON_KIND_OBJECT || json_get(r->json, "id_task") != NULL) return false;
    if (r->server != NULL && strstr(r->server, "Kobold") != NULL) return false;
    facts_assume(f, DIALECT_LLAMACPP);
    facts_set_version(f, json_get(r->json, "build_info"));
    facts_set_size(&f->n_ctx_tokens, json_get(settings, "n_ctx"));
    facts_set_size(&f->slots, json_get(r->json, "total_slots"));
    return true;
}

// One that runs several models says of each whether it is loaded.
static bool llamacpp_is_loaded(const struct json *entry)
{
    const char *status = json_str(json_get(json_get(entry, "status"), "value"), NULL);
    return status == NULL || strcmp(status, "loaded") == 0;
}

static bool llamacpp_read_models(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *list = facts_list(r->json);
    if (list == NULL) return false;
    f->models_whole = true;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *entry = json_at(list, i);
        facts_add_model(f, json_str(json_get(entry, "id"), NULL), llamacpp_is_loaded(entry));
    }
    facts_choose(f);
    facts_set_size(&f->n_ctx_most, json_get(json_get(facts_entry(f, list, r->model), "meta"), "n_ctx_train"));
    return true;
}

static int llamacpp_is_idle(const struct json *slots, int slot)
{
    int idle = -1;
    if (json_kind(slots) != JSON_KIND_ARRAY) return -1;
    for (size_t i = 0; i < json_count(slots); i++) {
        const struct json *one = json_at(slots, i), *busy = json_get(one, "is_processing");
        if (slot >= 0 && json_int(json_get(one, "id"), -1) != slot) continue;
        if (json_kind(busy) != JSON_KIND_BOOL) return -1;
        if (json_bool(busy, true)) return 0;
        idle = 1;
    }
    return idle;
}

static bool llamacpp_read_slots(struct backend_facts *f, const struct dialect_reply *r)
{
    f->idle_route = llamacpp_is_idle(r->json, -1) >= 0;
    return f->idle_route;
}

// ---- other routes ------------------------------------------------------------------------------------------------

static int llamacpp_read_idle(const char *body, size_t len, int slot)
{
    struct err e = ERR_INIT;
    struct json *v = json_read(body, len, &e);
    int idle = llamacpp_is_idle(v, slot);
    json_free(v);
    return idle;
}

static void llamacpp_write_count(struct buf *out, const char *model, const char *text, size_t len)
{
    (void)model;
    buf_adds(out, "{\"content\":");
    json_write_str(out, text, len);
    buf_addc(out, '}');
}

static int64_t llamacpp_read_count(const struct json *v)
{
    const struct json *tokens = json_get(v, "tokens");
    return json_kind(tokens) == JSON_KIND_ARRAY ? (int64_t)json_count(tokens) : -1;
}

static void llamacpp_write_render(struct buf *out, const struct render_options *o, const struct gen_message *messages,
                                  size_t count)
{
    struct json *body = json_new_object();
    if (o->model != NULL) json_set_str(body, "model", o->model);
    if (o->thinking_off) chat_set_no_thinking(body, LLAMACPP_PARAMS);
    body_end_with_messages(out, body, messages, count);
}

static const char *llamacpp_read_render(const struct json *v)
{
    return json_str(json_get(v, "prompt"), NULL);
}

const struct dialect dialect_llamacpp = {
    .kind = DIALECT_LLAMACPP,
    .framing = FRAMING_SSE,
    .params = LLAMACPP_PARAMS,
    .path = "/v1/chat/completions",
    .raw_path = "/completion",
    .write_body = llamacpp_write_body,
    .read_event = llamacpp_read_event,
    .questions = {{"/props", NULL, llamacpp_read_props},
                  {"/v1/models", NULL, llamacpp_read_models},
                  {"/slots", NULL, llamacpp_read_slots}},
    .identify = 1,
    .prefill = true,
    .idle_path = "/slots",
    .read_idle = llamacpp_read_idle,
    .count_path = "/tokenize",
    .write_count = llamacpp_write_count,
    .read_count = llamacpp_read_count,
    .render_path = "/apply-template",
    .write_render = llamacpp_write_render,
    .read_render = llamacpp_read_render,
};
