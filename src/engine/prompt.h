// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A request's messages: the stored turns of a conversation, byte for byte, plus one new turn.
#ifndef ENGINE_PROMPT_H
#define ENGINE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "backend/generation.h"
#include "base/err.h"
#include "engine/next.h"
#include "engine/templates.h"
#include "model/job.h"
#include "model/spec.h"
#include "store/store.h"

// All that a step may look at when it writes its turn or judges an answer. Nothing here is changed by a step.
struct desk {
    struct store *store;
    const struct job *job;
    const struct spec *spec;
    const struct templates *templates;
    const struct book *book;
    int n_ctx_tokens;
};

// What earlier attempts at a chunk left, cleaned: the request continues it.
struct carried {
    const char *text;
    size_t len;
    bool prefill; // the server continues an assistant message; else the tail is quoted
    int words_left;
};

struct prompt {
    struct gen_message *messages; // texts are owned
    size_t count, cap;
    size_t turn;  // the new user turn, which is stored when the answer is accepted
    bool prefill; // the last message is the assistant's and is to be continued
    size_t bytes; // of all texts
    bool broken;  // turns were left out to fit the context
};

void prompt_init(struct prompt *p);
void prompt_release(struct prompt *p);
void prompt_add(struct prompt *p, enum gen_role role, const char *text, size_t len);
// The messages as one string, for the account of common prefixes.
void prompt_flatten(const struct prompt *p, struct buf *out);

// Builds the request for `step`. `answer_tokens` is what the answer may take of the context.
bool prompt_build(struct prompt *p, const struct desk *d, const struct step *step, const struct carried *carried,
                  int answer_tokens, struct err *e);

// What the context has room for behind the prompt, at most `wanted`: a plan's question may leave less in a small one.
int prompt_answer_tokens(const struct prompt *p, const struct desk *d, int wanted);

// A first guess of tokens: four bytes a token for English, three for other languages, as tokenizers go.
int prompt_tokens(const struct spec *spec, size_t bytes);

#endif
