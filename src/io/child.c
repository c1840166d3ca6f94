// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// posix_spawn with a fixed layout of descriptors.
#include "io/child.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

enum { CHILD_SAFE_FD = 10 }; // sources are moved up here, so that no dup2 overwrites the source of a later one

bool child_pipe(int ends[2], struct err *e)
{
    // macOS has no pipe2; nothing else here starts programs in between.
    if (pipe(ends) != 0) return err_set_errno(e, ERR_BACKEND, "cannot make a pipe"); // NOLINT(android-cloexec-pipe)
    for (int i = 0; i < 2; i++) (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    return true;
}

static void child_set_signals(posix_spawnattr_t *attr)
{
    static const int ours[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGXFSZ, SIGTERM,
                               SIGCHLD, SIGUSR1, SIGTSTP, SIGTTIN, SIGTTOU};
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    for (size_t i = 0; i < ARRAY_LEN(ours); i++) sigaddset(&defaults, ours[i]);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &defaults);
    posix_spawnattr_setpgroup(attr, 0);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
}

static int child_source(int fd, int target)
{
    if (fd < 0 && target < 3) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (null < 0) return -1;
        int safe = fcntl(null, F_DUPFD_CLOEXEC, CHILD_SAFE_FD);
        close(null);
        return safe;
    }
    return fcntl(fd, F_DUPFD_CLOEXEC, CHILD_SAFE_FD);
}

static size_t child_count(const char *const *list)
{
    size_t n = 0;
    while (list != NULL && list[n] != NULL) n++;
    return n;
}

static bool child_has_name(const char *const *list, const char *entry)
{
    size_t len = strcspn(entry, "=");
    for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
        if (strncmp(list[i], entry, len) == 0 && list[i][len] == '=') return true;
    }
    return false;
}

// Of two entries of one name getenv finds the first and a shell the last: no name stands there twice.
static char **child_environ(const char *const *more)
{
    const char *const *own = (const char *const *)environ;
    size_t added = child_count(more), count = child_count(own), n = 0;
    char **all = mem_calloc(added + count + 1, sizeof(*all));
    for (size_t i = 0; i < added; i++) all[n++] = (char *)(uintptr_t)more[i];
    for (size_t i = 0; i < count; i++) {
        if (!child_has_name(more, own[i])) all[n++] = (char *)(uintptr_t)own[i];
    }
    return all;
}

bool child_spawn(pid_t *pid, const char *const *argv, const struct child_fds *fds, const char *const *more,
                 struct err *e)
{
    int source[CHILD_FDS] = {-1, -1, -1, -1}, rc = 0;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    char **env = child_environ(more);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attr);
    child_set_signals(&attr);
    for (int i = 0; i < CHILD_FDS; i++) {
        if (fds->fd[i] < 0 && i == 3) continue;
        source[i] = child_source(fds->fd[i], i);
        if (source[i] < 0) {
            rc = errno;
            goto out;
        }
        posix_spawn_file_actions_adddup2(&actions, source[i], i);
    }
    rc = posix_spawnp(pid, argv[0], &actions, &attr, (char *const *)argv, env);
out:
    for (int i = 0; i < CHILD_FDS; i++) {
        if (source[i] >= 0) close(source[i]);
    }
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    free(env);
    errno = rc;
    return rc == 0 || err_set_errno(e, ERR_BACKEND, "cannot run '%s'", argv[0]);
}
