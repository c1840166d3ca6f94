// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A worker: it is given a job and a slot of one of the job's backends, opens that backend, and keeps exactly one request
// in flight there until the job has come to rest. What other workers do on other slots it does not know.
//
//          worker_take           ready        old request gone      proved        commit, send
//     idle ──────────▶ opening ───────▶ barrier ────────────▶ proving ──────▶ flight ──┐
//      ▲               ▲  │ ▲ failure     │ not in time         │ failure       │ ▲    │ settled, next step
//      │               │  ▼ │             ▼                     ▼               │ └────┘
//      │               │ waiting (timer) ◀┴─────────────────────┴── failure ────┤
//      │               └── the next backend: worker_move ◀──────────────────────┘
//      └── the job came to rest (done, paused, cancelled)
//
// The state is live bookkeeping; what to do follows from the rows each time. One function changes it: worker_enter.
// An answer that the guard has stopped goes by the barrier before the next request leaves. Files:
//
//   worker.c          the way around the drawing       worker_look.c     what others have changed of the job at hand
//   worker_open.c     from a slot to a ready server    worker_barrier.c  until nothing runs there any more
//   worker_prove.c    what is known of it, and proved  worker_move.c     to another backend, and home again
//   worker_job.c      the job at hand                  worker_files.c    when its files are written
//   launch*.c         from rows to a request           conclude.c        ends without one
//   settle.c          from an answer to rows           settle_counts.c   what its tokens show: cut.c
//   settle_failure.c  from a failure                   replan.c          what a deadline leaves of the book
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
#include "engine/routes.h"
#include "engine/next.h"
#include "engine/prompt.h"
#include "engine/publish.h"
#include "engine/template_set.h"
#include "model/failure.h"
#include "model/language.h"
#include "model/sampling.h"

enum worker_state { WORKER_IDLE, WORKER_OPENING, WORKER_WAITING, WORKER_BARRIER, WORKER_PROVING, WORKER_FLIGHT };

struct worker;

struct worker_options {
    struct loop *loop;
    struct http *http;
    const struct config *config;
    struct servers *servers;
    // What the pool knows: a free slot of that backend (-1: none), and of all backends.
    int (*free_slot)(void *arg, const char *backend);
    // The job to which the one at hand should give way; 0: none.
    int64_t (*outranked_by)(void *arg, const struct worker *w);
    const struct routes_view *view;
};

struct worker_events {
    void (*settled)(void *arg, int64_t job, enum job_state state); // a job came to rest by the worker's own doing
    void (*free)(void *arg);                                       // it has no job any more
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
    struct proof *proof;

    // The job at hand, read from rows; dropped and read again after any doubt.
    bool has_job;
    bool
        reread; // text of it was taken out or is to be written anew: all is read again when the request at hand is over
    struct job job;
    struct routes routes;
    int route, slot;     // in use: of the routes; of that backend
    char *model;         // that requests name on this route; "": none
    struct known *known; // of the server with that model; NULL: not opened yet
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
        int recap;   // chapter of the last recap; 0: none
        bool all;    // more than one chapter: every file is looked at
    } unpublished;   // rows that the files do not show yet

    // The request at hand.
    struct step step;
    struct prompt prompt;
    struct flight flight;
    int charged;  // attempts of this task that were consumed before
    int thoughts; // answers of this task that were refused because they only thought aloud
    int64_t max_tokens;
    int64_t seed;
    struct account account;
    struct account_entry account_entry; // of the request at hand
    int64_t read_tokens;                // of the last answered prompt, as the server counted them; 0: not known
    size_t read_bytes;                  // of the same prompt
    bool cold_cache;                    // the job's server has been told of for reading prompts again and again
    struct sampling sampling;
    struct buf schema;         // that the answer must follow; empty: none
    const char **dry_breakers; // names of the given cast, NULL-terminated

    // What failed lately. Decides when to ask again, never what to ask.
    int failures_in_row, same_request;
    enum failure last_failure; // failures_in_row counts those
    int64_t not_before_ms; // monotonic: nothing is generated before, unless the server was seen to go and come back
    bool hold;             // not even then: it has said itself how long to wait
    bool seen_down;        // since the last failure of a request
    bool told_loading;     // that the model is to be loaded was said
    bool told_missing;     // what the server has not of what the spec asks
    int proof_failures;

    // The job's other backends.
    struct timer *other_look;
    struct probe *other_probe;
    int looked_at;          // route
    unsigned struck;        // routes that only their owner can mend, a bit each
    bool home_ready;        // the one that it prefers was seen to be ready, since it was left
    int64_t went_home_ms;   // monotonic; 0: never
    int64_t home_failed_ms; // monotonic: it was said to be back, and was not; 0: never
    int64_t moved_ms;       // monotonic
    int moves;              // since an answer, or for a while: a list of dead backends is not run around for ever
};

struct worker *worker_new(const struct worker_options *o, const struct worker_events *events, void *arg);
void worker_free(struct worker *w);
void worker_attach(struct worker *w, struct store *s);
// An attached worker without a job begins to work on one, by this route and slot of it.
void worker_take(struct worker *w, int64_t job, int route, int slot);
// Leaves the request, forgets everything that was read. With `keep_text` what has streamed is committed first.
void worker_detach(struct worker *w, bool keep_text);
// Rows have changed by somebody else's doing (the inbox): looks whether the job at hand may still run (worker_look.c).
void worker_look(struct worker *w);
// Without a job: lets go of its backend.
void worker_let_go(struct worker *w);
const char *worker_backend(const struct worker *w); // of the job at hand, or that it still holds; NULL: none

// ---- between the files of the worker -------------------------------------------------------------------------------

// worker.c
enum { WORKER_PUBLISH_MS = 2 }; // files wait until the request has left
void worker_enter(struct worker *w, enum worker_state s);
// Stops whatever is going on. What has streamed is in the buffers of the flight still.
void worker_halt(struct worker *w);
void worker_store_failed(struct worker *w, const struct err *e);
void worker_pause(struct worker *w, const char *reason); // the job at hand, which comes to rest
// The job waits; the worker looks again after `ms`.
void worker_wait(struct worker *w, int64_t ms, const char *reason);
void worker_give_back(struct worker *w, const char *reason); // the job waits for another slot; it is the pool's again
void worker_go(struct worker *w);                            // the slot is ours, the backend is ready and idle

// worker_open.c
void worker_open(struct worker *w); // the way to the backend of the route in use; ends in worker_go
void worker_on_opened(void *arg, const struct link_result *r);
bool worker_was_down_long(const struct worker *w); // its server: long enough to go elsewhere

// worker_barrier.c
// Inside a transaction: what an earlier engine may have left on the slot.
bool worker_look_back(struct worker *w, struct err *e);
// What still runs on the slot at hand, for `tokens` of writing and a prompt of `unread` tokens.
void worker_leaves(struct worker *w, int64_t tokens, int64_t unread);
void worker_settles(struct worker *w);      // it was left by us: the server may not have read it yet
void worker_pass_barrier(struct worker *w); // then worker_prove
void worker_barrier_over(struct worker *w); // the quiet time has passed

// worker_prove.c
struct server *worker_server(const struct worker *w);
bool worker_know(struct worker *w, struct err *e); // what is known of the server with the model: w->known
// Inside a transaction, or in one of its own.
bool worker_remember(struct worker *w, int64_t proving_ms, struct err *e);
void worker_leave_proof(struct worker *w); // what is being proved is left
void worker_prove(struct worker *w);       // if nothing is proved and no book waits for it; then worker_go

// worker_move.c
// To the next backend that is free and not down. False: there is none.
bool worker_move(struct worker *w, const char *why);
// The same for good: what is wrong here only a human can mend. False: there is no other, the job is to be paused.
bool worker_strike(struct worker *w, const char *why);
bool worker_has_other(const struct worker *w); // to which worker_strike could go
// At a chapter's start: whether the backend that the job prefers is there again.
bool worker_wants_home(struct worker *w);
bool worker_home_is_back(const struct worker *w); // at any time
void worker_go_home(struct worker *w);
void worker_watch_others(struct worker *w);
void worker_forget_others(struct worker *w);
void worker_look_at_others(void *arg); // of the timer

// worker_job.c
bool worker_load_job(struct worker *w, int64_t id, struct err *e); // w->has_job is set as soon as there is its row
void worker_drop_job(struct worker *w);
bool worker_begin_job(struct worker *w,
                      struct err *e); // a queued job has begun, even if its backend keeps it waiting
// What the job wants of the backend in use; NULL: whatever it has.
const char *worker_wanted_model(const struct worker *w);
void worker_choose_model(struct worker *w); // that answers on this route
// Inside a transaction: the job begins here, with this model, if it has not begun before.
bool worker_pin_route(struct worker *w, struct err *e);
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
bool worker_find_folder(struct worker *w, struct err *e); // before they are published: it may have been moved
void worker_show_partial(struct worker *w);

// replan.c
// Inside a transaction: the book is made shorter if its deadline asks for that; the rows of w->book may then be new.
bool worker_replan(struct worker *w, struct err *e);

// launch.c, launch_left.c, launch_request.c
enum { WORTH_CARRYING_WORDS = 12 }; // a shorter piece is begun anew
enum launch {
    LAUNCH_REQUEST,
    LAUNCH_FINISH,
    LAUNCH_APPROVAL,
    LAUNCH_HOME,  // it is another backend's to send
    LAUNCH_YIELD, // it is another job's turn
    LAUNCH_FAILED
};
// Inside a transaction: decides what is next and commits the caller to it by rows (attempt, job state).
enum launch launch_prepare(struct worker *w, struct err *e);
void launch_send(struct worker *w); // after the commit
struct task_key launch_task(const struct worker *w);
int64_t launch_tokens_to_read(const struct worker *w); // of the request at hand: what the server has not in its cache

// conclude.c: inside a transaction, the step's rows and its task's end.
// The stream broke after everything had come: the text is judged without asking again.
bool conclude_carried(struct worker *w, const struct buf *text, bool *accepted, struct err *e);
// The task has no attempt left: the best that any attempt gave; else a gap, or a plan made by code.
bool conclude_with_best(struct worker *w, struct err *e);
// What the spec brings, or code knows, needs no request. *done tells whether it was so.
bool conclude_alone(struct worker *w, bool *done, struct err *e);

// settle.c
struct settled {
    bool answered;                  // a proper end: the gate has judged it
    bool accepted;                  // the step is done
    struct retry_decision decision; // of a failure
    bool hold;                      // the server has said how long to wait
    char reason[300];
};
// The request that was just left may still run on the server: the next one waits for it.
void worker_need_barrier(struct worker *w);
// Inside a transaction: the answer's rows, or the failure's.
bool settle_flight(struct worker *w, const struct gen_result *r, struct settled *out, struct err *e);
bool settle_end_attempt(struct worker *w, const struct gen_result *r, const char *verdict, const char *detail,
                        bool charge, struct err *e);

// settle_counts.c
bool settle_is_prompt_cut(const struct worker *w, const struct gen_result *r);
bool settle_look_whole(struct worker *w, const struct gen_result *r, struct err *e); // of a prompt that was not
// Of a proper answer, inside a transaction: what its end tells of the server's context.
bool settle_look_short(struct worker *w, const struct gen_result *r, struct err *e);

// settle_failure.c
#define BREAKER_TEXT                                                                                                 \
    "the server has failed five times in a row: nothing is asked of it until it says that it is ready"
void worker_count_failure(struct worker *w, enum failure f);
// The context is smaller than it was taken for: `said`, 0 not said.
bool settle_learn_context(struct worker *w, int said, struct err *e);
// The model thinks although it was told not to: its answers need room for that.
bool settle_thinks(struct worker *w, struct err *e);
bool settle_failure(struct worker *w, const struct gen_result *r, struct settled *out, struct err *e);

#endif
