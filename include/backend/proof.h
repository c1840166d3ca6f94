// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a server really does, against what it says: a handful of very small generations, once per backend and model,
// before the first request of the first book. About 150 tokens in all. Never two at once; each waits for the one
// before. Nothing here is fatal: what cannot be proved stays unknown, and the dialect's own assumption holds.
//
//   tokens ─▶ limit ─▶ seed ─▶ schema ─▶ prefill ─▶ reuse ─▶ render, raw (if not reused) ─▶ leave ─▶ done
//
// The order puts what disturbs most last: `leave` breaks off a request and then waits until the server is idle.
#ifndef BACKEND_PROOF_H
#define BACKEND_PROOF_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/generation.h"
#include "backend/probe.h"
#include "base/buf.h"

enum proof_verdict { PROOF_UNKNOWN, PROOF_YES, PROOF_NO };

struct proofs {
    enum proof_verdict limit;   // an answer ends at max_tokens
    enum proof_verdict usage;   // a stream tells its tokens
    enum proof_verdict seed;    // same seed, same text; another seed, another text
    enum proof_verdict schema;  // an answer follows a JSON Schema
    enum proof_verdict prefill; // a partial answer is continued, not restated
    enum proof_verdict reuse;   // turn n+1 reuses turn n from the prefix cache
    enum proof_verdict leave;   // generating stops when the client leaves (only where a route tells)
    bool thinks;                // thinks although it was told not to
    bool hidden_answer;         // what it says stands in the field for reasoning although thinking is off
    param_set refused;          // optional parameters that it refuses
    int bytes_per_token_x100;   // of the sample, by its own tokenizer; 0: it has none
    struct gen_template *raw;   // set where `reuse` is PROOF_NO and the template could be found; the receiver's
    double decode_per_s; // tokens a second of writing, of these few answers; 0: not seen; not kept with the rest
    int requests;        // generations that were sent
};

struct proof_options {
    enum dialect_kind dialect;
    const char *url, *bearer, *model; // the last two may be NULL
    const struct backend_facts *facts;
    int n_ctx_tokens; // as gen_request has it
    int slot;
    const char *sample;               // some text of the book's language, a kilobyte or so: for the tokenizer
    int64_t first_token_ms, stall_ms; // of each generation
};

enum { PROOF_TOKENS_MOST = 64 }; // of each generation's limit: a successor can tell how long one may still burn

struct proof;
// `failure` FAIL_NONE: whatever could be proved is proved. Else the server went away meanwhile (`message` in its
// words): nothing of it should be kept. Once, from the loop; `p` is valid during the call (its `raw` is the receiver's).
struct proof *proof_start(struct loop *l, struct http *h, const struct proof_options *o,
                          void (*done)(void *arg, enum failure failure, const char *message, struct proofs *p),
                          void *arg);
void proof_cancel(struct proof *p); // closes what is open; NULL is fine

// As the text of a row. What is not known of it is passed over; false: it is no such text, and nothing is proved. `raw`
// is the caller's (gen_template_free).
bool proofs_read(struct proofs *out, const char *json);
void proofs_write(const struct proofs *p, struct buf *out);

#endif
