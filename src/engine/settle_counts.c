// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the tokens that a server counts show of it: that it has cut the prompt without a word, that its context is smaller
// than it was taken for, that it ends every answer early.
#include <stdlib.h>
#include <string.h>

#include "engine/worker.h"

enum {
    CALIBRATED_FROM = 5,       // prompts whose tokens it has reported, before our own count is trusted
    CUT_ODD_TOKENS = 4,        // Ollama leaves num_ctx / 2 + 2 or 3
    BYTES_PER_TOKEN_MOST = 10, // no text has more
    SAME_TOKENS = 2,
    CONTEXT_STEP = 256 // contexts are multiples of that
};

#define CUT_SHARE         0.7
#define HALF_SHARE        0.8
#define GROWTH_SLACK      1.4
#define CUT_SHARE_UNKNOWN 0.5
// Of the limit: an answer that was ended by it has used more.
#define SHORT_SHARE 0.8

// ---- a prompt that was cut -------------------------------------------------------------------------------------------

// A prompt that holds all of the one before, and more, has more tokens than that.
static bool has_not_grown(const struct worker *w, const struct gen_result *r, double per_token)
{
    const struct account_entry *now = &w->account_entry;
    if (w->read_tokens <= 0 || r->prompt_tokens <= 0 || now->common < w->read_bytes) return false;
    double most = per_token > 0 ? per_token * GROWTH_SLACK : BYTES_PER_TOKEN_MOST;
    return r->prompt_tokens < w->read_tokens + (int64_t)((double)(now->bytes - w->read_bytes) / most);
}

// Ollama leaves half of the context that was asked for. By nothing else is it told apart: older ones leave out of their count
// what was cached.
static bool is_halved(const struct known *k, int64_t said)
{
    int64_t half = known_n_ctx_sent(k) / 2 + 2;
    return said >= half - CUT_ODD_TOKENS && said <= half + CUT_ODD_TOKENS;
}

// The server reports far fewer tokens than we have sent: it has cut the prompt without a word, and what it wrote belongs
// to another question. Our own count is trusted with the server's tokenizer, or when it is calibrated.
bool settle_is_prompt_cut(const struct worker *w, const struct gen_result *r)
{
    const struct known *k = w->known;
    int dialect = worker_server(w)->facts.dialect;
    double per_token = (double)k->proofs.bytes_per_token_x100 / 100, said = (double)r->prompt_tokens;
    if (k->counted >= CALIBRATED_FROM) per_token = (double)k->counted_bytes / (double)k->counted_tokens;
    if (r->prompt_cut) return true;
    if (r->prompt_tokens <= 0) return false;
    bool stuck = has_not_grown(w, r, per_token);
    double own = per_token > 0 ? (double)w->prompt.bytes / per_token : 0;
    if (dialect == DIALECT_OLLAMA) return is_halved(k, r->prompt_tokens) && (stuck || said < HALF_SHARE * own);
    // Of a server of which it is not known what its count means.
    if (dialect == DIALECT_OPENAI) return (stuck && r->cached_tokens >= 0) || said < CUT_SHARE_UNKNOWN * own;
    return stuck || said < CUT_SHARE * own;
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
