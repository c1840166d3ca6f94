// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Servers that answer, commands of managed ones, and keys: that they are there, never what they are.
#include "app/doctor_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/backends.h"
#include "backend/key.h"
#include "base/mem.h"

enum { SERVERS_MOST = 8 };

static void backends_key(struct doctor *d, const struct backend_conf *c)
{
    struct err e = ERR_INIT;
    char *key = NULL;

    if (c->api_key_env == NULL && c->api_key_file == NULL) return;
    if (backend_key(c, &key, &e))
        doctor_say(d, "keys", DOCTOR_OK, "", "the key of '%s' is there", c->name);
    else
        doctor_say(d, "keys", DOCTOR_ERROR, "books that name it would be refused until then", "%s", e.text);
    free(key);
}

static bool backends_can_run(const char *command)
{
    char file[DOCTOR_PATH_SIZE];
    const char *path = getenv("PATH"); // NOLINT(concurrency-mt-unsafe): nobody calls setenv

    if (strchr(command, '/') != NULL) return access(command, X_OK) == 0;
    while (path != NULL && *path != '\0') {
        size_t len = strcspn(path, ":");
        int n = snprintf(file, sizeof file, "%.*s/%s", (int)len, path, command);
        if (len > 0 && n > 0 && (size_t)n < sizeof file && access(file, X_OK) == 0) return true;
        path += len;
        path += strspn(path, ":");
    }
    return false;
}

static void backends_command(struct doctor *d, const struct backend_conf *c)
{
    if (c->command == NULL || c->command[0] == NULL) return;
    if (backends_can_run(c->command[0]))
        doctor_say(d, "commands", DOCTOR_OK, "", "'%s' is started by '%s'", c->name, c->command[0]);
    else
        doctor_say(d, "commands", DOCTOR_ERROR, "install it, or correct \"command\" in your config",
                   "'%s' cannot be started: there is no program '%s'", c->name, c->command[0]);
}

static void backends_say(struct doctor *d, const struct backends_item *i)
{
    const char *name = backends_name(i), *model = backends_model(i), *reason = backends_reason(i);
    const char *shown = name != NULL ? name : i->url;
    bool failed = i->state == BACKENDS_FAILED;

    if (i->state == BACKENDS_READY)
        doctor_say(d, "backend", DOCTOR_OK, "", "%s: %s, %s%s", shown,
                   i->facts.dialect != DIALECT_UNKNOWN ? dialect_title((enum dialect_kind)i->facts.dialect) : "?",
                   *model != '\0' ? "model " : "no model loaded", model);
    else
        doctor_say(d, "backend", failed ? DOCTOR_WARNING : DOCTOR_OK,
                   failed ? "start it, or see: novelgen backends" : "", "%s: %s%s%s", shown,
                   backends_state_name(i->state), *reason != '\0' ? ": " : "", reason);
}

// ---- servers ---------------------------------------------------------------------------------------------------------

struct servers {
    struct doctor *d;
    bool any;                 // one is ready, or can be started
    char *urls[SERVERS_MOST]; // named by books that are not finished
    size_t count;
};

static void servers_look(struct servers *s, const char *only)
{
    struct backends b;
    struct err e = ERR_INIT;

    if (!backends_look(&b, &s->d->home, only, &e))
        doctor_say(s->d, "backend", DOCTOR_ERROR, "correct the config", "%s", e.text);
    for (size_t i = 0; i < b.count; i++) backends_say(s->d, &b.items[i]);
    s->any = s->any || e.code != ERR_NONE || backends_any(&b);
    for (size_t i = 0; only == NULL && i < s->count; i++) {
        for (size_t k = 0; k < b.count && s->urls[i] != NULL; k++) {
            if (b.items[k].url == NULL || strcmp(b.items[k].url, s->urls[i]) != 0) continue;
            free(s->urls[i]); // that one was seen
            s->urls[i] = NULL;
        }
    }
    backends_release(&b);
}

static bool servers_on_job(void *arg, const struct job *j)
{
    struct servers *s = arg;
    bool known = job_state_ended(j->state) || strstr(j->backend, "://") == NULL || s->count == SERVERS_MOST;

    for (size_t i = 0; i < s->count && !known; i++) known = strcmp(s->urls[i], j->backend) == 0;
    if (!known) s->urls[s->count++] = mem_strdup(j->backend);
    return true;
}

// Those of the config, those on the usual ports, and those that a book was sent to by its address.
static void backends_servers(struct doctor *d)
{
    struct servers s = {.d = d};
    struct err ignored = ERR_INIT;

    if (d->store != NULL) (void)store_jobs_each(d->store, servers_on_job, &s, &ignored);
    servers_look(&s, NULL);
    for (size_t i = 0; i < s.count; i++)
        if (s.urls[i] != NULL) servers_look(&s, s.urls[i]);
    if (!s.any)
        doctor_say(d, "backend", DOCTOR_WARNING,
                   "start one, such as llama-server or ollama, name it with --backend URL, or try --backend sim",
                   "no inference server is ready");
    for (size_t i = 0; i < s.count; i++) free(s.urls[i]);
}

void doctor_backends(struct doctor *d)
{
    const struct config *c = &d->home.config;

    for (size_t i = 0; i < c->backends_count; i++) {
        backends_key(d, &c->backends[i]);
        backends_command(d, &c->backends[i]);
    }
    backends_servers(d);
}
