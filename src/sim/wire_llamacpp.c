// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a recent llama-server sends: /v1/chat/completions, and its own /completion (raw), which has no role, no usage
// and no [DONE].
#include "sim/wire.h"

#include <inttypes.h>
#include <string.h>

static const char BUILD[] = "b9478-5e13a2f4c";

static void begin(struct event *ev)
{
    if (ev->raw) return;
    buf_addf(&ev->tail, ",\"created\":%" PRId64 ",\"id\":\"chatcmpl-%016" PRIx64 "%016" PRIx64 "\",\"model\":\"",
             ev->wall_ms / 1000, ev->id * UINT64_C(0x9e3779b97f4a7c15), ev->id);
    event_escape(ev->model, strlen(ev->model), &ev->tail);
    buf_addf(&ev->tail, "\",\"system_fingerprint\":\"%s\",\"object\":\"chat.completion.chunk\"", BUILD);
}

static void add_end(const struct event *ev, struct buf *out)
{
    buf_add(out, ev->tail.data, ev->tail.len);
    buf_adds(out, "}\n\n");
}

static void add_delta(const struct event *ev, const char *head, size_t head_len, const char *text, size_t len,
                      struct buf *out)
{
    buf_add(out, head, head_len);
    event_escape(text, len, out);
    buf_add(out, "\"}}]", 4);
    add_end(ev, out);
}

static void role(const struct event *ev, struct buf *out)
{
    if (ev->raw) return;
    buf_adds(out, "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,"
                  "\"delta\":{\"role\":\"assistant\",\"content\":null}}]");
    add_end(ev, out);
}

static void raw_token(const char *text, size_t len, struct buf *out)
{
    buf_adds(out, "data: {\"index\":0,\"content\":\"");
    event_escape(text, len, out);
    buf_adds(out, "\",\"tokens\":[],\"stop\":false,\"id_slot\":0,\"tokens_predicted\":1,\"tokens_evaluated\":1}\n\n");
}

static void token(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    static const char HEAD[] = "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"content\":\"";
    if (ev->raw)
        raw_token(text, len, out);
    else
        add_delta(ev, HEAD, sizeof HEAD - 1, text, len, out);
}

static void reasoning(const struct event *ev, const char *text, size_t len, struct buf *out)
{
    static const char HEAD[] =
        "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{\"reasoning_content\":\"";
    if (ev->raw)
        raw_token(text, len, out);
    else
        add_delta(ev, HEAD, sizeof HEAD - 1, text, len, out);
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

// The last event of /completion, and all of its body when it does not stream.
static void add_raw_end(const struct event *ev, const char *text, size_t len, const char *reason,
                        const struct event_usage *u, struct buf *out)
{
    buf_adds(out, "{\"index\":0,\"content\":\"");
    event_escape(text, len, out);
    buf_adds(out, "\",\"tokens\":[],\"id_slot\":0,\"stop\":true,\"model\":\"");
    event_escape(ev->model, strlen(ev->model), out);
    buf_addf(out,
             "\",\"tokens_predicted\":%ld,\"tokens_evaluated\":%ld,\"generation_settings\":{},\"prompt\":\"\","
             "\"has_new_line\":true,\"truncated\":false,\"stop_type\":\"%s\",\"stopping_word\":\"\","
             "\"tokens_cached\":%ld",
             u->completion_tokens, u->prompt_tokens, reason && strcmp(reason, "length") == 0 ? "limit" : "eos",
             u->prompt_tokens + u->completion_tokens);
    add_timings(u, out);
    buf_adds(out, "}");
}

static void finish(const struct event *ev, const char *reason, const struct event_usage *u, struct buf *out)
{
    if (ev->raw) {
        buf_adds(out, "data: ");
        add_raw_end(ev, "", 0, reason, u, out);
        buf_adds(out, "\n\n");
        return;
    }
    buf_addf(out, "data: {\"choices\":[{\"finish_reason\":\"%s\",\"index\":0,\"delta\":{}}]", reason);
    buf_add(out, ev->tail.data, ev->tail.len);
    if (u) add_timings(u, out);
    buf_adds(out, "}\n\n");
}

static void usage(const struct event *ev, const struct event_usage *u, struct buf *out)
{
    buf_adds(out, "data: {\"choices\":[]");
    buf_add(out, ev->tail.data, ev->tail.len);
    add_usage(u, out);
    buf_adds(out, "}\n\n");
}

static void done(const struct event *ev, struct buf *out)
{
    if (!ev->raw) buf_adds(out, "data: [DONE]\n\n");
}

static void error(const struct event *ev, const char *message, struct buf *out)
{
    (void)ev;
    buf_adds(out, "data: {\"error\":{\"code\":500,\"message\":\"");
    event_escape(message, strlen(message), out);
    buf_adds(out, "\",\"type\":\"server_error\"}}\n\n");
}

static void progress(const struct event *ev, long total, long cached, long processed, struct buf *out)
{
    if (ev->raw)
        buf_adds(out, "data: {\"index\":0,\"content\":\"\",\"tokens\":[],\"stop\":false,\"id_slot\":0,"
                      "\"tokens_predicted\":0,\"tokens_evaluated\":0");
    else
        buf_adds(out, "data: {\"choices\":[{\"finish_reason\":null,\"index\":0,\"delta\":{}}]");
    buf_add(out, ev->tail.data, ev->tail.len);
    buf_addf(out, ",\"prompt_progress\":{\"total\":%ld,\"cache\":%ld,\"processed\":%ld,\"time_ms\":0}}\n\n", total,
             cached, processed);
}

static void ping(struct buf *out)
{
    buf_adds(out, ":\n\n");
}

static void body(const struct event *ev, const char *text, size_t len, size_t thought, const char *reason,
                 const struct event_usage *u, struct buf *out)
{
    const char *quote = reason ? "\"" : "";
    if (ev->raw) {
        add_raw_end(ev, text, len, reason, u, out);
        return;
    }
    buf_addf(out, "{\"choices\":[{\"finish_reason\":%s%s%s,\"index\":0,\"message\":{\"role\":\"assistant\"", quote,
             reason ? reason : "null", quote);
    if (thought) {
        buf_adds(out, ",\"reasoning_content\":\"");
        event_escape(text, thought, out);
        buf_adds(out, "\"");
    }
    buf_adds(out, ",\"content\":\"");
    event_escape(text + thought, len - thought, out);
    buf_adds(out, "\"}}]");
    // The same tail but for the object's name: "chat.completion", without ".chunk".
    buf_add(out, ev->tail.data, ev->tail.len - sizeof ".chunk");
    buf_adds(out, "\"");
    add_usage(u, out);
    buf_adds(out, "}");
}

const struct wire wire_llamacpp = {
    .name = "llamacpp",
    .server = "llama.cpp",
    .content_type = "text/event-stream",
    .begin = begin,
    .role = role,
    .token = token,
    .reasoning = reasoning,
    .finish = finish,
    .usage = usage,
    .done = done,
    .error = error,
    .progress = progress,
    .ping = ping,
    .body = body,
};
