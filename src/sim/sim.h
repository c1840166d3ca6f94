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
#include <stdbool.h>

struct sim_options {
    int port;      // 0: any
    int listen_fd; // -1: bind ourselves
    struct habits habits;
    double tokens_per_s;        // 0: flat out
    double prefill_chars_per_s; // 0: at once
    long cap_tokens;            // 0: none
    long ctx_tokens;
    bool no_slots;
    bool ignore_limit; // the request's own
    bool tells_cached; // tokens, where that is an option
    const char *dialect;
    const char *model;
    const char *script_path; // or NULL
};

struct dialect;

struct sim {
    const struct sim_options *options;
    const struct dialect *dialect;
    const struct script *script; // or NULL
    pthread_mutex_t lock;        // guards all below
    struct author *author;
    struct account account;
    long generations; // requests so far: a fault script counts by this
};

#endif
