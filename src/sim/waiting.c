// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The connection's thread sleeps here; the simulator's lock is never held meanwhile.
#include "sim/waiting.h"

#include "sim/outage.h"
#include "sim/pace.h"

#include <pthread.h>
#include <stdint.h>

// One whose client has left may still be under way: requests wait for their turn.
static bool wait_for_turn(struct sim *sim, int fd)
{
    struct account *a = &sim->account;
    bool queued = false, stays = true;
    pthread_mutex_lock(&sim->lock);
    for (int64_t until; stays && (until = a->busy_until_ns) > pace_now_ns();) {
        if (!queued && ++a->queue > a->max_queue) a->max_queue = a->queue;
        queued = true;
        pthread_mutex_unlock(&sim->lock);
        stays = pace_wait(fd, until);
        pthread_mutex_lock(&sim->lock);
    }
    a->queue -= queued;
    pthread_mutex_unlock(&sim->lock);
    return stays;
}

// What was loaded so far is lost if the client leaves.
static bool wait_for_model(struct sim *sim, int fd)
{
    pthread_mutex_lock(&sim->lock);
    long ms = sim->load_ms;
    pthread_mutex_unlock(&sim->lock);
    if (!ms) return true;
    if (!pace_wait(fd, pace_now_ns() + ms * PACE_MS_NS)) return false;
    pthread_mutex_lock(&sim->lock);
    sim->load_ms = 0;
    pthread_mutex_unlock(&sim->lock);
    return true;
}

// Milliseconds from now, or never.
static int64_t after_ms(long ms)
{
    return ms >= 0 ? pace_now_ns() + ms * PACE_MS_NS : INT64_MAX;
}

static enum waited wait_by_fault(struct sim *sim, int fd, const struct fault *f)
{
    bool stays = true;
    switch (f->kind) {
    case FAULT_DELAY:
        stays = pace_wait(fd, after_ms(f->ms));
        break;
    case FAULT_STATUS:
        stays = f->ms < 0 || pace_wait(fd, after_ms(f->ms));
        break;
    case FAULT_MUTE:
        return pace_wait(fd, after_ms(f->ms)) ? WAITED_OVER : WAITED_LEFT;
    case FAULT_DOWN:
        outage_begin(sim, f->ms);
        return WAITED_OVER;
    default:
        break;
    }
    return stays ? WAITED_OUT : WAITED_LEFT;
}

enum waited waiting(struct sim *sim, int fd, const struct fault *f)
{
    if (!wait_for_turn(sim, fd) || !wait_for_model(sim, fd)) return WAITED_LEFT;
    return f ? wait_by_fault(sim, fd, f) : WAITED_OUT;
}
