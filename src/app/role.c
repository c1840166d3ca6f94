// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Taking the engine's role and handing it over: see include/app/role.h.
#include "app/role.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "backend/keeper.h"
#include "base/file.h"
#include "base/log.h"
#include "base/os.h"
#include "engine/message.h"
#include "store/store.h"

enum { ROLE_PATH_SIZE = 1024, ROLE_LAST_LOOKS = 3 };

static void role_path(const struct role *r, char out[ROLE_PATH_SIZE], const char *name)
{
    (void)snprintf(out, ROLE_PATH_SIZE, "%s/%s", r->home->path, name);
}

void role_init(struct role *r, const struct home *h, const struct program *p, struct loop *l)
{
    *r = (struct role){
        .home = h, .program = p, .loop = l, .engine_lock = LOCK_INIT, .standby_lock = LOCK_INIT, .awake = -1};
}

bool role_begin(struct role *r, struct err *e)
{
    char path[ROLE_PATH_SIZE];

    role_path(r, path, "standby.lock");
    return lock_shared_wait(&r->standby_lock, path, e);
}

static void role_stay_awake(struct role *r)
{
    const char *off = getenv("NOVELGEN_NO_INHIBIT"); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
    const char *const *argv = os_inhibit_argv();

    if (argv != NULL && (off == NULL || *off == '\0')) r->awake = keeper_spawn_tied(argv);
}

enum lock_result role_try(struct role *r, const struct engine_events *events, void *arg, struct err *e)
{
    char path[ROLE_PATH_SIZE];
    const struct program *p = r->program;

    role_path(r, path, "engine.lock");
    enum lock_result result = lock_try(&r->engine_lock, path, false, e);
    if (result != LOCK_HELD) return result;
    lock_sign(&r->engine_lock);
    const struct engine_options o = {
        .home = r->home->path,
        .config = &r->home->config,
        .program = p->path,
        .simulator = p->simulator[0] != '\0' ? p->simulator : NULL,
        .loop = r->loop,
    };
    r->engine = engine_start(&o, events, arg, e);
    if (r->engine == NULL) {
        lock_release(&r->engine_lock);
        return LOCK_ERROR;
    }
    role_stay_awake(r);
    return LOCK_HELD;
}

long role_holder(const struct role *r)
{
    char path[ROLE_PATH_SIZE];

    role_path(r, path, "engine.lock");
    return lock_holder(path);
}

// ---- leaving ----------------------------------------------------------------------------------------------------

static bool role_sees_work(void *arg, const struct job_brief *j)
{
    (void)j;
    *(bool *)arg = true;
    return false;
}

// What lies in the inbox is taken in while we still may. Returns whether there is anything to work on.
static bool role_settle(const struct role *r)
{
    struct err e = ERR_INIT;
    struct store *s = NULL;
    bool work = false;

    if (store_open(&s, r->home->path, STORE_READ_WRITE, &e) == STORE_OPENED &&
        message_ingest(r->home->path, s, r->home->config.queue_max, &e))
        (void)store_jobs_runnable(s, role_sees_work, &work, &e);
    if (e.code != ERR_NONE) log_line(LOG_WARN, "%s", e.text);
    store_close(s);
    return work;
}

static bool role_anybody_else(struct role *r)
{
    char path[ROLE_PATH_SIZE];
    struct err ignored = ERR_INIT;
    struct lock alone = LOCK_INIT;

    role_path(r, path, "standby.lock");
    lock_release(&r->standby_lock);
    enum lock_result result = lock_try(&alone, path, false, &ignored);
    lock_release(&alone);
    return result == LOCK_TAKEN;
}

static bool role_is_message(void *arg, const char *name)
{
    (void)arg;
    return name[0] == '.'; // a temporary; the listing ends at the first that is none
}

static bool role_inbox_is_empty(const struct role *r)
{
    char path[ROLE_PATH_SIZE];
    struct err e = ERR_INIT;

    role_path(r, path, "inbox");
    return file_list(path, role_is_message, NULL, &e) || e.code != ERR_NONE;
}

// Returns whether work was left to somebody who stands by.
static bool role_unlock(struct role *r, bool hand_over)
{
    struct err e = ERR_INIT;

    bool work = role_settle(r) && hand_over, others = work && role_anybody_else(r);
    if (work && !others && !program_start_run(r->program, r->home->path, &e))
        log_line(LOG_WARN, "the queue is left as it is: %s; go on with: novelgen run", e.text);
    lock_release(&r->engine_lock);
    return others;
}

// A message that came between the last look and the unlocking has a sender who may be gone: so one more look, for as
// long as the lock is not somebody else's. So for whoever stood by and left: each stops standing by before it tries for
// the lock, and the engine looks for them again after it has unlocked, so that of two that leave at once one sees it.
void role_leave(struct role *r, bool hand_over)
{
    char path[ROLE_PATH_SIZE];
    struct err ignored = ERR_INIT;

    engine_stop(r->engine);
    r->engine = NULL;
    if (r->awake >= 0) (void)close(r->awake);
    r->awake = -1;
    lock_release(&r->standby_lock);
    role_path(r, path, "engine.lock");
    if (r->engine_lock.fd < 0) (void)lock_try(&r->engine_lock, path, false, &ignored);
    for (int looks = 0; r->engine_lock.fd >= 0; looks++) {
        bool orphaned = role_unlock(r, hand_over) && !role_anybody_else(r);
        if (looks == ROLE_LAST_LOOKS || (role_inbox_is_empty(r) && !orphaned)) break;
        (void)lock_try(&r->engine_lock, path, false, &ignored);
    }
}
