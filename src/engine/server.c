// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See server.h. First the list, then the process, the slots, and what is believed.
#include "engine/server.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/os.h"
#include "backend/key.h"

// The built-in simulator writes at a speed that one can watch.
enum { READ_ALONG_RATE = 300, DYING_LOOK_MS = 100 };
enum {
    DEATHS_TRIED = 3,
    START_AGAIN_MIN_MS = 1000,
    START_AGAIN_MAX_MS = 60 * 1000,
    STARTING_MOST_MS = 15 * 60 * 1000
};
enum { DEAF_REFUSED_MS = 5000, DEAF_SILENT_MS = 60 * 1000 };

// ---- the list --------------------------------------------------------------------------------------------------------

static bool resolve_simulator(struct server *s, struct err *e)
{
    if (!s->all->simulator)
        return err_set(e, ERR_USAGE, "the simulator novelgen-sim is not installed beside novelgen");
    (void)snprintf(s->sim_rate, sizeof(s->sim_rate), "%d", READ_ALONG_RATE);
    const char *argv[] = {s->all->simulator, "--listen-fd", "3", "--rate", s->sim_rate, NULL};
    memcpy(s->sim_argv, argv, sizeof(argv));
    s->conf.command = (char **)(uintptr_t)s->sim_argv;
    return true;
}

static bool resolve(struct server *s, struct err *e)
{
    const struct backend_conf *conf = config_backend(s->all->config, s->name);
    s->conf = (struct backend_conf){.name = s->name, .slots = 1, .dialect = DIALECT_UNKNOWN};
    if (conf) {
        s->conf = *conf;
        if (conf->url) server_set_url(s, conf->url);
        if (conf->command) (void)snprintf(s->key, sizeof(s->key), "%s", s->name);
        return backend_key(conf, &s->bearer, e);
    }
    if (strcmp(s->name, "sim") == 0) {
        (void)snprintf(s->key, sizeof(s->key), "sim");
        return resolve_simulator(s, e);
    }
    if (server_is_auto(s)) return true;
    if (!strstr(s->name, "://"))
        return err_set(e, ERR_USAGE, "there is no backend '%.100s' in the configuration", s->name);
    if (!url_check(s->name, e)) return false;
    server_set_url(s, s->name);
    return true;
}

static void server_free(struct server *s)
{
    keeper_stop(s->keeper);
    keeper_stop(s->dying);
    for (int i = 0; i < SERVER_SLOTS_MOST; i++) lock_release(&s->slot[i].lock);
    server_forget(s);
    free(s->name);
    free(s->url);
    free(s->bearer);
    free(s);
}

struct server *servers_find(const struct servers *all, const char *name)
{
    struct server *s = all->first;
    while (s && strcmp(s->name, name) != 0) s = s->next;
    return s;
}

struct server *servers_take(struct servers *all, const char *name, struct err *e)
{
    struct server *s = servers_find(all, name);
    if (s) {
        s->held++;
        return s;
    }
    s = mem_calloc(1, sizeof(*s));
    s->all = all;
    s->life = ++all->lives;
    s->name = mem_strdup(name);
    s->facts.dialect = DIALECT_UNKNOWN;
    s->newest = -1;
    for (int i = 0; i < SERVER_SLOTS_MOST; i++) s->slot[i].lock = (struct lock)LOCK_INIT;
    if (!resolve(s, e)) {
        server_free(s);
        return NULL;
    }
    s->held = 1;
    s->next = all->first;
    all->first = s;
    return s;
}

// Of a managed one: ends its process; the next server_start starts it again. The loop goes on meanwhile: others are
// writing.
static void end_process(struct server *s)
{
    keeper_stop(s->dying);
    s->dying = s->keeper;
    s->keeper = NULL;
    if (s->dying) keeper_end(s->dying);
    s->ready = false;
}

void servers_give(struct server *s)
{
    if (!s || --s->held > 0) return;
    end_process(s);
    for (int i = 0; i < SERVER_SLOTS_MOST; i++) lock_release(&s->slot[i].lock);
}

void servers_release(struct servers *all)
{
    for (struct server *s = all->first, *next; s; s = next) {
        next = s->next;
        server_free(s);
    }
    all->first = NULL;
}

void server_set_url(struct server *s, const char *url)
{
    free(s->url);
    s->url = mem_strdup_opt(url);
    if (!server_is_managed(s)) s->key[0] = '\0';
    if (url && !server_is_managed(s)) url_address(url, s->key, sizeof(s->key));
}

bool server_is_auto(const struct server *s)
{
    return strcmp(s->name, "auto") == 0;
}

bool server_is_managed(const struct server *s)
{
    return s->conf.command != NULL;
}

int server_slots(const struct server *s)
{
    int slots = s->conf.slots > 1 ? s->conf.slots : 1;
    return s->facts.slots > 0 && s->facts.slots < slots ? s->facts.slots : slots;
}

// ---- its process -----------------------------------------------------------------------------------------------------

static void file_safe(char *out, size_t size, const char *name)
{
    size_t n = 0;
    for (; *name && n + 1 < size; name++) out[n++] = isalnum((unsigned char)*name) || *name == '.' ? *name : '-';
    out[n] = '\0';
}

static bool start_keeper(struct server *s, int socket, struct err *e)
{
    char name[80], lock[1200], dir[1100], log[1300];
    file_safe(name, sizeof(name), s->name);
    (void)snprintf(lock, sizeof(lock), "%s/keeper-%s.lock", s->all->home, name);
    (void)snprintf(dir, sizeof(dir), "%s/log", s->all->home);
    (void)snprintf(log, sizeof(log), "%s/backend-%s.log", dir, name);
    const struct keeper_options options = {
        .program = s->all->program,
        .argv = (const char *const *)s->conf.command,
        .lock_path = lock,
        .log_path = log,
        .socket = socket,
    };
    if (!file_mkdirs(dir, 0700, e)) return false;
    s->keeper = keeper_start(&options, e);
    return s->keeper != NULL;
}

static bool start(struct server *s, struct err *e)
{
    int socket = -1, port = 0;
    if (!s->conf.url) {
        char url[64];
        socket = keeper_listen(&port, e);
        if (socket < 0) return false;
        (void)snprintf(url, sizeof(url), "http://127.0.0.1:%d", port);
        server_set_url(s, url);
        for (int i = 0; i < SERVER_SLOTS_MOST; i++) lock_release(&s->slot[i].lock); // named by the port
    }
    bool ok = start_keeper(s, socket, e);
    if (socket >= 0) close(socket);
    s->fresh = ok;
    s->up = s->listened = false;
    s->deaf_ms = 0;
    server_is_idle(s, -1);
    s->life = ++s->all->lives;
    return ok;
}

// How long until it may be started again grows with each death without a useful answer between.
static void bury(struct server *s, int64_t now_ms)
{
    end_process(s);
    int64_t ms = START_AGAIN_MIN_MS;
    for (int i = 1; i < s->deaths && ms < START_AGAIN_MAX_MS; i++) ms *= 2;
    s->start_ms = s->deaths++ == 0 ? 0 : now_ms + (ms < START_AGAIN_MAX_MS ? ms : START_AGAIN_MAX_MS);
}

static bool runs(struct server *s)
{
    char words[300];
    return s->keeper && keeper_alive(s->keeper, words, sizeof(words));
}

// One that has died is server_start's to bury, which tells why.
void server_restart(struct server *s, int64_t now_ms, const char *why)
{
    if (!runs(s)) return;
    log_line(LOG_WARN, "the backend '%s' is started again: %s", s->name, why);
    bury(s, now_ms);
}

bool server_is_starting(struct server *s, int64_t now_ms)
{
    return !s->listened && now_ms - s->started_ms < STARTING_MOST_MS && runs(s);
}

enum server_start server_start(struct server *s, int64_t now_ms, int64_t *wait_ms, char *why, size_t size)
{
    struct err e = ERR_INIT;
    char words[300] = "";
    *wait_ms = 0;
    if (s->dying && keeper_alive(s->dying, words, sizeof(words))) {
        *wait_ms = DYING_LOOK_MS;
        (void)snprintf(why, size, "the backend '%.80s' is being ended", s->name);
        return SERVER_LATER;
    }
    keeper_stop(s->dying);
    s->dying = NULL;
    words[0] = '\0';
    if (s->keeper && keeper_alive(s->keeper, words, sizeof(words))) return SERVER_RUNS;
    if (s->keeper) {
        log_line(LOG_WARN, "the backend '%s' ended: %s", s->name, words);
        bury(s, now_ms);
    }
    if (*words && s->deaths >= DEATHS_TRIED && !s->was_ready) {
        (void)snprintf(why, size, "the backend '%.80s' does not start (%.280s): mend its command", s->name, words);
        s->deaths = 0;
        s->start_ms = 0;
        return SERVER_BROKEN;
    }
    if (s->start_ms > now_ms) {
        *wait_ms = s->start_ms - now_ms;
        (void)snprintf(why, size, "the backend '%.80s' ends again and again: it is given time before the next start",
                       s->name);
        return SERVER_LATER;
    }
    s->started_ms = now_ms;
    if (start(s, &e)) return SERVER_RUNS;
    (void)snprintf(why, size, "%.400s", e.text);
    return SERVER_BROKEN;
}

void server_ready(struct server *s)
{
    s->was_ready = s->up = true;
    s->deaf_ms = 0;
}

// A process that was not ready yet may need long: it loads its model.
bool server_is_deaf(struct server *s, enum failure f, int64_t now_ms)
{
    bool refused = f == FAIL_REFUSED || f == FAIL_RESET;
    if (!s->keeper || !s->up || (!refused && f != FAIL_CONNECT_TIMEOUT)) return false;
    if (s->deaf_ms == 0) s->deaf_ms = now_ms;
    return now_ms - s->deaf_ms >= (refused ? DEAF_REFUSED_MS : DEAF_SILENT_MS);
}

void server_useful(struct server *s)
{
    s->was_useful = true;
    s->told_down = false;
    s->deaths = 0;
}

void server_words(struct server *s, char *out, size_t size)
{
    out[0] = '\0';
    if (s->keeper && keeper_alive(s->keeper, out, size)) keeper_words(s->keeper, out, size);
}

// ---- its slots -------------------------------------------------------------------------------------------------------

enum lock_result server_lock(struct server *s, int slot, const void *owner, struct err *e)
{
    s->slot[slot].owner = owner;
    if (s->slot[slot].lock.fd >= 0) return LOCK_HELD;
    char dir[900], address[SERVER_KEY_SIZE], name[160], path[1200], number[16] = "";
    if (!os_runtime_dir(dir, sizeof(dir))) {
        err_set(e, ERR_BACKEND, "there is no directory for the locks of backends: set XDG_RUNTIME_DIR");
        return LOCK_ERROR;
    }
    url_address(s->url, address, sizeof(address));
    file_safe(name, sizeof(name), address);
    if (slot > 0) (void)snprintf(number, sizeof(number), "-%d", slot + 1);
    (void)snprintf(path, sizeof(path), "%s/slot-%s%s.lock", dir, name, number);
    enum lock_result got = lock_try(&s->slot[slot].lock, path, false, e);
    if (got == LOCK_HELD) lock_sign(&s->slot[slot].lock);
    return got;
}

void server_unlock(struct server *s, int slot, const void *owner)
{
    if (s->slot[slot].owner != owner) return;
    lock_release(&s->slot[slot].lock);
}

void server_leave(struct server *s, int slot, int64_t now_ms, int64_t ms)
{
    struct server_slot *at = &s->slot[slot];
    at->left = true;
    if (now_ms + ms > at->until_ms) at->until_ms = now_ms + ms;
}

void server_is_idle(struct server *s, int slot)
{
    for (int i = 0; i < SERVER_SLOTS_MOST; i++) {
        if (slot >= 0 && i != slot) continue;
        s->slot[i].left = false;
        s->slot[i].until_ms = 0;
    }
}

// ---- what is known of it ---------------------------------------------------------------------------------------------

struct known *server_known(struct server *s, const char *model)
{
    struct known *k = s->known;
    while (k && strcmp(k->model, model) != 0) k = k->next;
    if (k) return k;
    k = known_new(s, model);
    k->next = s->known;
    return s->known = k;
}

void server_forget(struct server *s)
{
    for (struct known *k = s->known, *next; k; k = next) {
        next = k->next;
        known_free(k);
    }
    s->known = NULL;
}
