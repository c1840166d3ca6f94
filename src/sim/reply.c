// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Bodies as a recent llama-server, nginx and Cloudflare write them.
#include "sim/reply.h"

#include "sim/token.h"

#include "base/clock.h"
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

static const char JSON_TYPE[] = "application/json; charset=utf-8";

enum { VOCABULARY = 128000 };

enum MHD_Result reply_queue(struct MHD_Connection *conn, unsigned status, struct MHD_Response *r)
{
    MHD_add_response_header(r, "Server", "llama.cpp");
    enum MHD_Result result = MHD_queue_response(conn, status, r);
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

enum MHD_Result reply_text(struct MHD_Connection *conn, unsigned status, const char *type, const char *text,
                           size_t len)
{
    struct MHD_Response *r = response(type, text, len);
    return r ? reply_queue(conn, status, r) : MHD_NO;
}

enum MHD_Result reply_json(struct MHD_Connection *conn, unsigned status, json_t *j)
{
    char *text = json_dumps(j, JSON_COMPACT);
    enum MHD_Result result = text ? reply_text(conn, status, JSON_TYPE, text, strlen(text)) : MHD_NO;
    free(text);
    json_decref(j);
    return result;
}

enum MHD_Result reply_error(struct MHD_Connection *conn, unsigned status, const char *type, const char *message)
{
    return reply_json(conn, status,
                      json_pack("{s:{s:i,s:s,s:s}}", "error", "code", (int)status, "message", message, "type", type));
}

enum MHD_Result reply_context_exceeded(struct MHD_Connection *conn, long prompt_tokens, long ctx_tokens)
{
    struct buf text;
    buf_init(&text, BUF_MAX_LINE);
    buf_addf(&text, "request (%ld tokens) exceeds the available context size (%ld tokens), try increasing it",
             prompt_tokens, ctx_tokens);
    json_t *error =
        json_pack("{s:i,s:s,s:s,s:I,s:I}", "code", 400, "message", text.data, "type", "exceed_context_size_error",
                  "n_prompt_tokens", (json_int_t)prompt_tokens, "n_ctx", (json_int_t)ctx_tokens);
    buf_release(&text);
    return reply_json(conn, 400, json_pack("{s:o}", "error", error));
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

enum MHD_Result reply_fault(struct MHD_Connection *conn, const struct fault *f)
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
    return reply_queue(conn, (unsigned)f->status, r);
}

enum MHD_Result reply_models(struct MHD_Connection *conn, const struct sim_options *o)
{
    json_t *model = json_pack("{s:s,s:s,s:I,s:s}", "id", o->model, "object", "model", "created",
                              (json_int_t)(clock_wall_ms() / 1000), "owned_by",
                              o->habits.no_prefill ? "openai-compatible" : "llamacpp");
    if (!o->habits.no_prefill)
        json_object_set_new(model, "meta",
                            json_pack("{s:I,s:i}", "n_ctx_train", (json_int_t)o->ctx_tokens, "n_vocab", VOCABULARY));
    return reply_json(conn, 200, json_pack("{s:s,s:[o]}", "object", "list", "data", model));
}

enum MHD_Result reply_props(struct MHD_Connection *conn, const struct sim_options *o)
{
    json_t *settings =
        json_pack("{s:i,s:I,s:{s:i}}", "id", 0, "n_ctx", (json_int_t)o->ctx_tokens, "params", "n_predict", -1);
    return reply_json(conn, 200,
                      json_pack("{s:o,s:i,s:s+,s:s,s:s,s:s,s:b}", "default_generation_settings", settings,
                                "total_slots", 1, "model_path", "/models/", o->model, "model_alias", o->model,
                                "chat_template", "", "build_info", "b9478-5e13a2f4c", "is_sleeping", 0));
}

enum MHD_Result reply_slots(struct MHD_Connection *conn, const struct sim_options *o, bool busy)
{
    return reply_json(conn, 200,
                      json_pack("[{s:i,s:I,s:b,s:b}]", "id", 0, "n_ctx", (json_int_t)o->ctx_tokens, "speculative", 0,
                                "is_processing", busy));
}

enum MHD_Result reply_tokens(struct MHD_Connection *conn, const char *body, size_t len)
{
    json_error_t why;
    json_t *root = json_loadb(body, len, 0, &why);
    const json_t *content = json_object_get(root, "content");
    if (!json_is_string(content)) {
        json_decref(root);
        return reply_error(conn, 400, "invalid_request_error", "'content' must be a string");
    }
    const char *text = json_string_value(content);
    size_t text_len = json_string_length(content), token;
    json_t *tokens = json_array();
    for (size_t i = 0; i < text_len; i += token) {
        token = token_len(text + i, text_len - i);
        json_array_append_new(tokens, json_integer((json_int_t)(hash_bytes(text + i, token) % VOCABULARY)));
    }
    json_decref(root);
    return reply_json(conn, 200, json_pack("{s:o}", "tokens", tokens));
}
