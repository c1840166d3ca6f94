// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The engine: owner of the store's one writing connection, of the inbox's clock, and of the pool of workers.
//
//   engine_start ─▶ store opened ─▶ inbox taken in ─▶ pool attached
//                       ▲                  │ ten times a second: inbox ─▶ pool_look
//                       │                  ▼
//                  reopen (timer) ◀── store failed: pool detached, store closed, all memory of rows dropped
//
// After a failed commit nobody knows whether the rows stand: the store is opened again and the rows are read. While
// the disk is full this is repeated, quietly, until it works. A damaged database ends the engine.
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/os.h"
#include "engine/inbox.h"
#include "engine/hooks.h"
#include "engine/pool.h"
#include "io/json.h"
#include "store/store.h"

enum { INBOX_MS = 100, REOPEN_MIN_MS = 100, REOPEN_MAX_MS = 5000, CALM_MS = 60 * 1000 };

struct engine {
    struct engine_options o;
    struct engine_events events;
    void *arg;
    struct http *http;
    struct store *store; // NULL while it is being reopened
    struct pool *pool;
    struct hooks *hooks;
    int64_t told_event; // hooks know of the states up to this one
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
    pool_detach(en->pool, false);
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
    pool_attach(en->pool, en->store);
    timer_set(en->inbox, INBOX_MS);
}

static const struct pool_events pool_events = {
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

// ---- hooks -------------------------------------------------------------------------------------------------------

// A state that has passed is not told: the facts would be another's.
static bool is_of_now(const struct event_row *row, const struct job *j)
{
    struct err e = ERR_INIT;
    struct json *data = json_read(row->data, strlen(row->data), &e);
    const char *to = json_str(json_get(data, "to"), NULL);
    bool same = to && strcmp(to, job_state_name(j->state)) == 0;
    json_free(data);
    return same;
}

// Up to its import a job's events are those of another machine, which has told them.
struct arrivals {
    struct arrival {
        int64_t job, event;
    } * items;
    size_t count, cap;
};

static bool note_arrival(void *arg, const struct event_row *row)
{
    struct arrivals *a = arg;
    if (strcmp(row->type, "imported") != 0) return true;
    mem_grow(&a->items, &a->cap, a->count + 1, sizeof(*a->items));
    a->items[a->count++] = (struct arrival){.job = row->job, .event = row->id};
    return true;
}

static bool is_from_elsewhere(const struct arrivals *a, const struct event_row *row)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->items[i].job == row->job && row->id < a->items[i].event) return true;
    return false;
}

struct telling {
    struct engine *engine;
    struct arrivals arrivals;
};

static bool tell_hook(void *arg, const struct event_row *row)
{
    struct telling *t = arg;
    struct engine *en = t->engine;
    struct err e = ERR_INIT;
    struct job j;
    en->told_event = row->id;
    if (strcmp(row->type, "state") != 0 || is_from_elsewhere(&t->arrivals, row)) return true;
    if (store_job_get(en->store, row->job, &j, &e) != STORE_FOUND) return true;
    if (is_of_now(row, &j)) hooks_tell(en->hooks, &j, clock_mono_ms());
    job_release(&j);
    return true;
}

// What was committed is told, whoever has changed the state; a hook never keeps the engine from anything.
static void tell_hooks(struct engine *en)
{
    struct err e = ERR_INIT;
    if (!en->store || !en->hooks) return;
    hooks_reap(en->hooks);
    struct telling t = {.engine = en};
    if (!store_events_each(en->store, 0, en->told_event, note_arrival, &t.arrivals, &e) ||
        !store_events_each(en->store, 0, en->told_event, tell_hook, &t, &e))
        log_line(LOG_DEBUG, "hooks: %s", e.text);
    free(t.arrivals.items);
}

static bool has_hooks(const struct config *c)
{
    return c->on_wait || c->on_done || c->on_pause;
}

static bool begin_hooks(struct engine *en, struct err *e)
{
    if (!has_hooks(en->o.config)) return true;
    en->hooks = hooks_new(en->o.config);
    return store_event_newest(en->store, &en->told_event, e);
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
    if (en->changed) pool_look(en->pool);
    en->changed = false;
    tell_hooks(en);
    tell_settled(en);
}

static void on_inbox(void *arg)
{
    look(arg);
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
    const struct pool_options p = {.loop = o->loop,
                                   .http = en->http,
                                   .config = o->config,
                                   .home = o->home,
                                   .program = o->program,
                                   .simulator = o->simulator};
    en->pool = pool_new(&p, &pool_events, en);
    sweep_inbox(en);
    if (!open_store(en, e) || !begin_hooks(en, e) || !take_inbox(en, e)) {
        engine_stop(en);
        return NULL;
    }
    pool_attach(en->pool, en->store);
    timer_set(en->inbox, 0); // tells what the first look found
    return en;
}

void engine_stop(struct engine *en)
{
    if (!en) return;
    pool_detach(en->pool, true);
    tell_hooks(en);
    hooks_free(en->hooks);
    pool_free(en->pool);
    store_close(en->store);
    timer_free(en->inbox);
    timer_free(en->reopen);
    http_free(en->http);
    free(en->settled);
    free(en);
}
