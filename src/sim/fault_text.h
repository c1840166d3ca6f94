// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The faults of the model itself: what becomes of an answer before its first token is sent.
#ifndef SIM_FAULT_TEXT_H
#define SIM_FAULT_TEXT_H

#include "sim/ask.h"
#include "sim/fault.h"

#include "base/buf.h"

#include <stddef.h>

struct answer {
    struct buf text;
    size_t thought;   // so many bytes of it are reasoning, which has a field of its own
    size_t flat_from; // from here on each byte is a token
};

void answer_init(struct answer *a);
void answer_release(struct answer *a);
// Bytes of the token at `at`, which is not the end.
size_t answer_token(const struct answer *a, size_t at);

// What the model does not see of the request. `f` may be NULL, here and below.
void fault_blinds(const struct fault *f, struct ask *ask);
// `prefill` is the request's own, or NULL. The answer is cut at `limit_tokens` by the caller.
void fault_rewrites(const struct fault *f, const char *prefill, long limit_tokens, struct answer *a);

#endif
