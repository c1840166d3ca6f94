// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From a backend that is down to the next one of the job's list, and home again. A job comes home at the start of a
// chapter, where its prompt is read anew anyway; or at once, if it cannot be written where it is.
//
// While a job has others, those are looked at in the background, one after the other, by GETs alone. A process of ours,
// which is ended while nobody uses it, cannot be looked at: as a home it is tried again after a while.
#include <stdlib.h>
#include <string.h>

#include "backend/key.h"
#include "base/clock.h"
#include "engine/worker.h"

enum {
    LOOK_MS = 10 * 1000,
    LOOK_WAITING_MS = 900, // while the job waits: whichever is there first has it
    OTHERS_BUSY_MS = 1000,
    HOME_TRY_MANAGED_MS = 10 * 60 * 1000,
    HOME_FAILED_MS = 10 * 60 * 1000,
    MOVES_FORGOTTEN_MS = 30 * 1000
};

static int home_route(const struct worker *w)
{
    int home = routes_find(&w->routes, w->job.began_on);
    return home >= 0 ? home : 0;
}

static bool is_managed(const struct worker *w, int route)
{
    const struct backend_conf *conf = config_backend(w->o.config, w->routes.at[route].backend);
    return (conf && conf->command) || strcmp(w->routes.at[route].backend, "sim") == 0;
}

static bool say(struct worker *w, const char *text, struct err *e)
{
    return store_begin(w->store, e) && store_event_add(w->store, w->job.id, "backend", text, NULL, e) &&
           store_commit(w->store, e);
}

static void move_to(struct worker *w, int to, const char *text)
{
    struct err e = ERR_INIT;
    if (!say(w, text, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    int slot = w->o.free_slot(w->arg, w->routes.at[to].backend);
    w->route = to;
    w->slot = slot >= 0 ? slot : 0;
    w->moved_ms = clock_mono_ms();
    w->failures_in_row = w->same_request = 0;
    w->read_tokens = 0;
    w->hold = w->seen_down = w->told_loading = false;
    w->not_before_ms = 0;
    w->home_ready = false;
    worker_watch_others(w);
    worker_open(w);
}

static void leave_for(struct worker *w, int to, const char *why)
{
    char text[500];
    // A home that was said to be back, and was not, is not tried at each chapter.
    bool again =
        w->route == home_route(w) && w->went_home_ms > 0 && clock_mono_ms() - w->went_home_ms < HOME_FAILED_MS;
    if (again) w->home_failed_ms = clock_mono_ms();
    bool for_good = w->struck >> w->route & 1;
    (void)snprintf(text, sizeof(text), "the backend '%.100s' is %s (%.200s): the book goes on with '%.100s'",
                   w->routes.at[w->route].backend, for_good ? "of no use" : "down", why, w->routes.at[to].backend);
    move_to(w, to, text);
}

bool worker_move(struct worker *w, const char *why)
{
    if (clock_mono_ms() - w->moved_ms > MOVES_FORGOTTEN_MS) w->moves = 0;
    if (w->moves + 1 >= (int)w->routes.count) return false;
    int to = routes_next(&w->routes, w->route, w->struck, w->o.view);
    if (to < 0) return false;
    w->moves++;
    leave_for(w, to, why);
    return true;
}

// The next one, even if it is down: there the job can wait.
static int route_but(const struct worker *w, unsigned struck)
{
    int to = routes_next(&w->routes, w->route, struck, w->o.view);
    for (int i = 0; to < 0 && i < (int)w->routes.count; i++)
        if (!(struck >> i & 1) && w->o.free_slot(w->arg, w->routes.at[i].backend) >= 0) to = i;
    return to;
}

bool worker_has_other(const struct worker *w)
{
    unsigned all = (1u << w->routes.count) - 1;
    return ((w->struck | 1u << w->route) & all) != all;
}

// One that is down may come back; one that only its owner can mend will not. If all others are at work for other jobs,
// this one waits until one of them is free.
bool worker_strike(struct worker *w, const char *why)
{
    w->struck |= 1u << w->route;
    int to = route_but(w, w->struck);
    if (to >= 0)
        leave_for(w, to, why);
    else if (worker_has_other(w))
        worker_wait(w, OTHERS_BUSY_MS, why);
    else
        return false;
    return true;
}

// ---- home ----------------------------------------------------------------------------------------------------------

bool worker_home_is_back(const struct worker *w)
{
    int home = home_route(w);
    if (w->route == home || (w->struck >> home & 1)) return false;
    if (w->home_failed_ms > 0 && clock_mono_ms() - w->home_failed_ms < HOME_FAILED_MS) return false;
    bool tried = clock_mono_ms() - w->moved_ms > HOME_TRY_MANAGED_MS;
    bool there = is_managed(w, home) ? tried : w->home_ready;
    return there && w->o.free_slot(w->arg, w->routes.at[home].backend) >= 0;
}

bool worker_wants_home(struct worker *w)
{
    return w->step.kind == STEP_BEATS && worker_home_is_back(w);
}

void worker_go_home(struct worker *w)
{
    char text[200];
    int home = home_route(w);
    w->went_home_ms = clock_mono_ms();
    w->moves = 0;
    (void)snprintf(text, sizeof(text), "the backend '%.100s' is there again: the book goes on there",
                   w->routes.at[home].backend);
    move_to(w, home, text);
}

// ---- looks ---------------------------------------------------------------------------------------------------------

static void watch_again(struct worker *w)
{
    timer_set(w->other_look, w->state == WORKER_WAITING ? LOOK_WAITING_MS : LOOK_MS);
}

static void on_other_known(void *arg, const struct backend_facts *facts)
{
    struct worker *w = arg;
    bool ready = facts->failure == FAIL_NONE;
    struct server *s = servers_find(w->o.servers, w->routes.at[w->looked_at].backend);
    w->other_probe = NULL;
    if (ready && s) breaker_ready(&s->breaker);
    if (w->looked_at == home_route(w)) w->home_ready = ready;
    watch_again(w);
    if (!ready || w->state != WORKER_WAITING || !w->seen_down) return;
    if (worker_home_is_back(w))
        worker_go_home(w);
    else if (worker_was_down_long(w) && w->o.free_slot(w->arg, w->routes.at[w->looked_at].backend) >= 0)
        leave_for(w, w->looked_at, w->job.reason);
}

// What it was found at, if it was open before ("auto"); else as it is named.
static const char *url_of(const struct worker *w, int route)
{
    const char *name = w->routes.at[route].backend;
    const struct server *s = servers_find(w->o.servers, name);
    const struct backend_conf *conf = config_backend(w->o.config, name);
    if (is_managed(w, route)) return NULL;
    if (s && s->url) return s->url;
    if (conf) return conf->url;
    return strstr(name, "://") ? name : NULL;
}

static void look_at(struct worker *w, int route)
{
    const struct backend_conf *conf = config_backend(w->o.config, w->routes.at[route].backend);
    struct err e = ERR_INIT;
    char *key = NULL;
    struct probe_options o = {.url = url_of(w, route), .dialect = DIALECT_UNKNOWN, .guess = DIALECT_UNKNOWN};
    if (conf) o.dialect = conf->dialect;
    if (conf && backend_key(conf, &key, &e)) o.bearer = key;
    w->looked_at = route;
    w->other_probe = probe_start(w->o.loop, w->o.http, &o, on_other_known, w);
    free(key);
}

void worker_look_at_others(void *arg)
{
    struct worker *w = arg;
    int count = w->has_job ? (int)w->routes.count : 0;
    if (w->other_probe) return;
    for (int step = 1; step <= count; step++) {
        int route = (w->looked_at + step) % count;
        if (route == w->route || (w->struck >> route & 1) || !url_of(w, route)) continue;
        look_at(w, route);
        return;
    }
    watch_again(w);
}

void worker_watch_others(struct worker *w)
{
    if (w->routes.count > 1) watch_again(w);
}

void worker_forget_others(struct worker *w)
{
    timer_stop(w->other_look);
    probe_cancel(w->other_probe);
    w->other_probe = NULL;
    w->home_ready = false;
}
