// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Where a long text says again, word for word, what it has said before: of the text as a whole, in one pass.
#ifndef TEXT_REPEATS_H
#define TEXT_REPEATS_H

#include <stddef.h>

// Calls `found` for each stretch s[from..to) of SHINGLE_RUN_WORDS (text/shingle.h) words or more of which every run of
// eight words stands earlier in the text. Words are compared as shingles do: without case and punctuation.
void repeats_find(const char *s, size_t len, void (*found)(void *arg, size_t from, size_t to), void *arg);

#endif
