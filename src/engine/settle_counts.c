// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the tokens that a server counts show of it: that it has cut the prompt without a word, that its context is smaller
// than it was taken for, that it ends every answer early.
#include <stdlib.h>
#include <string.h>

#include "engine/worker.h"

enum {
    CALIBRATED_FROM = 5, // prompts whose tokens it has reported, before our own count is trusted
    SAME_TOKENS = 2,
    CONTEXT_STEP = 256 // contexts are multiples of that
};

// Of the limit: an answer that was ended by it has used more.
#define SHORT_SHARE 0.8

// ---- a prompt that was cut -------------------------------------------------------------------------------------------

// Our own count is trusted with the server's tokenizer, or when it is calibrated.
static struct cut_evidence evidence(const struct worker *w, const struct gen_result *r)
{
    const struct known *k = w->known;
    double per_token = (double)k->proofs.bytes_per_token_x100 / 100;
    if (k->counted >= CALIBRATED_FROM) per_token = (double)k->counted_bytes / (double)k->counted_tokens;
    return (struct cut_evidence){.dialect = worker_server(w)->facts.dialect,
                                 .said = r->prompt_tokens,
                                 .cached = r->cached_tokens,
                                 .bytes = w->account_entry.bytes,
                                 .bytes_per_token = per_token,
                                 .read_tokens = w->read_tokens,
                                 .read_bytes = w->read_bytes,
                                 .common = w->account_entry.common,
                                 .n_ctx_told = known_n_ctx_told(k),
                                 .n_ctx_sent = known_n_ctx_sent(k),
                                 .max_tokens = w->max_tokens};
}

// What it wrote to a prompt that was cut belongs to another question.
bool settle_is_prompt_cut(const struct worker *w, const struct gen_result *r)
{
    const struct cut_evidence c = evidence(w, r);
    return r->prompt_cut || cut_judge(&c, &w->known->cut) == CUT_CERTAIN;
}

bool settle_look_whole(struct worker *w, const struct gen_result *r, struct err *e)
{
    char text[160];
    struct known *k = w->known;
    const struct cut_evidence c = evidence(w, r);
    enum cut_verdict v = cut_judge(&c, &k->cut);
    cut_note(&k->cut, &c, v);
    if (v != CUT_NONE || !known_unlearn_context(k, r->prompt_tokens)) return true;
    (void)snprintf(text, sizeof(text),
                   "the server has read a prompt of %lld tokens: its context is taken for %d tokens again",
                   (long long)r->prompt_tokens, known_n_ctx(k));
    return worker_remember(w, 0, e) && store_event_add(w->store, w->job.id, "backend", text, NULL, e);
}

// ---- an answer that was ended early ------------------------------------------------------------------------------------

static bool is_same(int64_t a, int64_t b)
{
    return llabs(a - b) <= SAME_TOKENS;
}

static bool is_context(int64_t tokens)
{
    return is_same((tokens + SAME_TOKENS) % CONTEXT_STEP, SAME_TOKENS);
}

static bool say_capped(struct worker *w, int64_t tokens, struct err *e)
{
    char text[200];
    if (w->known->told_cap) return true;
    w->known->told_cap = true;
    (void)snprintf(
        text, sizeof(text),
        "the server ends its answers after about %lld tokens, whatever it is asked for: the book is written in "
        "pieces of that size",
        (long long)tokens);
    return store_event_add(w->store, w->job.id, "backend", text, NULL, e);
}

// Two answers in a row that were ended far below their limit: at the same length, and the server has a limit of its own; at
// the same sum of prompt and answer, and its context was full.
bool settle_look_short(struct worker *w, const struct gen_result *r, struct err *e)
{
    struct known *k = w->known;
    bool is_short = strcmp(r->finish, "length") == 0 && r->output_tokens > 0 && r->prompt_tokens > 0 &&
                    (double)r->output_tokens < SHORT_SHARE * (double)w->max_tokens;
    w->read_tokens = r->prompt_tokens;
    w->read_bytes = w->account_entry.bytes;
    if (!is_short) return true;
    int64_t whole = r->prompt_tokens + r->output_tokens;
    bool same_output = is_same(r->output_tokens, k->short_output), same_whole = is_same(whole, k->short_whole);
    k->short_output = r->output_tokens;
    k->short_whole = whole;
    if (same_whole && (!same_output || is_context(whole)) && whole < known_n_ctx(k))
        return settle_learn_context(w, (int)whole, e);
    return !same_output || same_whole || say_capped(w, r->output_tokens, e);
}
