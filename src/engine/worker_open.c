// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// From a slot to a server that may be asked: opened, its model chosen and allowed, its context large enough, no old
// request left on it. The functions stand in the order in which they run.
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
    IDLE_LEAST_MS = 30 * 1000,
    HUNG_LEAST_MS = 5000,
    HUNG_UNKNOWN_MS = 60 * 1000,
    BATCH_TOKENS = 2048,
    UNKNOWN_PREFILL_PER_S = 1000,
    LEFT_SAID_MS = 500,  // what a server needs to stop that was proved to stop when its client leaves
    CONTEXT_LEAST = 2000 // tokens; 2,048 less what some servers keep to themselves
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
    if (r->failure == FAIL_REFUSED && s) server_is_idle(s, -1); // nobody is there who could be busy
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
        (void)snprintf(text, size, "the model '%s' is not allowed by models.allow (%s): name another with --model",
                       *w->model ? w->model : "that the server has", list);
        return FAIL_NOT_ALLOWED;
    }
    list_models(&s->facts, list, sizeof(list));
    // MLX writes with what it was started with; its list is of everything on the disk.
    bool must_name =
        s->facts.dialect == DIALECT_OLLAMA || (s->facts.models_count > 1 && s->facts.dialect != DIALECT_MLX);
    if (!*w->model && must_name) {
        (void)snprintf(text, size, "the server needs to be told which model: name one with --model; it has: %s",
                       s->facts.models_count > 0 ? list : "none, pull one first");
        return FAIL_MODEL;
    }
    if (*w->model && s->facts.models_whole && !backend_facts_model(&s->facts, w->model)) {
        (void)snprintf(text, size, "the server does not have the model '%s': name one with --model; it has: %s",
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

// The prompt was read first, which took its time as well; how much of it the cache had, nobody knows.
static void leave_since(struct worker *w, int64_t tokens, int64_t started_ms)
{
    const struct pace *p = &w->known->pace;
    int64_t gone = clock_wall_ms() - started_ms;
    int64_t read = p->prefill_per_s > 0 ? (int64_t)((double)known_n_ctx(w->known) / 2 * 1000 / p->prefill_per_s) : 0;
    int64_t left = pace_burn_ms(p, tokens) - (gone > read ? gone - read : 0);
    if (left > 0) server_leave(worker_server(w), w->slot, clock_mono_ms(), left);
}

// What may still run there because an earlier engine left it, or this one when it moved away: a request of a book, or one
// of its proofs. A process of our own that has just been started has nothing on it.
static bool look_for_abandoned(struct worker *w, struct err *e)
{
    struct server *s = worker_server(w);
    struct server_slot *slot = &s->slot[w->slot];
    struct attempt a = {0};
    int64_t job, proving_ms = 0;
    if (s->newest < 0 && !store_attempt_newest(w->store, &s->newest, e)) return false;
    if (slot->looked_back) return true;
    enum store_found found = store_attempt_left(w->store, s->key, w->slot, s->newest, &job, &a, e);
    bool ok = found != STORE_ERROR && store_proving_get(w->store, s->key, &proving_ms, e);
    if (ok && !s->fresh && found == STORE_FOUND) {
        bool limited = w->known->proofs.limit != PROOF_NO;
        leave_since(w, limited ? a.max_tokens : known_n_ctx(w->known), a.started_ms);
    }
    if (ok && !s->fresh && proving_ms > 0) leave_since(w, PROOF_TOKENS_MOST, proving_ms);
    slot->looked_back = ok;
    attempt_release(&a);
    return ok;
}

static bool prepare_server(struct worker *w, struct err *e)
{
    return store_begin(w->store, e) && worker_pin_route(w, e) && worker_know(w, e) && look_for_abandoned(w, e) &&
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

// ---- barrier: the old request is gone ----------------------------------------------------------------------------------

// One of our own is started again.
static void still_busy(struct worker *w, const char *why)
{
    struct server *s = worker_server(w);
    if (server_is_managed(s)) server_end(s);
    worker_count_failure(w, FAIL_STALL);
    link_suspect(w->link);
    if (worker_move(w, why)) return;
    worker_wait(w, breaker_look_ms(&s->breaker, clock_mono_ms()), why);
}

void worker_leaves(struct worker *w, int64_t tokens, int64_t unread)
{
    const struct pace *p = &w->known->pace;
    double prefill_per_s = p->prefill_per_s > 0 ? p->prefill_per_s : UNKNOWN_PREFILL_PER_S;
    int64_t ms = pace_burn_ms(p, tokens) + (int64_t)((double)unread * 1000 / prefill_per_s);
    bool stops = w->known->proofs.leave == PROOF_YES;
    server_leave(worker_server(w), w->slot, clock_mono_ms(), stops && ms > LEFT_SAID_MS ? LEFT_SAID_MS : ms);
}

// What is left of the time in which the old request may still run.
static int64_t quiet_ms(const struct worker *w)
{
    int64_t left = worker_server(w)->slot[w->slot].until_ms - clock_mono_ms();
    return left > 0 ? left : 0;
}

static void wait_quiet(struct worker *w)
{
    int64_t ms = quiet_ms(w);
    worker_enter(w, WORKER_BARRIER);
    if (ms > 1000)
        log_line(LOG_INFO, "the server cannot say whether it is idle: waiting %lld s", (long long)ms / 1000);
    timer_set(w->turn, ms);
}

// It has had the time that an old request of ours can take, twice. Where the route speaks of all requests of everybody,
// what it speaks of is not ours any more. Where it speaks of our slot, the old one hangs there.
static void busy_too_long(struct worker *w)
{
    struct server *s = worker_server(w);
    if (s->facts.dialect != DIALECT_LLAMACPP && s->facts.dialect != DIALECT_KOBOLDCPP) {
        log_line(LOG_INFO, "the server is busy with requests of others");
        worker_barrier_over(w);
        return;
    }
    if (server_is_managed(s)) server_restart(s, clock_mono_ms(), "an old request hangs there");
    still_busy(w, "the server is still busy with an old request");
}

static void on_idle_known(void *arg, enum idle_end how)
{
    struct worker *w = arg;
    struct server *s = worker_server(w);
    w->idle_wait = NULL;
    switch (how) {
    case IDLE_IDLE:
        worker_barrier_over(w);
        return;
    case IDLE_UNKNOWN:
        wait_quiet(w);
        return;
    case IDLE_BUSY:
        busy_too_long(w);
        return;
    case IDLE_HUNG:
        if (server_is_managed(s)) server_restart(s, clock_mono_ms(), "it hangs");
        still_busy(w, "the server does not even say whether it is busy: it hangs");
        return;
    }
}

// A batch of a long prompt may keep a server from answering at all.
static int64_t hung_ms(const struct worker *w)
{
    double prefill_per_s = w->known->pace.prefill_per_s;
    int64_t batch_ms = prefill_per_s > 0 ? (int64_t)(2 * BATCH_TOKENS * 1000 / prefill_per_s) : HUNG_UNKNOWN_MS;
    return batch_ms > HUNG_LEAST_MS ? batch_ms : HUNG_LEAST_MS;
}

void worker_pass_barrier(struct worker *w)
{
    struct server *s = worker_server(w);
    if (!s->slot[w->slot].left) {
        worker_prove(w);
        return;
    }
    // Where the route speaks of the server as a whole, the others of our own slots would have to stop too.
    bool tells = s->facts.idle_route && (s->held == 1 || s->facts.dialect == DIALECT_LLAMACPP);
    if (!tells) {
        wait_quiet(w);
        return;
    }
    worker_enter(w, WORKER_BARRIER);
    int64_t limit_ms = 2 * quiet_ms(w);
    const struct idle_options o = {.dialect = (enum dialect_kind)s->facts.dialect,
                                   .url = s->url,
                                   .bearer = s->bearer,
                                   .slot = known_has(w->known, PARAM_CACHE) ? w->slot : -1,
                                   .hung_ms = hung_ms(w),
                                   .limit_ms = limit_ms > IDLE_LEAST_MS ? limit_ms : IDLE_LEAST_MS};
    w->idle_wait = idle_wait_start(w->o.loop, w->o.http, &o, on_idle_known, w);
}

void worker_barrier_over(struct worker *w)
{
    struct server *s = worker_server(w);
    struct err e = ERR_INIT;
    server_is_idle(s, w->slot);
    if (store_proving_clear(w->store, s->key, &e))
        worker_prove(w);
    else
        worker_store_failed(w, &e);
}
