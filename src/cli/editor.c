// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The variable is a piece of shell ("code --wait"), as git and crontab take it. The editor has the terminal: Ctrl-C is
// its own matter meanwhile, and neither this program nor the shell between the two may end before it.
#include "cli/editor.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/mem.h"

enum { SHELL_CANNOT_RUN = 126 }; // 127: there is no such command

extern char **environ;

static const char *editor_command(void)
{
    static const char *const names[] = {"VISUAL", "EDITOR"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *value = getenv(names[i]); // NOLINT(concurrency-mt-unsafe): nobody calls setenv
        if (value != NULL && value[strspn(value, " \t")] != '\0') return value;
    }
    return "vi";
}

static int editor_start(pid_t *pid, char *const *argv)
{
    posix_spawnattr_t attr;
    sigset_t defaults;

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGQUIT);
    sigaddset(&defaults, SIGPIPE);
    sigaddset(&defaults, SIGXFSZ);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigdefault(&attr, &defaults);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
    int rc = posix_spawn(pid, "/bin/sh", NULL, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    return rc;
}

static enum editor_end editor_await(pid_t pid, const char *command, struct err *e)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno == EINTR) continue;
        err_set_errno(e, ERR_STORE, "cannot wait for the editor '%s'", command);
        return EDITOR_FAILED;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return EDITOR_DONE;
    if (WIFEXITED(status) && WEXITSTATUS(status) >= SHELL_CANNOT_RUN) {
        err_set(e, ERR_USAGE, "cannot run the editor '%s'; set VISUAL or EDITOR to one that is here", command);
        return EDITOR_FAILED;
    }
    if (WIFEXITED(status))
        err_set(e, ERR_USAGE, "the editor '%s' ended with %d", command, WEXITSTATUS(status));
    else
        err_set(e, ERR_USAGE, "the editor '%s' was ended by signal %d", command, WTERMSIG(status));
    return EDITOR_LEFT;
}

enum editor_end editor_run(const char *path, struct err *e)
{
    const char *command = editor_command();
    char *script = mem_printf("trap : INT QUIT; %s \"$@\"", command), *file = mem_strdup(path),
         *name = mem_strdup(command);
    char sh[] = "sh", flag[] = "-c";
    char *const argv[] = {sh, flag, script, name, file, NULL};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
    enum editor_end end = EDITOR_FAILED;
    pid_t pid;

    (void)sigaction(SIGINT, &ignore, &interrupt);
    (void)sigaction(SIGQUIT, &ignore, &quit);
    int rc = editor_start(&pid, argv);
    errno = rc;
    if (rc == 0)
        end = editor_await(pid, command, e);
    else
        err_set_errno(e, ERR_STORE, "cannot run '%s'", command);
    (void)sigaction(SIGINT, &interrupt, NULL);
    (void)sigaction(SIGQUIT, &quit, NULL);
    free(script);
    free(file);
    free(name);
    return end;
}
