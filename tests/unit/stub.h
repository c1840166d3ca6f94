// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A server for tests whose replies are made while it serves: a thread that takes one connection after the other, reads
// one request of it, lets a function answer, and closes.
#ifndef TESTS_STUB_H
#define TESTS_STUB_H

#include "canned.h"

struct stub {
    struct canned inner; // its listener, URL, and the request that was read
    void (*serve)(void *arg, int fd);
    void *arg;
};

static void *stub_run(void *arg)
{
    struct stub *s = arg;
    for (int fd; (fd = accept(s->inner.listener, NULL, NULL)) >= 0;) {
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        if (canned_read_request(&s->inner, fd)) s->serve(s->arg, fd);
        close(fd);
    }
    return NULL;
}

static void stub_start(struct stub *s, void (*serve)(void *arg, int fd), void *arg)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    memset(s, 0, sizeof(*s));
    s->serve = serve;
    s->arg = arg;
    buf_init(&s->inner.last, BUF_MAX_PROMPT);
    s->inner.listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(s->inner.listener, (struct sockaddr *)&at, len) != 0 || listen(s->inner.listener, 16) != 0) abort();
    getsockname(s->inner.listener, (struct sockaddr *)&at, &len);
    (void)snprintf(s->inner.url, sizeof(s->inner.url), "http://127.0.0.1:%d", ntohs(at.sin_port));
    if (pthread_create(&s->inner.thread, NULL, stub_run, s) != 0) abort();
}

static void stub_stop(struct stub *s)
{
    shutdown(s->inner.listener, SHUT_RDWR);
    pthread_join(s->inner.thread, NULL);
    close(s->inner.listener);
    buf_release(&s->inner.last);
}

#endif
