// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See known.h.
#include "engine/known.h"

#include <stdio.h>
#include <stdlib.h>

#include "backend/render.h"
#include "base/mem.h"
#include "engine/server.h"

enum { DEFAULT_N_CTX = 8192, LEAST_N_CTX = 2000, OLLAMA_N_CTX = 16384 };

#define UNDERRATE_STEP 1.15

struct known *known_new(const struct server *s, const char *model)
{
    struct known *k = mem_calloc(1, sizeof(*k));
    k->server = s;
    k->underrate = 1;
    (void)snprintf(k->model, sizeof(k->model), "%s", model);
    return k;
}

void known_free(struct known *k)
{
    if (!k) return;
    gen_template_free(k->proofs.raw);
    free(k);
}

// ---- context -------------------------------------------------------------------------------------------------------

static bool sends_n_ctx(const struct known *k)
{
    return k->server->facts.dialect == DIALECT_OLLAMA;
}

// Ollama has the context that each request asks for, up to what the model was made for. What was chosen first stays.
static int chosen_n_ctx(const struct known *k)
{
    const struct server *s = k->server;
    if (s->conf.n_ctx_tokens > 0) return s->conf.n_ctx_tokens;
    if (k->n_ctx_chosen > 0) return k->n_ctx_chosen;
    if (s->facts.n_ctx_tokens > 0) return s->facts.n_ctx_tokens;
    int most = s->facts.n_ctx_most;
    return most > 0 && most < OLLAMA_N_CTX ? most : OLLAMA_N_CTX;
}

int known_n_ctx_told(const struct known *k)
{
    const struct server *s = k->server;
    return s->facts.n_ctx_tokens > 0 ? s->facts.n_ctx_tokens : s->conf.n_ctx_tokens;
}

static int believed_n_ctx(const struct known *k)
{
    if (sends_n_ctx(k)) return chosen_n_ctx(k);
    int told = known_n_ctx_told(k);
    return told > 0 ? told : DEFAULT_N_CTX;
}

int known_n_ctx_sent(const struct known *k)
{
    return sends_n_ctx(k) ? chosen_n_ctx(k) : 0;
}

// What was learnt of a server that has been started with another size since is void.
int known_n_ctx(const struct known *k)
{
    int believed = believed_n_ctx(k), learnt = k->n_ctx_learnt;
    bool holds = learnt > 0 && learnt < believed && (k->n_ctx_against == 0 || k->n_ctx_against == believed);
    return holds ? learnt : believed;
}

bool known_learn_context(struct known *k, int said)
{
    int now = known_n_ctx(k);
    if (said >= now) { // it has what we thought: the prompt was longer than we counted
        k->underrate *= UNDERRATE_STEP;
        return k->underrate < UNDERRATE_STEP * UNDERRATE_STEP * UNDERRATE_STEP * UNDERRATE_STEP;
    }
    if (now <= LEAST_N_CTX) return false;
    if (said < LEAST_N_CTX) said = now / 4 * 3;
    k->n_ctx_against = believed_n_ctx(k);
    k->n_ctx_learnt = said > LEAST_N_CTX ? said : LEAST_N_CTX;
    return true;
}

bool known_unlearn_context(struct known *k, int64_t tokens)
{
    if (tokens <= known_n_ctx(k) || known_n_ctx(k) == believed_n_ctx(k)) return false;
    k->n_ctx_learnt = k->n_ctx_against = 0;
    return true;
}

// ---- abilities -----------------------------------------------------------------------------------------------------

static bool holds(enum proof_verdict proved, bool assumed)
{
    return proved == PROOF_YES || (proved == PROOF_UNKNOWN && assumed);
}

bool known_has(const struct known *k, enum param p)
{
    int dialect = k->server->facts.dialect;
    if (dialect == DIALECT_UNKNOWN) return false;
    return (gen_params((enum dialect_kind)dialect) & ~k->refused & PARAM_BIT(p)) != 0;
}

bool known_prefills(const struct known *k)
{
    if (k->proofs.raw) return true; // a raw text is continued by its nature
    return !k->no_prefill && holds(k->proofs.prefill, k->server->facts.prefill);
}

bool known_has_schema(const struct known *k)
{
    return known_has(k, PARAM_SCHEMA) && holds(k->proofs.schema, k->server->facts.schema);
}
