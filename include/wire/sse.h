// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Server-sent events (WHATWG HTML, section 9.2 "Server-sent events"): bytes in, events out, for any split of the bytes.
// Lines end with LF, CR LF or CR; comments (":…") are reported as such, because they prove that the server lives;
// several data lines of one event are joined with LF; a UTF-8 BOM at the start is dropped. Beyond the standard: a data
// line that the stream ends in without a newline is an event too (KoboldCpp sends "data: [DONE]" so), and a field
// named "error" (old llama.cpp) is reported as an event of the type "error".
#ifndef WIRE_SSE_H
#define WIRE_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { SSE_LINE_MAX = 1024 * 1024, SSE_EVENT_MAX = 4 * 1024 * 1024 };

struct sse_events {
    // `type` is "" where the stream gives none. Returns false to stop the decoder (the rest of the bytes is ignored).
    bool (*event)(void *arg, const char *type, const char *data, size_t len);
    void (*comment)(void *arg, const char *text, size_t len); // behind the colon; may be NULL
};

struct sse {
    const struct sse_events *events;
    void *arg;
    struct buf line, data, type;
    bool has_data, after_cr, at_start, stopped;
};

void sse_init(struct sse *d, const struct sse_events *events, void *arg);
void sse_release(struct sse *d);
bool sse_feed(struct sse *d, const char *bytes, size_t len); // false: a line or event outgrew its ceiling
bool sse_end(struct sse *d);                                 // the stream ended: gives out an unfinished last line

#endif
