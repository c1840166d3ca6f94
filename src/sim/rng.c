// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// splitmix64.
#include "sim/rng.h"

uint64_t rng_next(struct rng *r)
{
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

size_t rng_below(struct rng *r, size_t n)
{
    return (size_t)((rng_next(r) >> 11) % n);
}

uint64_t rng_mix(uint64_t a, uint64_t b)
{
    struct rng r = {.state = a};
    r.state = rng_next(&r) ^ (b * UINT64_C(0xd6e8feb86659fd93));
    return rng_next(&r);
}
