// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Periods of a growing text: see period.h.
#include "text/period.h"

#include <string.h>

enum {
    GRAM_BYTES = 16,
    FIRST_LOOK = 384, // nothing shorter is called a loop
    LOOK_STEP = 32,   // the streak is looked at after so many bytes more, or this part of it
};

// Divisible by four, so that the 16th factor of it is 0 modulo 2^32: older bytes leave the hash by themselves.
#define GRAM_FACTOR (UINT32_C(0x1E3779B1) * 4)

void period_init(struct period *p, const struct period_rule *rule)
{
    p->rule = rule;
    p->len = p->streak = 0;
    p->next_look = FIRST_LOOK;
    p->at = PERIOD_MOST + 1; // beyond the reach of an empty table
    p->hash = 0;
    p->round = p->round_len = 0;
    memset(p->seen, 0, sizeof p->seen);
}

static void slide(struct period *p)
{
    memmove(p->text, p->text + PERIOD_KEPT, PERIOD_KEPT * sizeof(*p->text));
    memmove(p->source, p->source + PERIOD_KEPT, PERIOD_KEPT * sizeof(*p->source));
    p->len = PERIOD_KEPT;
}

// How many bytes more than `same` the text and the text `distance` bytes ago have in common, from the end backwards.
static size_t common(const struct period *p, size_t distance, size_t same)
{
    const unsigned char *end = p->text + p->len - 1;
    size_t most = p->len - distance;
    while (same < most && *(end - same) == *(end - distance - same)) same++;
    return same;
}

static bool is_loop(const struct period *p, size_t distance, size_t same)
{
    if (same < (p->rule->rounds - 1) * distance) return false;
    return same + distance >= p->rule->enough(p->text + p->len - distance, distance);
}

// The smallest period of the end of the text that makes a loop. z[k] is how long the text equals itself k bytes ago;
// text[left..right), counted from the end, is the last stretch known to repeat, from which most of z[k] follows.
static bool look(struct period *p)
{
    size_t most = (p->streak + GRAM_BYTES) / (p->rule->rounds - 1);
    if (most > p->rule->most) most = p->rule->most;
    if (most >= p->len) most = p->len - 1;
    size_t left = 0, right = 0;
    for (size_t k = 1; k <= most; k++) {
        size_t same = k < right ? p->z[k - left] : 0;
        if (k + same >= right) {
            same = common(p, k, k < right ? right - k : 0);
            left = k;
            right = k + same;
        }
        p->z[k] = (uint32_t)same;
        if (!is_loop(p, k, same)) continue;
        p->round = p->len - same - k;
        p->round_len = k;
        return true;
    }
    return false;
}

bool period_add(struct period *p, unsigned char byte, uint32_t source)
{
    p->hash = p->hash * GRAM_FACTOR + byte + 1;
    uint32_t *seen = &p->seen[p->hash >> (32 - PERIOD_SLOTS_BITS)];
    bool known = p->at - *seen <= PERIOD_MOST;
    *seen = p->at++;
    p->text[p->len] = byte;
    p->source[p->len] = source;
    if (++p->len == sizeof p->text) slide(p);
    if (!known) {
        p->streak = 0;
        p->next_look = FIRST_LOOK;
        return false;
    }
    if (++p->streak < p->next_look) return false;
    p->next_look += p->streak / LOOK_STEP > LOOK_STEP ? p->streak / LOOK_STEP : LOOK_STEP;
    return look(p);
}
