// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Any server with OpenAI's chat completions of which no more is known. The body holds only fields that a generic
// server takes or ignores; each of them was refused by somebody at some time, so what is not given is not sent.
#include "dialect_chat.h"
#include "dialect_facts.h"

enum {
    OPENAI_PARAMS = PARAM_BIT(PARAM_TEMPERATURE) | PARAM_BIT(PARAM_TOP_P) | PARAM_BIT(PARAM_TOP_K) |
                    PARAM_BIT(PARAM_MIN_P) | PARAM_BIT(PARAM_REPETITION) | PARAM_BIT(PARAM_PRESENCE) |
                    PARAM_BIT(PARAM_FREQUENCY) | PARAM_BIT(PARAM_DRY) | PARAM_BIT(PARAM_SEED) |
                    PARAM_BIT(PARAM_SCHEMA) | PARAM_BIT(PARAM_PREFILL) | PARAM_BIT(PARAM_THINKING) |
                    PARAM_BIT(PARAM_USAGE)
};

static void openai_write_body(struct buf *out, const struct gen_request *q)
{
    param_set send = OPENAI_PARAMS & ~q->without;
    struct json *body = chat_begin(q, send, DIALECT_OPENAI);
    chat_set_schema(body, q, send);
    if (q->thinking_off && (send & PARAM_BIT(PARAM_THINKING)) != 0) json_set_str(body, "reasoning_effort", "none");
    chat_set_continuation(body, q, send);
    chat_end(out, body, q);
}

// A list of one is what the server runs; of several nobody knows which it has loaded.
static bool openai_read_models(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *list = facts_list(r->json);
    if (list == NULL) return false;
    facts_assume(f, DIALECT_OPENAI);
    facts_add_list(f, list, json_count(list) == 1);
    facts_set_size(&f->n_ctx_tokens, json_get(facts_entry(f, list, r->model), "max_model_len"));
    return true;
}

const struct dialect dialect_openai = {
    .kind = DIALECT_OPENAI,
    .framing = FRAMING_SSE,
    .params = OPENAI_PARAMS,
    .path = "/v1/chat/completions",
    .write_body = openai_write_body,
    .read_event = chat_read_event,
    .questions = {{"/v1/models", NULL, openai_read_models}},
    .identify = 1,
};
