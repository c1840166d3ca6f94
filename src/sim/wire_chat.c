// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Chunks of chat completions.
#include "sim/wire_chat.h"

#include <inttypes.h>
#include <string.h>

void chat_add_id(const struct event *ev, struct buf *out)
{
    buf_addf(out, "chatcmpl-%016" PRIx64 "%016" PRIx64, ev->id * UINT64_C(0x9e3779b97f4a7c15), ev->id);
}

static void add_top(const struct event *ev, const char *object, struct buf *out)
{
    buf_adds(out, "{\"id\":\"");
    chat_add_id(ev, out);
    buf_addf(out, "\",\"object\":\"%s\",\"created\":%" PRId64 ",\"model\":\"", object, ev->wall_ms / 1000);
    event_escape(ev->model, strlen(ev->model), out);
    buf_adds(out, "\",");
}

void chat_begin(struct event *ev, const struct chat_shape *shape)
{
    buf_adds(&ev->head, "data: ");
    add_top(ev, "chat.completion.chunk", &ev->head);
    buf_addf(&ev->head, "%s\"choices\":[", shape->top);
    ev->to_choices = ev->head.len;
    buf_adds(&ev->head, "{\"index\":0,\"delta\":{");
    ev->to_delta = ev->head.len;
    buf_adds(&ev->head, shape->each);
    buf_addf(&ev->tail, "\"%s", shape->rest);
    ev->past_delta = ev->tail.len;
    buf_addf(&ev->tail, "},%s\"finish_reason\":", shape->after);
}

static void add_delta(const struct event *ev, const char *key, const char *text, size_t len, struct buf *out)
{
    buf_add(out, ev->head.data, ev->head.len);
    buf_addf(out, "\"%s\":\"", key);
    event_escape(text, len, out);
    buf_add(out, ev->tail.data, ev->tail.len);
    buf_adds(out, "null}]}\n\n");
}

void chat_role(const struct event *ev, struct buf *out)
{
    buf_add(out, ev->head.data, ev->to_delta);
    buf_adds(out, "\"role\":\"assistant\",\"content\":\"\"");
    buf_add(out, ev->tail.data + ev->past_delta, ev->tail.len - ev->past_delta);
    buf_adds(out, "null}]}\n\n");
}

void chat_token(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    add_delta(ev, "content", text, len, out);
}

void chat_reasoning(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    add_delta(ev, "reasoning", text, len, out);
}

void chat_reasoning_content(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    add_delta(ev, "reasoning_content", text, len, out);
}

void chat_finish(const struct event *ev, const char *reason, const struct event_usage *usage, struct buf *out)
{
    (void)usage; // it has an event of its own, or is not told
    buf_add(out, ev->head.data, ev->to_delta);
    buf_add(out, ev->tail.data + ev->past_delta, ev->tail.len - ev->past_delta);
    buf_addf(out, "\"%s\"}]}\n\n", reason);
}

// As an object.
static void add_usage(const struct event_usage *u, struct buf *out)
{
    buf_addf(out, "{\"prompt_tokens\":%ld,\"total_tokens\":%ld,\"completion_tokens\":%ld", u->prompt_tokens,
             u->prompt_tokens + u->completion_tokens, u->completion_tokens);
    if (u->cached_tokens >= 0) buf_addf(out, ",\"prompt_tokens_details\":{\"cached_tokens\":%ld}", u->cached_tokens);
    buf_adds(out, "}");
}

void chat_usage(const struct event *ev, const struct event_usage *u, struct buf *out)
{
    buf_add(out, ev->head.data, ev->to_choices);
    buf_adds(out, "],\"usage\":");
    add_usage(u, out);
    buf_adds(out, "}\n\n");
}

void chat_done(const struct event *ev, struct buf *out)
{
    (void)ev;
    buf_adds(out, "data: [DONE]\n\n");
}

void chat_ping(struct buf *out)
{
    buf_adds(out, ": ping\n\n");
}

void chat_body(const struct event *ev, const char *text, size_t len, size_t thought, const char *reason,
               const struct event_usage *u, struct buf *out)
{
    const char *quote = reason ? "\"" : "";
    add_top(ev, "chat.completion", out);
    buf_adds(out, "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"");
    event_escape(text + thought, len - thought, out);
    if (thought) {
        buf_adds(out, "\",\"reasoning_content\":\"");
        event_escape(text, thought, out);
    }
    buf_addf(out, "\"},\"finish_reason\":%s%s%s}],\"usage\":", quote, reason ? reason : "null", quote);
    add_usage(u, out);
    buf_adds(out, "}");
}
