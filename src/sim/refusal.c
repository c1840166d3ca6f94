// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a dialect has words for goes through its own shape of an error; the rest is a table of pages by status.
#include "sim/refusal.h"

#include "sim/dialect.h"
#include "sim/overflow.h"
#include "sim/reply.h"

#include "base/mem.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

struct page {
    const char *type, *body;
};

static const struct by_status {
    long status;
    struct page page;
} BY_STATUS[] = {
    {200,
     {"text/html; charset=UTF-8",
      "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>\n<body><h1>It works!</h1>"
      "<p>Please sign in to use this network.</p></body></html>\n"}},
    {429,
     {"application/json", "{\"error\":{\"code\":429,\"message\":\"Rate limit reached, please try again later\","
                          "\"type\":\"rate_limit_error\"}}"}},
    {500,
     {"application/json", "{\"error\":{\"code\":500,\"message\":\"Compute error.\",\"type\":\"server_error\"}}"}},
    {502,
     {"text/html", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
                   "Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"}},
    {503,
     {"application/json", "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}"}},
    {504,
     {"text/html", "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 Gateway "
                   "Time-out</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"}},
    {524,
     {"text/html; charset=UTF-8",
      "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head>\n<title>llm.example.net | 524: A timeout occurred</title>\n"
      "<meta name=\"robots\" content=\"noindex, nofollow\" />\n</head>\n<body>\n<div id=\"cf-wrapper\">\n"
      "<h1>A timeout occurred <span class=\"code-label\">Error code 524</span></h1>\n"
      "<p>Visit <a href=\"https://www.cloudflare.com/5xx-error-landing\">cloudflare.com</a> for more information."
      "</p>\n</div>\n</body>\n</html>\n"}},
};

static struct page find_by_status(long status)
{
    for (size_t i = 0; i < ARRAY_LEN(BY_STATUS); i++)
        if (BY_STATUS[i].status == status) return BY_STATUS[i].page;
    return (struct page){"text/plain", "error"};
}

// As HTTP writes it: always GMT, always English.
static void add_retry_date(struct MHD_Response *r, long from_now_s)
{
    static const char DAYS[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char MONTHS[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t when = time(NULL) + from_now_s;
    struct tm t;
    struct buf text;
    gmtime_r(&when, &t);
    buf_init(&text, BUF_MAX_LINE);
    buf_addf(&text, "%s, %02d %s %d %02d:%02d:%02d GMT", DAYS[t.tm_wday], t.tm_mday, MONTHS[t.tm_mon],
             t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    MHD_add_response_header(r, "Retry-After", text.data);
    buf_release(&text);
}

static void add_headers(struct MHD_Response *r, const struct fault *f)
{
    const char *name;
    json_t *value;
    if (f->retry_after) MHD_add_response_header(r, "Retry-After", f->retry_after);
    if (f->retry_date_s >= 0) add_retry_date(r, f->retry_date_s);
    json_object_foreach((json_t *)(uintptr_t)f->headers, name, value)
    {
        MHD_add_response_header(r, name, json_string_value(value));
    }
}

static enum MHD_Result send_page(const struct exchange *x, const struct fault *f, long status)
{
    struct page page = find_by_status(status);
    const char *text = f->body ? f->body : page.body;
    // MHD copies, but its parameter is not const.
    struct MHD_Response *r =
        MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    if (!r) return MHD_NO;
    MHD_add_response_header(r, "Content-Type", page.type);
    add_headers(r, f);
    return reply_queue(x, (unsigned)status, r);
}

static enum MHD_Result send_overflow(const struct exchange *x, const struct refusal *r)
{
    const struct sim_options *o = x->sim->options;
    const struct dialect *d = x->sim->dialect;
    const char *as = r->fault && r->fault->as ? r->fault->as : o->overflow;
    if (!as && !r->fault) return d->overflow(x, r->prompt_tokens);
    const struct overflow *words = overflow_find(as ? as : d->wire->name);
    // A fault may say it of a prompt that does fit.
    bool lies = r->fault && r->prompt_tokens <= x->sim->ctx_tokens;
    long prompt = lies ? x->sim->ctx_tokens + 1 : r->prompt_tokens;
    struct buf body;
    buf_init(&body, BUF_MAX_LINE);
    overflow_write(words, prompt, r->answer_tokens, x->sim->ctx_tokens, &body);
    const char *type = words->status == MHD_HTTP_OK ? "text/event-stream" : "application/json";
    enum MHD_Result result = reply_text(x, words->status, type, body.data, body.len);
    buf_release(&body);
    return result;
}

enum MHD_Result refusal_unknown_model(const struct exchange *x, const char *model)
{
    struct buf words;
    buf_init(&words, BUF_MAX_LINE);
    const char *text = x->sim->dialect->unknown_model(&words, model);
    enum MHD_Result result = reply_error(x, MHD_HTTP_NOT_FOUND, "not_found_error", text);
    buf_release(&words);
    return result;
}

static enum MHD_Result send_error_event(const struct exchange *x, const struct fault *f)
{
    const char *message = f->message ? f->message : "The model has crashed without additional information.";
    struct buf body;
    buf_init(&body, BUF_MAX_LINE);
    buf_adds(&body, "event: error\ndata: {\"error\":{\"message\":\"");
    event_escape(message, strlen(message), &body);
    buf_adds(&body, "\"},\"message\":\"");
    event_escape(message, strlen(message), &body);
    buf_adds(&body, "\"}\n\n");
    enum MHD_Result result = reply_text(x, MHD_HTTP_OK, "text/event-stream", body.data, body.len);
    buf_release(&body);
    return result;
}

enum MHD_Result refusal_send(const struct exchange *x, const struct refusal *r)
{
    const struct fault *f = r->fault;
    if (!f || f->kind == FAULT_OVERFLOW) return send_overflow(x, r);
    switch (f->kind) {
    case FAULT_BUSY:
        return reply_error(x, MHD_HTTP_SERVICE_UNAVAILABLE, "unavailable_error",
                           "server busy, please try again.  maximum pending requests exceeded");
    case FAULT_AUTH:
        return reply_error(x, MHD_HTTP_UNAUTHORIZED, "authentication_error", "Invalid API Key");
    case FAULT_UNKNOWN_MODEL:
        return refusal_unknown_model(x, r->model);
    case FAULT_ERROR_EVENT:
        return send_error_event(x, f);
    case FAULT_HTML:
        return send_page(x, f, MHD_HTTP_OK);
    default:
        return send_page(x, f, f->status);
    }
}
