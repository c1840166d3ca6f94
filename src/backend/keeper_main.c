// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The keeper process.
//
//   LOCKING ──lock──▶ CLEARING ──▶ RUNNING ──command died──▶ say why, exit 1
//      │                 │            │
//      └─────────────────┴────────────┴── the pipe closed, or SIGTERM ──▶ end the group: SIGTERM, 3 s, SIGKILL; exit 0
//
// CLEARING ends what an earlier keeper left running when it was itself killed (keeper_orphan.h).
// The group's leader is not reaped before the last signal went to the group: until then its number cannot be given to
// another. The lock's descriptor is close-on-exec, since a backend that inherited it would hold it for ever. What the
// backend prints comes by a pipe, so that the log can have a cap and its last line can say why the backend died.
#include "backend/keeper.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/mem.h"

#include "io/child.h"

#include "keeper_orphan.h"
#include "keeper_tail.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOG_CAP_BYTES = 4 * 1024 * 1024,
    LOCK_NAP_MS = 20,
    TERM_GRACE_MS = 3000,
    VANISH_LIMIT_MS = 200,
    VANISH_NAP_MS = 5,
    SOCKET_FD = 3,
    TOLD_LINES = 3,   // of the reason
    TOLD_BYTES = 240, // that they may have
};

struct keeping {
    const char *lock_path, *log_path;
    bool socket;
    const char *const *command;
    struct lock lock;
    pid_t group;     // 0: nothing runs
    int output;      // read end of the backend's stdout and stderr; -1: closed
    struct buf line; // of its output, not yet ended
    struct tail tail;
    bool ended; // the engine is gone, or wants the end
};

static volatile sig_atomic_t keeper_signalled;

static void keeper_on_signal(int signum)
{
    if (signum != SIGCHLD) keeper_signalled = 1; // SIGCHLD need only wake pselect
}

// Signals are taken only inside pselect, so none can slip in between a look and the wait.
static void keeper_take_signals(void)
{
    static const int taken[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP};
    struct sigaction on = {.sa_handler = keeper_on_signal};
    sigset_t blocked;
    sigemptyset(&on.sa_mask);
    sigemptyset(&blocked);
    for (size_t i = 0; i < ARRAY_LEN(taken); i++) {
        (void)sigaction(taken[i], &on, NULL);
        sigaddset(&blocked, taken[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    on.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &on, NULL);
}

// At most PIPE_BUF bytes, so that it is one piece.
static void keeper_tell(const char *why, const struct tail *tail)
{
    char text[TAIL_LINES * TAIL_LINE_SIZE + 1024];
    size_t have = tail->count < TAIL_LINES ? tail->count : TAIL_LINES;
    int len = snprintf(text, 1024, "%s", why);
    log_line(LOG_WARN, "%s", text);
    for (size_t i = tail->count - have; i < tail->count; i++)
        len += snprintf(text + len, sizeof(text) - (size_t)len, "\n%s", tail->lines[i % TAIL_LINES]);
    ssize_t n = write(STDOUT_FILENO, text, (size_t)len);
    (void)n; // nobody may be there to hear it
}

// ---- the backend's output ----------------------------------------------------------------------------------------

static void keeper_end_line(struct keeping *k)
{
    if (k->line.len > 0) {
        log_line(LOG_INFO, "%s", k->line.data);
        tail_add(&k->tail, k->line.data);
    }
    buf_clear(&k->line);
}

static void keeper_take_output(struct keeping *k, const char *bytes, size_t len)
{
    for (const char *at = bytes, *end = bytes + len; at < end;) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((lf != NULL ? lf : end) - at);
        size_t room = k->line.max - k->line.len;
        buf_add(&k->line, at, n < room ? n : room); // the rest of an endless line is dropped
        if (lf != NULL) keeper_end_line(k);
        at += n + (lf != NULL);
    }
}

// Once around: false when there is no more for now.
static bool keeper_pump(struct keeping *k)
{
    char bytes[8192];
    if (k->output < 0) return false;
    ssize_t n = read(k->output, bytes, sizeof(bytes));
    if (n > 0) {
        keeper_take_output(k, bytes, (size_t)n);
        return true;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        close(k->output);
        k->output = -1;
    }
    return false;
}

// ---- waiting -----------------------------------------------------------------------------------------------------

static void keeper_check_tie(struct keeping *k)
{
    char ignored[64];
    ssize_t n = read(STDIN_FILENO, ignored, sizeof(ignored));
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) k->ended = true;
}

// Sleeps until something happens or `ms` have passed (-1: no limit).
static void keeper_wait(struct keeping *k, int64_t ms)
{
    struct timespec limit = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    fd_set readable;
    sigset_t none;
    sigemptyset(&none);
    FD_ZERO(&readable);
    if (!k->ended) FD_SET(STDIN_FILENO, &readable);
    if (k->output >= 0) FD_SET(k->output, &readable);
    int n = pselect(k->output + 1 > 1 ? k->output + 1 : 1, &readable, NULL, NULL, ms >= 0 ? &limit : NULL, &none);
    if (n > 0 && FD_ISSET(STDIN_FILENO, &readable)) keeper_check_tie(k);
    if (n > 0 && k->output >= 0 && FD_ISSET(k->output, &readable)) (void)keeper_pump(k);
    if (keeper_signalled) k->ended = true;
}

// Waits for an earlier keeper's end. False: the engine went away meanwhile, or the lock cannot be had.
static bool keeper_lock(struct keeping *k, struct err *e)
{
    enum lock_result got;
    while ((got = lock_try(&k->lock, k->lock_path, false, e)) == LOCK_TAKEN && !k->ended) keeper_wait(k, LOCK_NAP_MS);
    return got == LOCK_HELD;
}

// ---- the group ---------------------------------------------------------------------------------------------------

static bool keeper_run(struct keeping *k, struct err *e)
{
    int ends[2];
    if (!child_pipe(ends, e)) return false;
    struct child_fds fds = {{-1, ends[1], ends[1], k->socket ? SOCKET_FD : -1}};
    bool ok = child_spawn(&k->group, k->command, &fds, NULL, e);
    close(ends[1]);
    k->output = ends[0];
    if (ok) orphan_sign(&k->lock, k->group);
    (void)fcntl(k->output, F_SETFL, O_NONBLOCK);
    return ok;
}

static bool keeper_is_dead(const struct keeping *k)
{
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)k->group, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == k->group;
}

// What is left of the group goes at once; its memory (a GPU's, perhaps) is free when the last process has vanished.
static int keeper_reap(struct keeping *k)
{
    int status = 0;
    (void)kill(-k->group, SIGKILL);
    while (waitpid(k->group, &status, 0) < 0 && errno == EINTR) {
    }
    int64_t until_ms = clock_mono_ms() + VANISH_LIMIT_MS;
    while (kill(-k->group, 0) == 0 && clock_mono_ms() < until_ms) keeper_wait(k, VANISH_NAP_MS);
    k->group = 0;
    return status;
}

static void keeper_end_group(struct keeping *k)
{
    int64_t until_ms = clock_mono_ms() + TERM_GRACE_MS, left_ms;
    (void)kill(-k->group, SIGTERM);
    while (!keeper_is_dead(k) && (left_ms = until_ms - clock_mono_ms()) > 0) keeper_wait(k, left_ms);
    (void)keeper_reap(k);
}

static void keeper_await_orphan(struct keeping *k, const struct orphan *o, int64_t limit_ms)
{
    int64_t until_ms = clock_mono_ms() + limit_ms;
    while (orphan_lives(o) && clock_mono_ms() < until_ms) keeper_wait(k, VANISH_NAP_MS);
}

// Goes on to the end although our own engine may have left meanwhile: nobody else would do it.
static void keeper_clear(struct keeping *k)
{
    struct orphan o = orphan_read(&k->lock);
    if (orphan_lives(&o)) {
        log_line(LOG_WARN, "ending what an earlier keeper left running (process group %ld)", (long)o.group);
        (void)kill(-o.group, SIGTERM);
        keeper_await_orphan(k, &o, TERM_GRACE_MS);
        (void)kill(-o.group, SIGKILL);
        keeper_await_orphan(k, &o, TERM_GRACE_MS);
    }
    orphan_sign(&k->lock, 0);
}

static void keeper_tell_end(struct keeping *k, int status)
{
    char text[1024], how[64], last[TOLD_BYTES];
    while (keeper_pump(k)) {
    }
    keeper_end_line(k);
    if (WIFSIGNALED(status)) {
        (void)snprintf(how, sizeof(how), "was killed by signal %d", WTERMSIG(status));
    } else {
        (void)snprintf(how, sizeof(how), "exited with status %d", WEXITSTATUS(status));
    }
    tail_join(&k->tail, TOLD_LINES, last, sizeof(last));
    (void)snprintf(text, sizeof(text), "'%s' %s%s%s", k->command[0], how, last[0] != '\0' ? ": " : "", last);
    keeper_tell(text, &k->tail);
}

// ---- the process -------------------------------------------------------------------------------------------------

static bool keeper_parse(struct keeping *k, int argc, char **argv)
{
    int i = 0;
    while (i < argc && strncmp(argv[i], "--", 2) != 0) i++; // the program's name and its command
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--socket") == 0) {
            k->socket = true;
        } else if (strcmp(argv[i], "--lock") == 0 && i + 1 < argc) {
            k->lock_path = argv[++i];
        } else if (strcmp(argv[i], "--log") == 0 && i + 1 < argc) {
            k->log_path = argv[++i];
        } else {
            return false;
        }
    }
    if (k->lock_path == NULL || k->log_path == NULL || i + 1 >= argc) return false;
    k->command = (const char *const *)argv + i + 1;
    return true;
}

// Whatever the engine's own parent left open without close-on-exec must not live on in a backend.
static void keeper_close_strays(int keep_below)
{
    DIR *dir = opendir("/dev/fd");
    if (dir == NULL) return;
    for (struct dirent *d; (d = readdir(dir)) != NULL;) { // NOLINT(concurrency-mt-unsafe): one thread
        int fd = (int)strtol(d->d_name, NULL, 10);
        if (fd >= keep_below && fd != dirfd(dir)) (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    closedir(dir);
}

static int keeper_keep(struct keeping *k)
{
    struct err e = ERR_INIT;
    if (!log_to_file(k->log_path, LOG_CAP_BYTES, &e) || !keeper_lock(k, &e)) goto failed;
    keeper_clear(k);
    if (!k->ended) {
        if (!keeper_run(k, &e)) goto failed;
        while (!k->ended && !keeper_is_dead(k)) keeper_wait(k, -1);
    }
    if (k->group == 0 || k->ended) {
        if (k->group != 0) keeper_end_group(k);
        orphan_sign(&k->lock, 0);
        return 0;
    }
    keeper_tell_end(k, keeper_reap(k));
    orphan_sign(&k->lock, 0);
    return 1;
failed:
    if (e.code == ERR_NONE) return 0; // the engine went away before we had the lock
    keeper_tell(e.text, &k->tail);
    return 1;
}

int keeper_main(int argc, char **argv)
{
    struct keeping k = {.lock = LOCK_INIT, .output = -1};
    if (!keeper_parse(&k, argc, argv)) return 2;
    buf_init(&k.line, BUF_MAX_LINE - 1);
    keeper_close_strays(k.socket ? SOCKET_FD + 1 : SOCKET_FD);
    keeper_take_signals();
    int code = keeper_keep(&k);
    lock_release(&k.lock);
    if (k.output >= 0) close(k.output);
    buf_release(&k.line);
    return code;
}
