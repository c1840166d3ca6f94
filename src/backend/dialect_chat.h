// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the dialects of OpenAI's chat completions share.
//
//   data: {"choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}], …}
//   data: {"choices":[],"usage":{"prompt_tokens":…,"completion_tokens":…,"prompt_tokens_details":{…}}}
//   data: [DONE]
#ifndef BACKEND_DIALECT_CHAT_H
#define BACKEND_DIALECT_CHAT_H

#include "dialect_body.h"

// What every chat request begins with: model, stream, usage, max_tokens, seed, sampling.
struct json *chat_begin(const struct gen_request *q, param_set send, enum dialect_kind kind);
void chat_set_schema(struct json *body, const struct gen_request *q, param_set send); // response_format: json_schema
// chat_template_kwargs: {"enable_thinking": false}, a boolean: a word is refused
void chat_set_no_thinking(struct json *body, param_set send);
// continue_final_message, add_generation_prompt
void chat_set_continuation(struct json *body, const struct gen_request *q, param_set send);
// The whole body for a server that takes its switches to the template in the request: vLLM, SGLang.
void chat_write_with_switches(struct buf *out, const struct gen_request *q, param_set params, enum dialect_kind kind);
void chat_end(struct buf *out, struct json *body, const struct gen_request *q);

bool chat_read_event(struct delta *out, bool raw, const char *type, const char *data, size_t len);
// llama.cpp's own numbers, which its raw route sends too.
void chat_read_timings(struct delta *out, const struct json *timings);
void chat_read_progress(struct delta *out, const struct json *progress);

#endif
