// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Numbers for people: see amount.h.
#include "cli/amount.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *amount_text(char out[AMOUNT_SIZE], int64_t n)
{
    char digits[AMOUNT_SIZE];
    size_t to = 0;

    (void)snprintf(digits, sizeof digits, "%" PRId64, n > 0 ? n : 0);
    size_t len = strlen(digits);
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) out[to++] = ',';
        out[to++] = digits[i];
    }
    out[to] = '\0';
    return out;
}

int amount_percent(int64_t part, int64_t whole)
{
    if (whole <= 0 || part >= whole) return 100;
    return part > 0 ? (int)((double)part * 100.0 / (double)whole) : 0;
}
