// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What comes in: headers and body while they arrive, each with its ceiling, and what the end of it all means. A caller may
// cancel the call from its own callback: then curl is told to stop, and nothing of the call is touched any more but its
// state.
#include "io/http_call.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    HEADERS_MAX = 256 * 1024, // bytes of header lines in one reply
    RETRY_AFTER_MAX_MS = 15 * 60 * 1000,
};

// ---- headers -----------------------------------------------------------------------------------------------------

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

// ---- the pieces, as curl hands them over -------------------------------------------------------------------------

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

void http_reply_set_up(struct http_call *c, size_t body_max)
{
    c->body_max = body_max;
    c->retry_after_ms = -1;
    curl_easy_setopt(c->easy, CURLOPT_HEADERFUNCTION, http_on_header);
    curl_easy_setopt(c->easy, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(c->easy, CURLOPT_WRITEFUNCTION, http_on_body);
    curl_easy_setopt(c->easy, CURLOPT_WRITEDATA, c);
}

// ---- the end -----------------------------------------------------------------------------------------------------

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

void http_reply_fill(struct http_reply *r, const struct http_call *c, CURLcode code)
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
