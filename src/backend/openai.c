// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The dialect that nearly every server speaks: OpenAI's chat completions. The body holds only fields that a generic
// server takes or ignores; each of them was refused by somebody at some time, so what is not given is not sent.
//
//   data: {"choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}], …}
//   data:
//   {"choices":[],"usage":{"prompt_tokens":…,"completion_tokens":…,"prompt_tokens_details":{"cached_tokens":…}}}
//   data: [DONE]
#include "dialect.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { DRY_LAST_N_TOKENS = 4096 };

// The messages are nearly all of the body, and the server waits for them: they are written as they are, without a tree.
static void openai_write_messages(struct buf *out, const struct gen_request *q)
{
    buf_adds(out, "\"messages\":[");
    for (size_t i = 0; i < q->messages_count; i++) {
        const struct gen_message *m = &q->messages[i];
        const char *role = m->role == GEN_USER ? "user" : "assistant";
        buf_addf(out, "%s{\"role\":\"%s\",\"content\":", i > 0 ? "," : "", role);
        json_write_str(out, m->text, m->len);
        buf_addc(out, '}');
    }
    buf_addc(out, ']');
}

static void openai_set_number(struct json *body, const char *key, double value)
{
    if (!isnan(value)) json_set_num(body, key, value);
}

static void openai_set_sampling(struct json *body, const struct sampling *s)
{
    if (s == NULL) return;
    openai_set_number(body, "temperature", s->temperature);
    openai_set_number(body, "top_p", s->top_p);
    openai_set_number(body, "min_p", s->min_p);
    openai_set_number(body, "presence_penalty", s->presence_penalty);
    openai_set_number(body, "frequency_penalty", s->frequency_penalty);
    // llama.cpp has the one name, vLLM and MLX the other; each ignores what it does not know.
    openai_set_number(body, "repeat_penalty", s->repetition_penalty);
    openai_set_number(body, "repetition_penalty", s->repetition_penalty);
    if (s->top_k >= 0) json_set_int(body, "top_k", s->top_k);
}

// DRY of llama.cpp. The window is said, because the server's default is short and changed between versions; its own
// breakers are said too, because a list replaces them.
static void openai_set_dry(struct json *body, const struct gen_request *q)
{
    static const char *const breakers[] = {"\n", ":", "\"", "*"};
    const struct sampling *s = q->sampling;
    if (s == NULL || !(s->dry_multiplier > 0)) return;
    json_set_num(body, "dry_multiplier", s->dry_multiplier);
    if (s->dry_base > 0) json_set_num(body, "dry_base", s->dry_base);
    if (s->dry_length > 0) json_set_int(body, "dry_allowed_length", s->dry_length);
    json_set_int(body, "dry_penalty_last_n", DRY_LAST_N_TOKENS);
    struct json *list = json_new_array();
    for (size_t i = 0; i < ARRAY_LEN(breakers); i++) json_push(list, json_new_str(breakers[i]));
    for (const char *const *b = q->dry_breakers; b != NULL && *b != NULL; b++) json_push(list, json_new_str(*b));
    json_set(body, "dry_sequence_breakers", list);
}

static void openai_set_schema(struct json *body, const struct gen_request *q)
{
    struct err e = ERR_INIT;
    struct json *schema = q->schema != NULL ? json_read(q->schema, strlen(q->schema), &e) : NULL;
    if (schema == NULL) return; // an answer in lines can be read too
    struct json *named = json_new_object(), *format = json_new_object();
    json_set_str(named, "name", q->schema_name != NULL ? q->schema_name : "answer");
    json_set_bool(named, "strict", true);
    json_set(named, "schema", schema);
    json_set_str(format, "type", "json_schema");
    json_set(format, "json_schema", named);
    json_set(body, "response_format", format);
}

static void openai_write_body(struct buf *out, const struct gen_request *q)
{
    struct json *body = json_new_object();
    if (q->model != NULL) json_set_str(body, "model", q->model);
    json_set_bool(body, "stream", true);
    struct json *options = json_new_object();
    json_set_bool(options, "include_usage", true);
    json_set(body, "stream_options", options);
    json_set_int(body, "max_tokens", q->max_tokens);
    if (q->seed >= 0) json_set_int(body, "seed", q->seed);
    openai_set_sampling(body, q->sampling);
    openai_set_dry(body, q);
    openai_set_schema(body, q);
    if (q->prefill) {
        json_set_bool(body, "continue_final_message", true);
        json_set_bool(body, "add_generation_prompt", false);
    }
    json_write(body, out, 0);
    json_free(body);
    buf_cut(out, out->len - 1); // its closing brace
    buf_addc(out, ',');
    openai_write_messages(out, q);
    buf_addc(out, '}');
}

static void openai_count_reasoning(struct delta *out, const struct json *delta)
{
    (void)json_str(json_get(delta, "reasoning_content"), &out->reasoning_len);
    if (out->reasoning_len == 0) (void)json_str(json_get(delta, "reasoning"), &out->reasoning_len);
}

static void openai_read_choice(struct delta *out, const struct json *choice)
{
    const struct json *delta = json_get(choice, "delta");
    if (delta == NULL) delta = json_get(choice, "message"); // a server that does not stream
    out->text = json_str(json_get(delta, "content"), &out->text_len);
    if (out->text_len == 0) openai_count_reasoning(out, delta);
    out->finish = json_str(json_get(choice, "finish_reason"), NULL);
    if (out->finish == NULL || (strcmp(out->finish, "error") != 0 && strcmp(out->finish, "abort") != 0)) return;
    out->is_trouble = true; // vLLM ends so when its engine failed
    out->trouble = (struct trouble){.message = "the server ended the answer with an error"};
}

// A number that no context has is no count: rows sum these up.
static int64_t openai_tokens(const struct json *v)
{
    enum { TOKENS_MOST = 100 * 1000 * 1000 };
    int64_t n = json_int(v, -1);
    return n >= 0 && n <= TOKENS_MOST ? n : -1;
}

static void openai_read_usage(struct delta *out, const struct json *usage)
{
    if (usage == NULL) return;
    out->prompt_tokens = openai_tokens(json_get(usage, "prompt_tokens"));
    out->output_tokens = openai_tokens(json_get(usage, "completion_tokens"));
    out->cached_tokens = openai_tokens(json_get(json_get(usage, "prompt_tokens_details"), "cached_tokens"));
}

// llama.cpp counts what it took from the cache here even where it does not in "usage".
static void openai_read_timings(struct delta *out, const struct json *timings)
{
    int64_t cached = openai_tokens(json_get(timings, "cache_n"));
    if (cached >= 0) out->cached_tokens = cached;
}

static bool openai_has_error(const struct json *tree)
{
    const struct json *error = json_get(tree, "error");
    return error != NULL && json_kind(error) != JSON_KIND_NULL; // some send "error":null with every event
}

static bool openai_read_object(struct delta *out)
{
    const struct json *choices = json_get(out->tree, "choices");
    if (choices == NULL) {
        if (json_kind(out->tree) != JSON_KIND_OBJECT) return false;
        out->is_trouble = trouble_from_json(&out->trouble, out->tree);
        if (out->is_trouble) return true;
    }
    openai_read_choice(out, json_at(choices, 0));
    openai_read_usage(out, json_get(out->tree, "usage"));
    openai_read_timings(out, json_get(out->tree, "timings"));
    return true;
}

static bool openai_read_event(struct delta *out, bool raw, const char *type, const char *data, size_t len)
{
    (void)raw;
    *out = (struct delta){.prompt_tokens = -1,
                          .cached_tokens = -1,
                          .output_tokens = -1,
                          .prompt_ms = -1,
                          .output_ms = -1,
                          .progress = -1};
    if (len == 6 && memcmp(data, "[DONE]", 6) == 0) return true; // proves nothing: finish_reason is the end
    struct err e = {.code = ERR_NONE};
    out->tree = json_read(data, len, &e);
    if (strcmp(type, "error") == 0 || openai_has_error(out->tree)) {
        out->is_trouble = true;
        if (!trouble_from_json(&out->trouble, out->tree)) trouble_from_body(&out->trouble, data, len);
        return true;
    }
    return openai_read_object(out);
}

static const struct dialect dialect_openai = {
    .kind = DIALECT_OPENAI,
    .path = "/v1/chat/completions",
    .write_body = openai_write_body,
    .read_event = openai_read_event,
};

const struct dialect *dialect_get(enum dialect_kind kind)
{
    (void)kind;
    return &dialect_openai;
}
