// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The way around the drawing in worker.h: life, a job taken, its requests one after the other, and its rest.
#include "engine/worker.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/steps.h"

enum { RETRY_FILES_MS = 10000, PARTIAL_MS = 200 };

static void on_turn(void *arg);
static void on_publish(void *arg);
static void on_committed(void *arg);
static void on_flight_ended(void *arg, const struct gen_result *r);
static void on_store_failed(void *arg, const struct err *e);

static const struct flight_events flight_events = {
    .committed = on_committed,
    .ended = on_flight_ended,
    .store_failed = on_store_failed,
};

// ---- life ----------------------------------------------------------------------------------------------------------

struct worker *worker_new(const struct worker_options *o, const struct worker_events *events, void *arg)
{
    struct worker *w = mem_calloc(1, sizeof(*w));
    w->o = *o;
    w->events = events;
    w->arg = arg;
    w->turn = timer_new(o->loop, on_turn, w);
    w->publish_soon = timer_new(o->loop, on_publish, w);
    w->other_look = timer_new(o->loop, worker_look_at_others, w);
    w->link = link_new(o->loop, o->http, o->servers, worker_on_opened, w);
    flight_init(&w->flight, o->loop, &flight_events, w);
    account_init(&w->account);
    buf_init(&w->schema, BUF_MAX_PIECE);
    prompt_init(&w->prompt);
    return w;
}

void worker_free(struct worker *w)
{
    if (!w) return;
    worker_detach(w, true);
    flight_release(&w->flight);
    link_free(w->link);
    timer_free(w->turn);
    timer_free(w->publish_soon);
    timer_free(w->other_look);
    account_release(&w->account);
    buf_release(&w->schema);
    free(w);
}

static const char *state_name(enum worker_state s)
{
    static const char *const names[] = {"idle", "opening", "waiting", "barrier", "proving", "flight"};
    return names[s];
}

void worker_enter(struct worker *w, enum worker_state s)
{
    if (w->state != s) log_line(LOG_DEBUG, "worker: %s → %s", state_name(w->state), state_name(s));
    w->state = s;
}

void worker_halt(struct worker *w)
{
    idle_wait_cancel(w->idle_wait);
    w->idle_wait = NULL;
    link_cancel(w->link);
    worker_forget_others(w);
    timer_stop(w->turn);
    if (w->state == WORKER_FLIGHT) {
        worker_need_barrier(w);
        worker_settles(w);
    }
    worker_leave_proof(w);
    flight_cancel(&w->flight);
}

void worker_attach(struct worker *w, struct store *s)
{
    w->store = s;
    worker_enter(w, WORKER_IDLE);
}

void worker_let_go(struct worker *w)
{
    if (w->has_job) return;
    link_close(w->link);
    w->known = NULL;
}

const char *worker_backend(const struct worker *w)
{
    if (w->has_job) return w->routes.at[w->route].backend;
    return worker_server(w) ? worker_server(w)->name : NULL;
}

void worker_detach(struct worker *w, bool keep_text)
{
    bool flying = w->state == WORKER_FLIGHT;
    worker_halt(w);
    struct err e = ERR_INIT;
    if (w->store && flying && keep_text && !flight_commit(&w->flight, &e))
        log_line(LOG_WARN, "the last words before the stop were not kept: %s", e.text);
    if (keep_text) worker_publish(w);
    worker_drop_job(w);
    worker_enter(w, WORKER_IDLE);
    w->known = NULL; // its rows are in doubt
    w->store = NULL;
}

// What the store says goes to the engine, which opens it again. What cannot be mended so (a row that makes no sense to
// us, a prompt without measure) is this job's own trouble: it is paused, and the others go on.
void worker_store_failed(struct worker *w, const struct err *e)
{
    struct err copy = *e;
    bool of_store = e->code == ERR_STORE || e->code == ERR_DAMAGED || e->code == ERR_INTERNAL;
    if (w->store) store_rollback(w->store);
    if (w->has_job && !of_store)
        worker_pause(w, copy.text);
    else
        w->events->store_failed(w->arg, &copy);
}

static void on_store_failed(void *arg, const struct err *e)
{
    worker_store_failed(arg, e);
}

static void come_to_rest(struct worker *w)
{
    worker_publish(w);
    int64_t id = w->job.id;
    enum job_state state = w->job.state;
    worker_forget_others(w);
    worker_drop_job(w);
    worker_enter(w, WORKER_IDLE);
    w->events->settled(w->arg, id, state);
    w->events->free(w->arg);
}

void worker_pause(struct worker *w, const char *reason)
{
    struct err e = ERR_INIT;
    if (worker_set_job_now(w, JOB_PAUSED, reason, &e))
        come_to_rest(w);
    else
        worker_store_failed(w, &e);
}

void worker_wait(struct worker *w, int64_t ms, const char *reason)
{
    struct err e = ERR_INIT;
    if (!worker_set_job_now(w, JOB_WAITING, reason, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    worker_enter(w, WORKER_WAITING);
    timer_set(w->turn, ms);
    worker_watch_others(w);
}

void worker_give_back(struct worker *w, const char *reason)
{
    struct err e = ERR_INIT;
    if (!worker_set_job_now(w, JOB_WAITING, reason, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    worker_forget_others(w);
    worker_drop_job(w);
    worker_enter(w, WORKER_IDLE);
    w->events->free(w->arg);
}

// To the job that outranks it.
static void give_way(struct worker *w)
{
    char text[80];
    int64_t other = w->o.outranked_by(w->arg, w);
    (void)snprintf(text, sizeof(text), "job %lld has priority", (long long)other);
    worker_publish(w);
    worker_give_back(w, text);
}

// ---- a job ---------------------------------------------------------------------------------------------------------

// The archive holds rows that say "done", and so it is made of them before they are committed: a crash on the way leaves a
// job that is still to be finished, and never one that is done without its archive.
static bool commit_done(struct worker *w, struct err *e)
{
    if (!store_begin(w->store, e) || !store_finished_set(w->store, w->job.id, e) ||
        !worker_set_job(w, JOB_DONE, "", e))
        return false;
    publish_archive(&w->publish);
    return store_commit(w->store, e);
}

// All chapters stand: the rest of the files, then the job's last state. While one of them cannot be written the job
// waits: "done" promises them all.
static void finish(struct worker *w)
{
    struct err e = ERR_INIT;
    w->unpublished.all = w->unpublished.all || w->publish.failing;
    worker_publish(w);
    bool ok = !w->publish.failing || err_set(&e, ERR_STORE, "%s", w->publish.why);
    if (!ok || !publish_book(&w->publish, &e)) {
        w->unpublished.all = true; // the next try makes the folder again, should it be gone
        log_line(LOG_WARN, "cannot write the finished book: %s", e.text);
        worker_wait(w, RETRY_FILES_MS, e.text);
        return;
    }
    if (commit_done(w, &e))
        come_to_rest(w);
    else
        worker_store_failed(w, &e);
}

// All of it is planned: the job rests until its owner has seen it.
static void show_outline(struct worker *w)
{
    struct err e = ERR_INIT;
    if (worker_set_job_now(w, JOB_APPROVAL, "", &e))
        come_to_rest(w);
    else
        worker_store_failed(w, &e);
}

static void begin(struct worker *w)
{
    struct next_limits limits = worker_limits(w);
    struct err e = ERR_INIT;
    enum step_kind next = next_step(&w->book, &limits).kind;
    if (next != STEP_FINISH && next != STEP_APPROVAL) { // which need no server
        worker_open(w);
        return;
    }
    if (!worker_set_job_now(w, next == STEP_FINISH ? JOB_WRITING : JOB_PLANNING, "", &e))
        worker_store_failed(w, &e);
    else if (next == STEP_FINISH)
        finish(w);
    else
        show_outline(w);
}

static bool load(struct worker *w, int64_t job, int route, int slot, struct err *e)
{
    if (!worker_load_job(w, job, e)) return false;
    if (route >= (int)w->routes.count) route = 0;
    w->route = route;
    w->slot = slot;
    w->moved_ms = clock_mono_ms();
    if (!worker_begin_job(w, e)) return false;
    if (!worker_find_folder(w, e)) return false;
    publish_open(&w->publish, w->store, &w->job, &w->book, worker_chunk_words(w));
    return true;
}

void worker_take(struct worker *w, int64_t job, int route, int slot)
{
    struct err e = ERR_INIT;
    w->failures_in_row = w->same_request = w->proof_failures = w->moves = 0;
    w->not_before_ms = 0;
    w->hold = w->seen_down = w->told_loading = w->told_missing = false;
    if (!load(w, job, route, slot, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    worker_watch_others(w);
    begin(w);
}

// ---- flight ----------------------------------------------------------------------------------------------------------------------

// The request leaves in the loop's next turn; files wait until it has.
static void send_and_publish(struct worker *w)
{
    launch_send(w);
    if (!timer_active(w->publish_soon)) timer_set(w->publish_soon, WORKER_PUBLISH_MS);
}

// Inside a transaction, which it ends: what is next by the rows, its attempt committed, its request sent.
static void proceed(struct worker *w)
{
    struct err e = ERR_INIT;
    enum launch next = launch_prepare(w, &e);
    if (next == LAUNCH_FAILED || !store_commit(w->store, &e))
        worker_store_failed(w, &e);
    else if (next == LAUNCH_HOME) {
        timer_set(w->publish_soon, WORKER_PUBLISH_MS);
        worker_go_home(w);
    } else if (next == LAUNCH_YIELD)
        give_way(w);
    else if (next == LAUNCH_FINISH)
        finish(w);
    else if (next == LAUNCH_APPROVAL)
        show_outline(w);
    else
        send_and_publish(w);
}

// The same behind an answer. One that the guard has stopped may still run on the server: its rows are committed, and the
// next request waits.
static void proceed_idle(struct worker *w)
{
    struct err e = ERR_INIT;
    if (!worker_server(w)->slot[w->slot].left)
        proceed(w);
    else if (store_commit(w->store, &e)) {
        timer_set(w->publish_soon, WORKER_PUBLISH_MS);
        worker_pass_barrier(w);
    } else
        worker_store_failed(w, &e);
}

void worker_go(struct worker *w)
{
    struct err e = ERR_INIT;
    if (store_begin(w->store, &e))
        proceed(w);
    else
        worker_store_failed(w, &e);
}

// More text is safe: the file of the chapter shows it a little later.
static void on_committed(void *arg)
{
    struct worker *w = arg;
    if (w->step.kind == STEP_CHUNK && !timer_active(w->publish_soon)) timer_set(w->publish_soon, PARTIAL_MS);
}

static void on_publish(void *arg)
{
    worker_publish(arg);
    worker_show_partial(arg);
}

// The job is read anew: it is the pool's again, which gives it back.
static void hand_back(struct worker *w)
{
    worker_forget_others(w);
    worker_drop_job(w);
    worker_enter(w, WORKER_IDLE);
    w->events->free(w->arg);
}

static bool settle_job(struct worker *w, const struct settled *s, struct err *e)
{
    bool human = s->decision.action == RETRY_PAUSE;
    if (human && !worker_has_other(w)) return worker_set_job(w, JOB_PAUSED, s->reason, e);
    return (!human && !s->decision.outage) || worker_set_job(w, JOB_WAITING, s->reason, e);
}

// After a failure whose rows are committed: to another backend, or when to ask again. The server is looked at before.
static void ask_again(struct worker *w, const struct settled *s)
{
    struct server *server = worker_server(w);
    const struct retry_decision *d = &s->decision;
    int64_t now = clock_mono_ms(), look = breaker_look_ms(&server->breaker, now);
    link_suspect(w->link);
    if (d->action == RETRY_PAUSE && worker_strike(w, s->reason)) return;
    if (d->restart && server_is_managed(server)) server_restart(server, now, s->reason);
    if (d->move && worker_move(w, s->reason)) return;
    w->not_before_ms = now + d->delay_ms;
    w->hold = s->hold;
    w->seen_down = false;
    worker_enter(w, WORKER_WAITING);
    timer_set(w->turn, d->outage && look < d->delay_ms ? look : d->delay_ms);
}

static void on_flight_ended(void *arg, const struct gen_result *r)
{
    struct worker *w = arg;
    struct err e = ERR_INIT;
    struct settled s;
    // A server faster than the files: the chapter before comes first, else all of them would have to be looked at.
    if (w->unpublished.chapter > 0 && w->unpublished.chapter != w->step.chapter) worker_publish(w);
    if (!store_begin(w->store, &e) || !settle_flight(w, r, &s, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    if (s.answered) {
        // Done, or to be asked again at once: the next attempt's row goes into the same transaction.
        if (s.accepted) worker_note_done(w);
        if (!w->reread)
            proceed_idle(w);
        else if (store_commit(w->store, &e))
            hand_back(w);
        else
            worker_store_failed(w, &e);
        return;
    }
    if (!settle_job(w, &s, &e) || !store_commit(w->store, &e))
        worker_store_failed(w, &e);
    else if (w->job.state == JOB_PAUSED)
        come_to_rest(w);
    else if (w->reread)
        hand_back(w);
    else
        ask_again(w, &s);
}

// ---- the loop's next turn, or a delay that is over --------------------------------------------------------------------------------

static void on_turn(void *arg)
{
    struct worker *w = arg;
    if (!w->store) return;
    switch (w->state) {
    case WORKER_WAITING:
        begin(w);
        break;
    case WORKER_BARRIER:
        worker_barrier_over(w);
        break;
    case WORKER_IDLE:
    case WORKER_OPENING:
    case WORKER_PROVING:
    case WORKER_FLIGHT:
        break;
    }
}
