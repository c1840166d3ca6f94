// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The engine: owner of the store's one writing connection, of the inbox's clock, and of the worker.
//
//   engine_start ─▶ store opened ─▶ inbox taken in ─▶ worker attached
//                       ▲                  │ ten times a second: inbox ─▶ worker_look
//                       │                  ▼
//                  reopen (timer) ◀── store failed: worker detached, store closed, all memory of rows dropped
//
// After a failed commit nobody knows whether the rows stand: the store is opened again and the rows are read. While
// the disk is full this is repeated, quietly, until it works. A damaged database ends the engine.
#include "engine/engine.h"

#include "base/file.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/os.h"
#include "engine/inbox.h"
#include "engine/worker.h"
#include "store/store.h"

enum { INBOX_MS = 100, REOPEN_MIN_MS = 100, REOPEN_MAX_MS = 5000, CALM_MS = 60 * 1000 };

struct engine {
    struct engine_options o;
    struct engine_events events;
    void *arg;
    struct http *http;
    struct store *store; // NULL while it is being reopened
    struct worker *worker;
    struct timer *inbox, *reopen;
    int reopened;      // in a row: failures less than CALM_MS apart
    int64_t failed_ms; // monotonic
    bool changed;      // the inbox changed a job
    struct settled_job {
        int64_t id;
        enum job_state state;
    } * settled; // told after the inbox is through
    size_t settled_count, settled_cap;
};

static void on_settled(void *arg, int64_t job, enum job_state state)
{
    struct engine *en = arg;
    en->events.settled(en->arg, job, state);
}

static void on_idle(void *arg)
{
    struct engine *en = arg;
    en->events.idle(en->arg);
}

// ---- the store fails and comes back -----------------------------------------------------------------------------

static void close_store(struct engine *en)
{
    worker_detach(en->worker, false);
    timer_stop(en->inbox);
    store_close(en->store);
    en->store = NULL;
}

static void on_store_failed(void *arg, const struct err *e)
{
    struct engine *en = arg;
    int64_t now = clock_mono_ms();
    if (now - en->failed_ms > CALM_MS) en->reopened = 0;
    en->failed_ms = now;
    if (en->reopened == 0) log_line(LOG_WARN, "%s; trying again until it works, nothing is lost", e->text);
    close_store(en);
    if (e->code == ERR_DAMAGED || e->code == ERR_INTERNAL) {
        en->events.failed(en->arg, e);
        return;
    }
    int64_t ms = (int64_t)REOPEN_MIN_MS * ++en->reopened;
    timer_set(en->reopen, ms < REOPEN_MAX_MS ? ms : REOPEN_MAX_MS);
}

static bool open_store(struct engine *en, struct err *e)
{
    return store_open(&en->store, en->o.home, STORE_READ_WRITE, e) == STORE_OPENED;
}

static bool take_inbox(struct engine *en, struct err *e);

static void on_reopen(void *arg)
{
    struct engine *en = arg;
    struct err e = ERR_INIT;
    if (!open_store(en, &e) || !take_inbox(en, &e)) {
        on_store_failed(en, &e);
        return;
    }
    worker_attach(en->worker, en->store);
    timer_set(en->inbox, INBOX_MS);
}

static const struct worker_events worker_events = {
    .settled = on_settled,
    .idle = on_idle,
    .store_failed = on_store_failed,
};

// ---- the inbox ---------------------------------------------------------------------------------------------------

static void on_changed(void *arg, int64_t job, enum job_state state)
{
    struct engine *en = arg;
    en->changed = true;
    if (job_state_runnable(state)) return;
    mem_grow(&en->settled, &en->settled_cap, en->settled_count + 1, sizeof(*en->settled));
    en->settled[en->settled_count++] = (struct settled_job){.id = job, .state = state};
}

static bool take_inbox(struct engine *en, struct err *e)
{
    const struct inbox_options o = {
        .home = en->o.home,
        .queue_max = en->o.config->queue_max,
        .default_backend = en->o.config->backend ? en->o.config->backend : "auto",
        .changed = on_changed,
        .arg = en,
    };
    int taken = 0;
    return inbox_take(&o, en->store, &taken, e);
}

// Tells what came to rest, one job a turn: the listener may stop the engine, and then nothing of it is touched again.
static void tell_settled(struct engine *en)
{
    if (en->settled_count == 0) return;
    struct settled_job job = en->settled[--en->settled_count];
    if (en->settled_count > 0) timer_set(en->inbox, 0);
    en->events.settled(en->arg, job.id, job.state);
}

static void look(struct engine *en)
{
    struct err e = ERR_INIT;
    if (!en->store) return;
    timer_set(en->inbox, INBOX_MS);
    if (!take_inbox(en, &e)) {
        on_store_failed(en, &e);
        return;
    }
    if (en->changed) worker_look(en->worker);
    en->changed = false;
    tell_settled(en);
}

static void on_inbox(void *arg)
{
    look(arg);
}

void engine_poke(struct engine *en)
{
    timer_set(en->inbox, 0);
}

// ---- life ------------------------------------------------------------------------------------------------------------

// Messages that their sender did not live to finish. That one cannot be removed keeps nobody from working.
static void sweep_inbox(const struct engine *en)
{
    char dir[1400];
    struct err e = ERR_INIT;
    (void)snprintf(dir, sizeof(dir), "%s/%s", en->o.home, INBOX_DIR);
    if (!file_sweep(dir, &e)) log_line(LOG_WARN, "%s", e.text);
}

struct engine *engine_start(const struct engine_options *o, const struct engine_events *events, void *arg,
                            struct err *e)
{
    os_keep_memory();
    struct engine *en = mem_calloc(1, sizeof(*en));
    en->o = *o;
    en->events = *events;
    en->arg = arg;
    en->http = http_new(o->loop);
    en->inbox = timer_new(o->loop, on_inbox, en);
    en->reopen = timer_new(o->loop, on_reopen, en);
    const struct worker_options w = {.loop = o->loop,
                                     .http = en->http,
                                     .config = o->config,
                                     .home = o->home,
                                     .program = o->program,
                                     .simulator = o->simulator};
    en->worker = worker_new(&w, &worker_events, en);
    sweep_inbox(en);
    if (!open_store(en, e) || !take_inbox(en, e)) {
        engine_stop(en);
        return NULL;
    }
    worker_attach(en->worker, en->store);
    timer_set(en->inbox, 0); // tells what the first look found
    return en;
}

void engine_stop(struct engine *en)
{
    if (!en) return;
    worker_free(en->worker);
    store_close(en->store);
    timer_free(en->inbox);
    timer_free(en->reopen);
    http_free(en->http);
    free(en->settled);
    free(en);
}
