// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Counting: "prompt_tokens" is the whole prompt, with what came from the cache, in all of these servers.
// llama.cpp's timings split it: prompt_n was read, cache_n was not. Older ones and ik_llama.cpp lack cache_n; there
// the cached part is what is left of the prompt.
#include "dialect_chat.h"

#include "dialect_delta.h"

#include <string.h>

struct json *chat_begin(const struct gen_request *q, param_set send, enum dialect_kind kind)
{
    struct json *body = json_new_object();
    if (q->model != NULL) json_set_str(body, "model", q->model);
    json_set_bool(body, "stream", true);
    if ((send & PARAM_BIT(PARAM_USAGE)) != 0) {
        struct json *options = json_new_object(); // never empty: mlx_lm.server dies of that after the last word
        json_set_bool(options, "include_usage", true);
        json_set(body, "stream_options", options);
    }
    json_set_int(body, "max_tokens", q->max_tokens);
    body_set_seed(body, q, send);
    body_set_sampling(body, q, send, kind);
    body_set_dry(body, q, send);
    return body;
}

void chat_set_schema(struct json *body, const struct gen_request *q, param_set send)
{
    struct json *schema = body_schema(q, send);
    if (schema == NULL) return;
    struct json *named = json_new_object(), *format = json_new_object();
    json_set_str(named, "name", q->schema_name != NULL ? q->schema_name : "answer");
    json_set_bool(named, "strict", true);
    json_set(named, "schema", schema);
    json_set_str(format, "type", "json_schema");
    json_set(format, "json_schema", named);
    json_set(body, "response_format", format);
}

void chat_set_no_thinking(struct json *body, param_set send)
{
    if ((send & PARAM_BIT(PARAM_THINKING)) == 0) return;
    struct json *kwargs = json_new_object();
    json_set_bool(kwargs, "enable_thinking", false);
    json_set(body, "chat_template_kwargs", kwargs);
}

void chat_set_continuation(struct json *body, const struct gen_request *q, param_set send)
{
    if (!q->prefill || (send & PARAM_BIT(PARAM_PREFILL)) == 0) return;
    json_set_bool(body, "continue_final_message", true);
    json_set_bool(body, "add_generation_prompt", false);
}

void chat_end(struct buf *out, struct json *body, const struct gen_request *q)
{
    body_end_with_messages(out, body, q->messages, q->messages_count);
}

void chat_write_with_switches(struct buf *out, const struct gen_request *q, param_set params, enum dialect_kind kind)
{
    param_set send = params & ~q->without;
    struct json *body = chat_begin(q, send, kind);
    chat_set_schema(body, q, send);
    if (q->thinking_off) chat_set_no_thinking(body, send);
    chat_set_continuation(body, q, send);
    chat_end(out, body, q);
}

// ---- reading -----------------------------------------------------------------------------------------------------

static void chat_read_choice(struct delta *out, const struct json *choice)
{
    const struct json *message = json_get(choice, "delta");
    if (message == NULL) message = json_get(choice, "message"); // a server that does not stream
    delta_set_text(out, json_get(message, "content"));
    delta_set_reasoning(out, message);
    out->finish = json_str(json_get(choice, "finish_reason"), NULL);
    if (out->finish != NULL && *out->finish == '\0') out->finish = NULL; // some have it so until the end
    if (out->finish == NULL || (strcmp(out->finish, "error") != 0 && strcmp(out->finish, "abort") != 0)) return;
    delta_set_trouble(out, "the server ended the answer with an error"); // vLLM, when its engine failed
}

// Some send a usage of zeros with every event.
static void chat_read_usage(struct delta *out, const struct json *usage)
{
    int64_t prompt = delta_tokens(json_get(usage, "prompt_tokens"));
    int64_t output = delta_tokens(json_get(usage, "completion_tokens"));
    if (prompt <= 0 && output <= 0) return;
    out->prompt_tokens = prompt;
    out->output_tokens = output;
    out->cached_tokens = delta_tokens(json_get(json_get(usage, "prompt_tokens_details"), "cached_tokens"));
}

void chat_read_timings(struct delta *out, const struct json *timings)
{
    if (timings == NULL) return;
    int64_t read = delta_tokens(json_get(timings, "prompt_n")), cached = delta_tokens(json_get(timings, "cache_n"));
    if (out->prompt_tokens < 0 && read >= 0 && cached >= 0) out->prompt_tokens = read + cached;
    if (out->output_tokens < 0) out->output_tokens = delta_tokens(json_get(timings, "predicted_n"));
    if (cached < 0 && out->prompt_tokens >= 0 && read >= 0 && read <= out->prompt_tokens)
        cached = out->prompt_tokens - read;
    if (cached >= 0) out->cached_tokens = cached;
    out->prompt_ms = delta_ms(json_get(timings, "prompt_ms"));
    out->output_ms = delta_ms(json_get(timings, "predicted_ms"));
}

void chat_read_progress(struct delta *out, const struct json *progress)
{
    out->progress = delta_tokens(json_get(progress, "processed"));
}

bool chat_read_event(struct delta *out, bool raw, const char *type, const char *data, size_t len)
{
    (void)raw;
    if (!delta_open(out, type, data, len)) return true;
    const struct json *choices = json_get(out->tree, "choices");
    if (choices == NULL) {
        if (json_kind(out->tree) != JSON_KIND_OBJECT) return false;
        if (delta_is_flat_trouble(out)) return true;
    }
    chat_read_choice(out, json_at(choices, 0));
    chat_read_usage(out, json_get(out->tree, "usage"));
    chat_read_timings(out, json_get(out->tree, "timings"));
    chat_read_progress(out, json_get(out->tree, "prompt_progress"));
    return true;
}
