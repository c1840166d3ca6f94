// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a request asks for, read from its messages by plain scanning: the simulator knows the novel templates
// (templates/novel/) by the sentences that name each task. Where its fields stand, the dialect's style says.
#ifndef SIM_ASK_H
#define SIM_ASK_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

#include <stdbool.h>
#include <stdint.h>

// New ones at the end: the notes of a book are a function of these numbers too. A proof is a client's test of the server:
// it is no part of a book, and the account lists it apart.
enum ask_kind {
    ASK_BIBLE,
    ASK_OUTLINE,
    ASK_BEATS,
    ASK_CHUNK,
    ASK_RECAP,
    ASK_OTHER,
    ASK_ACTS,
    ASK_MERGE,
    ASK_PROOF,
    ASK_KINDS
};
extern const char *const ask_kind_names[ASK_KINDS];

// How a route takes its requests.
struct ask_style {
    const char *prompt;    // the field of a text in place of "messages", or NULL
    const char *raw;       // the field that says that this text wears the template already; NULL: it does anyhow
    const char *within;    // the object that holds the fields of sampling, or NULL: the request itself
    const char *limits[3]; // the fields of the token limit; the first that is there counts
    long limit_default;    // 0: none
    bool streams;          // unless told otherwise
    bool prefill;          // a trailing assistant message is continued
    const char *told;      // … only if this field is true
    bool formless;         // no form of an answer can be asked for but in words
    bool greedy;           // unless a temperature is given
    bool progress;         // of the prompt, without being asked
};

struct ask {
    enum ask_kind kind;
    long numbers[3];       // as they stand in the sentence: "List chapters 3 to 7 of 50." is 3, 7, 50
    long words;            // "About 800 words", chunks only
    const char *last_user; // never NULL
    const char *prefill;   // the assistant message that the conversation ends in, or NULL
    uint64_t premise_hash; // of the line "Premise: …" of the first user message
    bool polish;
    bool json;            // the answer is to be a JSON object
    const json_t *schema; // that it is to follow, or NULL
    bool last_of_book;    // chunks only
    bool between;         // chunks only: "the story goes on" with what stands behind it
    bool raw;             // a text, not messages
    bool json_object;     // any object will do
    bool stream;
    bool include_usage;
    bool progress;     // of the prompt is told
    bool thinking_off; // by any switch
    long ping_ms;      // 0: none asked for
    long max_tokens;   // -1: none
    long num_ctx;      // Ollama's; 0: not said
    int64_t seed;      // -1: none
    double temperature;
    const char *model; // that it names, or NULL
    struct buf prompt; // all messages, rendered: the unit of the prefix cache
    json_t *root;      // owns the strings
};

// Always leaves something that ask_release may be given. `reopen` ("" for none) is what the chat template puts before an
// answer that is to be written and leaves out of past ones.
bool ask_parse(struct ask *ask, const struct ask_style *style, const char *reopen, const char *body, size_t len,
               struct err *e);
void ask_release(struct ask *ask);

// The text of the line that starts with `key` ("Title: "), up to its end; NULL if there is none.
const char *ask_line(const char *text, const char *key, size_t *len);

// A function of all messages and the seed.
uint64_t ask_hash(const struct ask *ask);
// Whether the request has a field of this name, where the style says.
bool ask_has(const struct ask *ask, const struct ask_style *style, const char *name, size_t len);
// The n-th earlier answer of the conversation that was asked for as a chunk, or NULL.
const char *ask_prose(const struct ask *ask, size_t n);

#endif
