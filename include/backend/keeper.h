// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A managed backend. The engine starts a small keeper process (this program again, as `novelgen keeper …`), which
// takes the lock of that backend in the home (waiting for an earlier keeper to finish), starts the command in a
// process group of its own with stdout and stderr in a capped log file, and watches two things: the command (when it
// dies the keeper exits with 1 after writing how) and a pipe from the engine (when it closes, even by kill -9 of the
// engine, the keeper ends the group: SIGTERM, after 3 s SIGKILL). So a backend never outlives its engine by more
// than that, and a successor starts its own only then. Should the keeper itself be killed (kill -9), its backend runs on
// until the next keeper of that lock, which ends it before it starts its own.
//
//   engine ──spawn──▶ keeper ──lock, fork──▶ backend (own process group)
//     └── pipe, write end held ──▶ EOF = end the group
#ifndef BACKEND_KEEPER_H
#define BACKEND_KEEPER_H

#include <stdbool.h>

#include "base/err.h"

struct keeper;

struct keeper_options {
    const char *program;     // path of novelgen itself
    const char *const *argv; // the backend's command, NULL-terminated
    const char *lock_path;   // home/keeper-NAME.lock
    const char *log_path;    // home/log/backend-NAME.log
    int socket;              // a listening socket that the backend inherits as descriptor 3, or -1
};

// Starts the keeper (posix_spawn); returns at once.
struct keeper *keeper_start(const struct keeper_options *o, struct err *e);
// True while the keeper process runs; false once it is gone, and then `why` holds one line (masked): how the command
// ended, and up to three of the last lines that it wrote.
bool keeper_alive(struct keeper *k, char *why, unsigned long size);
// The last lines that the backend has written so far (masked, oldest first, joined by " | "): while it loads, hangs, or
// after it died. "" if there are none.
void keeper_words(struct keeper *k, char *out, unsigned long size);
void keeper_end(struct keeper *k);  // closes the pipe and does not wait: keeper_alive tells when it is gone
void keeper_stop(struct keeper *k); // closes the pipe, waits for the end (at most ~4 s); NULL is fine

// Binds and listens on 127.0.0.1, any free port. -1 and e set on failure.
int keeper_listen(int *port, struct err *e);

// The keeper process itself: argv as built by keeper_start. Returns its exit code.
int keeper_main(int argc, char **argv);

// Spawns a command that lives until our end of a pipe closes (the sleep inhibitor). The pipe's descriptor, or -1.
int keeper_spawn_tied(const char *const *argv);

#endif
