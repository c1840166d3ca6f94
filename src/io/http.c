// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The client of include/io/http.h: calls by libcurl's multi interface, in the shape that an event loop wants
// (curl_multi_socket_action).
//
//   loop ──descriptor or timer──▶ http_drive ──▶ curl ──▶ http_reply.c ──▶ events->head, data
//                                     │
//                                     └─▶ http_settle ──▶ events->done      (curl is off the stack)
//
// libcurl forbids to add or remove a call from inside its own callbacks, and ours may want just that. So what is
// asked for while `in_curl` is only noted (CALL_QUEUED, CALL_CANCELLED), and http_settle does it as soon as curl has
// returned. `done` is called from there too, after the connection went back to the pool: a call started in it
// leaves at once, on the same connection.
#include "io/http_call.h"

#include "base/library.h"
#include "base/mem.h"

#include <stdlib.h>

struct http_socket {
    struct http_socket *next;
    struct http *http;
    int fd;
    struct watch *watch;
};

struct http {
    struct loop *loop;
    CURLM *multi;
    struct timer *timer;
    struct http_socket *sockets;
    struct http_call *calls;
    bool in_curl;
    int busy;   // depth of http_drive on the stack
    bool dying; // http_free was called meanwhile
};

// ---- calls: their life -------------------------------------------------------------------------------------------

static void call_unlink(struct http_call *c)
{
    struct http_call **at = &c->http->calls;
    while (*at != c) at = &(*at)->next;
    *at = c->next;
}

static void call_free(struct http_call *c)
{
    http_request_release(c);
    free(c);
}

// The handle leaves the multi (which closes the connection of an unfinished call), the call leaves our list.
static void call_detach(struct http_call *c)
{
    if (c->state != CALL_QUEUED) {
        c->http->in_curl = true;
        curl_multi_remove_handle(c->http->multi, c->easy);
        c->http->in_curl = false;
    }
    call_unlink(c);
    c->state = CALL_OVER;
}

static void call_begin(struct http_call *c)
{
    c->state = CALL_RUNNING;
    c->http->in_curl = true;
    curl_multi_add_handle(c->http->multi, c->easy);
    c->http->in_curl = false;
}

void http_cancel(struct http_call *c)
{
    if (c == NULL || c->state == CALL_OVER || c->state == CALL_CANCELLED) return;
    if (c->http->in_curl && c->state == CALL_RUNNING) {
        c->state = CALL_CANCELLED;
        return;
    }
    call_detach(c);
    call_free(c);
}

// ---- driving curl ------------------------------------------------------------------------------------------------

static void http_finish(struct http_call *c, CURLcode code)
{
    struct http_reply reply;
    http_reply_fill(&reply, c, code);
    call_detach(c);
    c->events->done(c->arg, &reply);
    call_free(c);
}

static void http_sweep_cancelled(struct http *h)
{
    for (struct http_call *c = h->calls, *next; c != NULL; c = next) {
        next = c->next;
        if (c->state != CALL_CANCELLED) continue;
        call_detach(c);
        call_free(c);
    }
}

static struct http_call *http_next_finished(struct http *h, CURLcode *code)
{
    int left = 0;
    for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left)) != NULL;) {
        if (m->msg != CURLMSG_DONE) continue;
        char *call = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &call);
        *code = m->data.result;
        return (struct http_call *)(void *)call;
    }
    return NULL;
}

static void http_begin_queued(struct http *h)
{
    for (struct http_call *c = h->calls; c != NULL; c = c->next) {
        // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was freed has left the list before
        if (c->state == CALL_QUEUED) call_begin(c);
    }
}

static void http_settle(struct http *h)
{
    CURLcode code = CURLE_OK;
    http_sweep_cancelled(h);
    for (struct http_call *c; (c = http_next_finished(h, &code)) != NULL;) http_finish(c, code);
    if (!h->dying) http_begin_queued(h);
}

static void http_destroy(struct http *h);

static void http_drive(struct http *h, curl_socket_t fd, int events)
{
    int running = 0;
    h->busy++;
    h->in_curl = true;
    curl_multi_socket_action(h->multi, fd, events, &running);
    h->in_curl = false;
    http_settle(h);
    h->busy--;
    if (h->dying && h->busy == 0) http_destroy(h);
}

static void http_on_timer(void *arg)
{
    http_drive(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int http_set_timer(CURLM *multi, long ms, void *arg)
{
    (void)multi;
    struct http *h = arg;
    if (ms < 0) {
        timer_stop(h->timer);
    } else {
        timer_set(h->timer, ms);
    }
    return 0;
}

static void http_on_ready(void *arg, int events)
{
    struct http_socket *s = arg;
    http_drive(s->http, s->fd,
               ((events & WATCH_READ) ? CURL_CSELECT_IN : 0) | ((events & WATCH_WRITE) ? CURL_CSELECT_OUT : 0));
}

static void http_socket_free(struct http_socket *s)
{
    struct http_socket **at = &s->http->sockets;
    while (*at != s) at = &(*at)->next;
    *at = s->next;
    watch_free(s->watch);
    free(s);
}

static int http_set_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    (void)easy;
    struct http *h = arg;
    struct http_socket *s = socket_arg;
    if (what == CURL_POLL_REMOVE) {
        if (s != NULL) http_socket_free(s);
        return 0;
    }
    int events = ((what & CURL_POLL_IN) ? WATCH_READ : 0) | ((what & CURL_POLL_OUT) ? WATCH_WRITE : 0);
    if (s != NULL) {
        watch_change(s->watch, events);
        return 0;
    }
    s = mem_calloc(1, sizeof(*s));
    *s = (struct http_socket){.next = h->sockets, .http = h, .fd = fd};
    s->watch = watch_new(h->loop, fd, events, http_on_ready, s);
    h->sockets = s;
    curl_multi_assign(h->multi, fd, s);
    return 0;
}

// ---- the client --------------------------------------------------------------------------------------------------

struct http *http_new(struct loop *l)
{
    struct http *h = mem_calloc(1, sizeof(*h));
    curl_global_init(CURL_GLOBAL_DEFAULT); // counted by libcurl: every client may call it
    h->loop = l;
    h->multi = curl_multi_init();
    if (h->multi == NULL) abort(); // only out of memory
    h->timer = timer_new(l, http_on_timer, h);
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, http_set_socket);
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, http_set_timer);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
    return h;
}

static void http_destroy(struct http *h)
{
    curl_multi_cleanup(h->multi);
    for (struct http_socket *s = h->sockets, *next; s != NULL; s = next) {
        next = s->next;
        watch_free(s->watch);
        free(s);
    }
    timer_free(h->timer);
    curl_global_cleanup();
    free(h);
}

void http_free(struct http *h)
{
    if (h == NULL || h->dying) return;
    for (struct http_call *c = h->calls, *next; c != NULL; c = next) {
        next = c->next;
        http_cancel(c);
    }
    h->dying = true;
    if (h->busy == 0) http_destroy(h);
}

struct http_call *http_start(struct http *h, const struct http_request *q, const struct http_events *events,
                             void *arg)
{
    struct http_call *c = mem_calloc(1, sizeof(*c));
    *c = (struct http_call){.next = h->calls, .http = h, .events = events, .arg = arg, .state = CALL_QUEUED};
    http_request_set_up(c, q);
    http_reply_set_up(c, q->body_max);
    h->calls = c;
    if (!h->in_curl) call_begin(c);
    return c;
}

void http_library(struct library *out)
{
    library_set(out, "libcurl", LIBCURL_VERSION, curl_version_info(CURLVERSION_NOW)->version);
}
