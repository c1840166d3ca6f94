// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Who writes: taking the engine's role, and handing it over.
//
//   role_begin ──▶ FOLLOWER (holds home/standby.lock, shared) ──role_try──▶ ENGINE (holds home/engine.lock too)
//                     │                                                        │ engine_stop, inbox, hand over, unlock
//                     └───────────────────────▶ role_leave ◀───────────────────┘
//
// The standby lock answers one question for an engine that is about to go: does anybody else stand by? It drops its
// own shared lock and tries for an exclusive one; when it gets that, nobody does, and if there is work left it starts
// `novelgen run` in the background before it unlocks. So nothing in the queue is ever left behind by a closed terminal.
#ifndef APP_ROLE_H
#define APP_ROLE_H

#include <stdbool.h>

#include "app/home.h"
#include "app/program.h"
#include "base/err.h"
#include "base/lock.h"
#include "engine/engine.h"
#include "io/loop.h"

struct role {
    const struct home *home;
    const struct program *program;
    struct loop *loop;
    struct lock engine_lock, standby_lock;
    struct engine *engine; // NULL: a follower
    int awake;             // keeps the machine from sleeping while it is open; -1: not kept
};

void role_init(struct role *r, const struct home *h, const struct program *p, struct loop *l);
bool role_begin(struct role *r, struct err *e);
// LOCK_HELD: we are the engine now. LOCK_TAKEN: somebody else is.
enum lock_result role_try(struct role *r, const struct engine_events *events, void *arg, struct err *e);
long role_holder(const struct role *r); // pid of the engine that is not us; 0: unknown
// Ends whatever role it is. `hand_over`: what is left in the queue is to be worked on.
void role_leave(struct role *r, bool hand_over);

#endif
