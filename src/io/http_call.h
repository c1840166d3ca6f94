// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One call of the HTTP client, as its files share it:
//
//   http.c          the client: calls begin, are driven by the loop, end and are cancelled
//   http_request.c  what goes out: curl's handle, set up from the caller's request
//   http_reply.c    what comes in: headers and body while they arrive, and what the end of it all means
//
// Only http.c changes `state`, and only it knows the other calls. The callbacks of the other two run inside curl.
#ifndef IO_HTTP_CALL_H
#define IO_HTTP_CALL_H

#include "io/http.h"

#include <curl/curl.h>

enum call_state { CALL_QUEUED, CALL_RUNNING, CALL_CANCELLED, CALL_OVER };

struct http_call {
    struct http_call *next;
    struct http *http;
    CURL *easy;
    struct curl_slist *headers;
    const struct http_events *events;
    void *arg;
    enum call_state state;
    char *body;
    size_t body_len, body_sent;
    size_t body_max, body_got, headers_got;
    int status; // of the final reply; 0 until its headers are complete
    bool too_big, stopped;
    int64_t retry_after_ms;
    bool retry_after_exact; // from retry-after-ms, which says it better than retry-after
    char server[64];
    char text[CURL_ERROR_SIZE];
};

// A new handle for the request, of which nothing is kept but copies. Nothing is sent yet.
void http_request_set_up(struct http_call *c, const struct http_request *q);
// The handle, and what the request was made of; what may hold a key is wiped.
void http_request_release(struct http_call *c);

// The reply is taken in and handed to the caller's events.
void http_reply_set_up(struct http_call *c, size_t body_max);
// What has become of a call that curl has ended with `code`.
void http_reply_fill(struct http_reply *r, const struct http_call *c, CURLcode code);

#endif
