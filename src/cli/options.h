// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Options: --name VALUE, --name=VALUE, -x, anywhere among the arguments; "--" ends them. The last one of a name wins.
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "cli/command.h"

enum option_type {
    OPTION_FLAG,   // bool
    OPTION_TEXT,   // const char *
    OPTION_NUMBER, // int64_t
    OPTION_MANY,   // struct option_list: may be given again and again
};

enum { OPTION_LIST_MOST = 64 };
struct option_list {
    const char *items[OPTION_LIST_MOST];
    size_t count;
};

struct option { // a table ends with a NULL name
    const char *name;
    char letter; // 0: none
    enum option_type type;
    void *into;
    const char *value; // what help calls it; NULL for a flag
    int64_t least, most;
    const char *help;
};

// Fills the variables and gathers the rest in `args` (which points into argv). *help: only help is wanted.
bool options_parse(const struct command *c, int argc, char **argv, struct args *args, bool *help, struct err *e);
void options_help(const struct command *c, FILE *out);

#endif
