// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From a backend that is down to the next one of the job's list, and home again. A job comes home at the start of a
// chapter, where its prompt is read anew anyway; one that waits goes to whichever backend is there first. Servers of
// others are looked at in the background meanwhile, by GETs alone; one of our own, which is ended while nobody uses it, is
// simply tried again after a while. A backend that only a human can mend is left for good.
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "backend/key.h"
#include "engine/worker.h"

enum { HOME_LOOK_MS = 10 * 1000, TRY_UNSEEN_MS = 10 * 60 * 1000, MOVES_FORGOTTEN_MS = 30 * 1000 };

static int home_route(const struct worker *w)
{
    int home = routes_find(&w->routes, w->job.began_on);
    return home >= 0 ? home : 0;
}

static bool is_useless(const struct worker *w, int route)
{
    return (w->useless >> route & 1) != 0;
}

// `why` NULL: not because the one in use is down.
static bool tell_move(struct worker *w, int to, const char *why, struct err *e)
{
    char text[500];
    const char *from = w->routes.at[w->route].backend, *next = w->routes.at[to].backend;
    if (!why)
        (void)snprintf(text, sizeof(text), "the backend '%.100s' is there again: the book goes on there", next);
    else
        (void)snprintf(text, sizeof(text), "the backend '%.100s' is %s (%.200s): the book goes on with '%.100s'",
                       from, is_useless(w, w->route) ? "of no use" : "down", why, next);
    return store_begin(w->store, e) && store_event_add(w->store, w->job.id, "backend", text, NULL, e) &&
           store_commit(w->store, e);
}

static void move_to(struct worker *w, int to, const char *why)
{
    struct err e = ERR_INIT;
    if (!tell_move(w, to, why, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    int slot = w->o.free_slot(w->arg, w->routes.at[to].backend);
    w->route = to;
    w->slot = slot >= 0 ? slot : 0;
    w->moved_ms = clock_mono_ms();
    w->failures_in_row = w->same_request = 0;
    w->need_barrier = w->hold = w->seen_down = w->told_loading = false;
    w->not_before_ms = 0;
    worker_forget_home(w);
    worker_watch_home(w);
    worker_open(w);
}

// While the backend in use is down, those of others are looked at: no need to run after them.
static int64_t forgotten_ms(const struct worker *w)
{
    return w->seen_down ? TRY_UNSEEN_MS : MOVES_FORGOTTEN_MS;
}

bool worker_move(struct worker *w, const char *why)
{
    if (failure_needs_human(w->last_failure)) w->useless |= 1U << w->route;
    if (clock_mono_ms() - w->moved_ms > forgotten_ms(w)) w->moves = 0;
    if (w->moves + 1 >= (int)w->routes.count) return false;
    w->moves++;
    int to = routes_next(&w->routes, w->route, w->useless, w->o.view);
    if (to < 0) return false;
    move_to(w, to, why);
    return true;
}

bool worker_has_hope(const struct worker *w)
{
    for (int i = 0; i < (int)w->routes.count; i++)
        if (i != w->route && !is_useless(w, i)) return true;
    return false;
}

// ---- home ----------------------------------------------------------------------------------------------------------

bool worker_home_is_back(const struct worker *w)
{
    int home = home_route(w);
    if (w->route == home || is_useless(w, home)) return false;
    const struct backend_conf *conf = config_backend(w->o.config, w->routes.at[home].backend);
    bool managed = conf && conf->command;
    bool there = managed ? clock_mono_ms() - w->moved_ms > TRY_UNSEEN_MS : w->home_ready;
    return there && w->o.free_slot(w->arg, w->routes.at[home].backend) >= 0;
}

bool worker_wants_home(struct worker *w)
{
    return w->step.kind == STEP_BEATS && worker_home_is_back(w);
}

void worker_go_home(struct worker *w)
{
    move_to(w, home_route(w), NULL);
}

// ---- looking at a backend that is not in use ------------------------------------------------------------------------

static void on_looked(void *arg, const struct backend_facts *facts)
{
    struct worker *w = arg;
    const char *backend = w->routes.at[w->looked_at].backend;
    bool there = facts->failure == FAIL_NONE, home = w->looked_at == home_route(w);
    bool needed = w->state == WORKER_WAITING && (w->seen_down || is_useless(w, w->route));
    w->look = NULL;
    if (home) w->home_ready = there;
    if (there && needed && w->o.view->is_free(w->o.view->arg, backend))
        move_to(w, w->looked_at, NULL);
    else if (w->route != home_route(w))
        timer_set(w->home_look, HOME_LOOK_MS);
}

// "auto" and "sim" are no servers that could be looked at from here.
static void look_at(struct worker *w, int route)
{
    struct err e = ERR_INIT;
    char *key = NULL;
    const char *name = w->routes.at[route].backend;
    const struct backend_conf *conf = config_backend(w->o.config, name);
    struct probe_options o = {
        .url = strstr(name, "://") ? name : NULL, .dialect = DIALECT_UNKNOWN, .guess = DIALECT_UNKNOWN};
    w->looked_at = route;
    if (conf) {
        o.url = conf->command ? NULL : conf->url;
        o.dialect = conf->dialect;
        if (backend_key(conf, &key, &e)) o.bearer = key;
    }
    if (o.url) w->look = probe_start(w->o.loop, w->o.http, &o, on_looked, w);
    free(key);
}

void worker_look_home(void *arg)
{
    struct worker *w = arg;
    if (w->has_job && !w->look && w->route != home_route(w)) look_at(w, home_route(w));
}

void worker_look_around(struct worker *w)
{
    int count = (int)w->routes.count;
    if (w->look) return;
    for (int step = 1; step <= count; step++) {
        int route = (w->looked_at + step) % count;
        if (route == w->route || is_useless(w, route)) continue;
        look_at(w, route);
        return;
    }
}

void worker_watch_home(struct worker *w)
{
    w->home_ready = false;
    if (w->route != home_route(w)) timer_set(w->home_look, HOME_LOOK_MS);
}

void worker_forget_home(struct worker *w)
{
    timer_stop(w->home_look);
    probe_cancel(w->look);
    w->look = NULL;
    w->home_ready = false;
}
