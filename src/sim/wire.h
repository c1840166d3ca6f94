// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The wire formats that the simulator speaks, each a const table in a file of its own (wire_llamacpp.c, wire_ollama.c, …),
// in the shapes, key orders and sizes of the real servers. Text formatted by hand: at 220,000 tokens a book this is what
// the simulator spends its time on. A function that a format has not is NULL.
//
//   event_init ─▶ raw, generate are set ─▶ begin ─▶ role ─▶ token… ─▶ finish ─▶ usage ─▶ done ─▶ event_release
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One answer, as the formats see it.
struct event {
    bool raw;      // of the completion route, not the chat's
    bool generate; // Ollama: of /api/generate
    uint64_t id;
    const char *model;
    int64_t wall_ms; // when it began
    struct buf head; // what goes before the text in each event, where the format has it there
    struct buf tail; // what follows the text or the choices in each event
    // Of chat_*, wire_chat.h: the ends of shorter heads, and the beginning of a shorter tail.
    size_t to_choices, to_delta, past_delta;
};

struct event_usage {
    long prompt_tokens, cached_tokens, completion_tokens; // cached_tokens -1: this server does not tell
    double prompt_ms, predicted_ms;
};

struct wire {
    const char *
        name; // as novelgen's dialects: "openai", "llamacpp", "ollama", "vllm", "mlx", "lmstudio", "koboldcpp", "sglang"
    const char *server;              // the Server header, or NULL
    const char *content_type;        // of a stream
    bool closes;                     // HTTP/1.0: the end of the connection is the end of the stream
    void (*begin)(struct event *ev); // once, first: writes head and tail
    void (*role)(const struct event *ev, struct buf *out);
    void (*token)(const struct event *ev, const char *text, size_t len, struct buf *out);
    void (*reasoning)(const struct event *ev, const char *text, size_t len, struct buf *out);
    // The last delta. `usage` NULL: it comes by itself, or not at all.
    void (*finish)(const struct event *ev, const char *reason, const struct event_usage *usage, struct buf *out);
    void (*usage)(const struct event *ev, const struct event_usage *usage, struct buf *out); // NULL: rides on finish
    void (*done)(const struct event *ev, struct buf *out);                                   // "[DONE]"
    void (*error)(const struct event *ev, const char *message, struct buf *out);             // in mid-stream
    void (*progress)(const struct event *ev, long total, long cached, long processed, struct buf *out);
    void (*ping)(struct buf *out);
    // The same answer as one body: its first `thought` bytes are reasoning. `reason` may be NULL.
    void (*body)(const struct event *ev, const char *text, size_t len, size_t thought, const char *reason,
                 const struct event_usage *usage, struct buf *out);
};

extern const struct wire wire_openai, wire_llamacpp, wire_ollama, wire_vllm, wire_mlx, wire_lmstudio, wire_koboldcpp,
    wire_sglang;

void event_init(struct event *ev, uint64_t id, const char *model);
void event_release(struct event *ev);
void event_escape(const char *text, size_t len, struct buf *out); // a JSON string's inside
// The same as Python writes it: in ASCII, with pairs of surrogates.
void event_escape_ascii(const char *text, size_t len, struct buf *out);

#endif
