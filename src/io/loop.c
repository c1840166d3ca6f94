// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The loop, by libev. Stopping a libev watcher also takes it off the list of pending events, and libev does not look
// at a watcher again after calling it: so freeing any of them from any callback needs nothing more than stop and
// free.
#include "io/loop.h"

#include "base/library.h"
#include "base/mem.h"

#include <ev.h>

#include <stdio.h>
#include <stdlib.h>

struct loop {
    struct ev_loop *ev;
};

struct timer {
    ev_timer timer;
    struct loop *loop;
    void (*fire)(void *arg);
    void *arg;
};

struct watch {
    ev_io io;
    struct loop *loop;
    void (*ready)(void *arg, int events);
    void *arg;
};

struct watch_signal {
    ev_signal signal;
    struct loop *loop;
    void (*fire)(void *arg, int signum);
    void *arg;
};

struct loop *loop_new(void)
{
    struct ev_loop *ev = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    if (ev == NULL) return NULL;
    struct loop *l = mem_calloc(1, sizeof(*l));
    l->ev = ev;
    return l;
}

void loop_free(struct loop *l)
{
    if (l == NULL) return;
    ev_loop_destroy(l->ev);
    free(l);
}

void loop_run(struct loop *l)
{
    ev_run(l->ev, 0);
}

void loop_stop(struct loop *l)
{
    ev_break(l->ev, EVBREAK_ALL);
}

static void timer_on_fire(struct ev_loop *ev, ev_timer *w, int revents)
{
    (void)ev;
    (void)revents;
    struct timer *t = w->data;
    t->fire(t->arg);
}

struct timer *timer_new(struct loop *l, void (*fire)(void *arg), void *arg)
{
    struct timer *t = mem_calloc(1, sizeof(*t));
    t->loop = l;
    t->fire = fire;
    t->arg = arg;
    ev_timer_init(&t->timer, timer_on_fire, 0, 0);
    t->timer.data = t;
    return t;
}

void timer_free(struct timer *t)
{
    if (t == NULL) return;
    timer_stop(t);
    free(t);
}

void timer_set(struct timer *t, int64_t ms)
{
    ev_timer_stop(t->loop->ev, &t->timer);
    // libev counts from the turn's start; a callback that worked long must not make the timer early.
    ev_now_update(t->loop->ev);
    ev_timer_set(&t->timer, ms > 0 ? (double)ms / 1000.0 : 0, 0);
    ev_timer_start(t->loop->ev, &t->timer);
}

void timer_stop(struct timer *t)
{
    ev_timer_stop(t->loop->ev, &t->timer);
}

bool timer_active(const struct timer *t)
{
    return ev_is_active(&t->timer);
}

static int watch_to_ev(int events)
{
    return ((events & WATCH_READ) ? EV_READ : 0) | ((events & WATCH_WRITE) ? EV_WRITE : 0);
}

static void watch_on_ready(struct ev_loop *ev, ev_io *w, int revents)
{
    (void)ev;
    struct watch *watch = w->data;
    watch->ready(watch->arg, ((revents & EV_READ) ? WATCH_READ : 0) | ((revents & EV_WRITE) ? WATCH_WRITE : 0));
}

struct watch *watch_new(struct loop *l, int fd, int events, void (*ready)(void *arg, int events), void *arg)
{
    struct watch *w = mem_calloc(1, sizeof(*w));
    w->loop = l;
    w->ready = ready;
    w->arg = arg;
    ev_io_init(&w->io, watch_on_ready, fd, watch_to_ev(events));
    w->io.data = w;
    ev_io_start(l->ev, &w->io);
    return w;
}

void watch_change(struct watch *w, int events)
{
    ev_io_stop(w->loop->ev, &w->io);
    ev_io_set(&w->io, w->io.fd, watch_to_ev(events));
    ev_io_start(w->loop->ev, &w->io);
}

void watch_free(struct watch *w)
{
    if (w == NULL) return;
    ev_io_stop(w->loop->ev, &w->io);
    free(w);
}

static void signal_on_fire(struct ev_loop *ev, ev_signal *w, int revents)
{
    (void)ev;
    (void)revents;
    struct watch_signal *s = w->data;
    s->fire(s->arg, w->signum);
}

struct watch_signal *signal_new(struct loop *l, int signum, void (*fire)(void *arg, int signum), void *arg)
{
    struct watch_signal *s = mem_calloc(1, sizeof(*s));
    s->loop = l;
    s->fire = fire;
    s->arg = arg;
    ev_signal_init(&s->signal, signal_on_fire, signum);
    s->signal.data = s;
    ev_signal_start(l->ev, &s->signal);
    return s;
}

void signal_free(struct watch_signal *s)
{
    if (s == NULL) return;
    ev_signal_stop(s->loop->ev, &s->signal);
    free(s);
}

void loop_library(struct library *out)
{
    char built[16], running[16];

    (void)snprintf(built, sizeof built, "%d.%d", EV_VERSION_MAJOR, EV_VERSION_MINOR);
    (void)snprintf(running, sizeof running, "%d.%d", ev_version_major(), ev_version_minor());
    library_set(out, "libev", built, running);
}
