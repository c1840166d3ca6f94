// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A set of 64-bit hashes: open addressing, grows as they come, up to a bound it is born with. A key's home is read from
// its upper half, so keys must be well mixed.
#ifndef TEXT_KEYSET_H
#define TEXT_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keyset {
    uint64_t *slots; // 0: free
    size_t slots_count, count;
    size_t most; // keys
};

void keyset_init(struct keyset *k, size_t most);
void keyset_release(struct keyset *k);
void keyset_clear(struct keyset *k);  // memory is kept
void keyset_expand(struct keyset *k); // to its full size at once
bool keyset_has(const struct keyset *k, uint64_t key);
bool keyset_add(struct keyset *k, uint64_t key); // false: it was there, or the set is full

#endif
