// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Counting failures, and how often to look whether a server is back.
#include "model/breaker.h"

#include <limits.h>

enum {
    FIRST_MINUTE_MS = 60 * 1000,
    LOOK_LEAST_MS = 250,
    LOOK_MINUTE_MS = 800, // at the end of the first minute, from where it grows with the time that has passed
    LOOK_MOST_MS = 10 * 1000,
};

void breaker_succeed(struct breaker *b)
{
    *b = (struct breaker){0};
}

// That it says it is ready proves little: one more failure and it is left alone again.
void breaker_ready(struct breaker *b)
{
    if (b->open) b->failures = BREAKER_OPENS_AT - 1;
    b->open = false;
}

bool breaker_fail(struct breaker *b, int64_t now_ms)
{
    if (b->down_since_ms == 0) b->down_since_ms = now_ms > 0 ? now_ms : 1;
    if (b->failures < INT_MAX) b->failures++;
    if (b->open || b->failures < BREAKER_OPENS_AT) return false;
    b->open = true;
    return true;
}

int64_t breaker_look_ms(const struct breaker *b, int64_t now_ms)
{
    int64_t down_ms = b->down_since_ms > 0 ? now_ms - b->down_since_ms : 0;
    if (down_ms <= 0) return LOOK_LEAST_MS;
    if (down_ms < FIRST_MINUTE_MS)
        return LOOK_LEAST_MS + (LOOK_MINUTE_MS - LOOK_LEAST_MS) * down_ms / FIRST_MINUTE_MS;
    int64_t look_ms = LOOK_MINUTE_MS * (down_ms / FIRST_MINUTE_MS);
    return look_ms < LOOK_MOST_MS ? look_ms : LOOK_MOST_MS;
}
