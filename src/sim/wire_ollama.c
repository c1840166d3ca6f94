// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Ollama's own format: a line of JSON for each token, of /api/chat or of /api/generate. What is zero is left out.
#include "sim/wire.h"

#include "base/clock.h"

#include <string.h>

static void begin(struct event *ev)
{
    buf_adds(&ev->head, "{\"model\":\"");
    event_escape(ev->model, strlen(ev->model), &ev->head);
    buf_adds(&ev->head, "\",\"created_at\":\"");
}

// Up to the text, which stands in `field`: "content" or "thinking".
static void add_head(const struct event *ev, const char *field, struct buf *out)
{
    char now[CLOCK_TEXT_SIZE];
    clock_rfc3339(now, clock_wall_ms());
    buf_add(out, ev->head.data, ev->head.len);
    buf_addf(out, "%s\",", now);
    bool thinks = *field == 't';
    if (ev->generate)
        buf_adds(out, thinks ? "\"response\":\"\",\"thinking\":\"" : "\"response\":\"");
    else
        buf_addf(out, "\"message\":{\"role\":\"assistant\",%s\"%s\":\"", thinks ? "\"content\":\"\"," : "", field);
}

static void add_line(const struct event *ev, const char *field, const char *text, size_t len, struct buf *out)
{
    add_head(ev, field, out);
    event_escape(text, len, out);
    buf_adds(out, ev->generate ? "\",\"done\":false}\n" : "\"},\"done\":false}\n");
}

static void token(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    add_line(ev, "content", text, len, out);
}

static void reasoning(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    add_line(ev, "thinking", text, len, out);
}

static void add_count(const char *name, long long n, struct buf *out)
{
    if (n > 0) buf_addf(out, ",\"%s\":%lld", name, n);
}

static void add_end(const struct event *ev, const char *reason, const struct event_usage *u, struct buf *out)
{
    buf_adds(out, ev->generate ? "\",\"done\":true" : "\"},\"done\":true");
    if (reason) buf_addf(out, ",\"done_reason\":\"%s\"", reason);
    add_count("total_duration", (long long)((u->prompt_ms + u->predicted_ms) * 1e6), out);
    add_count("prompt_eval_count", u->prompt_tokens, out);
    add_count("prompt_eval_duration", (long long)(u->prompt_ms * 1e6), out);
    add_count("eval_count", u->completion_tokens, out);
    add_count("eval_duration", (long long)(u->predicted_ms * 1e6), out);
    buf_adds(out, "}\n");
}

static void finish(const struct event *ev, const char *reason, const struct event_usage *u, struct buf *out)
{
    add_head(ev, "content", out);
    add_end(ev, reason, u, out);
}

static void error(const struct event *ev, const char *message, struct buf *out)
{
    (void)ev;
    buf_adds(out, "{\"error\":\"");
    event_escape(message, strlen(message), out);
    buf_adds(out, "\"}\n");
}

static void body(const struct event *ev, const char *text, size_t len, size_t thought, const char *reason,
                 const struct event_usage *u, struct buf *out)
{
    add_head(ev, "content", out);
    event_escape(text + thought, len - thought, out);
    if (thought) {
        buf_adds(out, "\",\"thinking\":\"");
        event_escape(text, thought, out);
    }
    add_end(ev, reason, u, out);
}

const struct wire wire_ollama = {
    .name = "ollama",
    .content_type = "application/x-ndjson",
    .begin = begin,
    .token = token,
    .reasoning = reasoning,
    .finish = finish,
    .error = error,
    .body = body,
};
