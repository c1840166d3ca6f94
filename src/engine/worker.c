// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The way around the drawing in worker.h. The functions stand in the order in which a job meets them.
#include "engine/worker.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/steps.h"
#include "text/join.h"

enum {
    RETRY_OPEN_MIN_MS = 250,
    RETRY_OPEN_MAX_MS = 10000,
    SLOT_TAKEN_MS = 500,
    IDLE_LIMIT_MS = 15 * 60 * 1000,
    QUIET_MAX_MS = 15 * 60 * 1000,
    PUBLISH_MS = 2,
    PARTIAL_MS = 200,
    CONTEXT_LEAST = 2000 // tokens; 2,048 less what some servers keep to themselves
};

static void on_turn(void *arg);
static void finish(struct worker *w);
static void on_publish(void *arg);
// What an earlier request has shown of a server that does not say how much context it has.
static bool know_context(struct worker *w, struct err *e)
{
    struct backend_profile known;
    enum store_found found = store_profile_get(w->store, link_name(w->link), "", &known, e);
    if (found == STORE_FOUND) link_know_context(w->link, known.n_ctx_tokens);
    backend_profile_release(&known);
    return found != STORE_ERROR;
}

static void on_opened(void *arg, const struct link_result *r);
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
    const struct link_options link = {.loop = o->loop,
                                      .http = o->http,
                                      .config = o->config,
                                      .home = o->home,
                                      .program = o->program,
                                      .simulator = o->simulator};
    w->link = link_new(&link, on_opened, w);
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
    account_release(&w->account);
    buf_release(&w->schema);
    free(w);
}

const char *worker_state_name(enum worker_state s)
{
    static const char *const names[] = {"idle", "opening", "waiting", "barrier", "flight"};
    return names[s];
}

void worker_enter(struct worker *w, enum worker_state s)
{
    if (w->state != s) log_line(LOG_DEBUG, "worker: %s → %s", worker_state_name(w->state), worker_state_name(s));
    w->state = s;
}

// Stops whatever is going on. What has streamed is in the buffers of the flight still.
static void halt(struct worker *w)
{
    idle_wait_cancel(w->idle_wait);
    w->idle_wait = NULL;
    link_cancel(w->link);
    timer_stop(w->turn);
    if (w->state == WORKER_FLIGHT) worker_need_barrier(w);
    flight_cancel(&w->flight);
}

void worker_attach(struct worker *w, struct store *s)
{
    w->store = s;
    worker_enter(w, WORKER_IDLE);
    timer_set(w->turn, 0);
}

void worker_detach(struct worker *w, bool keep_text)
{
    bool flying = w->state == WORKER_FLIGHT;
    halt(w);
    struct err e = ERR_INIT;
    if (w->store && flying && keep_text && !flight_commit(&w->flight, &e))
        log_line(LOG_WARN, "the last words before the stop were not kept: %s", e.text);
    if (keep_text) worker_publish(w);
    worker_drop_job(w);
    worker_enter(w, WORKER_IDLE);
    w->store = NULL;
}

static void pause_job(struct worker *w, const char *reason);

// What the store says goes to the engine, which opens it again. What cannot be mended so (a row that makes no sense to
// us, a prompt without measure) is this job's own trouble: it is paused, and the others go on.
static void store_failed(struct worker *w, const struct err *e)
{
    struct err copy = *e;
    bool of_store = e->code == ERR_STORE || e->code == ERR_DAMAGED || e->code == ERR_INTERNAL;
    if (w->store) store_rollback(w->store);
    if (w->has_job && !of_store)
        pause_job(w, copy.text);
    else
        w->events->store_failed(w->arg, &copy);
}

static void on_store_failed(void *arg, const struct err *e)
{
    store_failed(arg, e);
}

static void come_to_rest(struct worker *w)
{
    worker_publish(w);
    int64_t id = w->job.id;
    enum job_state state = w->job.state;
    worker_drop_job(w);
    worker_enter(w, WORKER_IDLE);
    timer_set(w->turn, 0);
    w->events->settled(w->arg, id, state);
}

static void pause_job(struct worker *w, const char *reason)
{
    struct err e = ERR_INIT;
    if (worker_set_job_now(w, JOB_PAUSED, reason, &e))
        come_to_rest(w);
    else
        store_failed(w, &e);
}

// The job waits; the worker looks again after `ms`.
static void wait_for(struct worker *w, int64_t ms, const char *reason)
{
    struct err e = ERR_INIT;
    if (!worker_set_job_now(w, JOB_WAITING, reason, &e)) {
        store_failed(w, &e);
        return;
    }
    worker_enter(w, WORKER_WAITING);
    timer_set(w->turn, ms);
}

// ---- idle: which job ---------------------------------------------------------------------------------------------------

static void open_backend(struct worker *w)
{
    struct next_limits limits = worker_limits(w);
    if (next_step(&w->book, &limits).kind == STEP_FINISH) { // its files need no server
        struct err e = ERR_INIT;
        if (worker_set_job_now(w, JOB_WRITING, "", &e))
            finish(w);
        else
            store_failed(w, &e);
        return;
    }
    worker_enter(w, WORKER_OPENING);
    link_open(w->link, w->job.backend);
}

static void pick_job(struct worker *w)
{
    struct err e = ERR_INIT;
    int64_t id;
    switch (store_job_pick(w->store, &id, &e)) {
    case STORE_FOUND:
        break;
    case STORE_NONE:
        w->events->idle(w->arg);
        return;
    default:
        store_failed(w, &e);
        return;
    }
    if (!worker_load_job(w, id, &e) || !worker_begin_job(w, &e)) {
        store_failed(w, &e);
        return;
    }
    publish_open(&w->publish, w->store, &w->job, &w->book, worker_chunk_words(w));
    open_backend(w);
}

// ---- opening: the backend answers, or does not ----------------------------------------------------------------------------

static int64_t open_delay(int failures, enum failure failure)
{
    if (failure == FAIL_BUSY) return SLOT_TAKEN_MS;
    int64_t ms = RETRY_OPEN_MIN_MS;
    for (int i = 1; i < failures && ms < RETRY_OPEN_MAX_MS; i++) ms *= 2;
    // For the first minute a server that comes back is found within a second.
    int64_t most = failures <= 60 ? 1000 : RETRY_OPEN_MAX_MS;
    return ms < most ? ms : most;
}

// What may still run there because an earlier engine left it.
static bool look_for_abandoned(struct worker *w, struct err *e)
{
    struct attempt a = {0};
    int64_t job;
    enum store_found found = store_attempt_in_flight(w->store, &job, &a, e);
    // One that has ended concerns only a successor: this process knows what it has left.
    bool own = a.ended && w->looked_back;
    w->looked_back = true;
    if (found == STORE_FOUND && !own && strcmp(a.backend, link_name(w->link)) == 0) {
        // Its own speed died with it; the job's stands in the rows.
        double per_s = w->job.output_tokens > 0 && w->job.generating_ms > 0
                           ? (double)w->job.output_tokens * 1000 / (double)w->job.generating_ms
                           : 20;
        int64_t gone = clock_wall_ms() - a.started_ms;
        int64_t left = (int64_t)((double)a.max_tokens * 1000 / per_s) - (gone > 0 ? gone : 0);
        w->need_barrier = true;
        w->quiet_ms = left > 0 ? left : 0;
    }
    attempt_release(&a);
    return found != STORE_ERROR;
}

static void on_idle_known(void *arg, enum idle_end how);
static void go(struct worker *w);

static void pass_barrier(struct worker *w)
{
    if (!w->need_barrier) {
        go(w);
        return;
    }
    worker_enter(w, WORKER_BARRIER);
    if (link_facts(w->link)->idle_route) {
        const struct idle_options o = {
            .url = link_url(w->link), .bearer = link_bearer(w->link), .slot = -1, .limit_ms = IDLE_LIMIT_MS};
        w->idle_wait = idle_wait_start(w->o.loop, w->o.http, &o, on_idle_known, w);
        return;
    }
    int64_t ms = w->quiet_ms < QUIET_MAX_MS ? w->quiet_ms : QUIET_MAX_MS;
    if (ms > 1000)
        log_line(LOG_INFO, "the server cannot say whether it is idle: waiting %lld s", (long long)ms / 1000);
    timer_set(w->turn, ms);
}

static void pause_small(struct worker *w)
{
    char text[200];
    (void)snprintf(text, sizeof(text),
                   "the server has a context of %d tokens, a book needs at least 2,048: start it with more "
                   "(llama-server -c 8192)",
                   link_n_ctx(w->link));
    pause_job(w, text);
}

static void on_opened(void *arg, const struct link_result *r)
{
    struct worker *w = arg;
    struct err e = ERR_INIT;
    if (r->failure != FAIL_NONE) worker_count_failure(w, r->failure);
    // A book that has begun waits for its server; one that never had any asks its owner at once, as does a wrong key.
    const struct retry_input in = {.failure = r->failure, .in_row = w->failures_in_row};
    bool human = r->failure != FAIL_NONE && retry_decide(&in).action == RETRY_PAUSE;
    if (r->fatal || human || (r->no_backend && w->job.requests == 0)) {
        pause_job(w, r->message);
        return;
    }
    if (r->failure != FAIL_NONE) {
        wait_for(w, open_delay(w->failures_in_row, r->failure), r->message);
        return;
    }
    if (r->fresh)
        w->need_barrier = false;
    else if (!look_for_abandoned(w, &e))
        goto failed;
    if (!know_context(w, &e) || !worker_pin_model(w, &e)) goto failed;
    if (link_n_ctx(w->link) < CONTEXT_LEAST) {
        pause_small(w);
        return;
    }
    pass_barrier(w);
    return;
failed:
    store_failed(w, &e);
}

// ---- barrier: the old request is gone -----------------------------------------------------------------------------------------

static void on_idle_known(void *arg, enum idle_end how)
{
    struct worker *w = arg;
    w->idle_wait = NULL;
    if (how == IDLE_IDLE) {
        w->need_barrier = false;
        go(w);
        return;
    }
    worker_count_failure(w, FAIL_STALL);
    link_suspect(w->link);
    wait_for(w, open_delay(w->failures_in_row, FAIL_STALL), "the server is still busy with an old request");
}

// ---- flight ----------------------------------------------------------------------------------------------------------------------

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
        wait_for(w, RETRY_OPEN_MAX_MS, e.text);
        return;
    }
    if (store_begin(w->store, &e) && store_finished_set(w->store, w->job.id, &e) &&
        worker_set_job(w, JOB_DONE, "", &e) && store_commit(w->store, &e))
        come_to_rest(w);
    else
        store_failed(w, &e);
}

// The request leaves in the loop's next turn; files wait until it has.
static void send_and_publish(struct worker *w)
{
    launch_send(w);
    if (!timer_active(w->publish_soon)) timer_set(w->publish_soon, PUBLISH_MS);
}

// Inside a transaction, which it ends: what is next by the rows, its attempt committed, its request sent.
static void proceed(struct worker *w)
{
    struct err e = ERR_INIT;
    enum launch next = launch_prepare(w, &e);
    if (next == LAUNCH_FAILED || !store_commit(w->store, &e))
        store_failed(w, &e);
    else if (next == LAUNCH_FINISH)
        finish(w);
    else
        send_and_publish(w);
}

// The same behind an answer. One that the guard has stopped may still run on the server: its rows are committed, and the
// next request waits.
static void proceed_idle(struct worker *w)
{
    struct err e = ERR_INIT;
    if (!w->need_barrier)
        proceed(w);
    else if (store_commit(w->store, &e))
        pass_barrier(w);
    else
        store_failed(w, &e);
}

// The slot is ours, the backend is ready and idle.
static void go(struct worker *w)
{
    struct err e = ERR_INIT;
    if (store_begin(w->store, &e))
        proceed(w);
    else
        store_failed(w, &e);
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

static bool pause_in_transaction(struct worker *w, const struct settled *s, struct err *e)
{
    if (s->pause) return worker_set_job(w, JOB_PAUSED, s->reason, e);
    return !s->outage || worker_set_job(w, JOB_WAITING, s->reason, e);
}

static void on_flight_ended(void *arg, const struct gen_result *r)
{
    struct worker *w = arg;
    struct err e = ERR_INIT;
    struct settled s;
    // A server faster than the files: the chapter before comes first, else all of them would have to be looked at.
    if (w->unpublished.chapter > 0 && w->unpublished.chapter != w->step.chapter) worker_publish(w);
    if (!store_begin(w->store, &e) || !settle_flight(w, r, &s, &e)) {
        store_failed(w, &e);
        return;
    }
    if (s.answered) {
        // Done, or to be asked again at once: the next attempt's row goes into the same transaction.
        if (s.accepted) worker_note_done(w);
        proceed_idle(w);
        return;
    }
    link_suspect(w->link);
    if (!pause_in_transaction(w, &s, &e) || !store_commit(w->store, &e)) {
        store_failed(w, &e);
        return;
    }
    if (s.pause) {
        come_to_rest(w);
        return;
    }
    worker_enter(w, WORKER_WAITING);
    timer_set(w->turn, s.delay_ms);
}

// ---- the loop's next turn, or a delay that is over --------------------------------------------------------------------------------

static void on_turn(void *arg)
{
    struct worker *w = arg;
    if (!w->store) return;
    switch (w->state) {
    case WORKER_IDLE:
        pick_job(w);
        break;
    case WORKER_WAITING:
        open_backend(w);
        break;
    case WORKER_BARRIER:
        w->need_barrier = false;
        go(w);
        break;
    case WORKER_OPENING:
    case WORKER_FLIGHT:
        break;
    }
}

// The inbox paused or cancelled the job at hand: its request is left, its text kept.
static void leave_job(struct worker *w)
{
    bool flying = w->state == WORKER_FLIGHT;
    struct err e = ERR_INIT;
    halt(w);
    if (flying && !flight_commit(&w->flight, &e)) {
        store_failed(w, &e);
        return;
    }
    worker_publish(w);
    if (flying) link_suspect(w->link);
    worker_drop_job(w);
    worker_enter(w, WORKER_IDLE);
    timer_set(w->turn, 0);
}

void worker_look(struct worker *w)
{
    if (!w->store) return;
    if (!w->has_job) {
        if (!timer_active(w->turn)) timer_set(w->turn, 0);
        return;
    }
    struct job now;
    struct err e = ERR_INIT;
    switch (store_job_get(w->store, w->job.id, &now, &e)) {
    case STORE_FOUND:
        break;
    default:
        store_failed(w, &e);
        return;
    }
    bool runnable = job_state_runnable(now.state);
    w->job.deadline_ms = now.deadline_ms;
    bool renewed = (now.state == JOB_QUEUED && w->job.state != JOB_QUEUED) ||
                   strcmp(now.backend, w->job.backend) != 0 || strcmp(now.templates, w->job.templates) != 0;
    job_release(&now);
    if (!runnable || renewed) leave_job(w);
}
