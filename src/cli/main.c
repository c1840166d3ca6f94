// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen: from a request for a book to the book. The map:
//
//   main ── commands.c ── cmd_*.c            one command each; options.c parses by its tables, settings.c holds what
//    │                     │                 they share, exit.c and output.c how the program ends
//    │        submit, resume, run: follow.c ── progress.c, lines.c, verdict.c
//    │                     ▼
//    │              app/session.c            a foreground run: messages, signals, rows
//    │               ├─ app/role.c           who writes; standing by, handing over
//    │               │    └─ engine/engine.c     the one writer of a home
//    │               │         ├─ engine/inbox.c     messages become rows
//    │               │         ├─ engine/hooks.c     the user's own commands
//    │               │         └─ engine/pool.c      which job on which backend: routes.c
//    │               │           └─ engine/worker.c    one request in flight
//    │               │              ├─ engine/next.c        what next? from rows
//    │               │              ├─ engine/step_*.c      what to ask: story.c, chunk_turn.c; judging the answer: gate.c
//    │               │              ├─ engine/link.c        the way to the server: server.c, backend/keeper.c, scan.c, probe.c
//    │               │              ├─ engine/worker_prove.c   what it really does: backend/proof.c
//    │               │              ├─ engine/flight.c      text is committed as it streams, under guard.c: backend/generation.c
//    │               │              └─ engine/publish.c     files from rows: out/prose.c
//    │               └─ app/observer.c       reading along: store/*.c over io/db.c
//    │        list: table.c     status, watch: overview.c ── page.c, app/status.c, app/current.c, app/lately.c
//    │        tail: app/reading.c     pause, cancel: demand.c, app/order.c     what all of it looks like: looks.c, when.c
//    │        backends: app/backends.c, backend/scan.c (what answers, and what it is)     stats: app/stats.c
//    │        prompt: exchange.c, app/transcript.c (what was sent, what came back)
//    └── output_close                        stdout is checked
//
// Below all of it: base (errors, files, locks), text, wire, io (one library a file), model (pure rules).
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/settings.h"

static const struct {
    const char *word, *command;
} main_spellings[] = {{"--help", "help"}, {"-h", "help"}, {"--version", "version"}, {"-V", "version"}};

static const char *main_command_name(char **argv)
{
    for (size_t i = 0; i < sizeof main_spellings / sizeof main_spellings[0]; i++)
        if (strcmp(argv[1], main_spellings[i].word) == 0) return main_spellings[i].command;
    return argv[1];
}

static int main_unknown(const char *name)
{
    const char *near = command_nearest(name);
    struct err e = ERR_INIT;

    if (name[0] == '-')
        err_set(&e, ERR_USAGE, "unknown option '%s'; options come behind a command, see: novelgen help", name);
    else if (near != NULL)
        err_set(&e, ERR_USAGE, "unknown command '%s'; did you mean '%s'?", name, near);
    else
        err_set(&e, ERR_USAGE, "unknown command '%s'; see: novelgen help", name);
    return exit_fail(&e);
}

static int main_run(const struct command *c, int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct args args;
    bool help = false;

    if (c->raw != NULL) return c->raw(argc + 1, argv - 1);
    if (!options_parse(c, argc, argv, &args, &help, &e) || (!help && !settings_check(&e))) return exit_fail(&e);
    if (!help) return c->run(&args);
    options_help(c, stdout);
    return EXIT_WHOLE;
}

int main(int argc, char **argv)
{
    const char *name = argc < 2 ? cmd_bare.name : main_command_name(argv);
    const struct command *c = argc < 2 ? &cmd_bare : command_find(name);

    output_open();
    int code = c != NULL ? main_run(c, argc > 2 ? argc - 2 : 0, argv + (argc > 2 ? 2 : argc)) : main_unknown(name);
    return output_close(code);
}
