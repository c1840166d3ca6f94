// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The event loop (libev): one thread, timers, descriptors, signals. Everything else in the program is a callback of it.
// A callback may free any timer or watcher, its own included.
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct timer;
struct watch;

struct loop *loop_new(void);
void loop_free(struct loop *l);
void loop_run(struct loop *l); // until loop_stop
void loop_stop(struct loop *l);

// One shot: fires once, `ms` from now (0: in the next turn of the loop). Setting it again moves it.
struct timer *timer_new(struct loop *l, void (*fire)(void *arg), void *arg);
void timer_free(struct timer *t); // NULL is fine
void timer_set(struct timer *t, int64_t ms);
void timer_stop(struct timer *t);
bool timer_active(const struct timer *t);

enum { WATCH_READ = 1, WATCH_WRITE = 2 };
struct watch *watch_new(struct loop *l, int fd, int events, void (*ready)(void *arg, int events), void *arg);
void watch_change(struct watch *w, int events);
void watch_free(struct watch *w);

// Signals arrive in the loop. `fire` gets the number.
struct watch_signal;
struct watch_signal *signal_new(struct loop *l, int signum, void (*fire)(void *arg, int signum), void *arg);
void signal_free(struct watch_signal *s);

struct library;
void loop_library(struct library *out); // see base/library.h

#endif
