// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the wire formats share.
#include "sim/wire.h"

#include "base/clock.h"

void event_init(struct event *ev, uint64_t id, const char *model)
{
    *ev = (struct event){.id = id, .model = model, .wall_ms = clock_wall_ms()};
    buf_init(&ev->head, BUF_MAX_LINE);
    buf_init(&ev->tail, BUF_MAX_LINE);
}

void event_release(struct event *ev)
{
    buf_release(&ev->head);
    buf_release(&ev->tail);
}

void event_escape(const char *text, size_t len, struct buf *out)
{
    size_t plain = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_add(out, text + plain, i - plain);
        plain = i + 1;
        if (c == '\n')
            buf_adds(out, "\\n");
        else if (c < 0x20)
            buf_addf(out, "\\u%04x", c);
        else
            buf_addf(out, "\\%c", c);
    }
    buf_add(out, text + plain, len - plain);
}

// The code point of the character at `s`, which is valid UTF-8; *len: its bytes.
static unsigned long code_point(const char *s, size_t *len)
{
    const unsigned char *u = (const unsigned char *)s;
    *len = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
    unsigned long code = u[0] & (0x7fu >> *len);
    for (size_t i = 1; i < *len; i++) code = code << 6 | (u[i] & 0x3fu);
    return code;
}

void event_escape_ascii(const char *text, size_t len, struct buf *out)
{
    size_t plain = 0, used;
    for (size_t i = 0; i < len; i += used) {
        used = 1;
        if ((unsigned char)text[i] < 0x80) continue;
        event_escape(text + plain, i - plain, out);
        unsigned long code = code_point(text + i, &used);
        if (code >= 0x10000) {
            buf_addf(out, "\\u%04lx", 0xd800 + ((code - 0x10000) >> 10));
            code = 0xdc00 + ((code - 0x10000) & 0x3ff);
        }
        buf_addf(out, "\\u%04lx", code);
        plain = i + used;
    }
    event_escape(text + plain, len - plain, out);
}
