// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See pool.h.
#include "engine/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/routes.h"
#include "engine/server.h"
#include "engine/worker.h"

enum { WORKERS_MOST = 64 };

struct pool {
    struct pool_options o;
    const struct pool_events *events;
    void *arg;
    struct store *store; // NULL: detached
    struct servers servers;
    struct routes_view view;
    struct worker *workers[WORKERS_MOST];
    size_t count;
    struct timer *turn;
    const struct worker *yielding; // its slot counts as free while it is asked who would take it
};

// ---- backends and their slots ------------------------------------------------------------------------------------

static int slots_of(const struct pool *p, const char *backend)
{
    const struct server *known = servers_find(&p->servers, backend);
    const struct backend_conf *conf = config_backend(p->o.config, backend);
    if (known) return server_slots(known);
    return conf && conf->slots > 1 ? conf->slots : 1;
}

// Two names may mean one server: it is told apart by its address, as far as that is known.
static void address_of(const struct pool *p, const char *backend, char *out, size_t size)
{
    const struct server *s = servers_find(&p->servers, backend);
    const struct backend_conf *conf = config_backend(p->o.config, backend);
    const char *url = conf ? conf->url : strstr(backend, "://") ? backend : NULL;
    if (s && *s->key)
        (void)snprintf(out, size, "%s", s->key);
    else if (url && !(conf && conf->command))
        url_address(url, out, size);
    else
        (void)snprintf(out, size, "%s", backend);
}

static bool is_used(const struct pool *p, const char *address, int slot)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct worker *w = p->workers[i];
        char other[SERVER_KEY_SIZE];
        if (!w->has_job || w->slot != slot || w == p->yielding) continue;
        address_of(p, worker_backend(w), other, sizeof(other));
        if (strcmp(address, other) == 0) return true;
    }
    return false;
}

static int free_slot(void *arg, const char *backend)
{
    const struct pool *p = arg;
    char address[SERVER_KEY_SIZE];
    int slots = slots_of(p, backend);
    address_of(p, backend, address, sizeof(address));
    for (int slot = 0; slot < slots && slot < SERVER_SLOTS_MOST; slot++)
        if (!is_used(p, address, slot)) return slot;
    return -1;
}

static bool is_free(void *arg, const char *backend)
{
    return free_slot(arg, backend) >= 0;
}

static bool is_down(void *arg, const char *backend)
{
    const struct pool *p = arg;
    const struct server *s = servers_find(&p->servers, backend);
    return s && s->breaker.open;
}

// ---- workers -----------------------------------------------------------------------------------------------------

static void on_turn(void *arg);

static void on_settled(void *arg, int64_t job, enum job_state state)
{
    struct pool *p = arg;
    p->events->settled(p->arg, job, state);
}

static void on_free(void *arg)
{
    struct pool *p = arg;
    timer_set(p->turn, 0);
}

static void on_store_failed(void *arg, const struct err *e)
{
    struct pool *p = arg;
    p->events->store_failed(p->arg, e);
}

static const struct worker_events worker_events = {
    .settled = on_settled,
    .free = on_free,
    .store_failed = on_store_failed,
};

static int64_t outranked_by(void *arg, const struct worker *w);

static struct worker *new_worker(struct pool *p)
{
    if (p->count == WORKERS_MOST) return NULL;
    const struct worker_options o = {.loop = p->o.loop,
                                     .http = p->o.http,
                                     .config = p->o.config,
                                     .servers = &p->servers,
                                     .free_slot = free_slot,
                                     .outranked_by = outranked_by,
                                     .view = &p->view};
    struct worker *w = worker_new(&o, &worker_events, p);
    worker_attach(w, p->store);
    return p->workers[p->count++] = w;
}

// One that still holds the backend goes on there without asking who it is; else any that is free.
static struct worker *free_worker(struct pool *p, const char *backend)
{
    struct worker *any = NULL;
    for (size_t i = 0; i < p->count; i++) {
        struct worker *w = p->workers[i];
        if (w->has_job) continue;
        const char *held = worker_backend(w);
        if (held && strcmp(held, backend) == 0) return w;
        if (!any) any = w;
    }
    return any ? any : new_worker(p);
}

struct pool *pool_new(const struct pool_options *o, const struct pool_events *events, void *arg)
{
    struct pool *p = mem_calloc(1, sizeof(*p));
    p->o = *o;
    p->events = events;
    p->arg = arg;
    p->servers =
        (struct servers){.config = o->config, .home = o->home, .program = o->program, .simulator = o->simulator};
    p->view = (struct routes_view){.is_free = is_free, .is_down = is_down, .arg = p};
    p->turn = timer_new(o->loop, on_turn, p);
    return p;
}

void pool_free(struct pool *p)
{
    if (!p) return;
    for (size_t i = 0; i < p->count; i++) worker_free(p->workers[i]);
    servers_release(&p->servers);
    timer_free(p->turn);
    free(p);
}

void pool_attach(struct pool *p, struct store *s)
{
    p->store = s;
    for (size_t i = 0; i < p->count; i++) worker_attach(p->workers[i], s);
    timer_set(p->turn, 0);
}

void pool_detach(struct pool *p, bool keep_text)
{
    for (size_t i = 0; i < p->count; i++) worker_detach(p->workers[i], keep_text);
    for (struct server *s = p->servers.first; s; s = s->next) server_forget(s);
    timer_stop(p->turn);
    p->store = NULL;
}

void pool_look(struct pool *p)
{
    for (size_t i = 0; p->store && i < p->count; i++) worker_look(p->workers[i]);
    if (p->store) timer_set(p->turn, 0);
}

// ---- the queue -----------------------------------------------------------------------------------------------------

struct choice {
    int64_t job;
    int route;
};

struct choosing {
    struct pool *p;
    struct choice found; // job 0: none
};

static bool is_held(const struct pool *p, int64_t job)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->workers[i]->has_job && p->workers[i]->job.id == job) return true;
    return false;
}

static bool look_at_job(void *arg, const struct job_brief *j)
{
    struct choosing *c = arg;
    struct routes routes;
    if (is_held(c->p, j->id)) return true;
    routes_read(&routes, j->backend, j->fallback);
    int route = routes_choose(&routes, j->began_on, &c->p->view);
    routes_release(&routes);
    if (route < 0) return true;
    c->found = (struct choice){.job = j->id, .route = route};
    return false;
}

// A job of higher priority that waits, and could start if this worker let its slot go: the one that the next turn would
// then choose, so that nothing gives way to a job that cannot go on.
static bool look_at_rank(void *arg, const struct job_brief *j)
{
    struct choosing *c = arg;
    return j->priority <= c->p->yielding->job.priority || look_at_job(c, j);
}

static int64_t outranked_by(void *arg, const struct worker *w)
{
    struct pool *p = arg;
    struct choosing c = {.p = p};
    struct err ignored = ERR_INIT;
    p->yielding = w;
    (void)store_jobs_runnable(p->store, look_at_rank, &c, &ignored); // a store that fails says so at the next step
    p->yielding = NULL;
    return c.found.job;
}

// Gives one job to one worker. False: there is nothing to give.
static bool give_one(struct pool *p)
{
    struct choosing c = {.p = p};
    struct err e = ERR_INIT;
    if (!store_jobs_runnable(p->store, look_at_job, &c, &e)) {
        p->events->store_failed(p->arg, &e);
        return false;
    }
    if (c.found.job == 0) return false;
    struct job j;
    if (store_job_get(p->store, c.found.job, &j, &e) != STORE_FOUND) {
        p->events->store_failed(p->arg, &e);
        return false;
    }
    struct routes routes;
    routes_read(&routes, j.backend, j.fallback);
    const char *backend = routes.at[c.found.route].backend;
    struct worker *w = free_worker(p, backend);
    if (w) worker_take(w, c.found.job, c.found.route, free_slot(p, backend));
    routes_release(&routes);
    job_release(&j);
    return w != NULL;
}

static bool is_idle(const struct pool *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->workers[i]->has_job) return false;
    return true;
}

// A job may come to rest while it is taken, and the store may fail: then the pool is detached below us.
static void on_turn(void *arg)
{
    struct pool *p = arg;
    while (p->store && give_one(p)) {
    }
    if (!p->store) return;
    for (size_t i = 0; i < p->count; i++) worker_let_go(p->workers[i]);
    if (is_idle(p)) p->events->idle(p->arg);
}
