// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// FNV-1a, 64 bits (Fowler, Noll, Vo; draft-eastlake-fnv). It notices accidents (a flipped byte, a file edited by
// its owner), not attackers.
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

uint64_t hash_add(uint64_t hash, const void *data, size_t len);
uint64_t hash_bytes(const void *data, size_t len);

enum { HASH_TEXT_SIZE = 17 };
void hash_text(char out[HASH_TEXT_SIZE], uint64_t hash); // 16 hex digits

#endif
