// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading one piece of an answer: what is the same in all dialects.
#ifndef BACKEND_DIALECT_DELTA_H
#define BACKEND_DIALECT_DELTA_H

#include "dialect.h"

// Parses the piece into out->tree and looks for an error. False: nothing is left to be read (the end mark, or trouble,
// which is set then).
bool delta_open(struct delta *out, const char *type, const char *data, size_t len);
// An error without the word "error": {"object":"error", …}, {"detail": …}. True: `out` is trouble now.
bool delta_is_flat_trouble(struct delta *out);
void delta_set_trouble(struct delta *out, const char *message);

// Texts that may be missing, null, or of another kind: NULL then.
void delta_set_text(struct delta *out, const struct json *v);
// Thinking, by the first of the fields that has any: "reasoning_content", "reasoning", "thinking".
void delta_set_reasoning(struct delta *out, const struct json *message);

// Numbers that no server can mean are not said (-1): rows sum these up.
int64_t delta_tokens(const struct json *v);
int64_t delta_ms(const struct json *v); // of milliseconds, with or without a fraction
int64_t delta_ns(const struct json *v); // of nanoseconds, in milliseconds

#endif
