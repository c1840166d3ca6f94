// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Opening a backend, step by step: the functions stand in the order in which they run.
#include "engine/link.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/scan.h"
#include "base/clock.h"
#include "base/mem.h"
#include "model/job.h"

enum { GUESS_BREAKS = 5 };

struct link {
    struct loop *loop;
    struct http *http;
    struct servers *servers;
    void (*opened)(void *arg, const struct link_result *r);
    void *arg;
    struct server *server; // NULL: closed
    char *model;           // that the job wants; NULL: none in particular
    int slot;
    struct scan *scan;
    size_t found; // index in the list; beyond its end: none yet
    struct probe *probe;
    int breaks;         // in a row: it closed the connection when it was asked what it is
    struct timer *soon; // answers never come before link_open has returned
    struct link_result result;
};

static void answer_soon(void *arg)
{
    struct link *k = arg;
    struct link_result result = k->result;
    k->opened(k->arg, &result);
}

static void answer(struct link *k, enum failure failure, const char *message)
{
    k->result = (struct link_result){.failure = failure};
    (void)snprintf(k->result.message, sizeof(k->result.message), "%s", message);
    if (k->server) k->server->ready = failure == FAIL_NONE;
    timer_set(k->soon, 0);
}

static void answer_fatal(struct link *k, const char *message)
{
    answer(k, FAIL_CONFIG, message);
    k->result.fatal = true;
}

struct link *link_new(struct loop *l, struct http *h, struct servers *servers,
                      void (*opened)(void *arg, const struct link_result *r), void *arg)
{
    struct link *k = mem_calloc(1, sizeof(*k));
    *k = (struct link){.loop = l, .http = h, .servers = servers, .opened = opened, .arg = arg};
    k->soon = timer_new(l, answer_soon, k);
    return k;
}

void link_close(struct link *k)
{
    link_cancel(k);
    if (k->server) server_unlock(k->server, k->slot, k);
    servers_give(k->server);
    k->server = NULL;
    free(k->model);
    k->model = NULL;
}

void link_free(struct link *k)
{
    if (!k) return;
    link_close(k);
    timer_free(k->soon);
    free(k);
}

// ---- 1: started, if it is ours --------------------------------------------------------------------------------------

static bool run_managed(struct link *k)
{
    char why[400] = "";
    int64_t wait_ms;
    switch (server_start(k->server, clock_mono_ms(), &wait_ms, why, sizeof(why))) {
    case SERVER_RUNS:
        return true;
    case SERVER_LATER:
        answer(k, FAIL_REFUSED, why);
        k->result.wait_ms = wait_ms;
        return false;
    case SERVER_BROKEN:
        break;
    }
    answer_fatal(k, why);
    return false;
}

// ---- 2: found, if it is to be looked for ----------------------------------------------------------------------------

static void take_slot(struct link *k);

static void on_scan_found(void *arg, size_t index, const struct backend_facts *facts)
{
    struct link *k = arg;
    // One that has said what it is and then no more is busy with a long prompt, perhaps.
    bool silent = facts->failure == FAIL_CONNECT_TIMEOUT && facts->dialect != DIALECT_UNKNOWN;
    bool usable = facts->failure == FAIL_NONE || facts->failure == FAIL_LOADING || silent;
    if (!usable) return;
    if (index < k->found) k->found = index;
}

static void on_scan_done(void *arg)
{
    struct link *k = arg;
    k->scan = NULL;
    if (k->found != SIZE_MAX) {
        server_set_url(k->server, scan_local_urls[k->found]);
        take_slot(k);
        return;
    }
    answer(k, FAIL_REFUSED,
           JOB_NO_BACKEND "none answers on the usual local ports: start one, or name it with --backend URL");
    k->result.nobody = true;
}

static void look_around(struct link *k)
{
    struct scan_target targets[16];
    size_t count = 0;
    for (; count < ARRAY_LEN(targets) && scan_local_urls[count]; count++)
        targets[count] = (struct scan_target){.url = scan_local_urls[count], .dialect = DIALECT_UNKNOWN};
    k->found = SIZE_MAX;
    k->scan = scan_start(k->loop, k->http, targets, count, SCAN_LIMIT_MS, true, on_scan_found, on_scan_done, k);
}

// ---- 3: its slot -----------------------------------------------------------------------------------------------------

static void ask(struct link *k);

// What is short comes back by itself; a folder that is not ours does not.
static bool is_shortage(int cause)
{
    return cause == ENOSPC || cause == EDQUOT || cause == EMFILE || cause == ENFILE || cause == ENOMEM;
}

static void take_slot(struct link *k)
{
    struct err e = ERR_INIT;
    errno = 0; // there may be no call that failed
    switch (server_lock(k->server, k->slot, k, &e)) {
    case LOCK_HELD:
        ask(k);
        return;
    case LOCK_TAKEN:
        answer(k, FAIL_SLOT_TAKEN, "another novelgen is using this server");
        return;
    case LOCK_ERROR:
        break;
    }
    if (is_shortage(errno))
        answer(k, FAIL_SLOT_TAKEN, e.text);
    else
        answer_fatal(k, e.text);
}

// ---- 4: asked ---------------------------------------------------------------------------------------------------------

// In words for the one who waits. Why a process of ours is not there, it says best itself.
static void say_probe(const struct server *s, const struct backend_facts *facts, char *text, size_t size)
{
    char words[300] = "";
    if (s->keeper && !keeper_alive(s->keeper, words, sizeof(words)))
        (void)snprintf(text, size, "%s", words);
    else if (facts->failure == FAIL_REFUSED)
        (void)snprintf(text, size, "no server answers at %.250s", s->url);
    else
        (void)snprintf(text, size, "%.290s", *facts->message ? facts->message : failure_text(facts->failure));
}

static void on_probe(void *arg, const struct backend_facts *facts)
{
    struct link *k = arg;
    struct server *s = k->server;
    char text[400] = "";
    k->probe = NULL;
    k->breaks = facts->failure == FAIL_RESET ? k->breaks + 1 : 0;
    if (facts->failure == FAIL_NONE) {
        s->facts = *facts;
        server_ready(s);
        s->listened = true;
        breaker_ready(&s->breaker);
        answer(k, FAIL_NONE, "");
        return;
    }
    s->listened = s->listened || facts->failure != FAIL_REFUSED;
    if (server_is_starting(s, clock_mono_ms())) {
        (void)snprintf(text, sizeof(text), "the backend '%.80s' is starting", s->name);
        answer(k, FAIL_LOADING, text);
        return;
    }
    if (facts->failure == FAIL_REFUSED) s->life = ++s->all->lives;
    say_probe(s, facts, text, sizeof(text));
    answer(k, facts->failure, text);
    k->result.nobody = facts->failure == FAIL_REFUSED && !server_is_managed(s);
}

static void ask(struct link *k)
{
    const struct server *s = k->server;
    const struct probe_options options = {
        .url = s->url,
        .bearer = s->bearer,
        .model = k->model,
        .dialect = s->conf.dialect,
        // In the end it may have become another one, which closes on what it does not know.
        .guess = k->breaks < GUESS_BREAKS ? s->facts.dialect : DIALECT_UNKNOWN,
    };
    k->probe = probe_start(k->loop, k->http, &options, on_probe, k);
}

static bool take(struct link *k, const char *backend, int slot)
{
    struct err e = ERR_INIT;
    if (k->server && strcmp(k->server->name, backend) != 0) link_close(k);
    if (k->server && k->slot != slot) server_unlock(k->server, k->slot, k);
    if (!k->server) k->server = servers_take(k->servers, backend, &e);
    k->slot = slot;
    if (!k->server) answer_fatal(k, e.text);
    return k->server != NULL;
}

void link_open(struct link *k, const char *backend, const char *model, int slot)
{
    link_cancel(k);
    if (!take(k, backend, slot)) return;
    bool same_model = strcmp(k->model ? k->model : "", model ? model : "") == 0;
    free(k->model);
    k->model = mem_strdup_opt(model);
    struct server *s = k->server;
    if (s->ready && same_model && s->slot[slot].lock.fd >= 0) {
        answer(k, FAIL_NONE, "");
        return;
    }
    if (server_is_managed(s) && !run_managed(k)) return;
    if (s->url)
        take_slot(k);
    else
        look_around(k);
}

void link_suspect(struct link *k)
{
    if (k->server) k->server->ready = false;
}

void link_cancel(struct link *k)
{
    probe_cancel(k->probe);
    k->probe = NULL;
    scan_cancel(k->scan);
    k->scan = NULL;
    timer_stop(k->soon);
}

struct server *link_server(const struct link *k)
{
    return k->server;
}

const char *link_name(const struct link *k)
{
    return server_is_auto(k->server) && k->server->url ? k->server->url : k->server->name;
}
