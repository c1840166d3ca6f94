// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Rewriting answers.
#include "sim/fault_text.h"

#include "sim/token.h"

#include <stdint.h>
#include <string.h>

enum { THOUGHTS = 3, REPEATED_TOKENS = 12, REPEAT_AFTER_TOKENS = 60 };

static const char THOUGHT[] =
    "The user wants the next part of the story, so I should weigh what the scene needs, whose "
    "voice tells it and how far it may go before I write a line. ";

void answer_init(struct answer *a)
{
    buf_init(&a->text, BUF_MAX_PIECE);
    a->thought = 0;
    a->flat_from = SIZE_MAX;
}

void answer_release(struct answer *a)
{
    buf_release(&a->text);
}

size_t answer_token(const struct answer *a, size_t at)
{
    size_t end = at < a->thought ? a->thought : a->text.len;
    return at < a->flat_from ? token_len(a->text.data + at, end - at) : 1;
}

void fault_blinds(const struct fault *f, struct ask *ask)
{
    if (f && f->kind == FAULT_PREFILL_IGNORED) ask->prefill = NULL;
}

static size_t offset_of_token(const struct buf *text, long tokens)
{
    size_t at = 0;
    for (; tokens > 0 && at < text->len; tokens--) at += token_len(text->data + at, text->len - at);
    return at;
}

// Longer than the limit, which is to end it: pieces that are joined may have fewer tokens than each by itself.
static void think(struct buf *out, long tokens)
{
    buf_clear(out);
    long each = (long)token_count(THOUGHT, sizeof THOUGHT - 1);
    for (long n = 0; n <= 2 * tokens && !out->full; n += each) buf_adds(out, THOUGHT);
}

static void put_in_front(struct buf *text, const char *what, size_t len)
{
    struct buf whole;
    buf_init(&whole, text->max);
    buf_add(&whole, what, len);
    buf_add(&whole, text->data, text->len);
    buf_release(text);
    *text = whole;
}

static void think_aloud(struct buf *text)
{
    struct buf head;
    buf_init(&head, BUF_MAX_LINE);
    for (int i = 0; i < THOUGHTS; i++) buf_adds(&head, THOUGHT);
    buf_adds(&head, "\n</think>\n\n");
    put_in_front(text, head.data, head.len);
    buf_release(&head);
}

// The last few words, again and again.
static void repeat(struct buf *text, long after_tokens, long limit_tokens)
{
    size_t end = offset_of_token(text, after_tokens);
    size_t begin = offset_of_token(text, after_tokens > REPEATED_TOKENS ? after_tokens - REPEATED_TOKENS : 0);
    struct buf round;
    buf_init(&round, BUF_MAX_LINE);
    buf_cut(text, end);
    buf_add(&round, text->data + begin, end - begin);
    for (long n = after_tokens; round.len && n <= limit_tokens && !text->full; n += REPEATED_TOKENS)
        buf_add(text, round.data, round.len);
    buf_release(&round);
}

static void flood(struct answer *a, long after_tokens, long limit_tokens)
{
    buf_cut(&a->text, offset_of_token(&a->text, after_tokens));
    a->flat_from = a->text.len;
    for (long n = after_tokens; n <= limit_tokens && !a->text.full; n++) buf_addc(&a->text, n % 4 ? ' ' : '\n');
}

void fault_rewrites(const struct fault *f, const char *prefill, long limit_tokens, struct answer *a)
{
    long after = f && f->after_tokens >= 0 ? f->after_tokens : REPEAT_AFTER_TOKENS;
    if (!f) return;
    switch (f->kind) {
    case FAULT_EMPTY:
        buf_clear(&a->text);
        a->thought = 0;
        break;
    case FAULT_REASONING_ONLY:
        think(&a->text, limit_tokens);
        a->thought = a->text.len;
        break;
    case FAULT_UNOPENED_THINK:
        think_aloud(&a->text);
        break;
    case FAULT_HIDDEN_ANSWER:
        a->thought = a->text.len;
        break;
    case FAULT_REPEAT:
        repeat(&a->text, after, limit_tokens);
        break;
    case FAULT_FLOOD:
        flood(a, after, limit_tokens);
        break;
    case FAULT_PREFILL_RESTATED:
        if (prefill) put_in_front(&a->text, prefill, strlen(prefill));
        break;
    default:
        break;
    }
}
