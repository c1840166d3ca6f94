// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the simulated model does otherwise than asked. Each habit is a function of the seed and the request's content,
// never of time: the same request meets the same whim, another seed of the request another one.
#ifndef SIM_HABITS_H
#define SIM_HABITS_H

#include "sim/ask.h"
#include "sim/grammar.h"
#include "sim/rng.h"

#include <stdbool.h>
#include <stdint.h>

struct habits {
    uint64_t seed;
    double length_ratio;    // words delivered per word asked
    long ignore_length;     // words that prose has whatever is asked; 0: as asked
    long stop_early_tokens; // prose stops at the first sentence end after so many; 0: as asked
    bool no_prefill;
    bool restate;     // with no_prefill: the last sentence of the quoted tail is said again first
    bool no_json;     // plans are lines even if JSON is asked for
    bool plan_prose;  // plans are chat
    bool heading;     // over the prose
    bool chat;        // before and after the prose
    bool close_early; // prose ends with a moral
    bool run_on;      // prose in front of a passage that stands ends with that passage's first words
    bool copy;        // earlier prose is said again
    bool think;       // a block of thought before an answer, sometimes without its end
    bool reason;      // the same in the field for reasoning, unless the request switches it off
    bool seedless;    // proofs are answered as if there were no seed
    bool control;     // a control token at the end of an answer
    long loop_percent, circle_percent, refuse_percent, wrong_language_percent; // of answers
};

// One request, as its author sees it. Nothing is owned.
struct task {
    const struct habits *habits;
    const struct ask *ask;
    const struct grammar *grammar, *other; // the language asked for, and the other one
    struct cast cast;
    uint64_t book_seed;
    uint64_t hash;     // of the request with its seed
    long limit_tokens; // of the answer
};

// Whether any habit adds text to prose, so that what a client sends back may hold some of it.
bool habits_add_text(const struct habits *h);
// Whether any habit depends on the request as a whole.
bool habits_roll_dice(const struct habits *h);
// Dice of their own for each habit.
struct rng habits_rng(const struct task *t, const char *habit);
bool habits_strike(const struct task *t, const char *habit, long percent);

#endif
