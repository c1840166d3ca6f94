// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// libmicrohttpd calls `on_request` first with the headers, then with each part of the body, then once more to be
// answered. The first call is when the request arrived.
#include "sim/server.h"

#include "sim/generation.h"
#include "sim/pace.h"
#include "sim/reply.h"

#include "base/buf.h"
#include "base/mem.h"

#include <microhttpd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LISTEN_BACKLOG = 64,
    CONNECTION_BYTES = 192 * 1024, // flat out, about a third of it is one chunk of the stream
    STREAM_BLOCK_BYTES = 64 * 1024,
};

struct request {
    int64_t arrival_ns;
    struct buf body;
};

int server_listen(int *port, struct err *e)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t len = sizeof a;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0) goto fail;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&a, len) != 0 || listen(fd, LISTEN_BACKLOG) != 0) goto fail;
    if (getsockname(fd, (struct sockaddr *)&a, &len) != 0) goto fail;
    *port = ntohs(a.sin_port);
    return fd;
fail:
    err_set_errno(e, ERR_USAGE, "cannot listen on 127.0.0.1:%d", *port);
    if (fd >= 0) close(fd);
    return -1;
}

static ssize_t on_read(void *arg, uint64_t pos, char *out, size_t max)
{
    (void)pos;
    ssize_t n = generation_read(arg, out, max);
    if (n == GENERATION_EOF) return MHD_CONTENT_READER_END_OF_STREAM;
    if (n == GENERATION_CUT) return MHD_CONTENT_READER_END_WITH_ERROR;
    return n;
}

static void on_read_end(void *arg)
{
    generation_free(arg);
}

static enum MHD_Result send_stream(struct MHD_Connection *conn, struct generation *g)
{
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, on_read, g, on_read_end);
    if (!r) {
        generation_free(g);
        return MHD_NO;
    }
    MHD_add_response_header(r, "Content-Type", "text/event-stream");
    MHD_add_response_header(r, "Cache-Control", "no-cache");
    return reply_queue(conn, 200, r);
}

static enum MHD_Result send_body(struct MHD_Connection *conn, struct generation *g)
{
    struct buf body;
    enum MHD_Result result = MHD_NO;
    buf_init(&body, BUF_MAX_REPLY);
    if (generation_body(g, &body))
        result = reply_text(conn, 200, "application/json; charset=utf-8", body.data, body.len);
    buf_release(&body);
    generation_free(g);
    return result;
}

static enum MHD_Result send_generation(struct sim *sim, struct MHD_Connection *conn, struct request *rq)
{
    struct err e = ERR_INIT;
    int fd = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    struct generation *g = generation_new(sim, fd, rq->body.data, rq->body.len, rq->arrival_ns, &e);
    if (!g) return reply_error(conn, 400, "invalid_request_error", e.text);
    const struct fault *f = generation_fault(g);
    if (f && f->kind == FAULT_DELAY && !pace_wait(fd, pace_now_ns() + f->ms * PACE_MS_NS)) {
        generation_free(g);
        return MHD_NO;
    }
    bool refused = f && f->kind == FAULT_STATUS;
    long overflow = generation_overflow_tokens(g);
    if (!refused && !overflow) return generation_streams(g) ? send_stream(conn, g) : send_body(conn, g);
    generation_refuse(g);
    enum MHD_Result result =
        refused ? reply_fault(conn, f) : reply_context_exceeded(conn, overflow, sim->options->ctx_tokens);
    generation_free(g);
    return result;
}

static enum MHD_Result send_slots(struct sim *sim, struct MHD_Connection *conn)
{
    pthread_mutex_lock(&sim->lock);
    bool busy = account_busy(&sim->account, pace_now_ns());
    pthread_mutex_unlock(&sim->lock);
    return reply_slots(conn, sim->options, busy);
}

static enum MHD_Result send_account(struct sim *sim, struct MHD_Connection *conn, bool reset)
{
    pthread_mutex_lock(&sim->lock);
    json_t *j = account_json(&sim->account);
    if (reset) account_reset(&sim->account);
    pthread_mutex_unlock(&sim->lock);
    return reply_json(conn, 200, j);
}

static enum MHD_Result route_other(struct sim *sim, struct MHD_Connection *conn, const char *method, const char *path,
                                   const struct request *rq)
{
    const struct sim_options *o = sim->options;
    bool get = strcmp(method, "GET") == 0, generic = o->habits.no_prefill;
    pthread_mutex_lock(&sim->lock);
    sim->account.other_requests++;
    pthread_mutex_unlock(&sim->lock);
    if (get && strcmp(path, "/health") == 0) return reply_json(conn, 200, json_pack("{s:s}", "status", "ok"));
    if (get && strcmp(path, "/v1/models") == 0) return reply_models(conn, o);
    if (get && strcmp(path, "/props") == 0 && !generic) return reply_props(conn, o);
    if (get && strcmp(path, "/slots") == 0 && !o->no_slots) return send_slots(sim, conn);
    if (!get && strcmp(path, "/tokenize") == 0) return reply_tokens(conn, rq->body.data, rq->body.len);
    return reply_error(conn, 404, "not_found_error", "File Not Found");
}

static enum MHD_Result route(struct sim *sim, struct MHD_Connection *conn, const char *method, const char *path,
                             struct request *rq)
{
    bool post = strcmp(method, "POST") == 0;
    if (rq->body.full) return reply_error(conn, 413, "invalid_request_error", "the request is too large");
    if (post && strcmp(path, "/v1/chat/completions") == 0) return send_generation(sim, conn, rq);
    if (!post && strcmp(path, "/_account") == 0) return send_account(sim, conn, false);
    if (post && strcmp(path, "/_account/reset") == 0) return send_account(sim, conn, true);
    return route_other(sim, conn, method, path, rq);
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *conn, const char *path, const char *method,
                                  const char *version, const char *upload, size_t *upload_len, void **state)
{
    struct request *rq = *state;
    (void)version;
    if (!rq) {
        *state = rq = mem_calloc(1, sizeof *rq);
        rq->arrival_ns = pace_now_ns();
        buf_init(&rq->body, BUF_MAX_PROMPT);
        return MHD_YES;
    }
    if (*upload_len) {
        buf_add(&rq->body, upload, *upload_len);
        *upload_len = 0;
        return MHD_YES;
    }
    return route(arg, conn, method, path, rq);
}

static void on_completed(void *arg, struct MHD_Connection *conn, void **state, enum MHD_RequestTerminationCode code)
{
    struct request *rq = *state;
    (void)arg, (void)conn, (void)code;
    if (!rq) return;
    buf_release(&rq->body);
    free(rq);
    *state = NULL;
}

bool server_start(struct sim *sim, int listen_fd, struct err *e)
{
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
    int on = 1;
    // Inherited by what is accepted: a paced token is not held back for the next one.
    setsockopt(listen_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct MHD_Daemon *d = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, sim, MHD_OPTION_LISTEN_SOCKET, listen_fd, MHD_OPTION_NOTIFY_COMPLETED,
        on_completed, NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
    return d || err_set(e, ERR_INTERNAL, "cannot start the HTTP server");
}
