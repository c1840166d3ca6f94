// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Tables of bodies: by fault and dialect, and by status.
#include "sim/refusal.h"

#include "sim/reply.h"

#include "base/mem.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

struct page {
    const char *type, *body;
};

// The first row of a fault whose dialect fits: NULL fits all. "%m" in a body stands for the model's name.
static const struct by_dialect {
    enum fault_kind kind;
    const char *dialect;
    unsigned status;
    const char *body;
} BY_DIALECT[] = {
    {FAULT_BUSY, "koboldcpp", 503,
     "{\"detail\":{\"msg\":\"Server is busy; please try again later.\",\"type\":\"service_unavailable\"}}"},
    {FAULT_BUSY, NULL, 503, "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}"},
    {FAULT_AUTH, "llamacpp", 401,
     "{\"error\":{\"code\":401,\"message\":\"Invalid API Key\",\"type\":\"authentication_error\"}}"},
    {FAULT_AUTH, "ollama", 401, "{\"error\":\"unauthorized\"}"},
    {FAULT_AUTH, "vllm", 401, "{\"error\":\"Unauthorized\"}"},
    {FAULT_AUTH, "sglang", 401, "{\"error\":\"Unauthorized\"}"},
    {FAULT_AUTH, "koboldcpp", 401,
     "{\"detail\":{\"error\":\"Unauthorized\",\"msg\":\"Authentication key is missing or invalid.\","
     "\"type\":\"unauthorized\"}}"},
    {FAULT_AUTH, NULL, 401,
     "{\"error\":{\"message\":\"Incorrect API key provided.\",\"type\":\"invalid_request_error\",\"param\":null,"
     "\"code\":\"invalid_api_key\"}}"},
    {FAULT_UNKNOWN_MODEL, "llamacpp", 404,
     "{\"error\":{\"code\":404,\"message\":\"model '%m' not found\",\"type\":\"not_found_error\"}}"},
    {FAULT_UNKNOWN_MODEL, "ollama", 404, "{\"error\":\"model '%m' not found\"}"},
    {FAULT_UNKNOWN_MODEL, "vllm", 404,
     "{\"error\":{\"message\":\"The model `%m` does not exist.\",\"type\":\"NotFoundError\",\"param\":\"model\","
     "\"code\":404}}"},
    {FAULT_UNKNOWN_MODEL, "sglang", 404,
     "{\"object\":\"error\",\"message\":\"The model '%m' does not exist\",\"type\":\"NotFoundError\","
     "\"param\":\"model\",\"code\":404}"},
    {FAULT_UNKNOWN_MODEL, "mlx", 404, "{\"error\":\"Repository Not Found for model %m\"}"},
    {FAULT_UNKNOWN_MODEL, "koboldcpp", 404, "{\"detail\":\"Not Found\"}"},
    {FAULT_UNKNOWN_MODEL, "lmstudio", 404,
     "{\"error\":{\"message\":\"Invalid model identifier \\\"%m\\\". Please specify a valid downloaded model.\","
     "\"type\":\"invalid_request_error\",\"param\":\"model\",\"code\":\"model_not_found\"}}"},
    {FAULT_UNKNOWN_MODEL, NULL, 404,
     "{\"error\":{\"message\":\"The model `%m` does not exist or you do not have access to it.\","
     "\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"model_not_found\"}}"},
};

static const struct by_status {
    long status;
    struct page page;
} BY_STATUS[] = {
    {200,
     {"text/html; charset=UTF-8", "<!DOCTYPE html>\n<html><head><title>Welcome</title></head>\n<body><h1>It works!</h1>"
                                  "<p>Please sign in to use this network.</p></body></html>\n"}},
    {429,
     {"application/json", "{\"error\":{\"code\":429,\"message\":\"Rate limit reached, please try again later\","
                          "\"type\":\"rate_limit_error\"}}"}},
    {500,
     {"application/json",
      "{\"error\":{\"code\":500,\"message\":\"Compute error.\",\"type\":\"server_error\"}}"}},
    {502,
     {"text/html", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
                   "Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"}},
    {503,
     {"application/json",
      "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}"}},
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

static const struct by_dialect *find_by_dialect(enum fault_kind kind, const char *dialect)
{
    for (size_t i = 0; i < ARRAY_LEN(BY_DIALECT); i++) {
        const struct by_dialect *row = &BY_DIALECT[i];
        if (row->kind == kind && (!row->dialect || strcmp(row->dialect, dialect) == 0)) return row;
    }
    return NULL;
}

static struct page find_by_status(long status)
{
    for (size_t i = 0; i < ARRAY_LEN(BY_STATUS); i++)
        if (BY_STATUS[i].status == status) return BY_STATUS[i].page;
    return (struct page){"text/plain", "error"};
}

static void put_model(const char *body, const char *model, struct buf *out)
{
    const char *mark = strstr(body, "%m");
    buf_add(out, body, mark ? (size_t)(mark - body) : strlen(body));
    if (mark) buf_addf(out, "%s%s", model, mark + 2);
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

enum MHD_Result refusal_send(struct MHD_Connection *conn, const char *dialect, const char *model,
                             const struct fault *f)
{
    const struct by_dialect *own = find_by_dialect(f->kind, dialect);
    unsigned status = own ? own->status : f->kind == FAULT_STATUS ? (unsigned)f->status : MHD_HTTP_OK;
    struct page page = own ? (struct page){"application/json", own->body} : find_by_status((long)status);
    struct buf body;
    buf_init(&body, BUF_MAX_LINE);
    put_model(page.body, model, &body);
    const char *text = f->body ? f->body : body.data;
    // MHD copies, but its parameter is not const.
    struct MHD_Response *r =
        MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    buf_release(&body);
    if (!r) return MHD_NO;
    MHD_add_response_header(r, "Content-Type", page.type);
    add_headers(r, f);
    return reply_queue(conn, status, r);
}
