// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One backend as this engine knows it: how it is configured, its process if it is ours, its slots, what it said, whether
// it fails, and what is known of it with each model (known.h). The workers of its slots share it. While no link holds it, its
// process is ended and its slots are free, but what was seen of it stays as long as the engine.
//
//   servers_take ──▶ resolved (url, key; "auto" has none yet) ──server_start──▶ runs (managed only)
//                                                              ──facts────────▶ known (dialect, model, context)
//                                                              ──profile──────▶ proved, measured
#ifndef ENGINE_SERVER_H
#define ENGINE_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "backend/keeper.h"
#include "backend/probe.h"
#include "base/err.h"
#include "base/lock.h"
#include "model/breaker.h"
#include "engine/known.h"
#include "model/config.h"
#include "model/failure.h"

enum { SERVER_SLOTS_MOST = 16, SERVER_KEY_SIZE = 160 };

// A request that was left may still run: the next one waits until the slot is idle, by the server's own word, or until
// it cannot be running any more.
struct server_slot {
    struct lock lock;
    const void *owner; // who may unlock it: the link that took it last
    bool looked_back;  // what an earlier engine left there is known; attempts up to `newest` may be such
    bool left;
    int64_t until_ms;  // monotonic
    int64_t settle_ms; // monotonic: before that it may not have read what we have just left there; 0: it was not us
};

struct server {
    struct server *next;
    struct servers *all;
    int held;
    char *name; // as asked for: "auto", "sim", a configured name, a URL
    // What rows know it by: its address, or the name of a managed one; "" while not resolved.
    char key[SERVER_KEY_SIZE];
    char *url; // NULL: not known yet (auto), or not started yet (managed, with a socket of ours)
    char *bearer;
    struct backend_conf conf; // borrowed strings
    struct server_slot slot[SERVER_SLOTS_MOST];

    struct keeper *keeper;
    struct keeper *dying; // was told to end, and is not gone yet
    bool fresh;    // it was started by us and nothing was asked of it yet: nothing of an earlier engine can run on it
    bool listened; // since it was started
    bool up;       // this process of it was ready
    bool was_ready;     // once: its command is good
    bool was_useful;    // it has answered once
    bool told_down;     // that its breaker is open was said, since its last answer
    int64_t started_ms; // monotonic
    int64_t deaf_ms;    // monotonic: since when nobody answers at its address; 0: somebody does
    int64_t start_ms;   // monotonic: not to be started again before
    int deaths;         // of the process, since its last useful answer
    int life;           // another number whenever it was seen to be gone, or was started: its cache went with it

    struct backend_facts facts;
    bool ready;     // as far as anybody knows
    int64_t newest; // attempt when it was first looked at; -1: not looked yet
    struct breaker breaker;

    struct known *known; // one for each model that it was asked for

    const char *sim_argv[6];
    char sim_rate[16];
};

struct servers {
    const struct config *config;
    const char *home, *program, *simulator;
    struct server *first;
    int lives; // of all of them
};

// Finds the server or resolves it. NULL and e set (ERR_USAGE…): its name, key or URL cannot work.
struct server *servers_take(struct servers *all, const char *name, struct err *e);
void servers_give(struct server *s);                                      // NULL is fine
struct server *servers_find(const struct servers *all, const char *name); // NULL: it was never taken
void servers_release(struct servers *all);

// "auto" has found a server.
void server_set_url(struct server *s, const char *url);
bool server_is_auto(const struct server *s);
bool server_is_managed(const struct server *s);
int server_slots(const struct server *s); // as configured, or fewer if it says that it has fewer

// Managed: starts its process unless it runs. `wait_ms` > 0: it died before and is not started again before that.
enum server_start { SERVER_RUNS, SERVER_LATER, SERVER_BROKEN };
enum server_start server_start(struct server *s, int64_t now_ms, int64_t *wait_ms, char *why, size_t size);
// Managed: its process runs and does not listen yet; some need minutes.
bool server_is_starting(struct server *s, int64_t now_ms);
void server_restart(struct server *s, int64_t now_ms, const char *why); // managed: it hangs; as if it had died
// Managed, and nobody answered (`f`): whether its process has lived on for so long that it must be ended.
bool server_is_deaf(struct server *s, enum failure f, int64_t now_ms);
void server_ready(struct server *s);  // it says so
void server_useful(struct server *s); // it gave an answer, or a part of one that is of use
// Why its process is not there any more, or what it said last; "" if it is not ours or says nothing.
void server_words(struct server *s, char *out, size_t size);

// The lock that keeps every novelgen of this user off the slot.
enum lock_result server_lock(struct server *s, int slot, const void *owner, struct err *e);
void server_unlock(struct server *s, int slot, const void *owner); // unless it is another's by now

// A request on the slot was left; it may run for `ms` from now on. Nothing runs there any more (-1: on no slot).
void server_leave(struct server *s, int slot, int64_t now_ms, int64_t ms);
void server_is_idle(struct server *s, int slot);

// What is known of it with that model; made where it is new.
struct known *server_known(struct server *s, const char *model);
void server_forget(struct server *s); // rows are in doubt: all of it is to be read again

#endif
