// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen-sim: a simulated inference server that behaves as a recent llama-server does, or as one of seven other kinds,
// for tests and for trying novelgen without a GPU.
//
//   main ─┬─ options.c      the command line
//         ├─ script.c       when which fault strikes; fault.c knows the faults
//         └─ server.c       requests over libmicrohttpd
//             ├─ dialect_*.c    the routes and errors of each kind of server, from part.c; reply.c sends them
//             ├─ model.c        which model is loaded
//             ├─ waiting.c, refusal.c, overflow.c, outage.c   faults of the server
//             └─ generation*.c    one answer: paced events; fault_text.c, strike.c, reframe.c   faults of the answer
//                 ├─ ask.c          what a request asks for
//                 │   └─ chatml.c       … of a raw text
//                 ├─ author.c       which stretch of text answers it
//                 │   ├─ place.c      where a client's words stand in the chapter
//                 │   ├─ chapter.c    the prose                         ┐ from grammar.c and the
//                 │   ├─ proof.c      answers to tests of the server
//                 │   ├─ notes.c      bible, outline… from content.c    ┘ words of grammar_en.c, grammar_pl.c
//                 │   └─ habits.c     what awkward models do: dress.c, stray.c, notes_prose.c
//                 ├─ wire_*.c       the wire formats (token.c splits the text)
//                 └─ account.c      what was seen, and one cached prefix
#include "sim/dialect.h"
#include "sim/model.h"
#include "sim/options.h"
#include "sim/overflow.h"
#include "sim/pace.h"
#include "sim/server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EARLY_MS = 300 };

// Blocks until somebody ends us. All threads inherit the mask, so that this is the only place where a signal lands.
static void wait_for_end(const sigset_t *signals)
{
    int got;
    while (sigwait(signals, &got) != 0) {
    }
}

static bool start(struct sim *sim, struct sim_options *o, struct err *e)
{
    int fd = o->listen_fd >= 0 ? o->listen_fd : server_listen(&o->port, e);
    if (fd < 0 || !server_start(sim, fd, e)) return false;
    if (o->listen_fd < 0) printf("listening on http://127.0.0.1:%d\n", o->port);
    return fflush(stdout) == 0 || err_set_errno(e, ERR_STORE, "cannot write to stdout");
}

int main(int argc, char **argv)
{
    static struct sim sim = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct sim_options options;
    struct script *script = NULL;
    struct err e = ERR_INIT;
    bool help = false;
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);

    if (!options_parse(&options, argc, argv, &help, &e)) goto fail;
    if (help) {
        options_help(stdout);
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (options.overflow && !overflow_find(options.overflow)) {
        err_set(&e, ERR_USAGE, "nobody words an overflow as '%s'", options.overflow);
        goto fail;
    }
    if (options.script_path && !(script = script_load(options.script_path, &e))) goto fail;
    sim.options = &options;
    sim.dialect = dialect_find(options.dialect);
    sim.script = script;
    sim.tokens_per_s = options.tokens_per_s;
    sim.author = author_new(&options.habits);
    model_init(&sim);
    account_init(&sim.account, options.ctx_tokens);
    sim.account.window_ns = (options.fatal_window_ms < 0 ? EARLY_MS : options.fatal_window_ms) * PACE_MS_NS;
    if (!start(&sim, &options, &e)) goto fail;
    wait_for_end(&signals);
    // Answers may be under way in other threads: nothing is freed under them.
    _exit(EXIT_SUCCESS);
fail:
    (void)fprintf(stderr, "novelgen-sim: %s\n", e.text);
    return 2;
}
