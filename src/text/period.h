// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Whether the end of a growing text has a period: text[i] == text[i - p] over some rounds of it.
//
//   1. For each byte: was the hash of the last 16 bytes met within the last PERIOD_MOST bytes? (One table of positions,
//      its entries not compared: a hash may be taken for another one, never be overlooked.) From the second round of a
//      loop on all of them were. In other text such a streak breaks off early.
//   2. Where a streak has become long, and then again whenever it has grown by a part, the text is compared with itself
//      at every distance (the Z function of the reversed text): exact, and linear in the streak.
//
// So a byte costs a few nanoseconds, and a hundred in text that nearly loops.
#ifndef TEXT_PERIOD_H
#define TEXT_PERIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PERIOD_MOST = 4000,      // bytes
    PERIOD_KEPT = 14 * 1024, // bytes of the text that are looked at: three of the longest periods, and what a call
                             // may be late
    PERIOD_SLOTS_BITS = 14,
};

// What is called a loop: so many rounds, of at most so many bytes each, and how long it must be altogether, given its
// round (SIZE_MAX: this is none).
struct period_rule {
    size_t rounds, most;
    size_t (*enough)(const unsigned char *round, size_t len);
};

struct period {
    const struct period_rule *rule;
    size_t len;              // of `text`
    size_t streak;           // hashes in a row that were known
    size_t next_look;        // the streak at which the text is compared
    uint32_t at, hash;       // bytes so far, modulo 2^32; of the last 16 of them
    size_t round, round_len; // of a known loop: where its first round begins in `text`
    uint32_t seen[1 << PERIOD_SLOTS_BITS];
    uint32_t z[PERIOD_MOST + 1];
    uint32_t source[2 * PERIOD_KEPT]; // what the caller gave with each byte
    unsigned char text[2 * PERIOD_KEPT];
};

void period_init(struct period *p, const struct period_rule *rule);
// True when the text is seen to end in a loop. One that goes on is seen again, now and then.
bool period_add(struct period *p, unsigned char byte, uint32_t source);

#endif
