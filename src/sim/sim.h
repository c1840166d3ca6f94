// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The simulated server as a whole: what it was told on the command line and what its requests share.
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "sim/account.h"
#include "sim/author.h"
#include "sim/script.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct sim_options {
    int port;      // 0: any
    int listen_fd; // -1: bind ourselves
    struct habits habits;
    double tokens_per_s;        // at first; 0: flat out
    double prefill_chars_per_s; // 0: at once
    long cap_tokens;            // 0: none
    long ctx_tokens;
    bool no_slots;
    bool ignore_limit;         // the request's own
    bool tells_cached;         // tokens, where that is an option
    long ctx_most_tokens;      // that the model can be loaded with; 0: ctx_tokens
    bool rerender;             // past answers by the chat route
    const char *refuse_params; // names with commas between them, or NULL
    const char *dialect;
    const char *model;  // that is loaded at the start
    const char *models; // all, with commas between them, or NULL: only that one
    long load_ms;
    const char *script_path; // or NULL
    const char *overflow;    // whose words are used if a prompt does not fit (overflow.h); NULL: the dialect's
    long fatal_window_ms;    // the process dies of overlaps and within this time after a disconnect; -1: it does not
    long wedge_after;        // generations; -1: never
    bool wedge_slots;        // a wedged server does not answer when it is asked whether it is busy
};

struct dialect;
struct MHD_Daemon;

struct sim {
    const struct sim_options *options;
    const struct dialect *dialect;
    const struct script *script; // or NULL
    _Atomic double tokens_per_s; // may change in the middle of an answer; 0: flat out
    pthread_mutex_t lock;        // guards all below
    struct author *author;
    struct account account;
    long generations;   // requests so far: a fault script counts by this
    atomic_long aborts; // times that KoboldCpp was told to end its answer
    // The model: see model.h.
    const char *model;
    long ctx_tokens;
    int64_t loading_until_ns;
    // Of faults:
    long load_ms;     // the model is not loaded: so long it takes; 0: it is
    long slow_factor; // of the rate, for good; 0: as it is
    bool down;
    struct MHD_Daemon *daemon; // changed by outage.c alone
};

#endif
