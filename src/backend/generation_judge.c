// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a reply comes to when it is over. HTTP 200, EOF and [DONE] prove nothing: without the protocol's own end it was
// cut, is an error in the guise of an answer, or is no answer at all. Errors are told in the server's own words.
#include "generation_state.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// ---- what is said of it -------------------------------------------------------------------------------------------

void gen_say(struct generation *g, const char *message)
{
    if (g->result.message[0] == '\0') log_mask(g->result.message, sizeof(g->result.message), message);
}

static void gen_say_trouble(struct generation *g, const struct trouble *t)
{
    if (t->message[0] != '\0') gen_say(g, t->message);
}

// What was not understood tells more than that it was not.
void gen_say_odd(struct generation *g)
{
    if (g->odd[0] == '\0') return;
    char *message = mem_printf("%s: %s", failure_text(FAIL_GARBAGE), g->odd);
    gen_say(g, message);
    free(message);
}

enum failure gen_blame(struct generation *g, const struct trouble *t, int status)
{
    enum failure f = trouble_classify(t, status, g->sent, &g->result.refused);
    gen_say_trouble(g, t);
    if (f == FAIL_CONTEXT) g->result.n_ctx_tokens = trouble_context_tokens(t);
    return f;
}

enum failure gen_blame_body(struct generation *g, int status)
{
    struct trouble t = {.message = ""};
    trouble_from_body(&t, g->body.data, g->body.len);
    return gen_blame(g, &t, status);
}

// ---- what it was --------------------------------------------------------------------------------------------------

static bool gen_type_is(const struct http_reply *reply, const char *type)
{
    return strncasecmp(reply->content_type, type, strlen(type)) == 0;
}

// The reply was read, but the answer's own end is not in it.
static enum failure gen_judge_open(struct generation *g)
{
    bool is_answer = g->result.text_bytes > 0 || g->result.reasoning_bytes > 0;
    if (is_answer || g->framing == g->dialect->framing) return FAIL_TRUNCATED;
    char *begin = mem_strndup(g->body.data, g->body.len < ODD_SHOWN ? g->body.len : ODD_SHOWN);
    char *message = mem_printf("the server answers in another format than expected: %s", begin);
    gen_say(g, message);
    free(message);
    free(begin);
    return FAIL_NOT_A_SERVER;
}

// The last byte that is no blank; the first of the text is none.
static char gen_last_byte(const struct buf *b)
{
    size_t at = b->len - 1;
    while (b->data[at] == ' ' || b->data[at] == '\t' || b->data[at] == '\r' || b->data[at] == '\n') at--;
    return b->data[at];
}

// One JSON text: an error, or the answer of a server that does not stream. Nonsense without a brace at its end is one
// that was cut.
static enum failure gen_judge_json(struct generation *g)
{
    const struct buf *b = &g->body;
    if (b->full) return FAIL_TOO_BIG;
    if (!gen_read(g, "", b->data, b->len))
        return g->verdict == FAIL_GARBAGE && gen_last_byte(b) != '}' ? FAIL_TRUNCATED : g->verdict;
    return g->state == GEN_ENDED ? FAIL_NONE : gen_judge_open(g);
}

// A good status and not one event: an error as plain JSON, a server that does not stream, or something else
// altogether.
static enum failure gen_judge_body(struct generation *g, const struct http_reply *reply)
{
    struct buf *b = &g->body;
    if (b->len >= 3 && memcmp(b->data, "\xEF\xBB\xBF", 3) == 0) buf_drop_front(b, 3);
    size_t blank = strspn(b->data, " \t\r\n");
    char first = b->data[blank];
    if (first == '{') return gen_judge_json(g);
    if (first == '\0' || first == ':') return FAIL_TRUNCATED; // nothing, or only pings
    if (gen_type_is(reply, "text/event-stream")) return FAIL_TRUNCATED;
    struct trouble t = {.message = ""};
    trouble_from_body(&t, b->data, b->len);
    gen_say_trouble(g, &t);
    return FAIL_NOT_A_SERVER;
}

static enum failure gen_judge_whole(struct generation *g, const struct http_reply *reply)
{
    if (reply->status == 0) return FAIL_NOT_A_SERVER; // something came that is not HTTP
    if (!gen_status_ok(reply->status)) return gen_blame_body(g, reply->status);
    if (g->state == GEN_ENDED) return FAIL_NONE;
    // A last line without its newline may be left in the decoder. If it makes no sense, it was cut.
    (void)(g->framing == FRAMING_SSE ? sse_end(&g->sse) : ndjson_end(&g->ndjson));
    if (g->verdict != FAIL_NONE && g->verdict != FAIL_GARBAGE) return g->verdict;
    if (g->state == GEN_ENDED) return FAIL_NONE;
    return g->saw_event ? gen_judge_open(g) : gen_judge_body(g, reply);
}

enum failure gen_judge(struct generation *g, const struct http_reply *reply)
{
    bool is_noise = g->verdict == FAIL_GARBAGE || g->verdict == FAIL_TOO_BIG;
    if (g->state == GEN_ENDED && is_noise) return FAIL_NONE; // behind the answer's own end nothing can spoil it
    if (g->verdict != FAIL_NONE) return g->verdict;
    switch (reply->outcome) {
    case HTTP_REFUSED:
        return FAIL_REFUSED;
    case HTTP_CONNECT_TIMEOUT:
        return FAIL_CONNECT_TIMEOUT;
    case HTTP_RESET:
        return FAIL_RESET;
    case HTTP_TOO_BIG:
        return FAIL_TOO_BIG;
    case HTTP_LOCAL:
        return FAIL_CONFIG;
    case HTTP_CUT:
    case HTTP_STOPPED:
    case HTTP_DONE:
        break;
    }
    return gen_judge_whole(g, reply);
}
