// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What a context has room for. Pure.
#ifndef ENGINE_LIMITS_H
#define ENGINE_LIMITS_H

#include "engine/next.h"

// `chunk_words` as the config wishes it.
struct next_limits limits_of(int n_ctx_tokens, int chunk_words);
int limits_chunk_words(int n_ctx_tokens, int chunk_words);

#endif
