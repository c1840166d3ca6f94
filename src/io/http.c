// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// HTTP calls by libcurl's multi interface, in the shape that an event loop wants (curl_multi_socket_action).
//
//   loop ──descriptor or timer──▶ http_drive ──▶ curl ──▶ http_on_body ──▶ events->data
//                                     │
//                                     └─▶ http_settle ──▶ events->done      (curl is off the stack)
//
// libcurl forbids to add or remove a call from inside its own callbacks, and ours may want just that. So what is
// asked for while `in_curl` is only noted (CALL_QUEUED, CALL_CANCELLED), and http_settle does it as soon as curl has
// returned. `done` is called from there too, after the connection went back to the pool: a call started in it
// leaves at once, on the same connection.
//
// A request with a body is never sent twice by libcurl on its own. It would do so when a kept connection breaks
// before the first byte of the reply; but the server may be generating by then. The body is therefore fed by a
// function that cannot rewind, and the caller sees HTTP_RESET and decides.
#include "io/http.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/library.h"
#include "base/log.h"
#include "base/mem.h"

#include <curl/curl.h>

#include <math.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CONNECT_DEFAULT_MS = 5000,
    HEADERS_MAX = 256 * 1024, // bytes of header lines in one reply
    RECEIVE_BUFFER = 512 * 1024,
    RETRY_AFTER_MAX_MS = 15 * 60 * 1000,
};

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
    while (*at != NULL && *at != c) at = &(*at)->next;
    if (*at == c) *at = c->next;
}

// Headers may hold a key. (explicit_bzero would say it better, but macOS has none.)
static void call_wipe(char *line)
{
    for (volatile char *at = line; *at != '\0'; at++) *at = '\0';
}

static void call_free(struct http_call *c)
{
    if (c->easy != NULL) curl_easy_cleanup(c->easy);
    for (struct curl_slist *h = c->headers; h != NULL; h = h->next) call_wipe(h->data);
    curl_slist_free_all(c->headers);
    free(c->body);
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

// ---- the reply's pieces, called by curl --------------------------------------------------------------------------

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

static int64_t http_clamp_ms(double ms)
{
    if (isnan(ms) || ms <= 0) return 0;
    return ms < RETRY_AFTER_MAX_MS ? (int64_t)ms : RETRY_AFTER_MAX_MS;
}

// "6m0s", "1h2m", "900ms"; -1: no duration.
static int64_t http_duration_ms(const char *value)
{
    static const struct {
        const char *name;
        double ms;
    } units[] = {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}};
    double ms = 0;
    do {
        char *unit = NULL;
        double count = strtod(value, &unit);
        size_t i = 0;
        while (i < ARRAY_LEN(units) && strncmp(unit, units[i].name, strlen(units[i].name)) != 0) i++;
        if (unit == value || i == ARRAY_LEN(units)) return -1;
        ms += count * units[i].ms;
        value = unit + strlen(units[i].name);
    } while (*value != '\0');
    return http_clamp_ms(ms);
}

// "120", "1.5", a duration, or a date; -1: none of them.
static int64_t http_retry_after_ms(const char *value)
{
    char *end = NULL;
    double seconds = strtod(value, &end);
    if (end != value && *end == '\0') return http_clamp_ms(seconds * 1000);
    int64_t duration_ms = http_duration_ms(value);
    if (duration_ms >= 0) return duration_ms;
    time_t date = curl_getdate(value, NULL);
    return date < 0 ? -1 : http_clamp_ms((double)date * 1000 - (double)clock_wall_ms());
}

// The value of a header line, without the blanks around it; NULL: the line is another header.
static char *http_header_value(const char *line, size_t len, const char *name)
{
    size_t skip = strlen(name);
    if (len <= skip || strncasecmp(line, name, skip) != 0 || line[skip] != ':') return NULL;
    skip++;
    while (skip < len && (line[skip] == ' ' || line[skip] == '\t')) skip++;
    while (len > skip && strchr(" \t\r\n", line[len - 1]) != NULL) len--;
    return mem_strndup(line + skip, len - skip);
}

static void http_take_retry_after(struct http_call *c, const char *value)
{
    if (!c->retry_after_exact) c->retry_after_ms = http_retry_after_ms(value);
}

static void http_take_retry_after_ms(struct http_call *c, const char *value)
{
    c->retry_after_ms = http_clamp_ms(strtod(value, NULL));
    c->retry_after_exact = true;
}

static void http_take_server(struct http_call *c, const char *value)
{
    log_mask(c->server, sizeof(c->server), value);
}

static void http_read_header(struct http_call *c, const char *line, size_t len)
{
    static const struct {
        const char *name;
        void (*take)(struct http_call *c, const char *value);
    } headers[] = {
        {"retry-after", http_take_retry_after},
        {"retry-after-ms", http_take_retry_after_ms},
        {"server", http_take_server},
    };
    for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
        char *value = http_header_value(line, len, headers[i].name);
        if (value == NULL) continue;
        headers[i].take(c, value);
        free(value);
        return;
    }
}

static size_t http_on_header(char *line, size_t size, size_t count, void *arg)
{
    struct http_call *c = arg;
    size_t len = size * count;
    if (c->state != CALL_RUNNING) return 0;
    c->headers_got += len;
    if (c->headers_got > HEADERS_MAX) {
        c->too_big = true;
        return 0;
    }
    http_read_header(c, line, len);
    bool last = len <= 2 && (line[0] == '\r' || line[0] == '\n');
    if (!last || c->status != 0) return len; // a trailer follows the body and changes nothing
    long status = 0;
    curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) return len; // "100 Continue": the real reply follows
    c->status = (int)status;
    if (c->events->head != NULL) c->events->head(c->arg, c->status);
    return c->state == CALL_RUNNING ? len : 0;
}

static size_t http_on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_call *c = arg;
    size_t len = size * count;
    if (c->state != CALL_RUNNING) return 0;
    c->body_got += len;
    if (c->body_max > 0 && c->body_got > c->body_max) {
        c->too_big = true;
        return 0;
    }
    if (!c->events->data(c->arg, c->status, bytes, len)) c->stopped = true;
    return c->state == CALL_RUNNING && !c->stopped ? len : 0;
}

// ---- the end of a call -------------------------------------------------------------------------------------------

// A proxy that closes at once what it has just accepted looks like a refusal, but somebody listens.
static bool http_was_accepted(const struct http_call *c)
{
    long why = 0;
    return curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &why) == CURLE_OK && why == ECONNRESET;
}

static enum http_outcome http_outcome_of(const struct http_call *c, CURLcode code)
{
    if (c->too_big) return HTTP_TOO_BIG;
    if (c->stopped) return HTTP_STOPPED;
    bool began = c->headers_got > 0;
    switch (code) {
    case CURLE_OK:
        return c->status != 0 ? HTTP_DONE : HTTP_CUT; // libcurl lets a head end anywhere
    case CURLE_COULDNT_RESOLVE_HOST:
        return HTTP_REFUSED;
    case CURLE_COULDNT_CONNECT:
        return http_was_accepted(c) ? HTTP_RESET : HTTP_REFUSED;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_CONNECT_TIMEOUT; // connecting is all that libcurl has a limit for here
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
        return began ? HTTP_CUT : HTTP_RESET;
    case CURLE_PARTIAL_FILE:
    case CURLE_WEIRD_SERVER_REPLY:
        return HTTP_CUT;
    case CURLE_UNSUPPORTED_PROTOCOL: {
        // Either our URL's scheme, or a reply that does not begin as HTTP: then there was a connection.
        char *peer = NULL;
        curl_easy_getinfo(c->easy, CURLINFO_PRIMARY_IP, &peer);
        return peer != NULL && *peer != '\0' ? HTTP_CUT : HTTP_LOCAL;
    }
    default:
        return HTTP_LOCAL;
    }
}

static void http_fill_reply(struct http_reply *r, const struct http_call *c, CURLcode code)
{
    *r = (struct http_reply){
        .outcome = http_outcome_of(c, code), .status = c->status, .retry_after_ms = c->retry_after_ms};
    char *type = NULL;
    curl_easy_getinfo(c->easy, CURLINFO_CONTENT_TYPE, &type);
    if (type != NULL) log_mask(r->content_type, sizeof(r->content_type), type);
    memcpy(r->server, c->server, sizeof(r->server));
    if (r->outcome == HTTP_DONE || r->outcome == HTTP_STOPPED) return;
    const char *text = c->text[0] != '\0' ? c->text : curl_easy_strerror(code);
    if (code == CURLE_OK) text = "the reply broke off in its headers";
    log_mask(r->text, sizeof(r->text), c->too_big ? "the reply is too large" : text);
}

static void http_finish(struct http_call *c, CURLcode code)
{
    struct http_reply reply;
    http_fill_reply(&reply, c, code);
    call_detach(c);
    c->events->done(c->arg, &reply);
    call_free(c);
}

// ---- driving curl ------------------------------------------------------------------------------------------------

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

static void call_set_callbacks(struct http_call *c)
{
    curl_easy_setopt(c->easy, CURLOPT_PRIVATE, c);
    curl_easy_setopt(c->easy, CURLOPT_ERRORBUFFER, c->text);
    curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, http_on_header);
    curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, http_on_body);
    curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
}

struct http_call *http_start(struct http *h, const struct http_request *q, const struct http_events *events,
                             void *arg)
{
    struct http_call *c = mem_calloc(1, sizeof(*c));
    *c = (struct http_call){.next = h->calls, .http = h, .events = events, .arg = arg, .state = CALL_QUEUED};
    c->body_max = q->body_max;
    c->retry_after_ms = -1;
    c->easy = curl_easy_init();
    if (c->easy == NULL) abort(); // only out of memory
    curl_easy_setopt(c->easy, CURLOPT_URL, q->url);
    call_set_transport(c->easy, q->connect_ms);
    call_set_callbacks(c);
    call_set_headers(c, q);
    call_set_body(c, q);
    h->calls = c;
    if (!h->in_curl) call_begin(c);
    return c;
}

void http_library(struct library *out)
{
    library_set(out, "libcurl", LIBCURL_VERSION, curl_version_info(CURLVERSION_NOW)->version);
}
