// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Finding this program's files, and starting `novelgen run` in the background.
#include "app/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"

extern char **environ;

static bool program_is_there(const char *path)
{
    return access(path, X_OK) == 0;
}

bool program_find(struct program *p, struct err *e)
{
    static const char *const places[] = {"novelgen-sim", "../libexec/novelgen/novelgen-sim"};
    char dir[PROGRAM_PATH_SIZE];

    p->simulator[0] = '\0';
    if (!os_self_path(p->path, sizeof p->path))
        return err_set(e, ERR_INTERNAL, "cannot tell where this program is on disk");
    (void)snprintf(dir, sizeof dir, "%s", p->path);
    char *slash = strrchr(dir, '/');
    if (slash != NULL) *slash = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        int n = snprintf(p->simulator, sizeof p->simulator, "%s/%s", dir, places[i]);
        if (n > 0 && (size_t)n < sizeof p->simulator && program_is_there(p->simulator)) return true;
    }
    p->simulator[0] = '\0';
    return true;
}

// Default signals (SIGHUP and SIGINT may be ignored here), nothing blocked, no terminal.
static int program_spawn(const char *const *argv)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t all, none;
    pid_t pid;

    (void)sigfillset(&all);
    (void)sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attr);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    int rc = posix_spawn(&pid, argv[0], &files, &attr, (char *const *)(uintptr_t)argv, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return rc;
}

bool program_start_run(const struct program *p, const char *home, struct err *e)
{
    char log[PROGRAM_PATH_SIZE];
    const char *const argv[] = {p->path, "run", "--wait", "--home", home, "--log", log, NULL};

    (void)snprintf(log, sizeof log, "%s/log/run.log", home);
    errno = program_spawn(argv);
    return errno == 0 || err_set_errno(e, ERR_STORE, "cannot start '%s run' in the background", p->path);
}
