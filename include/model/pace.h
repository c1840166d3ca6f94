// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How fast a server is, and the limits of time that follow: learnt from what it does, bounded by what the user says.
// Pure arithmetic; the monotonic clock comes in as numbers. Nothing here ever decides what text is asked for.
#ifndef MODEL_PACE_H
#define MODEL_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum { PACE_SPEEDS = 51 };

struct pace {
    double prefill_per_s;       // tokens a second of reading a prompt that is not cached; 0: not measured
    double decode_per_s;        // tokens a second of writing; 0: not measured
    double speeds[PACE_SPEEDS]; // of the last answers, a ring; the median is the server's usual speed
    int speeds_count, speeds_next;
    bool slow; // below half of its median now
};

// What one answer shows. -1: not known.
struct pace_sample {
    int64_t prompt_tokens, cached_tokens, output_tokens;
    int64_t first_token_ms, total_ms;
    int64_t prompt_ms, output_ms; // by the server's own clock, where it tells; better than ours
};

// Takes a sample; short ones (less than 30 tokens written, less than 200 read) say nothing of the respective speed. Slow machines weigh as
// much as fast ones: the estimates follow within a few answers, and down faster than up (a limit must not come too early).
void pace_note(struct pace *p, const struct pace_sample *s);
void pace_seed(struct pace *p, double decode_per_s); // a speed of an earlier run, oldest first

enum pace_change { PACE_SAME, PACE_SLOWER, PACE_RECOVERED };
// After a sample: the server has fallen below half of its own median (of at least 10 answers) and below 2,000 tokens/s, or is
// back above 3/4.
enum pace_change pace_look(struct pace *p);
double pace_median(const struct pace *p); // 0: fewer than 10 answers

struct pace_ask {
    int64_t prompt_tokens; // that the server will have to read: not in its cache, as far as we know
    int64_t max_tokens;
    int first_token_s, stall_s, total_s; // the user's own limits; 0: not given, then the learnt ones hold
    bool cold;                           // the model may have to be loaded first
};

struct pace_limits {
    int64_t first_token_ms; // without any sign of life: text, thinking, progress of the prompt
    int64_t stall_ms;       // between pieces of text
    int64_t total_ms;
};

// A limit that the user gives holds as it is. Otherwise: first token = 30 s + 3 times the time that the prompt should
// take at the measured speed (unmeasured: at 10 tokens/s), at least 2 min (cold: + 20 min), at most 4 h; stall = the
// time of 60 tokens at the measured speed (unmeasured: 0.5 tokens/s), at least 20 s, at most 10 min; total = 4 times what the whole should
// take, at least 1 h, at most 24 h.
struct pace_limits pace_limits(const struct pace *p, const struct pace_ask *ask);

// What may still be burning of a request that was left: `tokens` at the speed seen, at least 0.5 s, at most 15 min;
// unmeasured: at 20 tokens/s.
int64_t pace_burn_ms(const struct pace *p, int64_t tokens);

#endif
