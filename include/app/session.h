// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A foreground run: the time from a message left in the inbox until the jobs it was about have come to rest.
//
//      messages were posted
//              │
//              ▼      every 100 ms: home/engine.lock free?
//          FOLLOWER ─────────────────────────────────────▶ ENGINE   works the whole queue, whoever submitted
//              │  reads the answers, its jobs' rows and events, in both roles, over a read-only connection
//              └───────────────┬────────────────────────────┘
//                              ▼
//          own jobs at rest · idle (no own jobs) · SIGINT, SIGTERM: own jobs are paused · the store failed
//                              │
//                              ▼  role_leave: hands over what is left of the queue
//
// In both roles the session judges by committed rows alone, so that it makes no difference who wrote them.
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/home.h"
#include "app/program.h"
#include "base/err.h"
#include "engine/message.h"
#include "model/job.h"
#include "store/store.h"

struct session_job {
    char key[MESSAGE_KEY_SIZE]; // the message that was left
    int64_t id;                 // 0: not answered yet, or refused
    bool over;                  // refused, or at rest
    enum job_state state;       // as last seen
    struct err refused;
    int64_t last_event;
};

struct session_options {
    const struct home *home;
    const struct program *program;
    struct session_job *jobs; // own jobs, `key` filled in; none: works until the queue is empty
    size_t jobs_count;
    bool wait;        // without own jobs: stand by while another engine runs
    int64_t since_ms; // wall clock; earlier events of own jobs are history
};

enum session_end {
    SESSION_RESTED,      // own jobs are at rest or refused
    SESSION_IDLE,        // nothing left in the queue
    SESSION_BUSY,        // another engine runs, and `wait` is not set
    SESSION_INTERRUPTED, // `signum`
    SESSION_FAILED,      // `e` is set
};

// Everything is called from the loop; rows and the store are valid during the call.
struct session_events {
    void (*engine)(void *arg);                          // we write now
    void (*follower)(void *arg, long engine_pid);       // somebody else does; once
    void (*silent)(void *arg, long engine_pid);         // that one has not answered for seconds; once
    void (*accepted)(void *arg, const struct job *job); // an own job has its id
    void (*event)(void *arg, const struct event_row *row);
    void (*tick)(void *arg, struct store *store, bool news); // ten times a second; the store may be NULL
    void (*rested)(void *arg, const struct job *job);        // an own job, or when interrupted: what became of it
    void (*info)(void *arg);                                 // one status line is wanted
    void (*hangup)(void *arg);                               // the terminal is gone: no more output to it
};

enum session_end session_run(const struct session_options *o, const struct session_events *events, void *arg,
                             int *signum, struct err *e);

#endif
