// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The worker of one backend slot: it takes the next runnable job, opens its backend, and keeps exactly one request in
// flight until the job has come to rest.
//
//               pick, open job          backend ready          old request gone        commit, send
//     idle ───────────────────▶ opening ─────────────▶ barrier ────────────────▶ flight ──┐
//      ▲  ▲                      ▲   │ failure           │ not in time             │  ▲    │ settled, next step
//      │  │ no job, store down   │   ▼                   ▼                         │  └────┘
//      │  └──────────────────── waiting (timer) ◀────────────── failure ───────────┘
//      └── the job came to rest (done, paused, cancelled) ───────────────────────────┘
//
// The state is live bookkeeping; what to do follows from the rows each time. One function changes it: worker_enter.
// Files: worker.c the way around the drawing; worker_job.c the job at hand; worker_files.c when its files are written;
// replan.c what a deadline leaves of the book; launch.c from rows to a request; conclude.c ends without one; settle.c from
// an answer to rows. An answer that the guard has stopped goes by the barrier before the next request leaves.
#ifndef ENGINE_WORKER_H
#define ENGINE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/idle.h"
#include "backend/probe.h"
#include "engine/account.h"
#include "engine/flight.h"
#include "engine/habits.h"
#include "engine/link.h"
#include "engine/next.h"
#include "engine/prompt.h"
#include "engine/publish.h"
#include "engine/template_set.h"
#include "model/failure.h"
#include "model/language.h"
#include "model/sampling.h"

enum worker_state { WORKER_IDLE, WORKER_OPENING, WORKER_WAITING, WORKER_BARRIER, WORKER_FLIGHT };

struct worker_options {
    struct loop *loop;
    struct http *http;
    const struct config *config;
    const char *home, *program, *simulator;
};

struct worker_events {
    void (*settled)(void *arg, int64_t job, enum job_state state); // a job came to rest by the worker's own doing
    void (*idle)(void *arg);                                       // nothing is runnable
    void (*store_failed)(void *arg, const struct err *e);          // drop everything: worker_detach follows
};

struct worker {
    struct worker_options o;
    const struct worker_events *events;
    void *arg;
    struct store *store; // NULL: detached
    enum worker_state state;
    struct timer *turn; // "in the loop's next turn" and "after this delay"
    struct link *link;
    struct idle_wait *idle_wait;

    // The job at hand, read from rows; dropped and read again after any doubt.
    bool has_job;
    struct job job;
    struct spec spec;
    struct templates templates;
    const struct language *language;
    struct book book;
    struct shingles *said; // all accepted prose, read when the job is loaded
    struct habits habits;
    struct publish publish;
    struct timer *publish_soon; // runs when the request at hand has left
    struct {
        bool outline;
        int chapter; // 0: none
        bool all;    // more than one chapter: every file is looked at
    } unpublished;   // rows that the files do not show yet

    // The request at hand.
    struct step step;
    struct prompt prompt;
    struct flight flight;
    int charged;  // attempts of this task that were consumed before
    int thoughts; // answers of this task that were refused because they only thought aloud
    int64_t max_tokens;
    int64_t sent_ms; // monotonic
    int64_t seed;
    struct account account;
    struct account_entry account_entry; // of the request at hand
    bool cold_cache;                    // the job's server has been told of for reading prompts again and again
    struct sampling sampling;
    struct buf schema;         // that the answer must follow; empty: none
    const char **dry_breakers; // names of the given cast, NULL-terminated

    // What failed lately. Decides when to ask again, never what to ask.
    int failures_in_row, same_request;
    enum failure last_failure; // failures_in_row counts those
    bool need_barrier;
    bool looked_back; // what an earlier engine left on the server is known
    int64_t quiet_ms; // how long an abandoned request may still run, where no route tells
};

struct worker *worker_new(const struct worker_options *o, const struct worker_events *events, void *arg);
void worker_free(struct worker *w);
void worker_attach(struct worker *w, struct store *s); // begins to work in the loop's next turn
// Leaves the request, forgets everything that was read. With `keep_text` what has streamed is committed first.
void worker_detach(struct worker *w, bool keep_text);
// Rows have changed by somebody else's doing (the inbox): looks whether the job at hand may still run, or picks one.
void worker_look(struct worker *w);

// ---- between the files of the worker -------------------------------------------------------------------------------

// worker.c
const char *worker_state_name(enum worker_state s);
void worker_enter(struct worker *w, enum worker_state s);

// worker_job.c
bool worker_load_job(struct worker *w, int64_t id, struct err *e); // w->has_job is set as soon as there is its row
void worker_drop_job(struct worker *w);
bool worker_begin_job(struct worker *w,
                      struct err *e); // a queued job has begun, even if its backend keeps it waiting
bool worker_pin_model(struct worker *w, struct err *e);
bool worker_reload_book(struct worker *w, struct err *e);
struct desk worker_desk(struct worker *w);
int worker_chunk_words(const struct worker *w);
struct next_limits worker_limits(const struct worker *w);
int worker_attempts(const struct worker *w); // allowed per task
// The one setter of a job's state while it is at hand: inside a transaction, or in one of its own.
bool worker_set_job(struct worker *w, enum job_state to, const char *reason, struct err *e);
bool worker_set_job_now(struct worker *w, enum job_state to, const char *reason, struct err *e);

// worker_files.c
void worker_note_done(struct worker *w); // the step at hand is done, by an answer or without one: its files are due
void worker_publish(struct worker *w);   // the files that are due, and a checkpoint
void worker_show_partial(struct worker *w);

// replan.c
// Inside a transaction: the book is made shorter if its deadline asks for that; the rows of w->book may then be new.
bool worker_replan(struct worker *w, struct err *e);

// launch.c
enum { WORTH_CARRYING_WORDS = 12 }; // a shorter piece is begun anew
enum launch { LAUNCH_REQUEST, LAUNCH_FINISH, LAUNCH_FAILED };
// Inside a transaction: decides what is next and commits the caller to it by rows (attempt, job state).
enum launch launch_prepare(struct worker *w, struct err *e);
void launch_send(struct worker *w); // after the commit
struct task_key launch_task(const struct worker *w);

// conclude.c: inside a transaction, the step's rows and its task's end.
// The stream broke after everything had come: the text is judged without asking again.
bool conclude_carried(struct worker *w, const struct buf *text, bool *accepted, struct err *e);
// The task has no attempt left: the best that any attempt gave; else a gap, or a plan made by code.
bool conclude_with_best(struct worker *w, struct err *e);
// What the spec brings, or code knows, needs no request. *done tells whether it was so.
bool conclude_alone(struct worker *w, bool *done, struct err *e);

// settle.c
struct settled {
    bool answered;    // a proper end: the gate has judged it
    bool accepted;    // the step is done
    bool pause;       // the job must be paused with `reason`
    bool outage;      // the job waits meanwhile
    int64_t delay_ms; // before the next request; 0: at once
    char reason[300];
};
void worker_count_failure(struct worker *w, enum failure f);
// The request that was just left may still run on the server: the next one waits for it.
void worker_need_barrier(struct worker *w);
// Inside a transaction: the answer's rows, or the failure's.
bool settle_flight(struct worker *w, const struct gen_result *r, struct settled *out, struct err *e);

#endif
