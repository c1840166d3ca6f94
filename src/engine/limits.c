// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See limits.h.
#include "engine/limits.h"

enum { LARGE_N_CTX = 16384, CARDS_MOST = 24, CARD_TOKENS = 160, CHUNK_WORDS_LEAST = 150 };

// A chunk and its answer must fit the context several times over.
int limits_chunk_words(int n_ctx_tokens, int chunk_words)
{
    int fits = n_ctx_tokens / 8;
    int words = fits < chunk_words ? fits : chunk_words;
    return words < CHUNK_WORDS_LEAST ? CHUNK_WORDS_LEAST : words;
}

// Recaps of past acts may take a quarter of a large context, and an eighth of a small one.
struct next_limits limits_of(int n_ctx_tokens, int chunk_words)
{
    int cards = n_ctx_tokens / CARD_TOKENS;
    return (struct next_limits){.chunk_words = limits_chunk_words(n_ctx_tokens, chunk_words),
                                .cards_most = cards < CARDS_MOST ? cards : CARDS_MOST,
                                .memory_bytes = n_ctx_tokens >= LARGE_N_CTX ? n_ctx_tokens : n_ctx_tokens / 2};
}
