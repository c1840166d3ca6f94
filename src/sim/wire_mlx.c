// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What mlx_lm.server and KoboldCpp send: both are Python's http.server, so that a stream ends with its connection, and
// json.dumps, so that it is ASCII with blanks behind colons and commas. The role stands in every delta, the reason
// before it.
//
//   data: {"id": …, "choices": [{"index": 0, "finish_reason": null, "delta": {"role": "assistant", "content": "word"}}]}
//   head ────────────────────────────────────────────────────┘    └ tail ────────────────────────────┘
#include "sim/wire_chat.h"

#include <inttypes.h>
#include <string.h>

static void begin(struct event *ev, const char *id, const char *fingerprint)
{
    buf_addf(&ev->head, "data: {\"id\": \"%s", id);
    if (!*id) chat_add_id(ev, &ev->head);
    buf_addf(&ev->head, "\", %s\"object\": \"chat.completion.chunk\", \"model\": \"", fingerprint);
    event_escape_ascii(ev->model, strlen(ev->model), &ev->head);
    buf_addf(&ev->head, "\", \"created\": %" PRId64 ", \"choices\": [", ev->wall_ms / 1000);
    ev->to_choices = ev->head.len;
    buf_adds(&ev->head, "{\"index\": 0, \"finish_reason\": ");
    buf_adds(&ev->tail, ", \"delta\": {\"role\": \"assistant\", \"");
}

static void begin_mlx(struct event *ev)
{
    begin(ev, "", "\"system_fingerprint\": \"0.29.1-0.29.3-macOS-15.6-arm64\", ");
}

static void begin_koboldcpp(struct event *ev)
{
    begin(ev, "koboldcpp", "");
}

static void add_delta(const struct event *ev, const char *quoted_reason, const char *key, const char *text,
                      size_t len, struct buf *out)
{
    buf_add(out, ev->head.data, ev->head.len);
    buf_adds(out, quoted_reason);
    buf_add(out, ev->tail.data, ev->tail.len);
    buf_addf(out, "%s\": \"", key);
    event_escape_ascii(text, len, out);
    buf_adds(out, "\"}}]}\n\n");
}

static void token(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    add_delta(ev, "null", "content", text, len, out);
}

static void reasoning_mlx(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    add_delta(ev, "null", "reasoning", text, len, out);
}

static void reasoning_koboldcpp(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    add_delta(ev, "null", "reasoning_content", text, len, out);
}

static void finish(const struct event *ev, const char *reason, const struct event_usage *usage, struct buf *out)
{
    (void)usage; // it has an event of its own, or is not told
    char quoted[32] = "\"stop\"";
    if (strcmp(reason, "length") == 0) memcpy(quoted, "\"length\"", sizeof "\"length\"");
    add_delta(ev, quoted, "content", "", 0, out);
}

static void add_usage(const struct event_usage *u, struct buf *out)
{
    buf_addf(out, "{\"prompt_tokens\": %ld, \"completion_tokens\": %ld, \"total_tokens\": %ld", u->prompt_tokens,
             u->completion_tokens, u->prompt_tokens + u->completion_tokens);
    buf_addf(out, ", \"prompt_tokens_details\": {\"cached_tokens\": %ld}}", u->cached_tokens);
}

static void usage_mlx(const struct event *ev, const struct event_usage *u, struct buf *out)
{
    buf_add(out, ev->head.data, ev->to_choices);
    buf_adds(out, "], \"usage\": ");
    add_usage(u, out);
    buf_adds(out, "}\n\n");
}

static void done_koboldcpp(const struct event *ev, struct buf *out)
{
    (void)ev;
    buf_adds(out, "data: [DONE]"); // and no end of the line
}

static void error_mlx(const struct event *ev, const char *message, struct buf *out)
{
    (void)ev;
    buf_adds(out, "data: {\"error\": \"");
    event_escape_ascii(message, strlen(message), out);
    buf_adds(out, "\"}\n\n");
}

static void error_koboldcpp(const struct event *ev, const char *message, struct buf *out)
{
    (void)ev;
    buf_adds(out, "data: {\"detail\": {\"msg\": \"");
    event_escape_ascii(message, strlen(message), out);
    buf_adds(out, "\", \"type\": \"server_error\"}}\n\n");
}

static void progress_mlx(const struct event *ev, long total, long cached, long processed, struct buf *out)
{
    (void)ev, (void)cached;
    buf_addf(out, ": keepalive %ld/%ld\n\n", processed, total);
}

static void body(const struct event *ev, const char *text, size_t len, size_t thought, const char *reason,
                 const struct event_usage *u, struct buf *out)
{
    const char *quote = reason ? "\"" : "";
    buf_adds(out, "{\"id\": \"");
    chat_add_id(ev, out);
    buf_addf(out, "\", \"object\": \"chat.completion\", \"created\": %" PRId64 ", \"model\": \"", ev->wall_ms / 1000);
    event_escape_ascii(ev->model, strlen(ev->model), out);
    buf_addf(out, "\", \"choices\": [{\"index\": 0, \"finish_reason\": %s%s%s, \"message\": {\"role\": \"assistant\"",
             quote, reason ? reason : "null", quote);
    buf_adds(out, ", \"content\": \"");
    event_escape_ascii(text + thought, len - thought, out);
    buf_adds(out, "\", \"reasoning\": \"");
    event_escape_ascii(text, thought, out);
    buf_adds(out, "\"}}], \"usage\": ");
    add_usage(u, out);
    buf_adds(out, "}");
}

const struct wire wire_mlx = {
    .name = "mlx",
    .server = "BaseHTTP/0.6 Python/3.12.11",
    .content_type = "text/event-stream",
    .closes = true,
    .begin = begin_mlx,
    .token = token,
    .reasoning = reasoning_mlx,
    .finish = finish,
    .usage = usage_mlx,
    .done = chat_done,
    .error = error_mlx,
    .progress = progress_mlx,
    .body = body,
};

const struct wire wire_koboldcpp = {
    .name = "koboldcpp",
    .server = "ConcedoLlamaForKoboldServer",
    .content_type = "text/event-stream",
    .closes = true,
    .begin = begin_koboldcpp,
    .token = token,
    .reasoning = reasoning_koboldcpp,
    .finish = finish,
    .done = done_koboldcpp,
    .error = error_koboldcpp,
    .body = body,
};
