// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A token depends on the bytes right behind it (is the word over?), so that a mark counts as shared only if the texts
// agree for a while beyond it; for the same reason there is none at a text's very end.
#include "sim/meter.h"

#include "sim/token.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { METER_STEP_BYTES = 1024, METER_AHEAD_BYTES = 256 };

void meter_release(struct meter *m)
{
    free(m->marks);
    *m = (struct meter){0};
}

static void add_mark(struct meter *m, size_t at, long tokens)
{
    mem_grow(&m->marks, &m->cap, m->count + 1, sizeof *m->marks);
    m->marks[m->count++] = (struct meter_mark){.at = at, .tokens = tokens};
}

static void take_shared(struct meter *m, const struct meter *known, size_t shared)
{
    m->count = 0;
    add_mark(m, 0, 0);
    for (size_t i = 1; i < known->count && known->marks[i].at + METER_AHEAD_BYTES <= shared; i++)
        add_mark(m, known->marks[i].at, known->marks[i].tokens);
}

long meter_count(struct meter *m, const char *text, size_t len, const struct meter *known, size_t shared)
{
    take_shared(m, known, shared);
    struct meter_mark now = m->marks[m->count - 1];
    while (now.at < len) {
        now.at += token_len(text + now.at, len - now.at);
        now.tokens++;
        bool due = now.at - m->marks[m->count - 1].at >= METER_STEP_BYTES;
        if (due && now.at + METER_AHEAD_BYTES <= len) add_mark(m, now.at, now.tokens);
    }
    return now.tokens;
}

long meter_prefix(const struct meter *m, const char *text, size_t len)
{
    size_t i = m->count;
    while (i > 0 && m->marks[i - 1].at > len) i--;
    if (i == 0) return (long)token_count(text, len);
    return m->marks[i - 1].tokens + (long)token_count(text + m->marks[i - 1].at, len - m->marks[i - 1].at);
}
