// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Deterministic numbers for the simulator's prose and faults: splitmix64 (Steele, Lea, Flood 2014).
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

uint64_t rng_next(struct rng *r);
size_t rng_below(struct rng *r, size_t n); // n > 0
// One well mixed number from two, so that (seed, chapter) and (seed, chapter + 1) share nothing.
uint64_t rng_mix(uint64_t a, uint64_t b);

#endif
