// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// POST /tokenize as vLLM has it and SGLang took it over: {"model", "prompt", "add_special_tokens"} in,
// {"count", "max_model_len", "tokens"} out.
#ifndef BACKEND_DIALECT_TOKENIZE_H
#define BACKEND_DIALECT_TOKENIZE_H

#include "base/buf.h"
#include "io/json.h"

void tokenize_write(struct buf *out, const char *model, const char *text, size_t len);
int64_t tokenize_read(const struct json *v); // -1: it says no number

#endif
