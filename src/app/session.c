// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A foreground run: see the drawing in include/app/session.h. The functions stand in the order in which they run:
// tick (role, then rows), the engine's events, signals, the end.
#include "app/session.h"

#include <signal.h>
#include <unistd.h>

#include "app/observer.h"
#include "app/order.h"
#include "app/role.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/os.h"
#include "io/loop.h"

enum {
    TICK_MS = 100,
    LOOK_MS = 250,    // between two looks at rows that nobody has announced
    SILENT_MS = 5000, // an engine that has not answered by then is worth a word
    BUSY_LOOKS = 10,  // a lock held for a moment (`pause`, `submit --detach`) is no engine at work
    INTERRUPT_WAIT_MS = 2000,
};

struct session {
    const struct session_options *o;
    const struct session_events *events;
    void *arg;
    struct loop *loop;
    struct timer *tick;
    struct role role;
    struct observer observer;
    int64_t last_event; // without own jobs: of all jobs
    int64_t begun_ms, look_ms;
    int taken_looks; // the engine's lock was somebody else's, so many times in a row
    bool told_follower, told_silent, from_set;
    enum session_end end;
    int signum;
    struct err *err;
};

static void session_finish(struct session *s, enum session_end end)
{
    s->end = end;
    loop_stop(s->loop);
}

static void session_fail(struct session *s, const struct err *e)
{
    err_set(s->err, e->code, "%s", e->text);
    session_finish(s, SESSION_FAILED);
}

// ---- 1: whose role is it ----------------------------------------------------------------------------------------

static void on_settled(void *arg, int64_t job, enum job_state state)
{
    struct session *s = arg;
    (void)job, (void)state;
    s->look_ms = 0;
    timer_set(s->tick, 0);
}

static void on_idle(void *arg)
{
    struct session *s = arg;
    if (s->o->jobs_count == 0) session_finish(s, SESSION_IDLE);
}

static void on_failed(void *arg, const struct err *e)
{
    session_fail(arg, e);
}

static const struct engine_events engine_events = {.settled = on_settled, .idle = on_idle, .failed = on_failed};

static void session_is_follower(struct session *s)
{
    if (++s->taken_looks < BUSY_LOOKS) return;
    if (s->o->jobs_count == 0 && !s->o->wait) {
        session_finish(s, SESSION_BUSY);
        return;
    }
    if (!s->told_follower) s->events->follower(s->arg, role_holder(&s->role));
    s->told_follower = true;
}

static void session_take_role(struct session *s)
{
    struct err e = ERR_INIT;

    if (s->role.engine != NULL) return;
    switch (role_try(&s->role, &engine_events, s, &e)) {
    case LOCK_HELD:
        s->look_ms = 0;
        s->events->engine(s->arg);
        return;
    case LOCK_TAKEN:
        session_is_follower(s);
        return;
    case LOCK_ERROR:
        break;
    }
    // Who takes over while the disk is full tries again, as the one before would have done.
    if (s->told_follower && e.code == ERR_STORE) return;
    session_fail(s, &e);
}

// ---- 2: what the rows say ---------------------------------------------------------------------------------------

struct session_reading {
    struct session *s;
    int64_t *last_event;
};

static bool session_on_event(void *arg, const struct event_row *row)
{
    struct session_reading *r = arg;

    *r->last_event = row->id;
    if (row->time_ms >= r->s->o->since_ms) r->s->events->event(r->s->arg, row);
    return true;
}

static bool session_read_events(struct session *s, int64_t job, int64_t *last_event, struct err *e)
{
    struct session_reading r = {.s = s, .last_event = last_event};
    return store_events_each(s->observer.store, job, *last_event, session_on_event, &r, e);
}

static bool session_read_answer(struct session *s, struct session_job *j, struct err *e)
{
    struct inbox_answer answer;

    switch (store_inbox_get(s->observer.store, j->key, &answer, e)) {
    case STORE_FOUND:
        break;
    case STORE_ERROR:
        return false;
    case STORE_NONE:
    case STORE_AMBIGUOUS:
        return true;
    }
    if (answer.code == 0) {
        j->id = answer.job;
        return true;
    }
    j->over = true;
    err_set(&j->refused, (enum err_code)answer.code, "%s", answer.text);
    return true;
}

static bool session_read_row(struct session *s, struct session_job *j, bool is_new, struct err *e)
{
    struct job row;

    enum store_found found = store_job_get(s->observer.store, j->id, &row, e);
    if (found == STORE_NONE && !is_new) {
        j->over = true;
        err_set(&j->refused, ERR_NO_JOB, "job %lld was removed by another call", (long long)j->id);
        return true;
    }
    if (found != STORE_FOUND) return err_set(e, ERR_STORE, "the job that was just accepted is not in the store");
    j->state = row.state;
    if (is_new) s->events->accepted(s->arg, &row);
    bool ok = session_read_events(s, j->id, &j->last_event, e);
    if (ok && !job_state_runnable(row.state)) {
        j->over = true;
        s->events->rested(s->arg, &row);
    }
    job_release(&row);
    return ok;
}

static bool session_read_job(struct session *s, struct session_job *j, struct err *e)
{
    bool is_new = j->id == 0;

    if (j->over) return true;
    if (is_new && !session_read_answer(s, j, e)) return false;
    return j->id == 0 || session_read_row(s, j, is_new, e);
}

// One read transaction, so that a job's row and its events belong together.
static bool session_read(struct session *s, struct err *e)
{
    struct store *store = s->observer.store;
    bool ok = store_begin(store, e);

    if (ok && s->o->jobs_count == 0) {
        if (!s->from_set) ok = store_event_newest(store, &s->last_event, e);
        s->from_set = true;
        ok = ok && session_read_events(s, 0, &s->last_event, e);
    }
    for (size_t i = 0; ok && i < s->o->jobs_count; i++) ok = session_read_job(s, &s->o->jobs[i], e);
    s->events->tick(s->arg, store, true);
    store_rollback(store);
    return ok;
}

static void session_look(struct session *s)
{
    struct err cause = ERR_INIT, e = ERR_INIT;
    int64_t now_ms = clock_mono_ms();
    enum observed seen = OBSERVED_SAME;

    if (now_ms >= s->look_ms) {
        s->look_ms = now_ms + LOOK_MS;
        seen = observer_look(&s->observer, &e);
    }
    if (seen == OBSERVED_NEWS && !session_read(s, &cause) && !observer_stumble(&s->observer, &cause, &e))
        seen = OBSERVED_FAILED;
    if (seen == OBSERVED_FAILED)
        session_fail(s, &e);
    else if (seen != OBSERVED_NEWS)
        s->events->tick(s->arg, s->observer.store, false);
}

static bool session_is_over(const struct session *s)
{
    for (size_t i = 0; i < s->o->jobs_count; i++)
        if (!s->o->jobs[i].over) return false;
    return s->o->jobs_count > 0;
}

static bool session_is_unanswered(const struct session *s)
{
    for (size_t i = 0; i < s->o->jobs_count; i++)
        if (!s->o->jobs[i].over && s->o->jobs[i].id == 0) return true;
    return false;
}

static void on_tick(void *arg)
{
    struct session *s = arg;

    timer_set(s->tick, TICK_MS);
    session_take_role(s);
    if (s->end == SESSION_FAILED) return;
    session_look(s);
    if (s->end == SESSION_FAILED) return;
    if (session_is_over(s)) session_finish(s, SESSION_RESTED);
    if (s->told_silent || clock_mono_ms() - s->begun_ms < SILENT_MS) return;
    s->told_silent = true;
    if (session_is_unanswered(s)) s->events->silent(s->arg, role_holder(&s->role));
}

// ---- 3: signals -------------------------------------------------------------------------------------------------

static void on_interrupt(void *arg, int signum)
{
    struct session *s = arg;

    // The next one ends the process at once: the loop is left, and with it the handler.
    s->signum = signum;
    session_finish(s, SESSION_INTERRUPTED);
}

static void on_hangup(void *arg, int signum)
{
    struct session *s = arg;
    (void)signum;
    s->events->hangup(s->arg);
}

static void on_info(void *arg, int signum)
{
    struct session *s = arg;
    (void)signum;
    s->events->info(s->arg);
}

// Whoever started us with a signal ignored (nohup, a script's `&`) meant it.
static bool session_is_ignored(int signum)
{
    struct sigaction now;
    return sigaction(signum, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

enum { SESSION_SIGNALS = 4 };

static void session_watch_signals(struct session *s, struct watch_signal *signals[SESSION_SIGNALS])
{
    const struct {
        int signum;
        void (*fire)(void *arg, int signum);
    } all[SESSION_SIGNALS] = {
        {SIGINT, on_interrupt}, {SIGTERM, on_interrupt}, {SIGHUP, on_hangup}, {os_info_signal, on_info}};

    for (size_t i = 0; i < SESSION_SIGNALS; i++)
        signals[i] = session_is_ignored(all[i].signum) ? NULL : signal_new(s->loop, all[i].signum, all[i].fire, s);
}

// ---- 4: the end -------------------------------------------------------------------------------------------------

// The jobs of this terminal are to be paused. What a follower's message has not been answered to by then is told by
// the row that `rested` shows.
static void session_pause_own(struct session *s)
{
    const struct message_change change = {.reason = "interrupted"};
    char key[MESSAGE_KEY_SIZE];
    struct inbox_answer answer;
    struct err ignored = ERR_INIT;

    for (size_t i = 0; i < s->o->jobs_count; i++) {
        struct session_job *j = &s->o->jobs[i];
        if (j->over) continue;
        if (j->id == 0 && order_await(s->o->home, j->key, INTERRUPT_WAIT_MS, &answer, &ignored) == ORDER_ANSWERED)
            j->id = answer.job;
        if (j->id == 0 || !message_post(s->o->home->path, MESSAGE_PAUSE, j->id, &change, key, &ignored)) continue;
        if (s->role.engine == NULL) (void)order_await(s->o->home, key, INTERRUPT_WAIT_MS, &answer, &ignored);
    }
}

static void session_show_own(struct session *s)
{
    struct observer o;
    struct err ignored = ERR_INIT;

    if (!observer_open_once(&o, s->o->home->path, &ignored) || o.store == NULL) return;
    for (size_t i = 0; i < s->o->jobs_count; i++) {
        struct session_job *j = &s->o->jobs[i];
        struct job row;
        if (j->over || j->id == 0) continue;
        if (store_job_get(o.store, j->id, &row, &ignored) != STORE_FOUND) continue;
        j->state = row.state;
        s->events->rested(s->arg, &row);
        job_release(&row);
    }
    observer_release(&o);
}

// Jobs of others are handed on, also one that came in after the queue was found empty. `novelgen run` has none of its
// own: to interrupt it means to stop, and it stops.
static void session_leave(struct session *s)
{
    bool hand_over =
        s->end == SESSION_RESTED || s->end == SESSION_IDLE || (s->end == SESSION_INTERRUPTED && s->o->jobs_count > 0);

    observer_release(&s->observer);
    if (s->end == SESSION_INTERRUPTED) session_pause_own(s);
    role_leave(&s->role, hand_over);
    if (s->end == SESSION_INTERRUPTED) session_show_own(s);
}

enum session_end session_run(const struct session_options *o, const struct session_events *events, void *arg,
                             int *signum, struct err *e)
{
    struct session s = {.o = o, .events = events, .arg = arg, .begun_ms = clock_mono_ms(), .err = e};
    struct watch_signal *signals[SESSION_SIGNALS];

    s.loop = loop_new();
    s.tick = timer_new(s.loop, on_tick, &s);
    role_init(&s.role, o->home, o->program, s.loop);
    observer_init(&s.observer, o->home->path);
    session_watch_signals(&s, signals);
    if (!role_begin(&s.role, e)) s.end = SESSION_FAILED;
    timer_set(s.tick, 0);
    if (s.end != SESSION_FAILED) loop_run(s.loop);
    for (size_t i = 0; i < SESSION_SIGNALS; i++) signal_free(signals[i]);
    session_leave(&s);
    timer_free(s.tick);
    loop_free(s.loop);
    *signum = s.signum;
    return s.end;
}
