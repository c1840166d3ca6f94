// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Numbers as people read them.
#ifndef TEXT_AMOUNT_H
#define TEXT_AMOUNT_H

#include <stdint.h>

enum { AMOUNT_SIZE = 40 };

const char *amount_text(char out[AMOUNT_SIZE], int64_t n);  // "150,012"
const char *amount_words(char out[AMOUNT_SIZE], int64_t n); // "150,012 words", "1 word"

#endif
