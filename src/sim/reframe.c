// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Rewriting events byte by byte.
#include "sim/reframe.h"

#include <stdint.h>
#include <string.h>

static const char JSON_EVENT[] = "data: {";

// The character at `text`, which is whole; its bytes go to `len`.
static uint32_t read_character(const unsigned char *text, size_t *len)
{
    size_t n = *text >= 0xf0 ? 4 : *text >= 0xe0 ? 3 : 2;
    uint32_t c = *text & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) c = c << 6 | (text[i] & 0x3fu);
    *len = n;
    return c;
}

static size_t write_escape(const char *text, struct buf *out)
{
    size_t len;
    uint32_t c = read_character((const unsigned char *)text, &len);
    if (c < 0x10000)
        buf_addf(out, "\\u%04x", c);
    else
        buf_addf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + (c & 0x3ff));
    return len;
}

static size_t rewrite(const struct fault *f, const char *text, struct buf *out)
{
    if (f->lines && strncmp(text, JSON_EVENT, sizeof JSON_EVENT - 1) == 0) {
        buf_adds(out, f->crlf ? "data: {\r\ndata: " : "data: {\ndata: ");
        return sizeof JSON_EVENT - 1;
    }
    if (f->escapes && (unsigned char)*text >= 0xc0) return write_escape(text, out);
    if (f->crlf && *text == '\n') buf_addc(out, '\r');
    buf_addc(out, *text);
    return 1;
}

void reframe(const struct fault *f, struct buf *out, size_t from)
{
    struct buf plain;
    buf_init(&plain, out->max);
    buf_add(&plain, out->data + from, out->len - from);
    buf_cut(out, from);
    if (f->comments && strncmp(plain.data, "data: ", 6) == 0) buf_adds(out, f->crlf ? ": ok\r\n\r\n" : ": ok\n\n");
    for (size_t i = 0; i < plain.len;) i += rewrite(f, plain.data + i, out);
    buf_release(&plain);
}
