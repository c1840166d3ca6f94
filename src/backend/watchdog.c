// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Two clocks against two limits.
#include "watchdog.h"

void watchdog_init(struct watchdog *w, int64_t first_token_ms, int64_t stall_ms, int64_t silence_ms, int64_t now_ms)
{
    *w = (struct watchdog){.first_token_ms = first_token_ms,
                           .stall_ms = stall_ms,
                           .silence_ms = silence_ms,
                           .content_ms = now_ms,
                           .byte_ms = -1,
                           .progress = -1};
}

void watchdog_bytes(struct watchdog *w, int64_t now_ms)
{
    w->byte_ms = now_ms;
}

void watchdog_content(struct watchdog *w, int64_t now_ms)
{
    w->content_ms = now_ms;
    w->has_content = true;
}

void watchdog_progress(struct watchdog *w, int64_t tokens, int64_t now_ms)
{
    if (tokens <= w->progress) return;
    w->progress = tokens;
    w->content_ms = now_ms;
}

static int64_t watchdog_content_due_ms(const struct watchdog *w)
{
    int64_t limit_ms = w->has_content ? w->stall_ms : w->first_token_ms;
    return limit_ms > 0 ? w->content_ms + limit_ms : INT64_MAX;
}

static int64_t watchdog_silence_due_ms(const struct watchdog *w)
{
    return w->silence_ms > 0 && w->byte_ms >= 0 ? w->byte_ms + w->silence_ms : INT64_MAX;
}

int64_t watchdog_due_ms(const struct watchdog *w)
{
    int64_t content = watchdog_content_due_ms(w), silence = watchdog_silence_due_ms(w);
    return content < silence ? content : silence;
}

enum failure watchdog_judge(const struct watchdog *w, int64_t now_ms)
{
    int64_t due_ms = watchdog_content_due_ms(w);
    if (now_ms >= due_ms && w->byte_ms > w->content_ms + (due_ms - w->content_ms) / 2) return FAIL_WEDGED;
    if (now_ms < watchdog_due_ms(w)) return FAIL_NONE;
    return w->has_content ? FAIL_STALL : FAIL_FIRST_TOKEN;
}
