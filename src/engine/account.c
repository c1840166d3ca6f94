// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Comparing requests byte by byte.
#include "engine/account.h"

#include <string.h>

void account_init(struct account *a)
{
    *a = (struct account){.empty = true};
    buf_init(&a->last, BUF_MAX_PROMPT);
}

void account_release(struct account *a)
{
    buf_release(&a->last);
}

static size_t common_prefix(const struct buf *a, const struct buf *b)
{
    enum { BLOCK = 256 };
    size_t n = 0, most = a->len < b->len ? a->len : b->len;
    while (n + BLOCK <= most && memcmp(a->data + n, b->data + n, BLOCK) == 0) n += BLOCK;
    while (n < most && a->data[n] == b->data[n]) n++;
    return n;
}

static const char *why_broken(const struct account *a, const struct prompt *p, const struct step *s, size_t common)
{
    if (a->empty || a->conversation != s->conversation) return NULL;
    if (s->flat && common < a->last.len) return "the conversation began anew: the model copied from it, or it outgrew the context";
    if (a->head_cut) return "the head of the last answer was not kept";
    if (common >= a->turn_at) return NULL;
    if (p->left_out != a->left_out) return "older turns were left out to fit the context";
    return "the turns before are not those that were sent";
}

// Of the first `flat` bytes of the flattened messages, those that are text: each message has a byte for its role before it.
static size_t text_bytes(const struct prompt *p, size_t flat)
{
    size_t bytes = 0;
    for (size_t i = 0; i < p->count && flat > 0; i++) {
        size_t len = p->messages[i].len < flat - 1 ? p->messages[i].len : flat - 1;
        bytes += len;
        flat -= len + 1;
    }
    return bytes;
}

void account_request(struct account *a, const struct prompt *p, const struct step *s, struct account_entry *out)
{
    struct buf now;
    buf_init(&now, BUF_MAX_PROMPT);
    prompt_flatten(p, &now);
    size_t common = common_prefix(&now, &a->last);
    *out = (struct account_entry){
        .bytes = p->bytes, .common = text_bytes(p, common), .broke = why_broken(a, p, s, common)};
    buf_release(&a->last);
    a->last = now;
    a->turn_at = 0;
    for (size_t i = 0; i < p->turn; i++) a->turn_at += p->messages[i].len + 1;
    a->conversation = s->conversation;
    a->left_out = p->left_out;
    a->head_cut = a->empty = false;
}

void account_answer(struct account *a, const struct prompt *p, const char *text, size_t len)
{
    if (!p->prefill) buf_addc(&a->last, 'a');
    buf_add(&a->last, text, len);
}

void account_head_cut(struct account *a)
{
    a->head_cut = true;
}
