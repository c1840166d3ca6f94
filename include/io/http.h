// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// HTTP client calls (libcurl's multi interface, driven by the loop). Never a proxy for local addresses, no redirects,
// http and https only, no decompression, NOSIGNAL, keep-alive connections reused. A call's body goes out as given; the
// reply's bytes come in pieces. Who watches over time (first byte, stall, total) is the caller: only connecting has a
// limit here. Callbacks may cancel or start calls, their own included.
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/loop.h"

struct http;
struct http_call;

enum http_outcome {
    HTTP_DONE,    // the reply ended as its framing says (or by EOF where it has none)
    HTTP_REFUSED, // no connection: refused, unreachable, name unknown
    HTTP_CONNECT_TIMEOUT,
    HTTP_RESET,   // the connection broke before a byte of the reply
    HTTP_CUT,     // it broke, or its framing was violated, within the reply
    HTTP_TOO_BIG, // headers or body beyond a ceiling
    HTTP_STOPPED, // `data` returned false
    HTTP_LOCAL,   // bad URL, TLS trust, …: waiting will not help; `text` says what
};

struct http_reply {
    enum http_outcome outcome;
    int status;             // 0: none came
    int64_t retry_after_ms; // -1: no such header; clamped to 15 minutes; both forms, also retry-after-ms
    char content_type[64];
    char server[64]; // the Server header, masked; "" if none
    char text[256];  // what went wrong, masked
};

struct http_request {
    const char *method; // "GET" or "POST"
    const char *url;
    const char *bearer; // an API key, or NULL; never logged
    const char *body;   // copied
    size_t body_len;
    int64_t connect_ms; // default 5000
    size_t body_max;    // bytes of reply; 0: unlimited (a stream; its decoder has ceilings)
};

struct http_events {
    void (*head)(void *arg, int status);                                // once, before data; may be NULL
    bool (*data)(void *arg, int status, const char *bytes, size_t len); // false stops the call
    void (*done)(void *arg, const struct http_reply *reply);            // always, last, once, unless cancelled
};

struct http *http_new(struct loop *l);
void http_free(struct http *h); // cancels what runs
struct http_call *http_start(struct http *h, const struct http_request *q, const struct http_events *events,
                             void *arg);
void http_cancel(struct http_call *c); // closes the connection; no callback follows

struct library;
void http_library(struct library *out); // see base/library.h

#endif
