// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The decoder of server-sent events. The grammar, from the WHATWG text:
//
//   stream  = [ bom ] *event
//   event   = *( comment / field ) end-of-line
//   comment = ":" *any-char end-of-line
//   field   = 1*name-char [ ":" [ space ] *any-char ] end-of-line
//   end-of-line = CR LF / LF / CR
//
// A line that lies whole in the bytes given is read where it lies; only one that is cut by the end of the bytes is
// copied. LF is looked for once per line, and CR only before the next LF, so that no input makes the search
// quadratic.
#include "wire/sse.h"

#include <string.h>

void sse_init(struct sse *d, const struct sse_events *events, void *arg)
{
    *d = (struct sse){.events = events, .arg = arg, .at_start = true};
    buf_init(&d->line, SSE_LINE_MAX);
    buf_init(&d->data, SSE_EVENT_MAX);
    buf_init(&d->type, SSE_LINE_MAX);
}

void sse_release(struct sse *d)
{
    buf_release(&d->line);
    buf_release(&d->data);
    buf_release(&d->type);
}

static void sse_dispatch(struct sse *d)
{
    if (d->has_data && !d->events->event(d->arg, d->type.data, d->data.data, d->data.len)) d->stopped = true;
    buf_clear(&d->data);
    buf_clear(&d->type);
    d->has_data = false;
}

static bool sse_name_is(const char *name, size_t len, const char *want)
{
    return len == strlen(want) && memcmp(name, want, len) == 0;
}

static bool sse_field(struct sse *d, const char *name, size_t name_len, const char *value, size_t len)
{
    if (sse_name_is(name, name_len, "data")) {
        if (d->has_data && !buf_addc(&d->data, '\n')) return false;
        d->has_data = true;
        return buf_add(&d->data, value, len);
    }
    if (sse_name_is(name, name_len, "event")) {
        buf_clear(&d->type);
        return buf_add(&d->type, value, len);
    }
    if (sse_name_is(name, name_len, "error") && !d->events->event(d->arg, "error", value, len)) d->stopped = true;
    return true;
}

static bool sse_line(struct sse *d, const char *line, size_t len)
{
    if (d->at_start && len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        len -= 3;
    }
    d->at_start = false;
    if (len == 0) {
        sse_dispatch(d);
        return true;
    }
    const char *colon = memchr(line, ':', len);
    if (colon == line) {
        if (d->events->comment != NULL) d->events->comment(d->arg, line + 1, len - 1);
        return true;
    }
    if (colon == NULL) return sse_field(d, line, len, "", 0);
    const char *value = colon + 1, *end = line + len;
    if (value < end && *value == ' ') value++;
    return sse_field(d, line, (size_t)(colon - line), value, (size_t)(end - value));
}

// A line ended at `end`: what was kept of it from earlier bytes comes first.
static bool sse_line_end(struct sse *d, const char *from, const char *end)
{
    size_t len = (size_t)(end - from);
    if (d->line.len == 0) return len <= SSE_LINE_MAX && sse_line(d, from, len);
    if (!buf_add(&d->line, from, len) || !sse_line(d, d->line.data, d->line.len)) return false;
    buf_clear(&d->line);
    return true;
}

bool sse_feed(struct sse *d, const char *bytes, size_t len)
{
    const char *at = bytes, *end = bytes + len, *lf = NULL;
    if (d->after_cr && len > 0) {
        d->after_cr = false;
        if (*at == '\n') at++;
    }
    while (at < end && !d->stopped) {
        if (lf == NULL || lf < at) {
            lf = memchr(at, '\n', (size_t)(end - at));
            if (lf == NULL) lf = end;
        }
        const char *stop = memchr(at, '\r', (size_t)(lf - at));
        if (stop == NULL) stop = lf;
        if (stop == end) return buf_add(&d->line, at, (size_t)(end - at));
        if (!sse_line_end(d, at, stop)) return false;
        at = stop + 1;
        if (*stop == '\r' && at < end && *at == '\n') at++;
        d->after_cr = at == end && at[-1] == '\r'; // an LF that follows in the next bytes belongs to it
    }
    return true;
}

bool sse_end(struct sse *d)
{
    if (d->stopped) return true;
    if (d->line.len > 0 && !sse_line_end(d, "", "")) return false;
    if (!d->stopped) sse_dispatch(d);
    return true;
}
