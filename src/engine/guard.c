// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Four reasons to end an answer early.
#include "engine/guard.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/gate.h"
#include "text/cycle.h"

struct guard {
    struct cycle *cycle;
    struct shingle_watch *copies; // NULL: not looked for
    size_t bytes, most_bytes;
    const struct language *language; // NULL: the head is not looked at, or was
    struct buf head;
    size_t characters; // of head
    bool saw_head;
};

struct guard *guard_new(const struct shingles *said, const struct language *language, size_t most_bytes)
{
    struct guard *w = mem_calloc(1, sizeof(*w));
    w->cycle = cycle_new();
    w->copies = said ? shingle_watch_new(said) : NULL;
    w->most_bytes = most_bytes;
    w->language = language;
    buf_init(&w->head, BUF_MAX_PIECE);
    return w;
}

void guard_free(struct guard *w)
{
    if (!w) return;
    cycle_free(w->cycle);
    shingle_watch_free(w->copies);
    buf_release(&w->head);
    free(w);
}

// Thinking between tags is a part of some answers that the gate takes off; it is not judged here.
static bool has_tag(const struct buf *head)
{
    const char *s = head->data + strspn(head->data, " \t\n");
    return *s == '<' || *s == '[';
}

// Collects the head, and once it is whole looks at it. True: it is thinking aloud.
static bool thinks(struct guard *w, const char *text, size_t len)
{
    if (!w->language) return false;
    buf_add(&w->head, text, len);
    for (size_t i = 0; i < len; i++) w->characters += ((unsigned char)text[i] & 0xC0) != 0x80;
    if (w->characters < GATE_THOUGHT_CHARACTERS) return false;
    const struct language *language = w->language;
    w->language = NULL;
    if (has_tag(&w->head)) return false;
    bool thought = gate_thinks(language, w->head.data, w->head.len);
    w->saw_head = !thought;
    return thought;
}

bool guard_saw_head(const struct guard *w)
{
    return w->saw_head;
}

const char *guard_feed(struct guard *w, const char *text, size_t len)
{
    w->bytes += len;
    if (cycle_feed(w->cycle, text, len)) return "it repeats itself in a loop";
    if (w->copies && shingle_watch_feed(w->copies, text, len)) return "it copies earlier text of the book";
    if (thinks(w, text, len)) return "it thinks aloud and tells nothing";
    if (w->bytes > w->most_bytes) return "it is far longer than the limit that the server was given";
    return NULL;
}
