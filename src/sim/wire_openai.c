// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The generic format, and LM Studio's and SGLang's, which differ from it by fields.
#include "sim/wire_chat.h"

#include <string.h>

static void begin_openai(struct event *ev)
{
    static const struct chat_shape SHAPE = {
        .top = "\"system_fingerprint\":null,", .each = "", .rest = "", .after = "\"logprobs\":null,"};
    chat_begin(ev, &SHAPE);
}

static void error_openai(const struct event *ev, const char *message, struct buf *out)
{
    (void)ev;
    buf_adds(out, "data: {\"error\":{\"message\":\"");
    event_escape(message, strlen(message), out);
    buf_adds(out, "\",\"type\":\"server_error\",\"param\":null,\"code\":null}}\n\n");
}

const struct wire wire_openai = {
    .name = "openai",
    .content_type = "text/event-stream",
    .begin = begin_openai,
    .role = chat_role,
    .token = chat_token,
    .reasoning = chat_reasoning_content,
    .finish = chat_finish,
    .usage = chat_usage,
    .done = chat_done,
    .error = error_openai,
    .ping = chat_ping,
    .body = chat_body,
};

// No first delta of its own: the role stands in each of them.
static void begin_lmstudio(struct event *ev)
{
    static const struct chat_shape SHAPE = {.top = "\"system_fingerprint\":\"novelgen-sim\",",
                                            .each = "\"role\":\"assistant\",",
                                            .rest = "",
                                            .after = "\"logprobs\":null,"};
    chat_begin(ev, &SHAPE);
}

static void error_lmstudio(const struct event *ev, const char *message, struct buf *out)
{
    (void)ev;
    buf_adds(out, "event: error\ndata: {\"error\":{\"message\":\"");
    event_escape(message, strlen(message), out);
    buf_adds(out, "\"},\"message\":\"");
    event_escape(message, strlen(message), out);
    buf_adds(out, "\"}\n\n");
}

const struct wire wire_lmstudio = {
    .name = "lmstudio",
    .content_type = "text/event-stream",
    .begin = begin_lmstudio,
    .token = chat_token,
    .reasoning = chat_reasoning_content,
    .finish = chat_finish,
    .usage = chat_usage,
    .done = chat_done,
    .error = error_lmstudio,
    .ping = chat_ping,
    .body = chat_body,
};

static void begin_sglang(struct event *ev)
{
    static const struct chat_shape SHAPE = {
        .top = "", .each = "\"role\":null,", .rest = ",\"tool_calls\":null", .after = "\"logprobs\":null,"};
    chat_begin(ev, &SHAPE);
}

static void error_sglang(const struct event *ev, const char *message, struct buf *out)
{
    (void)ev;
    buf_adds(out, "data: {\"error\":{\"object\":\"error\",\"message\":\"");
    event_escape(message, strlen(message), out);
    buf_adds(out, "\",\"type\":\"InternalServerError\",\"param\":null,\"code\":500}}\n\n");
}

const struct wire wire_sglang = {
    .name = "sglang",
    .server = "uvicorn",
    .content_type = "text/event-stream; charset=utf-8",
    .begin = begin_sglang,
    .role = chat_role,
    .token = chat_token,
    .reasoning = chat_reasoning_content,
    .finish = chat_finish,
    .usage = chat_usage,
    .done = chat_done,
    .error = error_sglang,
    .ping = chat_ping,
    .body = chat_body,
};
