// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From a slot to a server that may be asked: opened, its model chosen and allowed, its context large enough. The
// functions stand in the order in which they run; worker_barrier.c follows.
//
// While a server is down it is looked at every second or so, whatever the backoff: a request goes out as soon as it was seen to
// come back. One that says it is ready and fails all the same is asked again only when the backoff has passed.
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/worker.h"

enum {
    SLOT_TAKEN_MS = 500,
    GRACE_MS = 5000,
    NEW_JOB_MS = 60 * 1000,
    DOWN_LONG_MS = 10 * 1000, // before a book goes elsewhere: one that is loading says so
    CONTEXT_LEAST = 2000      // tokens; 2,048 less what some servers keep to themselves
};

void worker_open(struct worker *w)
{
    worker_enter(w, WORKER_OPENING);
    const struct server *held = worker_server(w);
    if (!held || strcmp(held->name, w->routes.at[w->route].backend) != 0) w->known = NULL; // it goes with its server
    link_open(w->link, w->routes.at[w->route].backend, worker_wanted_model(w), w->slot);
}

// ---- it does not open ------------------------------------------------------------------------------------------------

// A book that has begun waits for its server. One that never had any, and was submitted just now, asks its owner: an
// address with nobody behind it is most likely a wrong one. A few seconds are for a server that is being started.
static bool asks_owner(const struct worker *w, const struct link_result *r)
{
    if (!r->nobody || w->job.requests > 0 || w->routes.count > 1) return false;
    int64_t age = clock_wall_ms() - w->job.created_ms;
    return server_is_auto(worker_server(w)) || (age > GRACE_MS && age < NEW_JOB_MS);
}

static void pause_unopened(struct worker *w, const struct link_result *r)
{
    char text[500];
    bool named = strncmp(r->message, JOB_NO_BACKEND, strlen(JOB_NO_BACKEND)) == 0;
    if (r->failure == FAIL_AUTH)
        (void)snprintf(
            text, sizeof(text),
            "the backend '%.80s' wants another key (%.200s): set \"api_key_env\" or \"api_key_file\" beside "
            "its url in your config file",
            w->routes.at[w->route].backend, r->message);
    else if (r->nobody && !named)
        (void)snprintf(text, sizeof(text), JOB_NO_BACKEND "%.300s: start it, or name another with --backend",
                       r->message);
    else
        (void)snprintf(text, sizeof(text), "%.400s", r->message);
    worker_pause(w, text);
}

static bool say_breaker(struct worker *w, struct err *e)
{
    worker_server(w)->told_down = true;
    return store_begin(w->store, e) && store_event_add(w->store, w->job.id, "backend", BREAKER_TEXT, NULL, e) &&
           store_commit(w->store, e);
}

// A look at a server is no request: one that loads, is busy, or is being started by us is well. How long it has been gone
// decides, not how often it was looked at.
static bool is_outage(const struct link_result *r)
{
    return r->failure != FAIL_LOADING && r->failure != FAIL_BUSY && r->failure != FAIL_SLOT_TAKEN;
}

bool worker_was_down_long(const struct worker *w)
{
    const struct server *s = worker_server(w);
    return s && s->breaker.down_since_ms > 0 && clock_mono_ms() - s->breaker.down_since_ms > DOWN_LONG_MS;
}

// Only a human can help: what the class says of a server that was never seen to work. One that did is down.
static bool needs_owner(const struct worker *w, const struct link_result *r, const struct retry_decision *d)
{
    if (r->fatal || asks_owner(w, r)) return true;
    bool page = r->failure == FAIL_NOT_A_SERVER || r->failure == FAIL_NOT_FOUND;
    if (page && (worker_server(w)->was_useful || w->job.requests > 0)) return false;
    return d->action == RETRY_PAUSE;
}

// A process of ours that lives while its port is dead: nobody else would end it.
static bool end_deaf(struct worker *w, enum failure f, struct err *e)
{
    struct server *s = worker_server(w);
    char text[200];
    if (!s || !server_is_deaf(s, f, clock_mono_ms())) return true;
    server_restart(s, clock_mono_ms(), "nobody answers there");
    (void)snprintf(text, sizeof(text),
                   "the process of the backend '%.80s' lives, but nobody answers there: it is started again",
                   s->name);
    return store_begin(w->store, e) && store_event_add(w->store, w->job.id, "backend", text, NULL, e) &&
           store_commit(w->store, e);
}

static void on_closed(struct worker *w, const struct link_result *r)
{
    struct server *s = worker_server(w);
    struct err e = ERR_INIT;
    int64_t now = clock_mono_ms();
    worker_count_failure(w, r->failure);
    const struct retry_input in = {.failure = r->failure,
                                   .in_row = w->failures_in_row,
                                   .retry_after_ms = -1,
                                   .managed = s && server_is_managed(s)};
    struct retry_decision d = retry_decide(&in);
    bool outage = s && is_outage(r);
    bool tells = outage && breaker_fail(&s->breaker, now) && !s->told_down;
    if (!end_deaf(w, r->failure, &e) || (tells && !say_breaker(w, &e))) {
        worker_store_failed(w, &e);
        return;
    }
    // On this machine nobody is there who could be busy; elsewhere it may only be out of reach.
    bool local = s && s->url && strstr(s->url, "://127.");
    if (r->failure == FAIL_REFUSED && local) server_is_idle(s, -1);
    if (worker_home_is_back(w)) {
        worker_go_home(w);
        return;
    }
    if (!s || needs_owner(w, r, &d)) {
        if (!worker_strike(w, r->message)) pause_unopened(w, r);
        return;
    }
    if (worker_was_down_long(w) && worker_move(w, r->message)) return;
    w->seen_down = w->seen_down || outage;
    if (outage) worker_look_at_others(w); // as often as at this one: whichever is back first has the book
    int64_t ms = r->failure == FAIL_SLOT_TAKEN ? SLOT_TAKEN_MS : breaker_look_ms(&s->breaker, now);
    worker_wait(w, r->wait_ms > ms ? r->wait_ms : ms, r->message);
}

// ---- it opens --------------------------------------------------------------------------------------------------------

// Too early to ask again; but whether it is there is looked at meanwhile.
static bool is_early(struct worker *w)
{
    struct server *s = worker_server(w);
    int64_t now = clock_mono_ms(), left = w->not_before_ms - now;
    if (left <= 0 || (w->seen_down && !w->hold)) return false;
    int64_t look = breaker_look_ms(&s->breaker, now);
    link_suspect(w->link);
    worker_enter(w, WORKER_WAITING);
    timer_set(w->turn, left < look ? left : look);
    return true;
}

static void list_models(const struct backend_facts *f, char *out, size_t size)
{
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < f->models_count && len + 4 < size; i++) {
        int n = snprintf(out + len, size - len, "%s%s", i > 0 ? ", " : "", f->models[i].name);
        len += n > 0 ? (size_t)n : 0;
    }
    if (len >= size) memcpy(out + size - 4, "...", 4);
}

// Why the model cannot be asked for; FAIL_NONE: it can.
static enum failure check_model(const struct worker *w, char *text, size_t size)
{
    const struct server *s = worker_server(w);
    char list[300];
    bool is_sim = strcmp(s->name, "sim") == 0; // which loads nothing
    if (!is_sim && !config_allows(w->o.config, w->model)) {
        config_allowed_text(w->o.config, list, sizeof(list));
        (void)snprintf(text, size,
                       "the model '%s' is not allowed by models.allow (%s): resume with --model NAME, or set "
                       "\"model\" in the spec",
                       *w->model ? w->model : "that the server has", list);
        return FAIL_NOT_ALLOWED;
    }
    list_models(&s->facts, list, sizeof(list));
    // MLX writes with what it was started with; its list is of everything on the disk.
    bool must_name =
        s->facts.dialect == DIALECT_OLLAMA || (s->facts.models_count > 1 && s->facts.dialect != DIALECT_MLX);
    if (!*w->model && must_name) {
        (void)snprintf(text, size,
                       "the server needs to be told which model: resume with --model NAME, or set \"model\" in the "
                       "spec; it has: %s",
                       s->facts.models_count > 0 ? list : "none, pull one first");
        return FAIL_MODEL;
    }
    if (*w->model && s->facts.models_whole && !backend_facts_model(&s->facts, w->model)) {
        (void)snprintf(text, size,
                       "the server does not have the model '%s': resume with --model NAME, or set \"model\" in the "
                       "spec; it has: %s",
                       w->model, s->facts.models_count > 0 ? list : "none");
        return FAIL_MODEL;
    }
    return FAIL_NONE;
}

// A wait of minutes that is announced is none that frightens.
static bool say_loading(struct worker *w, struct err *e)
{
    const struct server *s = worker_server(w);
    const struct backend_model *m = backend_facts_model(&s->facts, w->model);
    if (w->told_loading || !m || m->loaded || s->facts.model_loaded) return true;
    char text[300];
    w->told_loading = true;
    (void)snprintf(text, sizeof(text), "the model '%s' is not loaded: the server loads it now", m->name);
    return store_event_add(w->store, w->job.id, "backend", text, NULL, e);
}

// What the spec asks of the sampler and this server has not: said once, when the book begins there.
static bool say_missing(struct worker *w, struct err *e)
{
    const struct server *s = worker_server(w);
    param_set has = gen_params((enum dialect_kind)s->facts.dialect) & ~w->known->refused,
              missing = param_given(&w->spec) & ~has;
    if (!missing || w->job.requests > 0 || w->told_missing) return true;
    w->told_missing = true;
    char list[200], text[300];
    (void)snprintf(text, sizeof(text), "the server (%s) has no %s: the book is written without",
                   dialect_title((enum dialect_kind)s->facts.dialect), param_list(missing, list, sizeof(list)));
    return store_event_add(w->store, w->job.id, "backend", text, NULL, e);
}

static bool prepare_server(struct worker *w, struct err *e)
{
    return store_begin(w->store, e) && worker_pin_route(w, e) && worker_know(w, e) && worker_look_back(w, e) &&
           say_loading(w, e) && say_missing(w, e) && store_commit(w->store, e);
}

static void pause_small(struct worker *w)
{
    char text[200];
    (void)snprintf(text, sizeof(text),
                   "the server has a context of %d tokens, a book needs at least 2,048: start it with more "
                   "(llama-server -c 8192)",
                   known_n_ctx(w->known));
    if (!worker_strike(w, text)) worker_pause(w, text);
}

// Its slots: the server says how many it has. The job goes back to the pool, which knows it now too, and has its turn when
// one of those is free.
static bool has_slot(struct worker *w)
{
    const struct server *s = worker_server(w);
    if (w->slot < server_slots(s)) return true;
    char text[200];
    (void)snprintf(text, sizeof(text),
                   "the config gives the backend '%.80s' %d slots, the server has %d: set \"slots\" to that", s->name,
                   s->conf.slots, s->facts.slots);
    worker_give_back(w, text);
    return false;
}

static void refuse_model(struct worker *w, enum failure f, const char *text)
{
    worker_count_failure(w, f);
    if (!worker_strike(w, text)) worker_pause(w, text);
}

static void on_ready(struct worker *w)
{
    struct err e = ERR_INIT;
    char text[700];
    if (is_early(w) || !has_slot(w)) return;
    worker_choose_model(w);
    enum failure f = check_model(w, text, sizeof(text));
    if (f != FAIL_NONE) {
        refuse_model(w, f, text);
        return;
    }
    if (!prepare_server(w, &e))
        worker_store_failed(w, &e);
    else if (known_n_ctx(w->known) < CONTEXT_LEAST)
        pause_small(w);
    else
        worker_pass_barrier(w);
}

void worker_on_opened(void *arg, const struct link_result *r)
{
    struct worker *w = arg;
    if (r->failure != FAIL_NONE)
        on_closed(w, r);
    else
        on_ready(w);
}
