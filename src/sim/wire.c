// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the wire formats share.
#include "sim/wire.h"

#include "base/clock.h"
#include "base/mem.h"

#include <string.h>

static const struct wire *const WIRES[] = {&wire_llamacpp};

const struct wire *wire_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(WIRES); i++)
        if (strcmp(WIRES[i]->name, name) == 0) return WIRES[i];
    return NULL;
}

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
