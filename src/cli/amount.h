// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Numbers for people.
#ifndef CLI_AMOUNT_H
#define CLI_AMOUNT_H

#include <stdint.h>

enum { AMOUNT_SIZE = 32 };

const char *amount_text(char out[AMOUNT_SIZE], int64_t n); // "150,012"
int amount_percent(int64_t part, int64_t whole);           // 0 to 100; 100 only when it is whole

#endif
