// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Numbers as people read them: see include/text/amount.h.
#include "text/amount.h"

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

const char *amount_words(char out[AMOUNT_SIZE], int64_t n)
{
    size_t len = strlen(amount_text(out, n));

    (void)snprintf(out + len, AMOUNT_SIZE - len, n == 1 ? " word" : " words");
    return out;
}
