// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Sending what is whole.
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
