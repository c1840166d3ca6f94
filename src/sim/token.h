// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The simulator's tokenizer: a blank and a word of up to six letters is one token, a longer word is two or more, a
// run of marks with the line ends after it is one. About 4.2 bytes each. Never splits a UTF-8 character.
#ifndef SIM_TOKEN_H
#define SIM_TOKEN_H

#include <stddef.h>

size_t token_len(const char *text, size_t len); // bytes of the first token; len > 0
size_t token_count(const char *text, size_t len);

#endif
