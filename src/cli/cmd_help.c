// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen help
#include "cli/command.h"

#include <stdio.h>

#include "cli/exit.h"
#include "cli/options.h"

static void help_all(void)
{
    (void)printf("usage: novelgen COMMAND [ARGUMENT]...\n\n"
                 "Writes a whole book with the inference server on your own machine, one request\n"
                 "at a time, and loses no word whatever happens to it.\n\nCommands:\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        if (commands[i]->raw == NULL) (void)printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    (void)printf("\nMore about a command:  novelgen COMMAND --help\n"
                 "Without a server:      novelgen submit --premise \"…\" --words 3000 --backend sim\n\n"
                 "Exit codes: 0 whole, 1 with gaps, 2 usage or bad spec, 3 no backend, 4 store\n"
                 "or disk, 5 queue full, 6 paused or waiting for your approval, 7 no such job,\n"
                 "8 cancelled, 130 and 143 interrupted.\n");
}

static int help_run(const struct args *a)
{
    struct err e = ERR_INIT;
    const struct command *c = a->count > 0 ? command_find(a->items[0]) : NULL;

    if (a->count == 0) {
        help_all();
    } else if (c != NULL && c->raw == NULL) {
        options_help(c, stdout);
    } else {
        const char *near = command_nearest(a->items[0]);
        if (near != NULL)
            err_set(&e, ERR_USAGE, "unknown command '%s'; did you mean '%s'?", a->items[0], near);
        else
            err_set(&e, ERR_USAGE, "unknown command '%s'; see: novelgen help", a->items[0]);
        return exit_fail(&e);
    }
    return EXIT_WHOLE;
}

static const struct option *const help_tables[] = {NULL};

const struct command cmd_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .summary = "all commands, or one",
    .help = "Shows what a command does, its options, and an example.\n\n"
            "Example: novelgen help submit",
    .tables = help_tables,
    .args_most = 1,
    .run = help_run,
};
