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
#include "engine/template_set.h"
#include "model/job.h"
#include "model/spec.h"
#include "store/store.h"

// All that a step may look at when it writes its turn or judges an answer. Nothing here is changed by a step.
struct desk {
    struct store *store;
    const struct job *job;
    const struct spec *spec;
    const struct language *language;
    const struct templates *templates;
    const struct book *book;
    struct shingles *said; // all accepted prose; what a step accepts is added (dropped and made anew after any doubt)
    struct habits *habits; // of the last chapters, as far as they are counted
    int n_ctx_tokens;
    double bytes_per_token; // by the server's own tokenizer; 0: it has none
    double underrate;       // how much our count was too low for this server; 0 or 1: it was not
    int chunk_words;
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
    size_t turn;     // the new user turn, which is stored when the answer is accepted
    bool prefill;    // the last message is the assistant's and is to be continued
    size_t bytes;    // of all texts
    size_t left_out; // stored turns that were left out to fit the context
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

// What may stand before an answer of `answer_tokens`: the context less a twentieth, for what no estimate foresees.
int prompt_room(const struct desk *d, int answer_tokens);

// Tokens of so many bytes: three and a half bytes a token for English, less for other languages, on the safe side of
// what tokenizers do; from a few requests on by what the server has counted of this book's prompts.
int prompt_tokens(const struct desk *d, size_t bytes);

#endif
