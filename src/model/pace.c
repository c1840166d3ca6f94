// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The arithmetic of speeds and limits.
//
//   sample ──plausible?──▶ speed of reading ─┐
//                      └─▶ speed of writing ─┴─▶ estimate (down fast, up slowly) ──▶ limits
//                                    └─▶ ring ──▶ median ──▶ "slower than usual"
//
// A limit that comes too early throws away what a slow machine has worked on for half an hour; one that comes late
// costs a wait. So every doubt is settled in favour of waiting.
#include "model/pace.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    READ_LEAST_TOKENS = 200, // fewer say nothing of the speed
    WRITTEN_LEAST_TOKENS = 30,
    WRITTEN_MOST_PER_MS = 5,
    TOKENS_MOST = 100000000, // no context holds more
    MEDIAN_LEAST = 10,
    STALL_TOKENS = 60,
};

static const double day_ms = 86400e3, minute_ms = 60e3, second_ms = 1e3;
static const double speed_least = 0.001, speed_most = 1e6; // tokens a second: what lies outside is a broken clock
static const double read_unmeasured = 10, written_unmeasured = 0.5;
// Nobody waits for a server that is faster than this; what its speed shows is the noise of a clock of milliseconds.
static const double slow_most = 2000;
static const double weight_down = 0.6, weight_up = 0.3;

// A server that does not say what it had in its cache may have read next to nothing: such an answer shows no more than
// that it is not slower than this.
static const double read_unsure_most = 50;

// ---- what an answer shows ----------------------------------------------------------------------------------------

// Tokens a second, or 0 if that is no speed.
static double speed(int64_t tokens, int64_t ms, int64_t least_tokens)
{
    if (tokens < least_tokens || tokens > TOKENS_MOST || ms <= 0) return 0;
    double per_s = (double)tokens * second_ms / (double)ms;
    return per_s >= speed_least && per_s <= speed_most ? per_s : 0;
}

static double read_speed(const struct pace *p, const struct pace_sample *s)
{
    bool sure = s->cached_tokens >= 0;
    if (sure && s->cached_tokens > s->prompt_tokens) return 0; // of a server that lies the difference may overflow
    int64_t ms = s->prompt_ms > 0 ? s->prompt_ms : s->first_token_ms;
    double per_s = speed(s->prompt_tokens - (sure ? s->cached_tokens : 0), ms, READ_LEAST_TOKENS);
    return sure ? per_s : fmin(per_s, fmax(p->prefill_per_s, read_unsure_most));
}

static double written_speed(const struct pace_sample *s)
{
    if (s->output_ms > 0) return speed(s->output_tokens, s->output_ms, WRITTEN_LEAST_TOKENS);
    if (s->first_token_ms < 0 || s->total_ms < s->first_token_ms) return 0;
    int64_t ms = s->total_ms - s->first_token_ms;
    // No machine writes so fast: something on the way has kept the text back and then sent all of it.
    if (s->output_tokens > ms * WRITTEN_MOST_PER_MS) ms = s->total_ms > 0 ? s->total_ms : 1;
    return speed(s->output_tokens, ms, WRITTEN_LEAST_TOKENS);
}

static void follow(double *estimate, double seen)
{
    if (!(*estimate > 0))
        *estimate = seen;
    else
        *estimate += (seen - *estimate) * (seen < *estimate ? weight_down : weight_up);
}

static void note_written(struct pace *p, double per_s)
{
    if (!(per_s > 0)) return;
    follow(&p->decode_per_s, per_s);
    // While it is slow its usual speed stays what it was: else it would be called recovered for having been slow long.
    if (p->slow) return;
    p->speeds[p->speeds_next] = per_s;
    p->speeds_next = (p->speeds_next + 1) % PACE_SPEEDS;
    if (p->speeds_count < PACE_SPEEDS) p->speeds_count++;
}

void pace_note(struct pace *p, const struct pace_sample *s)
{
    double read = read_speed(p, s);
    if (read > 0) follow(&p->prefill_per_s, read);
    note_written(p, written_speed(s));
}

void pace_seed(struct pace *p, double decode_per_s)
{
    if (decode_per_s >= speed_least && decode_per_s <= speed_most) note_written(p, decode_per_s);
}

// ---- slower than usual -------------------------------------------------------------------------------------------

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double pace_median(const struct pace *p)
{
    double sorted[PACE_SPEEDS];
    size_t count = (size_t)p->speeds_count;
    if (p->speeds_count < MEDIAN_LEAST) return 0;
    memcpy(sorted, p->speeds, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_size);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

enum pace_change pace_look(struct pace *p)
{
    double median = pace_median(p);
    if (!(median > 0)) return PACE_SAME;
    if (!p->slow && p->decode_per_s < fmin(median / 2, slow_most)) {
        p->slow = true;
        return PACE_SLOWER;
    }
    if (p->slow && p->decode_per_s > median * 3 / 4) {
        p->slow = false;
        return PACE_RECOVERED;
    }
    return PACE_SAME;
}

// ---- limits ------------------------------------------------------------------------------------------------------

static double time_ms(int64_t tokens, double per_s, double unmeasured)
{
    return tokens > 0 ? (double)tokens * second_ms / (per_s > 0 ? per_s : unmeasured) : 0;
}

static int64_t between(double ms, double least, double most)
{
    return (int64_t)fmin(fmax(ms, least), most);
}

struct pace_limits pace_limits(const struct pace *p, const struct pace_ask *ask)
{
    double load = ask->cold ? 20 * minute_ms : 0;
    double read = time_ms(ask->prompt_tokens, p->prefill_per_s, read_unmeasured);
    double write = time_ms(ask->max_tokens, p->decode_per_s, written_unmeasured);
    double stall = time_ms(STALL_TOKENS, p->decode_per_s, written_unmeasured);
    struct pace_limits l = {
        .first_token_ms = between(fmax(30 * second_ms + 3 * read, 2 * minute_ms) + load, 0, day_ms / 6),
        .stall_ms = between(stall, 20 * second_ms, 10 * minute_ms),
    };
    if (ask->first_token_s > 0) l.first_token_ms = (int64_t)ask->first_token_s * 1000;
    if (ask->stall_s > 0) l.stall_ms = (int64_t)ask->stall_s * 1000;
    // The whole is not shorter than the wait for its beginning, which the user may have made long.
    l.total_ms = between(load + 4 * (read + write), fmax(60 * minute_ms, (double)l.first_token_ms), day_ms);
    if (ask->total_s > 0) l.total_ms = (int64_t)ask->total_s * 1000;
    return l;
}

int64_t pace_burn_ms(const struct pace *p, int64_t tokens)
{
    static const double unmeasured = 20;
    return between(time_ms(tokens, p->decode_per_s, unmeasured), second_ms / 2, 15 * minute_ms);
}
