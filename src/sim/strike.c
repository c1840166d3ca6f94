// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What each fault of FAULT_AT_HEAD and FAULT_AT_TOKEN sends.
#include "sim/strike.h"

#include <string.h>

static bool is_sse(const struct wire *w)
{
    return strcmp(w->content_type, "text/event-stream") == 0;
}

static void send_error(const struct fault *f, const char *usual, const struct wire *w, const struct event *ev,
                       struct buf *out)
{
    w->error(ev, f->message ? f->message : usual, out);
    if (f->done && w->done) w->done(ev, out);
}

static void send_error_line(const struct fault *f, const struct wire *w, const struct event *ev, struct buf *out)
{
    const char *message = f->message ? f->message : "Compute error.";
    buf_adds(out, "error: {\"code\":500,\"message\":\"");
    event_escape(message, strlen(message), out);
    buf_adds(out, "\",\"type\":\"server_error\"}\n\n");
    if (w->done) w->done(ev, out);
}

// A control character goes through the format, and its escape is then another one.
static void send_surrogate(const struct fault *f, const struct wire *w, const struct event *ev, struct buf *out)
{
    static const char STAND_IN[] = "\\u0001";
    struct buf token;
    buf_init(&token, BUF_MAX_LINE);
    (f->reasoning && w->reasoning ? w->reasoning : w->token)(ev, "\x01", 1, &token);
    const char *at = strstr(token.data, STAND_IN);
    if (at) {
        buf_add(out, token.data, (size_t)(at - token.data));
        buf_addf(out, "%s%s", f->lone ? "\\ud83d" : "\\ud83d\\ude00", at + sizeof STAND_IN - 1);
    }
    buf_release(&token);
}

enum strike strike(const struct fault *f, const struct wire *w, const struct event *ev, struct buf *out)
{
    switch (f->kind) {
    case FAULT_GARBAGE:
        buf_adds(out, is_sse(w) ? "data: {not json\n\n" : "{not json\n");
        return STRIKE_GO_ON;
    case FAULT_SURROGATE:
        send_surrogate(f, w, ev, out);
        return STRIKE_GO_ON;
    case FAULT_NO_DELTAS:
        return STRIKE_FINISH;
    case FAULT_ERROR_FRAME:
        send_error(f, "Compute error.", w, ev, out);
        return STRIKE_END;
    case FAULT_CRASH_FRAME:
        send_error(f,
                   "model runner has unexpectedly stopped, this may be due to resource limitations or an internal "
                   "error, check ollama server logs for details",
                   w, ev, out);
        return STRIKE_END;
    case FAULT_ERROR_LINE:
        send_error_line(f, w, ev, out);
        return STRIKE_END;
    case FAULT_EOF:
        if (f->done && w->done) w->done(ev, out);
        return STRIKE_END;
    case FAULT_TRUNCATE:
    case FAULT_EXIT:
    case FAULT_RESET:
        return STRIKE_CUT;
    default:
        return STRIKE_SILENT;
    }
}
