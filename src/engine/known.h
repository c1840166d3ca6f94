// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is known of a server with one of its models: proved before the first book, corrected by use, measured, kept in a
// row (worker_prove.c reads and writes it). It belongs to the server and is shared by the workers of its slots. And what
// is believed on that ground: where nothing is proved, what the dialect promises.
#ifndef ENGINE_KNOWN_H
#define ENGINE_KNOWN_H

#include <stdbool.h>

#include "backend/probe.h"
#include "backend/proof.h"
#include "engine/cut.h"
#include "model/pace.h"
#include "model/param.h"

struct server;

struct known {
    struct known *next;
    const struct server *server;
    char model[BACKEND_NAME_SIZE]; // "": whatever it has
    bool read;                     // its row
    bool proved, proving;          // proving: a worker is at it
    struct proofs proofs;
    bool hidden_answer, no_prefill;    // in proofs, or met in use
    bool not_hidden;                   // it was taken for that, and what stood there was thinking
    int64_t short_output, short_whole; // tokens of the last answer that was ended far below its limit
    bool told_cap;                     // that it ends all answers at one length was said
    bool pings;                        // it was seen to send signs of life when it was asked to
    param_set refused;                 // in proofs, or met in use
    // On trial: asked without any optional parameter, because it refused a request without saying why. Until it answers,
    // nothing is concluded from that.
    bool on_trial, tried;
    param_set refused_before;
    int n_ctx_learnt, n_ctx_against; // from a refusal, and what was believed then; 0: nothing
    int n_ctx_chosen;                // where each request sends it; 0: not chosen yet
    struct cut_memory cut;           // of its prompts, as far as their tokens show that they were cut
    double underrate;                // our own count of tokens was too low by this factor; 1: it was not
    struct pace pace;
    // Prompts and their tokens as it counted them, since it is known.
    int counted;
    int64_t counted_bytes, counted_tokens;
};

struct known *known_new(const struct server *s, const char *model);
void known_free(struct known *k); // this one alone

int known_n_ctx(const struct known *k);      // discovered, else configured, else 8192; less if it has refused that
int known_n_ctx_told(const struct known *k); // by the server, else by the config; 0: by nobody
// What each request sends, always the same (Ollama loads a model anew for another context); 0: the dialect does not.
int known_n_ctx_sent(const struct known *k);
bool known_prefills(const struct known *k);          // a partial answer is continued
bool known_has_schema(const struct known *k);        // an answer follows a JSON Schema
bool known_has(const struct known *k, enum param p); // the dialect has it, and the server does not refuse it
// It has refused a prompt as too long: `said` is what it says it has (0: nothing). As much as was believed: our own
// count was too low. Less: that is learnt, else three quarters of what was believed. False: it cannot be less.
bool known_learn_context(struct known *k, int said);
// It has read a prompt of so many tokens whole. True: more than it was learnt to have, so that this is forgotten.
bool known_unlearn_context(struct known *k, int64_t tokens);

#endif
