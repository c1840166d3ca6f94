// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A command is one file, cmd_NAME.c, with one const entry; its options stand beside the variables that they fill. From
// the entry come parsing, --help, and "did you mean"; what it needs, invoke.c opens.
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct home;
struct option;
struct targets;

struct args {
    char **items;
    size_t count;
};

struct command {
    const char *name;
    const char *usage;                  // what follows the name
    const char *summary;                // one line
    const char *help;                   // what it does, and an example
    const struct option *const *tables; // ends with NULL
    size_t args_most;
    // What may stand behind these arguments, in the words of `usage`, for the shells; NULL: the usage itself says it.
    const char *(*place)(const struct args *before);
    // Reads what the options and the arguments say, before anything is opened; NULL: there is nothing to read.
    bool (*prepare)(const struct args *a, struct err *e);
    // One of these, by what the command needs; all return the exit code.
    int (*run)(const struct args *a);                               // nothing
    int (*run_home)(const struct home *h, const struct args *a);    // the home, and the configuration
    int (*run_job)(const struct home *h, int64_t id);               // and the job that the first argument names
    int (*run_jobs)(const struct home *h, const struct targets *t); // and the jobs that the arguments name
    int (*raw)(int argc, char **argv); // instead of all that: a command for ourselves, which no help shows
};

extern const struct command cmd_submit, cmd_resume, cmd_run, cmd_list, cmd_status, cmd_watch, cmd_events, cmd_tail,
    cmd_outline, cmd_approve, cmd_note, cmd_redo, cmd_extend, cmd_show, cmd_diff, cmd_sync, cmd_export, cmd_import,
    cmd_verify, cmd_prompt, cmd_stats, cmd_pause, cmd_cancel, cmd_priority, cmd_rm, cmd_backends, cmd_doctor,
    cmd_backup, cmd_config, cmd_init, cmd_completion, cmd_complete, cmd_man, cmd_help, cmd_version, cmd_keeper;

extern const struct command cmd_bare; // of no name: what a bare `novelgen` does

extern const struct command *const commands[];        // ends with NULL
const struct command *command_find(const char *name); // NULL: unknown
const char *command_nearest(const char *name);        // NULL: nothing is near

#endif
