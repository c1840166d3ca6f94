// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Who writes, who stands by, and what lies in the inbox. The locks are asked about without being taken where the system
// can tell, so that an engine that is just going home is not misled.
#include "app/doctor_work.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/order.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/lock.h"
#include "base/os.h"

enum { INBOX_SLOW_MS = 10 * 1000 };

// ---- locks -------------------------------------------------------------------------------------------------------

static int engine_holders(const struct doctor *d, const char *path)
{
    int holders = os_lock_holders(path);

    if (holders >= 0 || !file_exists(path)) return holders;
    return order_is_written(&d->home) ? 1 : 0;
}

static void engine_lock(struct doctor *d)
{
    char path[DOCTOR_PATH_SIZE], since[CLOCK_TEXT_SIZE], mark[OS_MARK_SIZE];
    struct stat st;

    doctor_path_of(d, path, "engine.lock");
    d->writing = engine_holders(d, path) > 0;
    if (!d->writing) {
        doctor_say(d, "lock", DOCTOR_OK, "", "nobody writes");
        return;
    }
    long pid = lock_holder(path);
    clock_rfc3339(since, stat(path, &st) == 0 ? (int64_t)st.st_mtime * 1000 : 0);
    if (pid > 0 && os_process_mark(pid, mark))
        doctor_say(d, "lock", DOCTOR_OK, "", "process %ld writes, since %s", pid, since);
    else
        doctor_say(d, "lock", DOCTOR_OK, "", "a process that is not seen from here writes, since %s", since);
}

static void engine_standby(struct doctor *d)
{
    char path[DOCTOR_PATH_SIZE];

    doctor_path_of(d, path, "standby.lock");
    int holders = os_lock_holders(path) - (d->writing ? 1 : 0); // who writes holds it too
    if (holders > 0)
        doctor_say(d, "standby", DOCTOR_OK, "", "%d process%s ready to take over", holders,
                   holders == 1 ? " is" : "es are");
}

// ---- the inbox ---------------------------------------------------------------------------------------------------

struct inbox_look {
    const struct doctor *d;
    int messages, unreadable;
    int64_t oldest_ms;
    char bad[100];
};

static bool inbox_reads(const char *path)
{
    struct buf text;
    struct err e = ERR_INIT;

    buf_init(&text, BUF_MAX_MESSAGE);
    enum file_read_status status = file_read(path, &text, &e);
    struct json *m = status == FILE_READ_OK ? json_read(text.data, text.len, &e) : NULL;
    bool reads = status == FILE_READ_MISSING || m != NULL; // taken in meanwhile
    json_free(m);
    buf_release(&text);
    return reads;
}

static bool inbox_on_file(void *arg, const char *name)
{
    struct inbox_look *l = arg;
    char path[DOCTOR_PATH_SIZE], within[300];
    struct stat st;
    size_t len = strlen(name);

    if (name[0] == '.' || len < 6 || strcmp(name + len - 5, ".json") != 0) return true;
    (void)snprintf(within, sizeof within, "inbox/%s", name);
    doctor_path_of(l->d, path, within);
    if (stat(path, &st) != 0) return true;
    int64_t made_ms = (int64_t)st.st_mtime * 1000;
    l->messages++;
    if (l->oldest_ms == 0 || made_ms < l->oldest_ms) l->oldest_ms = made_ms;
    if (inbox_reads(path)) return true;
    l->unreadable++;
    (void)snprintf(l->bad, sizeof l->bad, "%.99s", name);
    return true;
}

static void engine_inbox(struct doctor *d)
{
    struct inbox_look l = {.d = d};
    char path[DOCTOR_PATH_SIZE], age[CLOCK_TEXT_SIZE];
    struct err e = ERR_INIT;

    doctor_path_of(d, path, "inbox");
    if (!file_list(path, inbox_on_file, &l, &e)) {
        doctor_say(d, "inbox", DOCTOR_ERROR, "make it yours again with chown and chmod 700", "%s", e.text);
        return;
    }
    int64_t age_ms = l.messages > 0 ? clock_wall_ms() - l.oldest_ms : 0;
    clock_duration(age, age_ms > 0 ? age_ms : 0);
    if (l.messages == 0)
        doctor_say(d, "inbox", DOCTOR_OK, "", "empty");
    else
        doctor_say(d, "inbox", d->writing && age_ms < INBOX_SLOW_MS ? DOCTOR_OK : DOCTOR_WARNING,
                   d->writing ? "" : "they are taken in by the next command that writes: novelgen run",
                   "%d message%s wait%s, the oldest for %s", l.messages, l.messages == 1 ? "" : "s",
                   l.messages == 1 ? "s" : "", age);
    if (l.unreadable > 0)
        doctor_say(d, "inbox", DOCTOR_WARNING, "it is refused and removed when it is taken in; send it again",
                   "%d message%s cannot be read, such as '%s'", l.unreadable, l.unreadable == 1 ? "" : "s", l.bad);
}

void doctor_engine(struct doctor *d)
{
    if (!file_exists(d->home.path)) return;
    engine_lock(d);
    engine_standby(d);
    engine_inbox(d);
}
