// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One answer, as its two files share it: generation.c takes it in and keeps its account, generation_answer.c hands it out.
#ifndef SIM_GENERATION_STATE_H
#define SIM_GENERATION_STATE_H

#include "sim/generation.h"

#include "sim/fault_text.h"
#include "sim/wire.h"

enum phase {
    PHASE_PREFILL,
    PHASE_ROLE,
    PHASE_TOKENS,
    PHASE_FAULT,
    PHASE_FINISH,
    PHASE_USAGE,
    PHASE_DONE,
    PHASE_SILENT,
    PHASE_CUT,
    PHASE_END,
};

struct generation {
    struct sim *sim;
    const struct wire *wire;
    int fd;
    struct ask ask;
    const struct fault *fault; // NULL once it was played
    enum phase phase;
    bool ended; // in the account

    struct answer answer;
    size_t at; // bytes of it handed out
    long tokens, limit_tokens, ctx_tokens;
    long slow_factor; // of the server's rate; 0: as it is
    long aborts;      // of the server, when this began
    const char *finish_reason;

    struct event event;
    struct buf out; // events not taken yet

    struct account_seen seen; // of the prompt
    struct meter meter;
    int64_t start_ns, first_ns; // headers; first token
    double paced_rate;          // that is kept since `paced_ns`, when `paced_tokens` had been said
    int64_t paced_ns;
    long paced_tokens;
    int64_t told_ns;   // the last sign of life in the prefill
    int64_t silent_ns; // since when it is silent
};

// In the account; once, whatever is told later.
void generation_end(struct generation *g, enum account_end how);

#endif
