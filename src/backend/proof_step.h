// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The steps of a proof, as a table: when each applies, what it sends, and what the answers say. The steps know nothing
// of the loop, of HTTP or of the order in which things happen: that is the machine (proof.c).
#ifndef BACKEND_PROOF_STEP_H
#define BACKEND_PROOF_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/proof.h"
#include "base/buf.h"

enum { PROOF_TURNS_MOST = 3, PROOF_ANSWER_MAX = 4096, PROOF_STEPS = 9 };

struct proof_answer {
    struct buf text;
    struct gen_result result;
};

// What the steps look at and write to.
struct proof_scene {
    enum dialect_kind dialect;
    bool prefill, idle_route, tokens_route;        // of the facts
    bool sample;                                   // there is a text to count
    bool tells_cached;                             // some answer told how much of its prompt came from the cache
    bool reasoning_is_text;                        // the field for reasoning is read as the answer
    bool raw_holds;                                // the template was tried, and what it sends is reused
    int64_t tokens_timed, output_ms;               // of all answers: the server's speed
    struct proof_answer answers[PROOF_TURNS_MOST]; // of this step, one for each of its turns
    bool answered;                                 // some generation came to a proper end
    int dropped;                                   // how often this turn was refused without a reason
    param_set refused_before;                      // and what was known to be refused before that
    struct proofs found;
};

// One generation. The messages alternate and begin with the user.
struct proof_ask {
    const char *texts[3];
    size_t texts_count;
    int max_tokens;
    double temperature;
    int64_t seed; // -1: none
    const char *schema;
    bool prefill, raw;
    bool leave; // left at its first text
};

enum proof_kind { PROOF_GENERATES, PROOF_COUNTS, PROOF_RENDERS };

struct proof_step {
    enum proof_kind kind;
    param_set subject; // the parameter that the step is about: its refusal is the answer; 0: none
    size_t verdict;    // offset in struct proofs of what it proves
    bool (*applies)(const struct proof_scene *s);
    void (*ask)(const struct proof_scene *s, int turn, struct proof_ask *out);
    // After the proper end of a turn. True: the step wants its next turn.
    bool (*judge)(struct proof_scene *s, int turn);
    // The turn was left, because there was far more text than its limit allows. NULL: that says nothing about the step.
    void (*overrun)(struct proof_scene *s, int turn);
    // Its answer is so well known that it can be told from thoughts about it.
    bool knows_answer;
};

extern const struct proof_step proof_steps[PROOF_STEPS];

// What the server's own template says of it. Takes `t`; NULL: there is none.
void proof_judge_template(struct proof_scene *s, struct gen_template *t);
// What 64 tokens take at the speed that was seen; 0: unknown.
int64_t proof_rest_ms(const struct proof_scene *s);
// From how long after the client had left the server was idle.
enum proof_verdict proof_judge_leave(int64_t idle_after_ms, int64_t rest_ms);

// What follows from the end of a generation (proof_fate.c).
enum proof_fate { FATE_ANSWERED, FATE_AGAIN, FATE_UNANSWERED, FATE_GONE };
enum proof_fate proof_fate(struct proof_scene *s, const struct proof_step *step, const struct gen_result *r);
// What every answer tells on the way: thoughts, cached tokens, speed.
void proof_note(struct proof_scene *s, int turn);
// It broke within its reply, so the server may still be busy with it.
bool proof_broke(const struct gen_result *r);

#endif
