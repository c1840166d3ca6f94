// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Events and bodies.
#include "sim/event.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>

static const char BUILD[] = "b9478-5e13a2f4c";

void event_escape(const char *text, size_t len, struct buf *out)
{
    size_t plain = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(out, text + plain, i - plain);
        plain = i + 1;
        if (c == '\n')
            buf_adds(out, "\\n");
        else if (c < 0x20)
            buf_addf(out, "\\u%04x", c);
        else
            buf_addf(out, "\\%c", c);
    }
    buf_add(out, text + plain, len - plain);
}

void event_init(struct event *ev, uint64_t id, const char *model)
{
    buf_init(&ev->tail, BUF_MAX_LINE);
    buf_addf(&ev->tail, ",\"created\":%" PRId64 ",\"id\":\"chatcmpl-%016" PRIx64 "%016" PRIx64 "\",\"model\":\"",
             clock_wall_ms() / 1000, id * UINT64_C(0x9e3779b97f4a7c15), id);
    event_escape(model, strlen(model), &ev->tail);
    buf_addf(&ev->tail, "\",\"system_fingerprint\":\"%s\",\"object\":\"chat.completion.chunk\"", BUILD);
}

void event_release(struct event *ev)
{
    buf_release(&ev->tail);
}

static void add_end(const struct event *ev, struct buf *out)
{
    buf_add(out, ev->tail.data, ev->tail.len);
    buf_adds(out, "}\n\n");
}

void event_role(const struct event *ev, struct buf *out)
{
    buf_adds(out, "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,"
                  "\"delta\":{\"role\":\"assistant\",\"content\":null}}]");
    add_end(ev, out);
}

void event_token(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    static const char HEAD[] = "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"content\":\"";
    buf_add(out, HEAD, sizeof HEAD - 1);
    event_escape(text, len, out);
    buf_add(out, "\"}}]", 4);
    add_end(ev, out);
}

static double per_second(long n, double ms)
{
    return ms > 0 ? (double)n * 1000 / ms : 0;
}

static void add_timings(const struct event_usage *u, struct buf *out)
{
    long prompt_n = u->prompt_tokens - u->cached_tokens;
    buf_addf(out,
             ",\"timings\":{\"cache_n\":%ld,\"prompt_n\":%ld,\"prompt_ms\":%.3f,\"prompt_per_second\":%.3f,"
             "\"predicted_n\":%ld,\"predicted_ms\":%.3f,\"predicted_per_second\":%.3f}",
             u->cached_tokens, prompt_n, u->prompt_ms, per_second(prompt_n, u->prompt_ms), u->completion_tokens,
             u->predicted_ms, per_second(u->completion_tokens, u->predicted_ms));
}

static void add_usage(const struct event_usage *u, struct buf *out)
{
    buf_addf(out,
             ",\"usage\":{\"completion_tokens\":%ld,\"prompt_tokens\":%ld,\"total_tokens\":%ld,"
             "\"prompt_tokens_details\":{\"cached_tokens\":%ld}}",
             u->completion_tokens, u->prompt_tokens, u->completion_tokens + u->prompt_tokens, u->cached_tokens);
    add_timings(u, out);
}

void event_finish(const struct event *ev, const char *reason, const struct event_usage *usage, struct buf *out)
{
    buf_addf(out, "data: {\"choices\":[{\"finish_reason\":\"%s\",\"index\":0,\"delta\":{}}]", reason);
    buf_add(out, ev->tail.data, ev->tail.len);
    if (usage) add_timings(usage, out);
    buf_adds(out, "}\n\n");
}

void event_usage(const struct event *ev, const struct event_usage *usage, struct buf *out)
{
    buf_adds(out, "data: {\"choices\":[]");
    buf_add(out, ev->tail.data, ev->tail.len);
    add_usage(usage, out);
    buf_adds(out, "}\n\n");
}

void event_done(struct buf *out)
{
    buf_adds(out, "data: [DONE]\n\n");
}

void event_body(const struct event *ev, const char *text, size_t len, const char *reason,
                const struct event_usage *usage, struct buf *out)
{
    const char *quote = reason ? "\"" : "";
    buf_addf(out,
             "{\"choices\":[{\"finish_reason\":%s%s%s,\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"",
             quote, reason ? reason : "null", quote);
    event_escape(text, len, out);
    buf_adds(out, "\"}}]");
    // The same tail but for the object's name: "chat.completion", without ".chunk".
    buf_add(out, ev->tail.data, ev->tail.len - sizeof ".chunk");
    buf_adds(out, "\"");
    add_usage(usage, out);
    buf_adds(out, "}");
}
