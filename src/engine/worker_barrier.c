// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The barrier: never two generations on a slot. What was left there, by this engine or one before it, is waited for: until
// the server says that the slot is idle, else until it cannot be running any more.
#include "engine/worker.h"

#include "base/clock.h"
#include "base/log.h"

enum {
    IDLE_LEAST_MS = 30 * 1000,
    HUNG_LEAST_MS = 5000,
    HUNG_UNKNOWN_MS = 60 * 1000,
    BATCH_TOKENS = 2048,
    UNKNOWN_PREFILL_PER_S = 1000,
    SETTLE_MS = 100,
    LEFT_SAID_MS = 500 // what a server needs to stop that was proved to stop when its client leaves
};

// ---- what was left -------------------------------------------------------------------------------------------------

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
bool worker_look_back(struct worker *w, struct err *e)
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

// ---- until it is gone ----------------------------------------------------------------------------------------------

// One of our own is started again.
static void still_busy(struct worker *w, const char *why)
{
    struct server *s = worker_server(w);
    if (server_is_managed(s)) server_restart(s, clock_mono_ms(), why);
    worker_count_failure(w, FAIL_STALL);
    link_suspect(w->link);
    if (worker_move(w, why)) return;
    worker_wait(w, breaker_look_ms(&s->breaker, clock_mono_ms()), why);
}

// It was left by us, perhaps before the server has read it. One that has answered, or kept silent for long, has read it.
void worker_settles(struct worker *w)
{
    worker_server(w)->slot[w->slot].settle_ms = clock_mono_ms() + SETTLE_MS;
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
    still_busy(w, "the server is still busy with an old request");
}

static void on_idle_known(void *arg, enum idle_end how)
{
    struct worker *w = arg;
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
                                   .settle_ms = s->slot[w->slot].settle_ms - clock_mono_ms(),
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
