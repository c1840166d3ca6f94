// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Leaving messages and awaiting their answers: see include/app/order.h.
#include "app/order.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "app/observer.h"
#include "base/clock.h"
#include "base/lock.h"

enum { ORDER_NAP_MS = 20, ORDER_LOOKS = 10, ORDER_PATH_SIZE = 1024 };

static void order_nap(void)
{
    struct timespec nap = {.tv_nsec = ORDER_NAP_MS * 1000L * 1000L};
    (void)nanosleep(&nap, NULL);
}

static enum lock_result order_lock(const struct home *h, struct lock *lock, struct err *e)
{
    char path[ORDER_PATH_SIZE];

    (void)snprintf(path, sizeof path, "%s/engine.lock", h->path);
    return lock_try(lock, path, false, e);
}

// Takes the inbox in, if nobody writes.
static bool order_ingest(const struct home *h, struct err *e)
{
    struct lock lock = LOCK_INIT;
    struct store *s = NULL;

    switch (order_lock(h, &lock, e)) {
    case LOCK_HELD:
        break;
    case LOCK_TAKEN:
        return true;
    case LOCK_ERROR:
        return false;
    }
    bool ok = store_open(&s, h->path, STORE_READ_WRITE, e) == STORE_OPENED &&
              message_ingest(h->path, s, h->config.queue_max, e);
    store_close(s);
    lock_release(&lock);
    return ok;
}

static enum order_end order_look(struct observer *o, const char *key, struct inbox_answer *answer, struct err *e)
{
    struct err cause = ERR_INIT;

    switch (observer_look(o, e)) {
    case OBSERVED_NOTHING:
        return ORDER_SILENT;
    case OBSERVED_FAILED:
        return ORDER_FAILED;
    case OBSERVED_SAME:
    case OBSERVED_NEWS:
        break;
    }
    switch (store_inbox_get(o->store, key, answer, &cause)) {
    case STORE_FOUND:
        return ORDER_ANSWERED;
    case STORE_NONE:
    case STORE_AMBIGUOUS:
        return ORDER_SILENT;
    case STORE_ERROR:
        break;
    }
    return observer_stumble(o, &cause, e) ? ORDER_SILENT : ORDER_FAILED;
}

enum order_end order_await(const struct home *h, const char *key, int64_t limit_ms, struct inbox_answer *answer,
                           struct err *e)
{
    struct observer o;
    int64_t until_ms = clock_mono_ms() + limit_ms;
    enum order_end end;

    observer_init(&o, h->path);
    for (;;) {
        end = order_look(&o, key, answer, e);
        if (end != ORDER_SILENT || clock_mono_ms() >= until_ms) break;
        if (!order_ingest(h, e)) {
            end = ORDER_FAILED;
            break;
        }
        end = order_look(&o, key, answer, e);
        if (end != ORDER_SILENT) break;
        order_nap();
    }
    observer_release(&o);
    return end;
}

enum order_end order_give(const struct home *h, enum message_verb verb, int64_t job,
                          const struct message_change *change, int64_t limit_ms, char key[MESSAGE_KEY_SIZE],
                          struct inbox_answer *answer, struct err *e)
{
    if (!message_post(h->path, verb, job, change, key, e)) return ORDER_FAILED;
    enum order_end end = order_await(h, key, limit_ms, answer, e);
    if (end != ORDER_ANSWERED || answer->code == 0) return end;
    err_set(e, (enum err_code)answer->code, "job %" PRId64 ": %s", job, answer->text);
    return ORDER_FAILED;
}

bool order_is_written(const struct home *h)
{
    struct lock lock = LOCK_INIT;
    struct err ignored = ERR_INIT;

    enum lock_result result = order_lock(h, &lock, &ignored);
    lock_release(&lock);
    return result == LOCK_TAKEN;
}

// A lock that is held for a moment (another `submit --detach`, a `cancel`, this very question) is no engine at work.
bool order_start_run(const struct home *h, const struct program *p, struct err *e)
{
    for (int look = 0; look < ORDER_LOOKS; look++) {
        if (!order_is_written(h)) return program_start_run(p, h->path, e);
        order_nap();
    }
    return true;
}
