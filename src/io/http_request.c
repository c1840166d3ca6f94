// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What goes out. The settings hold for every request: no proxy, no redirect, no waiting for "100 Continue", only connecting
// has a limit.
//
// A request with a body is never sent twice by libcurl on its own. It would do so when a kept connection breaks
// before the first byte of the reply; but the server may be generating by then. The body is therefore fed by a
// function that cannot rewind, and the caller sees HTTP_RESET and decides.
#include "io/http_call.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { CONNECT_DEFAULT_MS = 5000, RECEIVE_BUFFER = 512 * 1024 };

// Headers may hold a key. (explicit_bzero would say it better, but macOS has none.)
static void call_wipe(char *line)
{
    for (volatile char *at = line; *at != '\0'; at++) *at = '\0';
}

void http_request_release(struct http_call *c)
{
    if (c->easy != NULL) curl_easy_cleanup(c->easy);
    for (struct curl_slist *h = c->headers; h != NULL; h = h->next) call_wipe(h->data);
    curl_slist_free_all(c->headers);
    free(c->body);
}

static size_t http_on_send(char *out, size_t size, size_t count, void *arg)
{
    struct http_call *c = arg;
    size_t room = size * count, left = c->body_len - c->body_sent;
    if (left > room) left = room;
    memcpy(out, c->body + c->body_sent, left);
    c->body_sent += left;
    return left;
}

static int http_on_rewind(void *arg, curl_off_t offset, int origin)
{
    (void)arg;
    (void)offset;
    (void)origin;
    return CURL_SEEKFUNC_FAIL;
}

static void call_add_header(struct http_call *c, const char *line)
{
    struct curl_slist *all = curl_slist_append(c->headers, line);
    if (all == NULL) abort(); // only out of memory
    c->headers = all;
}

static void call_set_headers(struct http_call *c, const struct http_request *q)
{
    if (q->body != NULL) {
        call_add_header(c, "Content-Type: application/json");
        call_add_header(c, "Expect:"); // else libcurl waits for "100 Continue" before a large body
    }
    if (q->bearer != NULL) {
        char *line = mem_printf("Authorization: Bearer %s", q->bearer);
        call_add_header(c, line);
        call_wipe(line);
        free(line);
    }
    curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->headers);
}

static void call_set_body(struct http_call *c, const struct http_request *q)
{
    if (strcmp(q->method, "POST") != 0) return;
    c->body_len = q->body != NULL ? q->body_len : 0;
    c->body = mem_alloc(c->body_len + 1);
    if (c->body_len > 0) memcpy(c->body, q->body, c->body_len);
    curl_easy_setopt(c->easy, CURLOPT_POST, 1L);
    curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->body_len);
    curl_easy_setopt(c->easy, CURLOPT_READFUNCTION, http_on_send);
    curl_easy_setopt(c->easy, CURLOPT_READDATA, c);
    curl_easy_setopt(c->easy, CURLOPT_SEEKFUNCTION, http_on_rewind);
}

static void call_set_transport(CURL *easy, int64_t connect_ms)
{
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PROXY, ""); // http_proxy of the environment would apply to 127.0.0.1 too
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect_ms > 0 ? connect_ms : CONNECT_DEFAULT_MS));
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "novelgen");
}

void http_request_set_up(struct http_call *c, const struct http_request *q)
{
    c->easy = curl_easy_init();
    if (c->easy == NULL) abort(); // only out of memory
    curl_easy_setopt(c->easy, CURLOPT_URL, q->url);
    curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
    curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->text);
    call_set_transport(c->easy, q->connect_ms);
    call_set_headers(c, q);
    call_set_body(c, q);
}
