// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The database, and the jobs in it that need somebody.
#include "app/doctor_work.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

enum {
    WAL_LARGE_MIB = 64,
    LONG_WAIT_MS = 60 * 60 * 1000,
    NEEDY_MOST = 5,
    CLOCK_SLACK_MS = 60 * 1000,
};

#define DATABASE "novelgen.db"

static int64_t store_size(const struct doctor *d, const char *name)
{
    char path[DOCTOR_PATH_SIZE];
    struct stat st;

    doctor_path_of(d, path, name);
    return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static void store_check(struct doctor *d)
{
    char why[300];
    struct err e = ERR_INIT;
    int64_t before_ms = clock_mono_ms();
    const char *advice = "copy it together with its -wal file; then put a copy made with novelgen backup in its "
                         "place, or read what is "
                         "left with: sqlite3 novelgen.db .recover";

    bool ok = store_quick_check(d->store, why, sizeof why, &e);
    int64_t took_ms = clock_mono_ms() - before_ms;
    if (!ok)
        doctor_say(d, "database", DOCTOR_ERROR, advice, "%s", e.text);
    else if (why[0] != '\0')
        doctor_say(d, "database", DOCTOR_ERROR, advice, "the database is damaged: %s", why);
    else
        doctor_say(d, "database", DOCTOR_OK, "", "%" PRId64 " KiB, sound (that took %" PRId64 " ms)",
                   store_size(d, DATABASE) / 1024, took_ms);
}

static void store_wal(struct doctor *d)
{
    int64_t bytes = store_size(d, DATABASE "-wal");

    if (bytes <= 0) return;
    bool large = bytes > (int64_t)WAL_LARGE_MIB * DOCTOR_MIB;
    doctor_say(d, "wal", large ? DOCTOR_WARNING : DOCTOR_OK,
               large ? "something reads the database without end: look for an sqlite3 that was left open" : "",
               "the write-ahead log has %" PRId64 " KiB; it belongs to the database, never remove it", bytes / 1024);
}

// ---- copies ------------------------------------------------------------------------------------------------------

struct copies {
    const struct doctor *d;
    char name[200];
    int64_t made_ms;
};

static bool store_on_copy(void *arg, const char *name)
{
    struct copies *c = arg;
    char path[DOCTOR_PATH_SIZE];
    struct stat st;
    bool side =
        strcmp(name, DATABASE "-wal") == 0 || strcmp(name, DATABASE "-shm") == 0 || strcmp(name, DATABASE) == 0;

    if (strncmp(name, "novelgen", 8) != 0 || strstr(name, ".db") == NULL || side) return true;
    doctor_path_of(c->d, path, name);
    if (stat(path, &st) != 0 || (int64_t)st.st_mtime * 1000 < c->made_ms) return true;
    c->made_ms = (int64_t)st.st_mtime * 1000;
    (void)snprintf(c->name, sizeof c->name, "%s", name);
    return true;
}

static void store_copies(struct doctor *d)
{
    struct copies c = {.d = d};
    struct err ignored = ERR_INIT;
    char age[CLOCK_TEXT_SIZE];

    (void)file_list(d->home.path, store_on_copy, &c, &ignored);
    if (c.made_ms == 0) {
        doctor_say(d, "copies", DOCTOR_OK, "",
                   "no copy of the database lies in the home; make one with: novelgen "
                   "backup FILE");
        return;
    }
    clock_duration(age, clock_wall_ms() - c.made_ms);
    doctor_say(d, "copies", DOCTOR_OK, "", "the newest copy in the home is '%s', %s old", c.name, age);
}

// ---- opening -----------------------------------------------------------------------------------------------------

void doctor_store(struct doctor *d)
{
    struct err e = ERR_INIT;

    switch (store_open(&d->store, d->home.path, STORE_READ_ONLY, &e)) {
    case STORE_OPENED:
        store_check(d);
        break;
    case STORE_ABSENT:
        doctor_say(d, "database", DOCTOR_OK, "", "there is none yet; the first submit makes it");
        return;
    case STORE_OLD:
        doctor_say(d, "database", DOCTOR_WARNING, "novelgen list renews it; a copy of what it was is kept",
                   "it was written by an older novelgen");
        return;
    case STORE_FAILED:
        doctor_say(d, "database", DOCTOR_ERROR,
                   e.code == ERR_DAMAGED ? "a copy made with novelgen backup can take its place"
                                         : "see what holds it, then look again",
                   "%s", e.text);
        return;
    }
    store_wal(d);
    store_copies(d);
}

// ---- jobs --------------------------------------------------------------------------------------------------------

struct needy {
    struct buf list;
    int count, jobs;
    int64_t now_ms, newest_ms;
};

static void needy_add(struct needy *n, const struct job *j)
{
    if (n->count < NEEDY_MOST)
        buf_addf(&n->list, "%s%" PRId64 " (%s%s%s)", n->count > 0 ? ", " : "", j->id, job_state_is(j->state),
                 j->reason[0] != '\0' ? ": " : "", j->reason);
    n->count++;
}

static bool needy_on_job(void *arg, const struct job *j)
{
    struct needy *n = arg;
    bool waits = j->state == JOB_WAITING && n->now_ms - j->touched_ms > LONG_WAIT_MS;

    n->jobs++;
    if (j->touched_ms > n->newest_ms) n->newest_ms = j->touched_ms;
    if (j->state == JOB_PAUSED || j->state == JOB_APPROVAL || waits) needy_add(n, j);
    return true;
}

static void needy_say(struct doctor *d, const struct needy *n)
{
    char more[32] = "";

    if (n->count > NEEDY_MOST) (void)snprintf(more, sizeof more, " and %d more", n->count - NEEDY_MOST);
    if (n->count > 0)
        doctor_say(d, "jobs", DOCTOR_WARNING, "look with: novelgen status ID; go on with: novelgen resume ID",
                   "%d of %d job%s need%s you: %s%s", n->count, n->jobs, n->jobs == 1 ? "" : "s",
                   n->count == 1 ? "s" : "", n->list.data, more);
    else
        doctor_say(d, "jobs", DOCTOR_OK, "", "%d job%s, none needs you", n->jobs, n->jobs == 1 ? "" : "s");
}

// A clock that went back makes times of events and deadlines wrong, not the text.
static void needy_clock(struct doctor *d, const struct needy *n)
{
    char newest[CLOCK_TEXT_SIZE];

    if (n->newest_ms <= n->now_ms + CLOCK_SLACK_MS) return;
    clock_rfc3339(newest, n->newest_ms);
    doctor_say(d, "clock", DOCTOR_ERROR, "set it, or let the system keep it (timedatectl set-ntp true)",
               "the clock is behind the newest event of a job, which is of %s", newest);
}

void doctor_jobs(struct doctor *d)
{
    struct needy n = {.now_ms = clock_wall_ms()};
    struct err e = ERR_INIT;

    if (d->store == NULL) return;
    buf_init(&n.list, BUF_MAX_LINE);
    if (store_jobs_each(d->store, needy_on_job, &n, &e)) {
        needy_say(d, &n);
        needy_clock(d, &n);
    } else
        doctor_say(d, "jobs", DOCTOR_ERROR, "the database cannot be read", "%s", e.text);
    buf_release(&n.list);
}
