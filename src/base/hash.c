// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// FNV-1a: see include/base/hash.h.
#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>

#define HASH_PRIME UINT64_C(0x00000100000001b3)

uint64_t hash_add(uint64_t hash, const void *data, size_t len)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i++) hash = (hash ^ p[i]) * HASH_PRIME;
    return hash;
}

uint64_t hash_bytes(const void *data, size_t len)
{
    return hash_add(HASH_START, data, len);
}

void hash_text(char out[HASH_TEXT_SIZE], uint64_t hash)
{
    (void)snprintf(out, HASH_TEXT_SIZE, "%016" PRIx64, hash);
}
