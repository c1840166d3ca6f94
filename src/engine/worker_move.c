// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From a backend that is down to the next one of the job's list, and home again. A job comes home at the start of a
// chapter, where its prompt is read anew anyway. A server of others is looked at in the background meanwhile, by GETs
// alone; one of our own, which is ended while nobody uses it, is simply tried again after a while.
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "backend/key.h"
#include "engine/worker.h"

enum {
    HOME_LOOK_MS = 10 * 1000,
    HOME_TRY_MANAGED_MS = 10 * 60 * 1000,
    HOME_FAILED_MS = 10 * 60 * 1000,
    MOVES_FORGOTTEN_MS = 30 * 1000
};

static int home_route(const struct worker *w)
{
    int home = routes_find(&w->routes, w->job.began_on);
    return home >= 0 ? home : 0;
}

static bool tell_move(struct worker *w, int to, const char *why, struct err *e)
{
    char text[500];
    bool home = to == home_route(w);
    if (home)
        (void)snprintf(text, sizeof(text), "the backend '%.100s' is there again: the book goes on there",
                       w->routes.at[to].backend);
    else
        (void)snprintf(text, sizeof(text), "the backend '%.100s' is down (%.200s): the book goes on with '%.100s'",
                       w->routes.at[w->route].backend, why, w->routes.at[to].backend);
    return store_begin(w->store, e) && store_event_add(w->store, w->job.id, "backend", text, NULL, e) &&
           store_commit(w->store, e);
}

// Where it is, is known only while it is open ("auto"). Sent away from it again at once, a job does not try it at each chapter.
static void leave_home(struct worker *w, int to)
{
    const struct server *s = worker_server(w);
    int home = home_route(w);
    if (w->route != home || to == home) return;
    bool again = w->went_home_ms > 0 && w->moves > 0;
    w->home_failed_ms = again ? clock_mono_ms() : 0;
    if (!s || !s->url || server_is_managed(s)) return;
    free(w->home_url);
    w->home_url = mem_strdup(s->url);
}

static void move_to(struct worker *w, int to, const char *why)
{
    struct err e = ERR_INIT;
    if (!tell_move(w, to, why, &e)) {
        worker_store_failed(w, &e);
        return;
    }
    int slot = w->o.free_slot(w->arg, w->routes.at[to].backend);
    leave_home(w, to);
    w->route = to;
    w->slot = slot >= 0 ? slot : 0;
    w->moved_ms = clock_mono_ms();
    w->failures_in_row = w->same_request = 0;
    w->read_tokens = 0;
    w->hold = w->seen_down = w->told_loading = false;
    w->not_before_ms = 0;
    worker_forget_home(w);
    worker_watch_home(w);
    worker_open(w);
}

bool worker_move(struct worker *w, const char *why)
{
    if (clock_mono_ms() - w->moved_ms > MOVES_FORGOTTEN_MS) w->moves = 0;
    if (w->moves + 1 >= (int)w->routes.count) return false;
    w->moves++;
    int to = routes_next(&w->routes, w->route, w->o.view);
    if (to < 0) return false;
    move_to(w, to, why);
    return true;
}

// ---- home ----------------------------------------------------------------------------------------------------------

bool worker_home_is_back(const struct worker *w)
{
    int home = home_route(w);
    if (w->route == home) return false;
    const struct backend_conf *conf = config_backend(w->o.config, w->routes.at[home].backend);
    bool managed = conf && conf->command;
    if (w->home_failed_ms > 0 && clock_mono_ms() - w->home_failed_ms < HOME_FAILED_MS) return false;
    bool there = managed ? clock_mono_ms() - w->moved_ms > HOME_TRY_MANAGED_MS : w->home_ready;
    return there && w->o.free_slot(w->arg, w->routes.at[home].backend) >= 0;
}

bool worker_wants_home(struct worker *w)
{
    return w->step.kind == STEP_BEATS && worker_home_is_back(w);
}

void worker_go_home(struct worker *w)
{
    w->went_home_ms = clock_mono_ms();
    w->moves = 0;
    move_to(w, home_route(w), "");
}

static void on_home_known(void *arg, const struct backend_facts *facts)
{
    struct worker *w = arg;
    w->home_probe = NULL;
    w->home_ready = facts->failure == FAIL_NONE;
    timer_set(w->home_look, HOME_LOOK_MS);
}

// A process of ours is not running while nobody uses it.
void worker_look_home(void *arg)
{
    struct worker *w = arg;
    struct err e = ERR_INIT;
    char *key = NULL;
    if (!w->has_job || w->home_probe) return;
    const char *name = w->routes.at[home_route(w)].backend;
    const struct backend_conf *conf = config_backend(w->o.config, name);
    struct probe_options o = {
        .url = strstr(name, "://") ? name : w->home_url, .dialect = DIALECT_UNKNOWN, .guess = DIALECT_UNKNOWN};
    if (conf) {
        o.url = conf->command ? NULL : conf->url;
        o.dialect = conf->dialect;
        if (backend_key(conf, &key, &e)) o.bearer = key;
    }
    if (o.url) w->home_probe = probe_start(w->o.loop, w->o.http, &o, on_home_known, w);
    free(key);
}

void worker_watch_home(struct worker *w)
{
    w->home_ready = false;
    if (w->route != home_route(w)) timer_set(w->home_look, HOME_LOOK_MS);
}

void worker_forget_home(struct worker *w)
{
    timer_stop(w->home_look);
    probe_cancel(w->home_probe);
    w->home_probe = NULL;
    w->home_ready = false;
}
