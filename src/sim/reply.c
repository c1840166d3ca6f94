// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Bodies as servers, nginx and Cloudflare write them.
#include "sim/reply.h"

#include "sim/dialect.h"

#include <stdlib.h>
#include <string.h>

static const char JSON_TYPE[] = "application/json; charset=utf-8";

enum MHD_Result reply_queue(const struct exchange *x, unsigned status, struct MHD_Response *r)
{
    const struct wire *w = x->sim->dialect->wire;
    if (w->server) MHD_add_response_header(r, "Server", w->server);
    if (w->closes)
        MHD_set_response_options(r, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT | MHD_RF_HTTP_1_0_SERVER, MHD_RO_END);
    enum MHD_Result result = MHD_queue_response(x->conn, status, r);
    MHD_destroy_response(r);
    return result;
}

static struct MHD_Response *response(const char *type, const char *text, size_t len)
{
    // MHD copies, but its parameter is not const.
    struct MHD_Response *r = MHD_create_response_from_buffer(len, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    if (r) MHD_add_response_header(r, "Content-Type", type);
    return r;
}

enum MHD_Result reply_text(const struct exchange *x, unsigned status, const char *type, const char *text, size_t len)
{
    struct MHD_Response *r = response(type, text, len);
    return r ? reply_queue(x, status, r) : MHD_NO;
}

enum MHD_Result reply_json(const struct exchange *x, unsigned status, json_t *j)
{
    char *text = json_dumps(j, JSON_COMPACT);
    enum MHD_Result result = text ? reply_text(x, status, JSON_TYPE, text, strlen(text)) : MHD_NO;
    free(text);
    json_decref(j);
    return result;
}

enum MHD_Result reply_error(const struct exchange *x, unsigned status, const char *type, const char *message)
{
    return reply_json(x, status, x->sim->dialect->error(status, type, message));
}

static const struct {
    long status;
    const char *type, *body;
} USUAL_BODIES[] = {
    {429, "application/json",
     "{\"error\":{\"code\":429,\"message\":\"Rate limit reached, please try again later\","
     "\"type\":\"rate_limit_error\"}}"},
    {500, "application/json", "{\"error\":{\"code\":500,\"message\":\"Compute error.\",\"type\":\"server_error\"}}"},
    {502, "text/html",
     "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
     "Gateway</h1></center>\r\n"
     "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"},
    {503, "application/json",
     "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"unavailable_error\"}}"},
    {524, "text/html; charset=UTF-8",
     "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head>\n<title>llm.example.net | 524: A timeout occurred</title>\n"
     "<meta name=\"robots\" content=\"noindex, nofollow\" />\n</head>\n<body>\n<div id=\"cf-wrapper\">\n"
     "<h1>A timeout occurred <span class=\"code-label\">Error code 524</span></h1>\n"
     "<p>Visit <a href=\"https://www.cloudflare.com/5xx-error-landing\">cloudflare.com</a> for more information."
     "</p>\n</div>\n</body>\n</html>\n"},
};

enum MHD_Result reply_fault(const struct exchange *x, const struct fault *f)
{
    const char *type = "text/plain", *body = f->body ? f->body : "error";
    for (size_t i = 0; i < sizeof USUAL_BODIES / sizeof *USUAL_BODIES; i++) {
        if (USUAL_BODIES[i].status != f->status) continue;
        type = USUAL_BODIES[i].type;
        if (!f->body) body = USUAL_BODIES[i].body;
    }
    struct MHD_Response *r = response(type, body, strlen(body));
    if (!r) return MHD_NO;
    if (f->retry_after) MHD_add_response_header(r, "Retry-After", f->retry_after);
    return reply_queue(x, (unsigned)f->status, r);
}
