// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a recent vLLM sends: reasoning under its newer name, and [DONE] after an error too.
#include "sim/wire_chat.h"

#include <string.h>

static void begin(struct event *ev)
{
    static const struct chat_shape SHAPE = {.top = "", .each = "", .rest = "", .after = "\"logprobs\":null,"};
    chat_begin(ev, &SHAPE);
}

static void error(const struct event *ev, const char *message, struct buf *out)
{
    buf_adds(out, "data: {\"error\":{\"message\":\"");
    event_escape(message, strlen(message), out);
    buf_adds(out, "\",\"type\":\"InternalServerError\",\"param\":null,\"code\":500}}\n\n");
    chat_done(ev, out);
}

const struct wire wire_vllm = {
    .name = "vllm",
    .server = "uvicorn",
    .content_type = "text/event-stream; charset=utf-8",
    .begin = begin,
    .role = chat_role,
    .token = chat_token,
    .reasoning = chat_reasoning,
    .finish = chat_finish,
    .usage = chat_usage,
    .done = chat_done,
    .error = error,
    .ping = chat_ping,
    .body = chat_body,
};
