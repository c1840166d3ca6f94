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

enum { RETRY_OPEN_MIN_MS = 250, RETRY_OPEN_MAX_MS = 10000, SLOT_TAKEN_MS = 500, IDLE_LIMIT_MS = 15 * 60 * 1000,
       QUIET_MAX_MS = 15 * 60 * 1000,
       PUBLISH_MS = 2, PARTIAL_MS = 200 };

static void on_turn(void *arg);
static void finish(struct worker *w);
static void on_publish(void *arg);
static void publish_now(struct worker *w);
static void on_opened(void *arg, const struct link_result *r);
static void on_committed(void *arg);
static void on_flight_ended(void *arg, const struct gen_result *r);
static void on_store_failed(void *arg, const struct err *e);

static const struct flight_events flight_events = {
    .committed = on_committed, .ended = on_flight_ended, .store_failed = on_store_failed,
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
    const struct link_options link = {.loop = o->loop, .http = o->http, .config = o->config, .home = o->home,
                                      .program = o->program, .simulator = o->simulator};
    w->link = link_new(&link, on_opened, w);
    flight_init(&w->flight, o->loop, &flight_events, w);
    buf_init(&w->last_prompt, BUF_MAX_PROMPT);
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
    buf_release(&w->last_prompt);
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

static void drop_job(struct worker *w)
{
    if (!w->has_job) return;
    w->has_job = false;
    memset(&w->unpublished, 0, sizeof(w->unpublished));
    timer_stop(w->publish_soon);
    job_release(&w->job);
    spec_release(&w->spec);
    templates_release(&w->templates);
    book_release(&w->book);
    prompt_release(&w->prompt);
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
    if (keep_text) publish_now(w);
    drop_job(w);
    worker_enter(w, WORKER_IDLE);
    w->store = NULL;
}

static void store_failed(struct worker *w, const struct err *e)
{
    struct err copy = *e;
    if (w->store) store_rollback(w->store);
    w->events->store_failed(w->arg, &copy);
}

static void on_store_failed(void *arg, const struct err *e)
{
    store_failed(arg, e);
}

// ---- small questions ---------------------------------------------------------------------------------------------------

struct desk worker_desk(const struct worker *w)
{
    return (struct desk){.store = w->store, .job = &w->job, .spec = &w->spec, .templates = &w->templates, .book = &w->book,
                         .n_ctx_tokens = link_n_ctx(w->link)};
}

// A chunk and its answer must fit the context several times over.
int worker_chunk_words(const struct worker *w)
{
    int fits = link_n_ctx(w->link) / 8;
    int words = w->o.config->chunk_words;
    if (fits < words) words = fits;
    return words < 150 ? 150 : words;
}

int worker_attempts(const struct worker *w)
{
    return w->spec.attempts > 0 ? w->spec.attempts : 6;
}

bool worker_set_job(struct worker *w, enum job_state to, const char *reason, struct err *e)
{
    if (w->job.state == to && strcmp(w->job.reason, reason) == 0) return true;
    if (w->job.state != to && !job_state_may_follow(w->job.state, to))
        return err_set(e, ERR_INTERNAL, "job %lld cannot go from %s to %s", (long long)w->job.id,
                       job_state_name(w->job.state), job_state_name(to));
    if (!store_job_set_state(w->store, w->job.id, w->job.state, to, reason, e)) return false;
    log_line(LOG_DEBUG, "job %lld: %s → %s %s", (long long)w->job.id, job_state_name(w->job.state), job_state_name(to), reason);
    w->job.state = to;
    free(w->job.reason);
    w->job.reason = mem_strdup(reason);
    return true;
}

bool worker_reload_book(struct worker *w, struct err *e)
{
    book_release(&w->book);
    return store_book_load(w->store, w->job.id, &w->book, e);
}

// The title that the bible has found belongs into the prompts that follow.
static void refresh_title(struct worker *w)
{
    struct job fresh;
    struct err e = ERR_INIT;
    if (store_job_get(w->store, w->job.id, &fresh, &e) != STORE_FOUND) return;
    free(w->job.title);
    w->job.title = mem_strdup(fresh.title);
    job_release(&fresh);
}

void worker_note_done(struct worker *w)
{
    if (w->step.kind == STEP_BIBLE) refresh_title(w);
    if (w->step.kind == STEP_BIBLE || w->step.kind == STEP_OUTLINE) w->unpublished.outline = true;
    if (w->step.kind != STEP_CHUNK) return;
    w->unpublished.all = w->unpublished.all || (w->unpublished.chapter > 0 && w->unpublished.chapter != w->step.chapter);
    w->unpublished.chapter = w->step.chapter;
}

// Changes the job's state in a transaction of its own.
static bool set_job_now(struct worker *w, enum job_state to, const char *reason, struct err *e)
{
    return store_begin(w->store, e) && worker_set_job(w, to, reason, e) && store_commit(w->store, e);
}

static void come_to_rest(struct worker *w)
{
    publish_now(w);
    int64_t id = w->job.id;
    enum job_state state = w->job.state;
    drop_job(w);
    worker_enter(w, WORKER_IDLE);
    timer_set(w->turn, 0);
    w->events->settled(w->arg, id, state);
}

static void pause_job(struct worker *w, const char *reason)
{
    struct err e = ERR_INIT;
    if (set_job_now(w, JOB_PAUSED, reason, &e)) come_to_rest(w);
    else store_failed(w, &e);
}

// The job waits; the worker looks again after `ms`.
static void wait_for(struct worker *w, int64_t ms, const char *reason)
{
    struct err e = ERR_INIT;
    if (!set_job_now(w, JOB_WAITING, reason, &e)) {
        store_failed(w, &e);
        return;
    }
    worker_enter(w, WORKER_WAITING);
    timer_set(w->turn, ms);
}

// ---- idle: which job ---------------------------------------------------------------------------------------------------

// Templates are taken from the binary once, when a job begins, and from its rows from then on.
static bool pin_templates(struct worker *w, struct err *e)
{
    struct buf packed;
    buf_init(&packed, BUF_MAX_PIECE);
    enum store_found found = store_templates_get(w->store, w->job.id, &packed, e);
    bool ok = found != STORE_ERROR;
    if (found == STORE_FOUND) ok = templates_unpack(&w->templates, packed.data, packed.len, e);
    else if (ok) {
        ok = templates_embedded(&w->templates, w->spec.kind, e);
        if (ok) templates_pack(&w->templates, &packed);
        ok = ok && store_templates_set(w->store, w->job.id, w->templates.hash, packed.data, packed.len, e);
    }
    buf_release(&packed);
    return ok;
}

static bool load_job(struct worker *w, int64_t id, struct err *e)
{
    if (store_job_get(w->store, id, &w->job, e) != STORE_FOUND)
        return e->code || err_set(e, ERR_STORE, "job %lld has no row", (long long)id);
    if (!spec_parse(&w->spec, w->job.spec, strlen(w->job.spec), "of the job", e)) {
        job_release(&w->job);
        return false;
    }
    w->has_job = true;
    memset(&w->book, 0, sizeof(w->book));
    return pin_templates(w, e) && worker_reload_book(w, e);
}

static void open_backend(struct worker *w)
{
    if (next_step(&w->book, worker_chunk_words(w)).kind == STEP_FINISH) { // its files need no server
        struct err e = ERR_INIT;
        if (set_job_now(w, JOB_WRITING, "", &e)) finish(w);
        else store_failed(w, &e);
        return;
    }
    worker_enter(w, WORKER_OPENING);
    link_open(w->link, w->job.backend);
}

// From here on the job has begun, even if its backend keeps it waiting.
static bool begin_job(struct worker *w, struct err *e)
{
    if (w->job.state != JOB_QUEUED) return true;
    bool planned = w->book.has_bible && (int)w->book.chapters_count == w->book.chapters_total;
    return set_job_now(w, planned ? JOB_WRITING : JOB_PLANNING, "", e);
}

static void pick_job(struct worker *w)
{
    struct err e = ERR_INIT;
    int64_t id;
    switch (store_job_pick(w->store, &id, &e)) {
    case STORE_FOUND: break;
    case STORE_NONE: w->events->idle(w->arg); return;
    default: store_failed(w, &e); return;
    }
    if (!load_job(w, id, &e) || !begin_job(w, &e)) {
        drop_job(w);
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

// What may still run there because an earlier engine left it: its row is not ended.
static bool look_for_abandoned(struct worker *w, struct err *e)
{
    struct attempt a = {0};
    int64_t job;
    enum store_found found = store_attempt_in_flight(w->store, &job, &a, e);
    if (found == STORE_FOUND && strcmp(a.backend, link_name(w->link)) == 0) {
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

static bool pin_model(struct worker *w, struct err *e)
{
    if (*w->job.model) return true;
    const char *model = w->spec.model ? w->spec.model : link_model(w->link);
    if (!*model) return true;
    free(w->job.model);
    w->job.model = mem_strdup(model);
    return store_job_set_model(w->store, w->job.id, model, e);
}

static void on_idle_known(void *arg, bool idle);
static void go(struct worker *w);

static void pass_barrier(struct worker *w)
{
    if (!w->need_barrier) {
        go(w);
        return;
    }
    worker_enter(w, WORKER_BARRIER);
    if (link_facts(w->link)->slots_route) {
        w->idle_wait = idle_wait_start(w->o.loop, w->o.http, link_url(w->link), link_bearer(w->link), IDLE_LIMIT_MS,
                                       on_idle_known, w);
        return;
    }
    int64_t ms = w->quiet_ms < QUIET_MAX_MS ? w->quiet_ms : QUIET_MAX_MS;
    if (ms > 1000) log_line(LOG_INFO, "the server cannot say whether it is idle: waiting %lld s", (long long)ms / 1000);
    timer_set(w->turn, ms);
}

static void on_opened(void *arg, const struct link_result *r)
{
    struct worker *w = arg;
    struct err e = ERR_INIT;
    // A book that has begun waits for its server; one that never had any asks its owner at once, as does a wrong key.
    const struct retry_input in = {.failure = r->failure, .in_row = 1};
    bool human = r->failure != FAIL_NONE && retry_decide(&in).action == RETRY_PAUSE;
    if (r->fatal || human || (r->no_backend && w->job.requests == 0)) {
        pause_job(w, r->message);
        return;
    }
    if (r->failure != FAIL_NONE) {
        w->failures_in_row++;
        wait_for(w, open_delay(w->failures_in_row, r->failure), r->message);
        return;
    }
    if (r->fresh) w->need_barrier = false;
    else if (!look_for_abandoned(w, &e)) goto failed;
    if (!pin_model(w, &e)) goto failed;
    pass_barrier(w);
    return;
failed:
    store_failed(w, &e);
}

// ---- barrier: the old request is gone -----------------------------------------------------------------------------------------

static void on_idle_known(void *arg, bool idle)
{
    struct worker *w = arg;
    w->idle_wait = NULL;
    if (idle) {
        w->need_barrier = false;
        go(w);
        return;
    }
    w->failures_in_row++;
    link_suspect(w->link);
    wait_for(w, open_delay(w->failures_in_row, FAIL_STALL), "the server is still busy with an old request");
}

// ---- flight ----------------------------------------------------------------------------------------------------------------------

static bool is_complete(const struct worker *w, int chapter)
{
    return length_next(&w->book, chapter, worker_chunk_words(w)).full;
}

// The files of what was accepted, and the checkpoint: while the server works on the next request.
static void publish_now(struct worker *w)
{
    struct err e = ERR_INIT;
    int chapter = w->unpublished.chapter;
    bool outline = w->unpublished.outline, all = w->unpublished.all || (w->publish.failing && (outline || chapter > 0));
    timer_stop(w->publish_soon);
    memset(&w->unpublished, 0, sizeof(w->unpublished));
    if (all) publish_again(&w->publish, &w->book, worker_chunk_words(w));
    if (outline && !all) publish_outline(&w->publish);
    if (chapter > 0 && !all) publish_chunks(&w->publish, chapter, is_complete(w, chapter));
    if ((outline || all || chapter > 0) && !store_checkpoint(w->store, &e)) log_line(LOG_WARN, "checkpoint: %s", e.text);
}

// All chapters stand: the rest of the files, then the job's last state. While one of them cannot be written the job
// waits: "done" promises them all.
static void finish(struct worker *w)
{
    struct err e = ERR_INIT;
    w->unpublished.all = w->unpublished.all || w->publish.failing;
    publish_now(w);
    bool ok = !w->publish.failing || err_set(&e, ERR_STORE, "%s", w->publish.why);
    if (!ok || !publish_book(&w->publish, &e)) {
        w->unpublished.all = true; // the next try makes the folder again, should it be gone
        log_line(LOG_WARN, "cannot write the finished book: %s", e.text);
        wait_for(w, RETRY_OPEN_MAX_MS, e.text);
        return;
    }
    if (store_begin(w->store, &e) && store_finished_set(w->store, w->job.id, &e) && worker_set_job(w, JOB_DONE, "", &e) &&
        store_commit(w->store, &e))
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

// The slot is ours, the backend is ready and idle.
static void go(struct worker *w)
{
    struct err e = ERR_INIT;
    enum launch next = store_begin(w->store, &e) ? launch_prepare(w, &e) : LAUNCH_FAILED;
    if (next == LAUNCH_FAILED || !store_commit(w->store, &e)) store_failed(w, &e);
    else if (next == LAUNCH_FINISH) finish(w);
    else send_and_publish(w);
}

// More text is safe: the file of the chapter shows it a little later.
static void on_committed(void *arg)
{
    struct worker *w = arg;
    if (w->step.kind == STEP_CHUNK && !timer_active(w->publish_soon)) timer_set(w->publish_soon, PARTIAL_MS);
}

static void show_partial(struct worker *w)
{
    if (w->state != WORKER_FLIGHT || w->step.kind != STEP_CHUNK || w->flight.committed == 0) return;
    struct buf text, committed;
    buf_init(&text, BUF_MAX_PROMPT);
    buf_init(&committed, FLIGHT_TEXT_MAX);
    buf_add(&committed, w->flight.text.data, w->flight.committed);
    join_pieces(&text, &w->flight.prefix, &committed);
    buf_release(&committed);
    publish_partial(&w->publish, w->step.chapter, text.data, text.len);
    buf_release(&text);
}

static void on_publish(void *arg)
{
    publish_now(arg);
    show_partial(arg);
}

static bool pause_in_transaction(struct worker *w, const struct settled *s, struct err *e)
{
    if (s->pause) return worker_set_job(w, JOB_PAUSED, s->reason, e);
    return !s->outage || worker_set_job(w, JOB_WAITING, s->reason, e);
}

// The step is done, or will be asked again at once: the next attempt's row goes into the same transaction.
static void go_on(struct worker *w, const struct settled *s)
{
    struct err e = ERR_INIT;
    if (s->accepted) worker_note_done(w);
    enum launch next = launch_prepare(w, &e);
    if (next == LAUNCH_FAILED || !store_commit(w->store, &e)) store_failed(w, &e);
    else if (next == LAUNCH_FINISH) finish(w);
    else send_and_publish(w);
}

static void on_flight_ended(void *arg, const struct gen_result *r)
{
    struct worker *w = arg;
    struct err e = ERR_INIT;
    struct settled s;
    // A server faster than the files: the chapter before comes first, else all of them would have to be looked at.
    if (w->unpublished.chapter > 0 && w->unpublished.chapter != w->step.chapter) publish_now(w);
    if (!store_begin(w->store, &e) || !settle_flight(w, r, &s, &e)) {
        store_failed(w, &e);
        return;
    }
    if (s.answered) {
        go_on(w, &s);
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
    case WORKER_IDLE: pick_job(w); break;
    case WORKER_WAITING: open_backend(w); break;
    case WORKER_BARRIER:
        w->need_barrier = false;
        go(w);
        break;
    case WORKER_OPENING:
    case WORKER_FLIGHT: break;
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
    publish_now(w);
    if (flying) link_suspect(w->link);
    drop_job(w);
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
    case STORE_FOUND: break;
    default: store_failed(w, &e); return;
    }
    bool runnable = job_state_runnable(now.state);
    bool renewed = (now.state == JOB_QUEUED && w->job.state != JOB_QUEUED) || strcmp(now.backend, w->job.backend) != 0;
    job_release(&now);
    if (!runnable || renewed) leave_job(w);
}
