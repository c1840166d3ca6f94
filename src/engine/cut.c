// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See cut.h. What is left of a prompt that was cut depends on the context, not on the prompt:
//
//   Ollama               half of the context, and 2 or 3 tokens
//   older llama.cpp      from half of the context up to all of it
//   others               the context less the answer's limit
//
//   suspect ─┬─ a longer prompt than the one before has no more tokens ───────────────────────────────▶ certain
//            ├─ the server has read as much whole before ──────────────────────────────▶ it stays a suspicion
//            ├─ the count is one that a cut leaves; or the same as that of another suspect prompt ───▶ certain
//            └─ else ──────────────────────────────────────────────────────────────────▶ it stays a suspicion
#include "engine/cut.h"

#include <stdlib.h>

#include "model/dialects.h"

enum {
    CUT_ODD_TOKENS = 4,        // Ollama leaves num_ctx / 2 + 2 or 3
    BYTES_PER_TOKEN_MOST = 10, // no text has more, but for one of equal letters
    OTHER_BYTES = 200,         // a prompt longer or shorter by that has another count
    SAME_TOKENS = 2,
    LEFT_LEAST = 500,  // no book is written in a context that leaves less
    CONTEXT_STEP = 256 // contexts are multiples of that
};

#define SUSPECT_SHARE         0.7
#define SUSPECT_SHARE_HALF    0.8
#define SUSPECT_SHARE_UNKNOWN 0.5
#define GROWTH_SLACK          1.4
// Of the context, by our own count.
#define FULL_SHARE 0.8
// Of the longest prompt that was read whole: our own count is not exact.
#define WHOLE_SHARE 0.75

// ---- suspect --------------------------------------------------------------------------------------------------------

static double own_count(const struct cut_evidence *c)
{
    return c->bytes_per_token > 0 ? (double)c->bytes / c->bytes_per_token : 0;
}

// A prompt that holds all of the one before, and more, has more tokens than that.
static bool has_not_grown(const struct cut_evidence *c)
{
    // Of such a server it is not known what its count means: without what was cached it tells nothing.
    bool counts_all = c->dialect != DIALECT_OPENAI || c->cached >= 0;
    if (!counts_all || c->read_tokens <= 0 || c->common < c->read_bytes) return false;
    double most = c->bytes_per_token > 0 ? c->bytes_per_token * GROWTH_SLACK : BYTES_PER_TOKEN_MOST;
    return c->said < c->read_tokens + (int64_t)((double)(c->bytes - c->read_bytes) / most);
}

static bool is_near(int64_t tokens, int64_t of)
{
    return llabs(tokens - of) <= CUT_ODD_TOKENS;
}

static bool is_suspect(const struct cut_evidence *c)
{
    double said = (double)c->said, own = own_count(c);
    switch (c->dialect) {
    case DIALECT_OLLAMA: // by nothing else than the half is it told apart: older ones do not count what was cached
        return is_near(c->said, c->n_ctx_sent / 2 + 2) && (has_not_grown(c) || said < SUSPECT_SHARE_HALF * own);
    case DIALECT_OPENAI:
        return has_not_grown(c) || said < SUSPECT_SHARE_UNKNOWN * own;
    default:
        return has_not_grown(c) || said < SUSPECT_SHARE * own;
    }
}

// ---- certain --------------------------------------------------------------------------------------------------------

static bool is_multiple(int64_t tokens, int of)
{
    return tokens % of <= CUT_ODD_TOKENS;
}

// Of a context whose size is known. One that is shifted is cut only if it is full, and any part of its half may be left.
static bool is_left_of(const struct cut_evidence *c, int n_ctx)
{
    bool full = own_count(c) >= FULL_SHARE * n_ctx;
    return is_near(c->said, n_ctx / 2 + 2) || is_near(c->said + c->max_tokens, n_ctx) ||
           (full && c->said >= n_ctx / 2 - CUT_ODD_TOKENS);
}

// Where nobody has said what the context is, it or its half is known by being round.
static bool is_left_by_a_cut(const struct cut_evidence *c)
{
    if (c->dialect == DIALECT_OLLAMA) return true; // looked at above
    if (c->n_ctx_told > 0) return is_left_of(c, c->n_ctx_told);
    return is_multiple(c->said, CONTEXT_STEP / 2) || is_multiple(c->said + c->max_tokens, CONTEXT_STEP);
}

static bool is_same_again(const struct cut_evidence *c, const struct cut_memory *m)
{
    size_t between = c->bytes > m->odd_bytes ? c->bytes - m->odd_bytes : m->odd_bytes - c->bytes;
    return m->odd_tokens > 0 && llabs(c->said - m->odd_tokens) <= SAME_TOKENS && between >= OTHER_BYTES;
}

enum cut_verdict cut_judge(const struct cut_evidence *c, const struct cut_memory *m)
{
    double own = own_count(c);
    if (c->said <= 0 || !is_suspect(c)) return CUT_NONE;
    if (c->said < LEFT_LEAST) return CUT_SUSPECT;
    bool longer = has_not_grown(c) && c->bytes >= c->read_bytes + OTHER_BYTES;
    if (longer && c->said <= c->read_tokens + SAME_TOKENS) return CUT_CERTAIN;
    bool same_server = m->whole_of == c->n_ctx_told;
    if (same_server && own > 0 && own <= WHOLE_SHARE * (double)m->whole_tokens) return CUT_SUSPECT;
    return is_left_by_a_cut(c) || is_same_again(c, m) ? CUT_CERTAIN : CUT_SUSPECT;
}

void cut_note(struct cut_memory *m, const struct cut_evidence *c, enum cut_verdict v)
{
    if (m->whole_of != c->n_ctx_told)
        *m = (struct cut_memory){.whole_of = c->n_ctx_told}; // it was started with another
    if (v == CUT_SUSPECT) {
        m->odd_tokens = c->said;
        m->odd_bytes = c->bytes;
    } else if (v == CUT_NONE && c->said > m->whole_tokens) {
        m->whole_tokens = c->said;
    }
}
