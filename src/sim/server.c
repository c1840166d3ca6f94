// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// libmicrohttpd calls `on_request` first with the headers, then with each part of the body, then once more to be
// answered. The first call is when the request arrived.
#include "sim/server.h"

#include "sim/chatml.h"
#include "sim/dialect.h"
#include "sim/generation.h"
#include "sim/model.h"
#include "sim/outage.h"
#include "sim/pace.h"
#include "sim/refusal.h"
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

int server_port(int listen_fd)
{
    struct sockaddr_in a = {0};
    socklen_t len = sizeof a;
    return getsockname(listen_fd, (struct sockaddr *)&a, &len) == 0 ? ntohs(a.sin_port) : 0;
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

static enum MHD_Result send_stream(const struct exchange *x, struct generation *g)
{
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, on_read, g, on_read_end);
    if (!r) {
        generation_free(g);
        return MHD_NO;
    }
    MHD_add_response_header(r, "Content-Type", x->sim->dialect->wire->content_type);
    MHD_add_response_header(r, "Cache-Control", "no-cache");
    if (generation_ends_with_connection(g))
        MHD_set_response_options(r, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT | MHD_RF_HTTP_1_0_SERVER, MHD_RO_END);
    return reply_queue(x, 200, r);
}

static enum MHD_Result send_body(const struct exchange *x, struct generation *g)
{
    struct buf body;
    enum MHD_Result result = MHD_NO;
    buf_init(&body, BUF_MAX_REPLY);
    if (generation_body(g, &body))
        result = reply_text(x, 200, "application/json; charset=utf-8", body.data, body.len);
    buf_release(&body);
    generation_free(g);
    return result;
}

static enum MHD_Result send_generation(const struct exchange *x, struct ask *ask)
{
    struct refusal why;
    struct generation *g = generation_new(x->sim, x->fd, ask, x->arrival_ns);
    enum MHD_Result result = MHD_NO; // the connection ends without a byte
    if (generation_wait(g)) {
        if (!generation_refuse(g, &why)) return generation_streams(g) ? send_stream(x, g) : send_body(x, g);
        result = refusal_send(x, &why);
    }
    generation_free(g);
    return result;
}

// 400, in the dialect's words, for a field that the options name.
static bool refuse_field(const struct exchange *x, const struct ask_style *style, const struct ask *ask,
                         enum MHD_Result *result)
{
    const struct dialect *d = x->sim->dialect;
    const char *list = x->sim->options->refuse_params, *name;
    size_t len, before = strcspn(d->refused_field, "#");
    while ((name = model_next(&list, &len))) {
        if (!ask_has(ask, style, name, len)) continue;
        char *words =
            mem_printf("%.*s%.*s%s", (int)before, d->refused_field, (int)len, name, d->refused_field + before + 1);
        *result = reply_error(x, d->refused_status, "invalid_request_error", words);
        free(words);
        return true;
    }
    return false;
}

// What comes before anything is generated, and in place of it.
static bool answer_instead(const struct exchange *x, const struct ask_style *style, const struct ask *ask,
                           enum MHD_Result *result)
{
    const struct dialect *d = x->sim->dialect;
    if (refuse_field(x, style, ask, result)) return true;
    switch (model_ready(x->sim, x->fd, ask)) {
    case MODEL_UNKNOWN:
        *result = refusal_unknown_model(x, ask->model);
        return true;
    case MODEL_NOT_YET:
        *result = reply_error(x, 503, "unavailable_error", "Loading model");
        return true;
    case MODEL_LEFT:
        *result = MHD_NO;
        return true;
    case MODEL_READY:
        break;
    }
    return d->instead && d->instead(x, ask, result);
}

static enum MHD_Result take_generation(const struct exchange *x, const struct ask_style *style)
{
    const char *reopen = x->sim->options->rerender ? chatml_thought : "";
    struct err e = ERR_INIT;
    struct ask ask;
    enum MHD_Result result;
    if (!ask_parse(&ask, style, reopen, x->body.data, x->body.len, &e))
        result = reply_error(x, 400, "invalid_request_error", e.text);
    else if (!answer_instead(x, style, &ask, &result))
        result = send_generation(x, &ask);
    ask_release(&ask);
    return result;
}

static enum MHD_Result send_account(const struct exchange *x, bool reset)
{
    pthread_mutex_lock(&x->sim->lock);
    json_t *j = account_json(&x->sim->account);
    if (reset) account_reset(&x->sim->account);
    pthread_mutex_unlock(&x->sim->lock);
    return reply_json(x, 200, j);
}

// {"tokens_per_s": N}, from now on: a test meets a slow book in its middle, and need not wait for its end.
static enum MHD_Result set_rate(const struct exchange *x)
{
    json_t *root = json_loadb(x->body.data, x->body.len, 0, NULL);
    x->sim->tokens_per_s = json_number_value(json_object_get(root, "tokens_per_s"));
    json_decref(root);
    return reply_text(x, 200, "text/plain", "", 0);
}

static const struct route *find_route(const struct dialect *d, const char *method, const char *path)
{
    for (const struct route *r = d->routes; r->path; r++)
        if (strcmp(r->path, path) == 0 && strcmp(r->method, method) == 0) return r;
    return NULL;
}

static enum MHD_Result answer(const struct exchange *x)
{
    const struct dialect *d = x->sim->dialect;
    if (x->body.full) return reply_error(x, 413, "invalid_request_error", "the request is too large");
    if (strcmp(x->path, "/_account") == 0) return send_account(x, false);
    if (strcmp(x->path, "/_account/reset") == 0) return send_account(x, true);
    if (strcmp(x->path, "/_rate") == 0) return set_rate(x);
    const struct route *r = find_route(d, x->method, x->path);
    if (r && r->style) return take_generation(x, r->style);
    pthread_mutex_lock(&x->sim->lock);
    x->sim->account.other_requests++;
    pthread_mutex_unlock(&x->sim->lock);
    if (outage_hangs(x->sim, x->path)) {
        (void)pace_wait(x->fd, INT64_MAX);
        return MHD_NO;
    }
    // Of its routes only the list of models answers while a model is loaded.
    if (d->models == MODEL_LOADING && !strstr(x->path, "/models") && model_is_loading(x->sim))
        return reply_error(x, 503, "unavailable_error", "Loading model");
    if (r) return r->answer(x);
    return d->not_found ? d->not_found(x) : reply_error(x, 404, "not_found_error", "File Not Found");
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *conn, const char *path, const char *method,
                                  const char *version, const char *upload, size_t *upload_len, void **state)
{
    struct exchange *x = *state;
    (void)version;
    if (!x) {
        *state = x = mem_calloc(1, sizeof *x);
        *x = (struct exchange){.sim = arg, .conn = conn};
        x->arrival_ns = pace_now_ns();
        x->fd = MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        buf_init(&x->body, BUF_MAX_PROMPT);
        return MHD_YES;
    }
    if (*upload_len) {
        buf_add(&x->body, upload, *upload_len);
        *upload_len = 0;
        return MHD_YES;
    }
    x->method = method;
    x->path = path;
    return answer(x);
}

static void on_completed(void *arg, struct MHD_Connection *conn, void **state, enum MHD_RequestTerminationCode code)
{
    struct exchange *x = *state;
    (void)arg, (void)conn, (void)code;
    if (!x) return;
    buf_release(&x->body);
    free(x);
    *state = NULL;
}

bool server_start(struct sim *sim, int listen_fd, struct err *e)
{
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
    int on = 1;
    // Inherited by what is accepted: a paced token is not held back for the next one.
    setsockopt(listen_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sim->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, sim, MHD_OPTION_LISTEN_SOCKET, listen_fd,
                                   MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                                   MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_END);
    return sim->daemon || err_set(e, ERR_INTERNAL, "cannot start the HTTP server");
}
