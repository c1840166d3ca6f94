// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// mlx_lm.server: Python's plain HTTP server before one thread that generates. It says nothing about its context. It
// knows no schema, and always opens a new turn: a partial answer cannot be continued. A value of the wrong type (an
// XTC number without a decimal point) makes it close the socket without a word. While it reads the prompt it tells
// its progress in comments:
//
//   : keepalive 2048/9000
#include "dialect_chat.h"
#include "dialect_delta.h"
#include "dialect_facts.h"

#include <ctype.h>
#include <string.h>

enum {
    MLX_PARAMS = PARAM_BIT(PARAM_TEMPERATURE) | PARAM_BIT(PARAM_TOP_P) | PARAM_BIT(PARAM_TOP_K) |
                 PARAM_BIT(PARAM_MIN_P) | PARAM_BIT(PARAM_REPETITION) | PARAM_BIT(PARAM_PRESENCE) |
                 PARAM_BIT(PARAM_FREQUENCY) | PARAM_BIT(PARAM_XTC) | PARAM_BIT(PARAM_SEED) |
                 PARAM_BIT(PARAM_THINKING) | PARAM_BIT(PARAM_USAGE)
};

static void mlx_write_body(struct buf *out, const struct gen_request *q)
{
    param_set send = MLX_PARAMS & ~q->without;
    struct json *body = chat_begin(q, send, DIALECT_MLX);
    if (q->thinking_off) chat_set_no_thinking(body, send);
    chat_end(out, body, q);
}

static size_t mlx_skip_blank(const char *text, size_t len, size_t at)
{
    while (at < len && text[at] == ' ') at++;
    return at;
}

static int64_t mlx_read_comment(const char *text, size_t len)
{
    static const char word[] = "keepalive";
    enum { DIGITS_MOST = 9 };
    size_t at = mlx_skip_blank(text, len, 0), from;
    int64_t n = 0;
    if (len - at < strlen(word) || memcmp(text + at, word, strlen(word)) != 0) return -1;
    from = at = mlx_skip_blank(text, len, at + strlen(word));
    while (at < len && at - from < DIGITS_MOST && isdigit((unsigned char)text[at])) n = n * 10 + (text[at++] - '0');
    return at > from && at < len && text[at] == '/' ? n : -1;
}

// The list is of what lies on the disk. The one thing that tells this server from others is the name of Python's
// HTTP server in its head, and that nobody owns its models.
static bool mlx_read_models(struct backend_facts *f, const struct dialect_reply *r)
{
    const struct json *list = facts_list(r->json);
    if (list == NULL || r->server == NULL || strncmp(r->server, "BaseHTTP/", strlen("BaseHTTP/")) != 0) return false;
    if (json_get(json_at(list, 0), "owned_by") != NULL) return false;
    facts_assume(f, DIALECT_MLX);
    facts_add_list(f, list, json_count(list) == 1);
    return true;
}

const struct dialect dialect_mlx = {
    .kind = DIALECT_MLX,
    .framing = FRAMING_SSE,
    .params = MLX_PARAMS,
    .path = "/v1/chat/completions",
    .write_body = mlx_write_body,
    .read_event = chat_read_event,
    .read_comment = mlx_read_comment,
    .questions = {{"/v1/models", NULL, mlx_read_models}},
    .identify = 1,
};
