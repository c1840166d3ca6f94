// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How often each of many things occurs: a table from a well-mixed hash to its count.
#ifndef TEXT_TALLY_H
#define TEXT_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct tally_entry {
    uint64_t key;
    size_t count; // 0: the slot is free
    size_t first; // where it occurred first: the caller's number
    size_t small; // of a word: written without a capital
};

struct tally {
    struct tally_entry *slots;
    size_t slots_count; // a power of two
};

void tally_init(struct tally *t, size_t most); // room for so many different keys
void tally_release(struct tally *t);
struct tally_entry *tally_add(struct tally *t, uint64_t key, size_t where); // counts one more
const struct tally_entry *tally_get(const struct tally *t, uint64_t key);   // count 0 if it never occurred

#endif
