// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Ollama by its own routes, /api/chat and /api/generate: its OpenAI route swallows errors in mid-stream and ignores
// the size of the context.
//
//   {"model":"…","created_at":"…","message":{"role":"assistant","content":" word"},"done":false}
//   {"model":"…","created_at":"…","message":{…},"done":true,"done_reason":"stop","prompt_eval_count":…,
//    "prompt_eval_duration":…,"eval_count":…,"eval_duration":…}
//
// A line each; the raw route has "response" instead of "message"; a zero is left out. prompt_eval_count is the whole
// prompt in newer versions, and in older ones what had to be read of it: how much came from the cache is never said.
//
// A model is loaded anew when num_ctx or "shift" differ from the last request's, so both are the same in every one.
// "truncate" and "shift" false: a prompt that does not fit is an error, not silently cut.
#include "dialect_body.h"
#include "dialect_delta.h"
#include "dialect_facts.h"

#include <string.h>

enum {
    OLLAMA_PARAMS = PARAM_BIT(PARAM_TEMPERATURE) | PARAM_BIT(PARAM_TOP_P) | PARAM_BIT(PARAM_TOP_K) |
                    PARAM_BIT(PARAM_MIN_P) | PARAM_BIT(PARAM_REPETITION) | PARAM_BIT(PARAM_PRESENCE) |
                    PARAM_BIT(PARAM_FREQUENCY) | PARAM_BIT(PARAM_SEED) | PARAM_BIT(PARAM_SCHEMA) |
                    PARAM_BIT(PARAM_PREFILL) | PARAM_BIT(PARAM_THINKING) | PARAM_BIT(PARAM_CACHE)
};

#define OLLAMA_KEEP_ALIVE "30m" // longer than any pause between two requests of a book

static struct json *ollama_begin(const char *model, bool stream, bool thinking_off, param_set send)
{
    struct json *body = json_new_object();
    if (model != NULL) json_set_str(body, "model", model);
    json_set_bool(body, "stream", stream);
    if (thinking_off && (send & PARAM_BIT(PARAM_THINKING)) != 0) json_set_bool(body, "think", false);
    if ((send & PARAM_BIT(PARAM_CACHE)) != 0) json_set_str(body, "keep_alive", OLLAMA_KEEP_ALIVE);
    json_set_bool(body, "truncate", false);
    json_set_bool(body, "shift", false);
    return body;
}

static struct json *ollama_options(int n_ctx_tokens)
{
    struct json *options = json_new_object();
    if (n_ctx_tokens > 0) json_set_int(options, "num_ctx", n_ctx_tokens);
    return options;
}

static void ollama_write_body(struct buf *out, const struct gen_request *q)
{
    param_set send = OLLAMA_PARAMS & ~q->without;
    struct json *body = ollama_begin(q->model, true, q->thinking_off, send);
    struct json *options = ollama_options(q->n_ctx_tokens), *schema = body_schema(q, send);
    json_set_int(options, "num_predict", q->max_tokens);
    body_set_seed(options, q, send);
    body_set_sampling(options, q, send, DIALECT_OLLAMA);
    json_set(body, "options", options);
    if (schema != NULL) json_set(body, "format", schema);
    if (q->raw != NULL) {
        json_set_bool(body, "raw", true);
        body_end_with_raw(out, body, q);
    } else {
        body_end_with_messages(out, body, q->messages, q->messages_count);
    }
}

// ---- reading -----------------------------------------------------------------------------------------------------

static void ollama_read_end(struct delta *out, const struct json *v)
{
    const char *reason = json_str(json_get(v, "done_reason"), NULL);
    if (reason != NULL && (strcmp(reason, "load") == 0 || strcmp(reason, "unload") == 0)) {
        delta_set_trouble(out, "the server loaded or dropped the model and wrote nothing");
        return;
    }
    out->finish = reason != NULL && *reason != '\0' ? reason : "stop"; // older versions give no reason
    out->prompt_tokens = delta_tokens(json_get(v, "prompt_eval_count"));
    out->output_tokens = delta_tokens(json_get(v, "eval_count"));
    out->prompt_ms = delta_ns(json_get(v, "prompt_eval_duration"));
    out->output_ms = delta_ns(json_get(v, "eval_duration"));
}

static bool ollama_read_event(struct delta *out, bool raw, const char *type, const char *data, size_t len)
{
    if (!delta_open(out, type, data, len)) return true;
    const struct json *v = out->tree, *message = json_get(v, "message"), *done = json_get(v, "done");
    const struct json *text = raw ? json_get(v, "response") : json_get(message, "content");
    if (text == NULL && message == NULL && done == NULL)
        return json_kind(v) == JSON_KIND_OBJECT && delta_is_flat_trouble(out);
    delta_set_text(out, text);
    delta_set_reasoning(out, raw ? v : message);
    if (json_bool(done, false)) ollama_read_end(out, v);
    return true;
}

// ---- questions ---------------------------------------------------------------------------------------------------

static bool ollama_read_root(struct backend_facts *f, const struct dialect_reply *r)
{
    static const char says[] = "Ollama is running";
    if (r->len < strlen(says) || memcmp(r->text, says, strlen(says)) != 0) return false;
    facts_assume(f, DIALECT_OLLAMA);
    return true;
}

static const struct json *ollama_list(const struct json *v)
{
    const struct json *list = json_get(v, "models");
    return json_kind(list) == JSON_KIND_ARRAY ? list : NULL;
}

static const char *ollama_name(const struct json *entry)
{
    const char *name = json_str(json_get(entry, "name"), NULL);
    return name != NULL ? name : json_str(json_get(entry, "model"), NULL);
}

// The models that only make vectors have BERT's architecture.
static bool ollama_writes(const struct json *entry)
{
    const char *family = json_str(json_get(json_get(entry, "details"), "family"), NULL);
    return family == NULL || strstr(family, "bert") == NULL;
}

static bool ollama_read_tags(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *list = ollama_list(r->json);
    if (list == NULL) return false;
    f->models_whole = true;
    for (size_t i = 0; i < json_count(list); i++)
        if (ollama_writes(json_at(list, i))) facts_add_model(f, ollama_name(json_at(list, i)), false);
    facts_choose(f);
    return true;
}

static bool ollama_read_ps(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *list = ollama_list(r->json);
    if (list == NULL) return false;
    for (size_t i = 0; i < json_count(list); i++)
        if (ollama_writes(json_at(list, i))) facts_add_model(f, ollama_name(json_at(list, i)), true);
    facts_choose(f);
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json *entry = json_at(list, i);
        if (facts_is_asked(f, ollama_name(entry), r->model))
            facts_set_size(&f->n_ctx_tokens, json_get(entry, "context_length"));
    }
    return true;
}

// "llama.context_length", "qwen3.context_length": the first half is the model's architecture.
static bool ollama_take_info(void *arg, const char *key, const struct json *v)
{
    static const char end[] = ".context_length";
    size_t len = strlen(key), end_len = strlen(end);
    if (len < end_len || strcmp(key + len - end_len, end) != 0) return true;
    facts_set_size(arg, v);
    return false;
}

static bool ollama_read_show(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *info = json_get(r->json, "model_info"), *can = json_get(r->json, "capabilities");
    if (json_kind(info) == JSON_KIND_OBJECT) json_each(info, ollama_take_info, &f->n_ctx_most);
    for (size_t i = 0; i < json_count(can); i++) {
        const char *word = json_str(json_at(can, i), NULL);
        if (word != NULL && strcmp(word, "thinking") == 0) f->thinking = true;
    }
    return info != NULL || can != NULL;
}

// ---- rendering ---------------------------------------------------------------------------------------------------

static void ollama_write_render(struct buf *out, const struct render_options *o, const struct gen_message *messages,
                                size_t count)
{
    struct json *body = ollama_begin(o->model, false, o->thinking_off, OLLAMA_PARAMS);
    json_set(body, "options", ollama_options(o->n_ctx_tokens)); // it loads the model for this
    json_set_bool(body, "_debug_render_only", true);
    body_end_with_messages(out, body, messages, count);
}

static const char *ollama_read_render(const struct json *v)
{
    return json_str(json_get(json_get(v, "_debug_info"), "rendered_template"), NULL);
}

const struct dialect dialect_ollama = {
    .kind = DIALECT_OLLAMA,
    .framing = FRAMING_NDJSON,
    .params = OLLAMA_PARAMS,
    .path = "/api/chat",
    .raw_path = "/api/generate",
    .write_body = ollama_write_body,
    .read_event = ollama_read_event,
    .questions = {{"/", NULL, ollama_read_root},
                  {"/api/version", NULL, facts_read_version},
                  {"/api/tags", NULL, ollama_read_tags},
                  {"/api/ps", NULL, ollama_read_ps},
                  {"/api/show", "{\"model\":%s}", ollama_read_show}},
    .identify = 1,
    .prefill = true, // most templates leave a last answer open; the rest show when it is tried
    .render_path = "/api/chat",
    .write_render = ollama_write_render,
    .read_render = ollama_read_render,
};
