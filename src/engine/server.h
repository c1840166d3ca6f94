// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One backend as this engine knows it: how it is configured, its process if it is ours, what it said, what was proved,
// how fast it is, and whether it fails. The workers of its slots share it; it goes with the last link that holds it, and
// then a managed process ends.
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
#include "backend/proof.h"
#include "backend/render.h"
#include "base/err.h"
#include "base/lock.h"
#include "model/breaker.h"
#include "model/config.h"
#include "model/failure.h"
#include "model/pace.h"

enum { SERVER_SLOTS_MOST = 16, SERVER_KEY_SIZE = 160 };

struct server {
    struct server *next;
    struct servers *all;
    int held;
    char *name; // as asked for: "auto", "sim", a configured name, a URL
    char key
        [SERVER_KEY_SIZE]; // what rows know it by: its address, or the name of a managed one; "" while not resolved
    char *url;             // NULL: not known yet (auto), or not started yet (managed, with a socket of ours)
    char *bearer;
    struct backend_conf conf; // borrowed strings
    struct lock slot[SERVER_SLOTS_MOST];

    struct keeper *keeper;
    bool fresh; // it was started by us and nothing was asked of it yet: nothing of an earlier engine can run on it
    int deaths; // of the process, since its last useful answer
    int losses; // times that it was seen to be gone, or was started: its cache went with it
    bool was_ready;   // once: its command is good
    bool up;          // this process of it was ready
    int64_t deaf_ms;  // monotonic: since when nobody answers at its address; 0: somebody does
    int64_t start_ms; // monotonic: not to be started again before

    struct backend_facts facts;
    bool ready;       // as far as anybody knows
    // What was left there by an earlier engine, or by this one before it moved away, is known for these slots; attempts up
    // to `newest` may be such.
    bool looked_back[SERVER_SLOTS_MOST];
    int64_t newest; // -1: not looked yet
    struct breaker breaker;

    // Of the server with the model that it was opened for last.
    char model[BACKEND_NAME_SIZE]; // whose profile this is
    bool profiled;                 // the profile was read
    struct proofs proofs;
    bool proved;
    bool hidden_answer, no_prefill, asked_plainly; // met in use
    param_set refused;                             // in proofs, and in use
    int n_ctx_learnt;                              // 0: nothing
    struct pace pace;

    const char *sim_argv[6];
    char sim_rate[16];
};

struct servers {
    const struct config *config;
    const char *home, *program, *simulator;
    struct server *first;
};

// Finds the server or resolves it. NULL and e set (ERR_USAGE…): its name, key or URL cannot work.
struct server *servers_take(struct servers *all, const char *name, struct err *e);
void servers_give(struct server *s);                                      // NULL is fine
struct server *servers_find(const struct servers *all, const char *name); // NULL: nobody holds it

// "auto" has found a server; or it has lost it (NULL).
void server_set_url(struct server *s, const char *url);
bool server_is_auto(const struct server *s);
bool server_is_managed(const struct server *s);
int server_slots(const struct server *s); // as configured, or fewer if it says that it has fewer

// Managed: starts its process unless it runs. `wait_ms` > 0: it died before and is not started again before that.
enum server_start { SERVER_RUNS, SERVER_LATER, SERVER_BROKEN };
enum server_start server_start(struct server *s, int64_t now_ms, int64_t *wait_ms, char *why, size_t size);
// Managed, and nobody answered (`f`): whether its process has lived on for so long that it must be ended.
bool server_is_deaf(struct server *s, enum failure f, int64_t now_ms);
void server_end(struct server *s);    // managed: ends the process; the next server_start starts it again
void server_ready(struct server *s);  // it says so
void server_useful(struct server *s); // it gave an answer, or a part of one that is of use
// Why its process is not there any more, or what it said last; "" if it is not ours or says nothing.
void server_words(struct server *s, char *out, size_t size);

// The lock that keeps every novelgen of this user off the slot.
enum lock_result server_lock(struct server *s, int slot, struct err *e);
void server_unlock(struct server *s, int slot);

// ---- what is believed of it -----------------------------------------------------------------------------------------

int server_n_ctx(const struct server *s);       // discovered, else configured, else 8192; less if it has refused that
int server_n_ctx_sent(const struct server *s);  // where a dialect sends it with each request; 0: it does not
bool server_prefills(const struct server *s);   // a partial answer is continued
bool server_has_schema(const struct server *s); // an answer follows a JSON Schema
bool server_has(const struct server *s, enum param p); // the dialect has it, and the server does not refuse it
// It has refused a prompt as too long: `said` is what it says it has (0: nothing); else three quarters of what was
// believed. False: it cannot be less.
bool server_learn_context(struct server *s, int said);

#endif
