// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The decoder of newline-delimited JSON:
//
//   stream = [ bom ] *( line end-of-line ) [ line ]
//   end-of-line = LF / CR LF
//
// A line that lies whole in the bytes given is handed on where it lies; only one that is cut by their end is copied.
// A JSON text ends in no CR, so those before the LF go, whether they were one or several.
#include "wire/ndjson.h"

#include <string.h>

void ndjson_init(struct ndjson *d, const struct ndjson_events *events, void *arg)
{
    *d = (struct ndjson){.events = events, .arg = arg, .at_start = true};
    buf_init(&d->line, NDJSON_LINE_MAX);
}

void ndjson_release(struct ndjson *d)
{
    buf_release(&d->line);
}

static void ndjson_line(struct ndjson *d, const char *line, size_t len)
{
    if (d->at_start && len >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0) {
        line += 3;
        len -= 3;
    }
    d->at_start = false;
    while (len > 0 && line[len - 1] == '\r') len--;
    if (len > 0 && !d->events->line(d->arg, line, len)) d->stopped = true;
}

// A line ended at `end`: what was kept of it from earlier bytes comes first.
static bool ndjson_line_end(struct ndjson *d, const char *from, const char *end)
{
    size_t len = (size_t)(end - from);
    if (d->line.len == 0) {
        if (len > NDJSON_LINE_MAX) return false;
        ndjson_line(d, from, len);
        return true;
    }
    if (!buf_add(&d->line, from, len)) return false;
    ndjson_line(d, d->line.data, d->line.len);
    buf_clear(&d->line);
    return true;
}

bool ndjson_feed(struct ndjson *d, const char *bytes, size_t len)
{
    const char *at = bytes, *end = bytes + len;
    while (at < end && !d->stopped) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        if (lf == NULL) return buf_add(&d->line, at, (size_t)(end - at));
        if (!ndjson_line_end(d, at, lf)) return false;
        at = lf + 1;
    }
    return true;
}

bool ndjson_end(struct ndjson *d)
{
    if (d->stopped || d->line.len == 0) return true;
    return ndjson_line_end(d, "", "");
}
