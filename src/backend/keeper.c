// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The engine's side of a managed backend. The keeper's descriptors: 0 is the pipe whose end means "end the group",
// 1 is a pipe on which it says why it gave up, 2 is nothing, 3 is the listening socket, if one is given. While the
// keeper lives, its backend's last words are read from the log that it writes.
#include "backend/keeper.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#include "io/child.h"

#include "keeper_tail.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    STOP_LIMIT_MS = 4000,
    STOP_NAP_MS = 5,
    LISTEN_BACKLOG = 64,
    OWN_ARGS = 8,
    LOG_TAIL_BYTES = 4096,
    CLOCK_STAMP_LEN = 24
};

struct keeper {
    pid_t pid; // 0: it is gone
    int tie;   // write end; its closing ends the group
    int words; // read end: what the keeper says when it gives up
    char *log_path;
    off_t log_from; // what stands before it is an earlier keeper's
    char why[400];
    struct tail said; // by the backend; known when it is gone
};

static size_t keeper_count(const char *const *argv)
{
    size_t n = 0;
    while (argv[n] != NULL) n++;
    return n;
}

static const char **keeper_argv(const struct keeper_options *o)
{
    size_t count = keeper_count(o->argv), n = 0;
    const char **argv = mem_calloc(count + OWN_ARGS + 1, sizeof(*argv));
    argv[n++] = o->program;
    argv[n++] = "keeper";
    argv[n++] = "--lock";
    argv[n++] = o->lock_path;
    argv[n++] = "--log";
    argv[n++] = o->log_path;
    if (o->socket >= 0) argv[n++] = "--socket";
    argv[n++] = "--";
    for (size_t i = 0; i < count; i++) argv[n++] = o->argv[i];
    return argv;
}

struct keeper *keeper_start(const struct keeper_options *o, struct err *e)
{
    int tie[2] = {-1, -1}, words[2] = {-1, -1};
    struct keeper *k = mem_calloc(1, sizeof(*k));
    const char **argv = keeper_argv(o);
    struct stat log;
    k->log_from = stat(o->log_path, &log) == 0 ? log.st_size : 0;
    bool ok = child_pipe(tie, e) && child_pipe(words, e);
    if (ok) {
        struct child_fds fds = {{tie[0], words[1], -1, o->socket}};
        ok = child_spawn(&k->pid, argv, &fds, NULL, e);
    }
    free(argv);
    if (tie[0] >= 0) close(tie[0]);
    if (words[1] >= 0) close(words[1]);
    if (ok) {
        k->tie = tie[1];
        k->words = words[0];
        k->log_path = mem_strdup(o->log_path);
        return k;
    }
    if (tie[1] >= 0) close(tie[1]);
    if (words[0] >= 0) close(words[0]);
    free(k);
    return NULL;
}

static void keeper_note_lines(struct tail *t, char *text)
{
    for (char *line = text; line != NULL && *line != '\0';) {
        char *lf = strchr(line, '\n');
        if (lf != NULL) *lf = '\0';
        tail_add(t, line);
        line = lf != NULL ? lf + 1 : NULL;
    }
}

// The keeper is dead, so its pipe holds all it will ever say: the reason, then the backend's last lines.
static void keeper_note_end(struct keeper *k, int status)
{
    char said[LOG_TAIL_BYTES + 1];
    k->pid = 0;
    ssize_t n = read(k->words, said, sizeof(said) - 1);
    if (n > 0) {
        said[n] = '\0';
        char *lines = said + strcspn(said, "\n");
        if (*lines != '\0') *lines++ = '\0';
        log_mask(k->why, sizeof(k->why), said);
        keeper_note_lines(&k->said, lines);
    } else if (WIFSIGNALED(status)) {
        (void)snprintf(k->why, sizeof(k->why), "the keeper was killed by signal %d", WTERMSIG(status));
    } else {
        (void)snprintf(k->why, sizeof(k->why), "the keeper ended with status %d", WEXITSTATUS(status));
    }
}

static void keeper_look(struct keeper *k)
{
    int status = 0;
    if (k->pid == 0) return;
    pid_t got = waitpid(k->pid, &status, WNOHANG);
    if (got == k->pid) {
        keeper_note_end(k, status);
    } else if (got < 0 && errno == ECHILD) { // reaped by somebody else: its words are still there
        keeper_note_end(k, 0);
    }
}

bool keeper_alive(struct keeper *k, char *why, unsigned long size)
{
    keeper_look(k);
    if (k->pid != 0) return true;
    log_mask(why, size, k->why);
    return false;
}

// "2026-01-31T09:00:00.123Z words": what the log puts before a line.
static char *keeper_skip_stamp(char *line)
{
    size_t stamp = strcspn(line, " ");
    return stamp == CLOCK_STAMP_LEN && line[stamp] == ' ' && line[stamp - 1] == 'Z' ? line + stamp + 1 : line;
}

// `text` begins behind the start of a line unless `whole`.
static void keeper_note_log(struct tail *t, char *text, bool whole)
{
    char *line = text;
    if (!whole) {
        line = strchr(text, '\n');
        line = line != NULL ? line + 1 : text + strlen(text);
    }
    while (*line != '\0') {
        char *lf = strchr(line, '\n');
        if (lf == NULL) return; // it is being written
        *lf = '\0';
        tail_add(t, keeper_skip_stamp(line));
        line = lf + 1;
    }
}

static void keeper_read_log(const struct keeper *k, struct tail *t)
{
    char text[LOG_TAIL_BYTES + 1];
    struct stat st;
    int fd = open(k->log_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return;
    if (fstat(fd, &st) == 0) {
        off_t from = st.st_size >= k->log_from ? k->log_from : 0; // else the log was begun anew
        bool whole = st.st_size - from <= LOG_TAIL_BYTES;
        ssize_t n = pread(fd, text, LOG_TAIL_BYTES, whole ? from : st.st_size - LOG_TAIL_BYTES);
        text[n > 0 ? n : 0] = '\0';
        keeper_note_log(t, text, whole);
    }
    close(fd);
}

void keeper_words(struct keeper *k, char *out, unsigned long size)
{
    struct tail t = {.count = 0};
    keeper_look(k);
    if (k->said.count == 0) keeper_read_log(k, &t); // it lives, or was killed without a word
    tail_join(k->said.count > 0 ? &k->said : &t, TAIL_LINES, out, size);
}

static void keeper_nap(void)
{
    struct timespec nap = {.tv_nsec = STOP_NAP_MS * 1000L * 1000L};
    (void)nanosleep(&nap, NULL);
}

void keeper_end(struct keeper *k)
{
    if (k->tie >= 0) close(k->tie);
    k->tie = -1;
}

void keeper_stop(struct keeper *k)
{
    if (k == NULL) return;
    keeper_end(k);
    int64_t until_ms = clock_mono_ms() + STOP_LIMIT_MS;
    for (keeper_look(k); k->pid != 0 && clock_mono_ms() < until_ms; keeper_look(k)) keeper_nap();
    if (k->pid != 0) {
        (void)kill(k->pid, SIGKILL);
        while (waitpid(k->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    close(k->words);
    free(k->log_path);
    free(k);
}

int keeper_listen(int *port, struct err *e)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) goto failed;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, LISTEN_BACKLOG) != 0) goto failed;
    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0) goto failed;
    *port = ntohs(at.sin_port);
    return fd;
failed:
    err_set_errno(e, ERR_BACKEND, "cannot listen on 127.0.0.1");
    if (fd >= 0) close(fd);
    return -1;
}

int keeper_spawn_tied(const char *const *argv)
{
    struct err e = ERR_INIT;
    int tie[2];
    pid_t pid;
    if (!child_pipe(tie, &e)) return -1;
    struct child_fds fds = {{tie[0], -1, -1, -1}};
    bool ok = child_spawn(&pid, argv, &fds, NULL, &e);
    close(tie[0]);
    if (ok) return tie[1];
    close(tie[1]);
    return -1;
}
