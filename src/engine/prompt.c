// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Building a request. The stored turns come first, unchanged, so that a server with one cached prefix has evaluated
// all of them before; what is new comes last.
//
//   planning  [bible?, bible] [acts?, acts] [batch?, batch] … [new question]
//   chapter   [opening + cards?, cards] [chunk?, chunk] … [recap?, recap] ([batch?, batch] of the next act)
//             … and what is carried over of a broken answer, as the beginning of the assistant's
//   again     of a chapter's, what stood when the chunk in question was asked for [the same chunk?]
//   flat      one turn that says all that matters; the conversation goes on from it
//
// When the context is too small for all of it, the oldest pairs behind the first one are left out, half of them at
// once, so that the prefix breaks rarely.
#include "engine/prompt.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "engine/steps.h"
#include "model/language.h"

enum { LEAST_ANSWER_TOKENS = 64 };

void prompt_init(struct prompt *p)
{
    memset(p, 0, sizeof(*p));
}

void prompt_release(struct prompt *p)
{
    for (size_t i = 0; i < p->count; i++) free((void *)(uintptr_t)p->messages[i].text);
    free(p->messages);
    prompt_init(p);
}

void prompt_add(struct prompt *p, enum gen_role role, const char *text, size_t len)
{
    mem_grow(&p->messages, &p->cap, p->count + 1, sizeof(*p->messages));
    p->messages[p->count++] = (struct gen_message){.role = role, .text = mem_dup(text, len), .len = len};
    p->bytes += len;
}

void prompt_flatten(const struct prompt *p, struct buf *out)
{
    for (size_t i = 0; i < p->count; i++) {
        buf_addc(out, p->messages[i].role == GEN_USER ? 'u' : 'a');
        buf_add(out, p->messages[i].text, p->messages[i].len);
    }
}

int prompt_tokens(const struct desk *d, size_t bytes)
{
    double guess = strcmp(d->spec->language, "en") == 0 ? 3.5 : 2.8, counted = d->book->bytes_per_token;
    // Plans have shorter tokens than prose has; and where some requests were not counted the sum is too large.
    if (d->bytes_per_token > 0) guess = d->bytes_per_token * 0.9;
    double per_token = counted > 0 ? fmin(counted * 0.93, guess * 1.15) : guess;
    double factor = d->underrate > 1 ? d->underrate : 1;
    return (int)(factor * (double)bytes / per_token) + 8;
}

static bool add_stored(void *arg, enum turn_role role, const char *text, size_t len)
{
    prompt_add(arg, role == TURN_USER ? GEN_USER : GEN_ASSISTANT, text, len);
    return true;
}

// Of a chapter that came with the spec: what looks like a token of a chat format is no part of the conversation.
static bool add_given(void *arg, enum turn_role role, const char *text, size_t len)
{
    struct buf neutral;
    (void)len;
    buf_init(&neutral, BUF_MAX_PROMPT);
    template_neutral(&neutral, text);
    prompt_add(arg, role == TURN_USER ? GEN_USER : GEN_ASSISTANT, neutral.data, neutral.len);
    buf_release(&neutral);
    return true;
}

// Leaves out messages [2, 2 + n).
static void leave_out(struct prompt *p, size_t n)
{
    for (size_t i = 2; i < 2 + n; i++) {
        p->bytes -= p->messages[i].len;
        free((void *)(uintptr_t)p->messages[i].text);
    }
    memmove(p->messages + 2, p->messages + 2 + n, (p->count - 2 - n) * sizeof(*p->messages));
    p->count -= n;
    p->left_out = n;
}

int prompt_room(const struct desk *d, int answer_tokens)
{
    return d->n_ctx_tokens - d->n_ctx_tokens / 20 - answer_tokens;
}

// As if every answer of a conversation were an ordinary chunk, so that its questions come to the same end.
static int room(const struct desk *d, int answer_tokens)
{
    int chunk = length_prose_tokens(d->book, d->chunk_words, language_tokens(d->language)) * 7 / 5 + 120;
    int third = d->n_ctx_tokens / 3;
    if (chunk > third) chunk = third;
    return prompt_room(d, chunk > answer_tokens ? chunk : answer_tokens);
}

// How many pairs behind the first one are left out. It follows the conversation from its start, question by question,
// as it was when each was asked: then a question leaves out what the one before it did, until it no longer fits.
static size_t pairs_left_out(const struct prompt *p, const struct desk *d, size_t new_bytes, int answer_tokens)
{
    size_t pairs = p->count / 2, out = 0, bytes = p->count > 0 ? p->messages[0].len + p->messages[1].len : 0;
    for (size_t asked = 1; asked <= pairs; asked++) { // pairs that stood before that question
        size_t question = asked < pairs ? p->messages[2 * asked].len : new_bytes;
        while (out + 1 < asked &&
               prompt_tokens(d, bytes + question) + 16 * (int)(asked - out) > room(d, answer_tokens)) {
            size_t more = (asked - out + 1) / 2;
            for (size_t i = 0; i < more; i++, out++)
                bytes -= p->messages[2 * out + 2].len + p->messages[2 * out + 3].len;
        }
        if (asked < pairs) bytes += p->messages[2 * asked].len + p->messages[2 * asked + 1].len;
    }
    return out;
}

static void fit(struct prompt *p, const struct desk *d, size_t new_bytes, int answer_tokens)
{
    size_t out = pairs_left_out(p, d, new_bytes, answer_tokens);
    if (out > 0) leave_out(p, 2 * out);
}

// A continuation that cannot be prefilled: the piece that stands is shown as an answer, and its end is quoted.
static bool add_quoted(struct prompt *p, const struct desk *d, const struct step *step, const struct carried *carried,
                       struct err *e)
{
    struct buf again;
    buf_init(&again, BUF_MAX_PIECE);
    bool ok = step_ops(step->kind)->turn(&again, d, step, carried, e);
    if (ok) prompt_add(p, GEN_USER, again.data, again.len);
    buf_release(&again);
    return ok;
}

static bool add_turns(struct prompt *p, const struct desk *d, const struct step *step,
                      bool (*add)(void *arg, enum turn_role role, const char *text, size_t len), struct err *e)
{
    if (step->again) return store_turns_before(d->store, d->job->id, step->conversation, step->seq, add, p, e);
    return store_turns_each(d->store, d->job->id, step->conversation, add, p, e);
}

bool prompt_build(struct prompt *p, const struct desk *d, const struct step *step, const struct carried *carried,
                  int answer_tokens, struct err *e)
{
    const struct step_ops *ops = step_ops(step->kind);
    bool given = book_is_given(d->book, step->conversation);
    struct buf turn;
    buf_init(&turn, BUF_MAX_PROMPT);
    bool ok = ops->turn(&turn, d, step, NULL, e) &&
              (step->flat || add_turns(p, d, step, given ? add_given : add_stored, e));
    if (ok && turn.full) ok = err_set(e, ERR_CEILING, "the prompt of a %s step is too long", ops->name);
    if (!ok) goto out;

    fit(p, d, turn.len + (carried ? carried->len : 0), answer_tokens);
    p->turn = p->count;
    prompt_add(p, GEN_USER, turn.data, turn.len);
    if (carried && carried->len > 0) {
        prompt_add(p, GEN_ASSISTANT, carried->text, carried->len);
        p->prefill = carried->prefill;
        if (!carried->prefill) ok = add_quoted(p, d, step, carried, e);
    }
out:
    buf_release(&turn);
    return ok;
}

int prompt_answer_tokens(const struct prompt *p, const struct desk *d, int wanted)
{
    int used = prompt_tokens(d, p->bytes) + 8 * (int)p->count;
    int left = d->n_ctx_tokens - d->n_ctx_tokens / 20 - used;
    if (left < LEAST_ANSWER_TOKENS) left = LEAST_ANSWER_TOKENS;
    return left < wanted ? left : wanted;
}
