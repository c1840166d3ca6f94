// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a chat request asks for, read from its messages by plain scanning: the simulator knows the novel templates
// (templates/novel/) by the sentences that name each task.
#ifndef SIM_ASK_H
#define SIM_ASK_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>

// New ones at the end: the notes of a book are a function of these numbers too.
enum ask_kind { ASK_BIBLE, ASK_OUTLINE, ASK_BEATS, ASK_CHUNK, ASK_RECAP, ASK_OTHER, ASK_ACTS, ASK_MERGE, ASK_KINDS };
extern const char *const ask_kind_names[ASK_KINDS];

struct ask {
    enum ask_kind kind;
    long numbers[3];       // as they stand in the sentence: "List chapters 3 to 7 of 50." is 3, 7, 50
    long words;            // "About 800 words", chunks only
    const char *last_user; // never NULL
    const char *prefill;   // the assistant message that the conversation ends in, or NULL
    uint64_t premise_hash; // of the line "Premise: …" of the first user message
    bool polish;
    bool json;         // the answer is to be a JSON object
    bool last_of_book; // chunks only
    bool stream;
    bool include_usage;
    long max_tokens;   // -1: none
    int64_t seed;      // -1: none
    struct buf prompt; // all messages, rendered: the unit of the prefix cache
    json_t *root;      // owns the strings
};

// Always leaves something that ask_release may be given.
bool ask_parse(struct ask *ask, const char *body, size_t len, struct err *e);
void ask_release(struct ask *ask);

// The text of the line that starts with `key` ("Title: "), up to its end; NULL if there is none.
const char *ask_line(const char *text, const char *key, size_t *len);

// A function of all messages and the seed.
uint64_t ask_hash(const struct ask *ask);
// The n-th earlier answer of the conversation that was asked for as a chunk, or NULL.
const char *ask_prose(const struct ask *ask, size_t n);

#endif
