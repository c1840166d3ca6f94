// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One generation: one streamed POST /v1/chat/completions, from the request to its classified end.
//
// It owns the HTTP call, the decoder, and the watchdog's timers: first token (from the request's start until the first
// text), stall (between pieces of text; comments and pings are no text), total. Text is handed on as it arrives, only
// whole UTF-8 characters. An answer counts as ended only with finish_reason and no error frame; neither HTTP 200 nor
// EOF nor [DONE] proves it. After finish_reason the usage frame is awaited until the reply ends or 2 s pass.
// Reasoning fields are no text (counted in `reasoning_bytes`).
#ifndef BACKEND_GENERATION_H
#define BACKEND_GENERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/http.h"
#include "io/loop.h"
#include "model/failure.h"
#include "model/spec.h"

enum gen_role { GEN_USER, GEN_ASSISTANT };

struct gen_message {
    enum gen_role role;
    const char *text; // UTF-8; not copied beyond gen_start
    size_t len;
};

struct gen_request {
    const char *url;    // base, "http://127.0.0.1:8080"; a trailing "/" or "/v1" is fine
    const char *bearer; // or NULL
    const char *model;  // or NULL: the field is left out
    const struct gen_message *messages;
    size_t messages_count;
    bool prefill;   // the last message is the assistant's and is to be continued
    int max_tokens; // always sent
    int64_t seed;   // -1: not sent
    const struct sampling *sampling;
    const char *schema_name, *schema; // JSON Schema that the answer must follow, or NULL
    const char *const *dry_breakers;  // with sampling->dry_multiplier: texts that end a repetition; NULL-terminated, or NULL
    int64_t connect_ms, first_token_ms, stall_ms, total_ms;
};

enum { GEN_TEXT_MAX = 1024 * 1024 }; // bytes of one answer; more is FAIL_TOO_BIG

struct gen_result {
    enum failure failure; // FAIL_NONE: a proper end
    bool cut_by_limit;    // finish_reason "length", or completion_tokens reached max_tokens
    char finish[24];      // as sent; "" if none came
    int http_status;
    int64_t prompt_tokens, cached_tokens, output_tokens; // -1: not reported
    int64_t first_token_ms, total_ms;                    // since the start; first -1: no text came
    int64_t text_bytes, reasoning_bytes;
    int64_t retry_after_ms; // -1
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

#endif
