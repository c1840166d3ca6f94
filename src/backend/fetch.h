// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One small request whose whole body is read, within a time and up to a size: what the questions to a server are made
// of, as opposed to its generations.
#ifndef BACKEND_FETCH_H
#define BACKEND_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/http.h"
#include "io/loop.h"
#include "model/failure.h"

struct fetch_request {
    const char *url;    // of the server, as the user gave it
    const char *path;   // from the server's root
    const char *bearer; // or NULL
    const char *body;   // NULL: GET; else POST
    size_t body_len;
    size_t reply_max;   // bytes of the reply; what is longer is cut there, and the connection closed
    int64_t limit_ms;   // in all; 0: none
    int64_t connect_ms; // 0: the client's own
};

struct fetch_reply {
    enum failure failure; // FAIL_NONE: a reply came, whatever its status
    bool late;            // FAIL_CONNECT_TIMEOUT because limit_ms passed
    int status;
    const char *body; // NUL-terminated; valid during the callback, as all of this
    size_t len;
    bool cut;            // there was more of it
    const char *server;  // the Server header, "" if none
    const char *message; // of a failure, masked; "" if there are no words
};

static inline bool fetch_ok(const struct fetch_reply *r)
{
    return r->failure == FAIL_NONE && r->status >= 200 && r->status < 300;
}

struct fetch;
// The callback comes once, from the loop; the fetch is gone afterwards.
struct fetch *fetch_start(struct loop *l, struct http *h, const struct fetch_request *q,
                          void (*done)(void *arg, const struct fetch_reply *r), void *arg);
void fetch_cancel(struct fetch *f); // NULL is fine

#endif
