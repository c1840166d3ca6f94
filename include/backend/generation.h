// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One generation: one streamed request to a server, in its dialect, from the request to its classified end.
//
// It owns the HTTP call, the decoder, and the watchdog's timers. First token: from the request's start, or from the
// last progress of the prompt that the server told, until the first text or thought. Stall: between pieces of either.
// Silence: between any bytes, where the server is known to send signs of life. Total. Pings and comments are no
// content: where they go on without any, the end is FAIL_WEDGED. Thinking is content, but no text. Text is handed on as
// it arrives, only whole UTF-8 characters; half ones become U+FFFD. An answer counts as ended only with the dialect's
// own end (finish_reason, done:true) and no error; neither HTTP 200 nor EOF nor [DONE] proves it. After that the usage
// is awaited until the reply ends or 2 s pass.
#ifndef BACKEND_GENERATION_H
#define BACKEND_GENERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/http.h"
#include "io/loop.h"
#include "model/dialects.h"
#include "model/failure.h"
#include "model/param.h"
#include "model/spec.h"

enum gen_role { GEN_USER, GEN_ASSISTANT };

struct gen_message {
    enum gen_role role;
    const char *text; // UTF-8; not copied beyond gen_start
    size_t len;
};

// How a chat template dresses a conversation that alternates and begins with the user:
//   before U1 open A1 glue U2 open A2 glue … U open [A…]
// With it a conversation is sent as one raw text that only grows, whatever the template does to past turns, and a
// partial answer is continued by appending it. Found out by backend/render.h.
struct gen_template {
    char *before, *open, *glue;
    bool reopens; // the server's own rendering lacks a part of `open` before past answers, and so reads them anew
};

struct gen_request {
    enum dialect_kind dialect;
    const char *url;    // base, "http://127.0.0.1:8080"; a trailing "/" or "/v1" is fine
    const char *bearer; // or NULL
    const char *model;  // or NULL: the field is left out
    const struct gen_message *messages;
    size_t messages_count;
    const struct gen_template *raw; // sent as one raw text by the dialect's completion route; NULL: as a chat
    bool prefill;                   // the last message is the assistant's and is to be continued
    int max_tokens;                 // always sent
    int64_t seed;                   // -1: not sent
    const struct sampling *sampling;
    const char *schema_name, *schema; // JSON Schema that the answer must follow, or NULL
    const char *const
        *dry_breakers;      // with sampling->dry_multiplier: texts that end a repetition; NULL-terminated, or NULL
    int n_ctx_tokens;       // Ollama's num_ctx, always the same; 0: not sent
    int slot;               // pinned where the dialect can (llama.cpp's id_slot); -1: not
    bool thinking_off;      // by all switches that the dialect has
    bool reasoning_is_text; // this server hides the answer in the field for reasoning
    param_set without;      // what this server refuses: not sent
    int64_t connect_ms, first_token_ms, stall_ms, total_ms; // 0: no limit
    int64_t silence_ms; // no byte at all, once the reply has begun; 0: no limit of its own
};

enum { GEN_TEXT_MAX = 1024 * 1024 }; // bytes of one answer; more is FAIL_TOO_BIG

struct gen_result {
    enum failure failure; // FAIL_NONE: a proper end
    bool cut_by_limit;    // finish_reason "length", or completion_tokens reached max_tokens
    char finish[24];      // as sent; "" if none came
    int http_status;
    int64_t prompt_tokens, cached_tokens, output_tokens; // -1: not reported
    int64_t first_token_ms, total_ms;                    // since the start; first -1: no text came
    int64_t prompt_ms, output_ms;                        // by the server's own clock; -1: not reported
    int64_t text_bytes, reasoning_bytes;
    int64_t retry_after_ms; // -1
    int n_ctx_tokens;       // FAIL_CONTEXT: what the server says it has; 0: it does not say
    param_set refused;      // FAIL_PARAM: the parameters that its message names; 0: none in particular
    bool pings;             // signs of life came that are neither text nor thought
    bool prompt_cut;        // the server itself says that it cut the prompt (llama.cpp's "truncated")
    char message[400];      // the server's or the system's own words, masked
};

struct gen_events {
    void (*text)(void *arg, const char *bytes, size_t len);  // whole characters
    void (*end)(void *arg, const struct gen_result *result); // once; the generation is gone afterwards
};

struct generation;
struct generation *gen_start(struct loop *l, struct http *h, const struct gen_request *q,
                             const struct gen_events *events, void *arg);
void gen_cancel(struct generation *g); // closes the connection; no event follows

// What a dialect has a field for. What is left out of it is not sent.
param_set gen_params(enum dialect_kind d);
// Whether a raw text can be sent (and so a template be found).
bool gen_has_raw(enum dialect_kind d);

#endif
