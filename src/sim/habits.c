// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The dice.
#include "sim/habits.h"

#include "base/hash.h"

#include <string.h>

bool habits_add_text(const struct habits *h)
{
    return h->heading || h->chat || h->close_early || h->copy || h->think || h->control || h->loop_percent ||
           h->circle_percent || h->refuse_percent || h->wrong_language_percent;
}

bool habits_roll_dice(const struct habits *h)
{
    return habits_add_text(h) || h->plan_prose || h->reason;
}

struct rng habits_rng(const struct task *t, const char *habit)
{
    uint64_t seed = rng_mix(t->habits->seed, hash_bytes(habit, strlen(habit)));
    return (struct rng){.state = rng_mix(seed, t->hash)};
}

bool habits_strike(const struct task *t, const char *habit, long percent)
{
    struct rng r = habits_rng(t, habit);
    return percent > 0 && rng_below(&r, 100) < (size_t)percent;
}
