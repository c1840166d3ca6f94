// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How servers say that a prompt does not fit into their context.
#ifndef SIM_OVERFLOW_H
#define SIM_OVERFLOW_H

#include "base/buf.h"

#include <stdbool.h>

struct overflow {
    const char *name; // of a dialect, or of what differs from it: "ik", "vllm-old", "llamacpp-decode"
    unsigned status;  // 200: it comes in the stream, as its only event
    const char
        *body; // %p stands for the prompt's tokens, %a for the answer's, %s for their sum, %c for the context's
};

const struct overflow *overflow_find(const char *name); // NULL: nobody says it so
void overflow_write(const struct overflow *o, long prompt_tokens, long answer_tokens, long ctx_tokens,
                    struct buf *out);

#endif
