// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The parts of a request's body that several dialects write in the same way. `send` is what a dialect has a field for
// without what the server refuses; a part whose bit is missing is not written. The order of keys never changes.
#ifndef BACKEND_DIALECT_BODY_H
#define BACKEND_DIALECT_BODY_H

#include "dialect.h"

// The numbers that say how words are drawn, and the seed, under the names of `kind`.
void body_set_seed(struct json *o, const struct gen_request *q, param_set send);
void body_set_sampling(struct json *o, const struct gen_request *q, param_set send, enum dialect_kind kind);
void body_set_dry(struct json *o, const struct gen_request *q, param_set send);
// The schema as a tree, the caller's; NULL: none is asked for, or its text is no JSON (an answer in lines can be read
// too).
struct json *body_schema(const struct gen_request *q, param_set send);

// Writes `body`, frees it, and puts the messages or the raw prompt behind its other keys.
void body_end_with_messages(struct buf *out, struct json *body, const struct gen_message *messages, size_t count);
void body_end_with_raw(struct buf *out, struct json *body, const struct gen_request *q);

#endif
