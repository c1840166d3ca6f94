// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A conversation, looked back at: see conversation.h.
#include "app/conversation.h"

#include <stdlib.h>

#include "base/mem.h"

static bool conversation_on_turn(void *arg, enum turn_role role, int seq, bool fresh, const char *text, size_t len)
{
    struct conversation *c = arg;

    mem_grow(&c->turns, &c->cap, c->count + 1, sizeof *c->turns);
    c->turns[c->count++] =
        (struct conversation_turn){.role = role, .seq = seq, .fresh = fresh, .text = mem_dup(text, len), .len = len};
    return true;
}

bool conversation_load(struct conversation *c, struct store *s, int64_t job, int number, struct err *e)
{
    conversation_release(c);
    return store_turns_all(s, job, number, conversation_on_turn, c, e);
}

void conversation_release(struct conversation *c)
{
    for (size_t i = 0; i < c->count; i++) free(c->turns[i].text);
    free(c->turns);
    *c = (struct conversation){0};
}

const struct conversation_turn *conversation_question(const struct conversation *c, size_t at)
{
    return at < c->count && c->turns[at].role == TURN_USER ? &c->turns[at] : NULL;
}

const struct conversation_turn *conversation_answer(const struct conversation *c, size_t at)
{
    if (conversation_question(c, at) == NULL || at + 1 >= c->count) return NULL;
    return c->turns[at + 1].role == TURN_ASSISTANT ? &c->turns[at + 1] : NULL;
}

bool conversation_find_chunk(const struct conversation *c, int seq, size_t *at)
{
    for (size_t i = 1; i < c->count; i++) {
        if (c->turns[i].role != TURN_ASSISTANT || c->turns[i].seq != seq) continue;
        *at = i - 1;
        return true;
    }
    return false;
}

size_t conversation_behind_chunks(const struct conversation *c, int seq)
{
    size_t at = c->count < 2 ? c->count : 2;

    for (size_t i = 0; i < c->count; i++)
        if (c->turns[i].seq > 0 && c->turns[i].seq < seq) at = i + 1;
    return at;
}

size_t conversation_before(const struct conversation *c, size_t at, size_t left_out, struct conversation_view *out)
{
    size_t bytes = 0, end = at < c->count ? at : c->count, first = 0;

    for (size_t i = 0; i < end; i++)
        if (c->turns[i].fresh) first = i;
    for (size_t i = first; i < end; i++) {
        const struct conversation_turn *turn = &c->turns[i];
        if (i >= first + 2 && i < first + 2 + left_out) continue;
        bytes += turn->len;
        if (out == NULL) continue;
        mem_grow(&out->items, &out->cap, out->count + 1, sizeof *out->items);
        out->items[out->count++] =
            (struct transcript_message){.role = turn->role, .text = turn->text, .len = turn->len};
    }
    return bytes;
}
