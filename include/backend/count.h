// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Counting tokens by the server's own tokenizer, where it has a route for that: /tokenize of llama.cpp, vLLM and
// SGLang, /api/extra/tokencount of KoboldCpp.
#ifndef BACKEND_COUNT_H
#define BACKEND_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "io/http.h"
#include "io/loop.h"
#include "model/dialects.h"

bool count_has_route(enum dialect_kind d);

struct count;
// `tokens` -1: the server did not say. Answers within 5 s. The callback comes once, from the loop. `model` may be NULL.
struct count *count_start(struct loop *l, struct http *h, enum dialect_kind d, const char *url, const char *bearer,
                          const char *model, const char *text, size_t len, void (*done)(void *arg, int64_t tokens),
                          void *arg);
void count_cancel(struct count *c); // NULL is fine

#endif
