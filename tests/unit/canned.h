// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A server for tests, in a thread: it answers the Nth request with the Nth canned reply, whatever was asked, byte for
// byte as the test wrote it, and then keeps, closes, resets or holds the connection, or sends blanks for ever, or a NUL
// and more. One connection at a time. If the first reply begins with a path and a newline, all do, and each is for
// whoever asks for that path ("*": any).
#ifndef TESTS_CANNED_H
#define TESTS_CANNED_H

#include "base/buf.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum canned_then { CANNED_KEEP, CANNED_CLOSE, CANNED_RESET, CANNED_HOLD, CANNED_DRIP, CANNED_NUL };

struct canned_reply {
    const char *bytes;
    enum canned_then then;
    bool bytewise; // one byte per send
};

struct canned {
    int listener, port;
    const struct canned_reply *replies;
    int replies_count, requests, connections;
    struct buf last;  // the last request, head and body
    struct buf asked; // the first lines of all: "GET /v1/models HTTP/1.1\n"
    pthread_t thread;
    char url[64];
};

static bool canned_read_request(struct canned *s, int fd)
{
    char bytes[4096];
    size_t need = 0;
    for (bool first = true; first || need == 0 || s->last.len < need; first = false) {
        ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
        if (n <= 0) return false;
        if (first) buf_clear(&s->last); // not before: the test may still read it
        buf_add(&s->last, bytes, (size_t)n);
        const char *end = strstr(s->last.data, "\r\n\r\n");
        if (end == NULL || need > 0) continue;
        const char *length = strcasestr(s->last.data, "\r\ncontent-length:");
        long body = length != NULL && length < end ? strtol(length + strlen("\r\ncontent-length:"), NULL, 10) : 0;
        need = (size_t)(end - s->last.data) + 4 + (size_t)body;
    }
    return true;
}

static void canned_send(int fd, const char *bytes, bool bytewise)
{
    size_t len = strlen(bytes), step = bytewise ? 1 : len;
    for (size_t at = 0; at < len; at += step) {
        if (send(fd, bytes + at, step, MSG_NOSIGNAL) < 0) return;
    }
}

static void canned_drip(int fd)
{
    while (send(fd, " ", 1, MSG_NOSIGNAL) == 1) usleep(5000);
}

static bool canned_is_for(const struct canned *s, const struct canned_reply *r)
{
    const char *path = strchr(s->last.data, ' ');
    size_t len = strcspn(r->bytes, "\n");
    return r->bytes[0] == '*' || (path != NULL && strncmp(path + 1, r->bytes, len) == 0 && path[1 + len] == ' ');
}

static bool canned_has_path(const struct canned_reply *r)
{
    return r->bytes[0] == '/' || r->bytes[0] == '*';
}

static const struct canned_reply *canned_pick(const struct canned *s)
{
    if (s->replies_count == 0 || !canned_has_path(&s->replies[0]))
        return s->requests < s->replies_count ? &s->replies[s->requests] : NULL;
    for (int i = 0; i < s->replies_count; i++)
        if (canned_is_for(s, &s->replies[i])) return &s->replies[i];
    return NULL;
}

static bool canned_answer(struct canned *s, int fd)
{
    static const struct canned_reply none = {"HTTP/1.1 500 No More Replies\r\nContent-Length: 0\r\n\r\n",
                                             CANNED_CLOSE, false};
    const struct canned_reply *r = canned_pick(s);
    struct linger hard = {.l_onoff = 1};
    char byte;
    if (r == NULL) r = &none;
    s->requests++;
    buf_add(&s->asked, s->last.data, strcspn(s->last.data, "\r"));
    buf_addc(&s->asked, '\n');
    canned_send(fd, canned_has_path(r) ? strchr(r->bytes, '\n') + 1 : r->bytes, r->bytewise);
    if (r->then == CANNED_DRIP) canned_drip(fd);
    if (r->then == CANNED_NUL) (void)!send(fd, "\0 and more", 10, MSG_NOSIGNAL);
    if (r->then == CANNED_RESET) setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    if (r->then == CANNED_HOLD) (void)!recv(fd, &byte, 1, 0);
    return r->then == CANNED_KEEP;
}

static void *canned_run(void *arg)
{
    struct canned *s = arg;
    for (int fd; (fd = accept(s->listener, NULL, NULL)) >= 0;) {
        int on = 1;
        s->connections++;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        while (canned_read_request(s, fd) && canned_answer(s, fd)) {
        }
        close(fd);
    }
    return NULL;
}

static struct canned *canned_start(const struct canned_reply *replies, int count)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    struct canned *s = mem_calloc(1, sizeof(*s));
    s->replies = replies;
    s->replies_count = count;
    buf_init(&s->last, BUF_MAX_PROMPT);
    buf_init(&s->asked, BUF_MAX_PIECE);
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(s->listener, (struct sockaddr *)&at, len) != 0 || listen(s->listener, 16) != 0) abort();
    getsockname(s->listener, (struct sockaddr *)&at, &len);
    s->port = ntohs(at.sin_port);
    (void)snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d", s->port);
    if (pthread_create(&s->thread, NULL, canned_run, s) != 0) abort();
    return s;
}

// Every connection of the client must be closed before.
static void canned_stop(struct canned *s)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
    buf_release(&s->last);
    buf_release(&s->asked);
    free(s);
}

#endif
