// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen complete WORD...: what the last word may become, for the shells' functions (cmd_completion.c). ":files" asks
// the shell for file names. Of --name=value, which is one word here, it is what may become of the value: what a shell
// takes for the word differs. Not for people.
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/complete.h"
#include "cli/exit.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/settings.h"

// The option that the first `len` bytes of a word name.
static const struct option *complete_option(const struct command *c, const char *word, size_t len)
{
    for (size_t t = 0; c->tables[t] != NULL; t++) {
        for (const struct option *o = c->tables[t]; o->name != NULL; o++) {
            bool is_long = len > 2 && strlen(o->name) == len - 2 && memcmp(o->name, word + 2, len - 2) == 0;
            bool is_short = len == 2 && o->letter != '\0' && word[1] == o->letter;
            if ((word[0] == '-' && word[1] == '-' && is_long) || is_short) return o;
        }
    }
    return NULL;
}

static void complete_options(const struct command *c, const char *prefix, struct buf *out)
{
    for (size_t t = 0; c->tables[t] != NULL; t++) {
        for (const struct option *o = c->tables[t]; o->name != NULL; o++) {
            char *word = mem_printf("--%s", o->name);
            if (strncmp(word, prefix, strlen(prefix)) == 0) buf_addf(out, "%s\t%s\n", word, o->help);
            free(word);
        }
    }
    if (strncmp("--help", prefix, strlen(prefix)) == 0) buf_adds(out, "--help\tthis command's help\n");
}

// The jobs are those of the home that the words name.
static void complete_read_home(int argc, char **argv)
{
    for (int i = 0; i + 1 < argc; i++) {
        if (strcmp(argv[i], "--home") == 0) settings.home = argv[i + 1];
        if (strncmp(argv[i], "--home=", strlen("--home=")) == 0) settings.home = argv[i] + strlen("--home=");
    }
}

// The option whose value the last word is, and where in the word that begins. NULL: it is none.
static const struct option *complete_owner(const struct command *c, int argc, char **argv, const char **value)
{
    const char *last = argv[argc - 1], *before = argc > 1 ? argv[argc - 2] : "";
    size_t name = strcspn(last, "=");
    bool joined = last[0] == '-' && last[name] == '=';
    const struct option *o = NULL;

    *value = joined ? last + name + 1 : last;
    if (joined)
        o = complete_option(c, last, name);
    else if (before[0] == '-')
        o = complete_option(c, before, strlen(before));
    return o != NULL && o->value != NULL ? o : NULL;
}

// The arguments before the last word: what is neither an option nor the value of one. `items` has room for all words.
static void complete_before(const struct command *c, int argc, char **argv, struct args *before)
{
    for (int i = 0; i + 1 < argc; i++) {
        const struct option *o = argv[i][0] == '-' ? complete_option(c, argv[i], strlen(argv[i])) : NULL;
        if (argv[i][0] != '-') before->items[before->count++] = argv[i];
        if (o != NULL && o->value != NULL) i++;
    }
}

static void complete_argument(const struct command *c, int argc, char **argv, struct buf *out)
{
    const char *last = argv[argc - 1], *value;
    const struct option *o = complete_owner(c, argc, argv, &value);
    struct args before = {.items = mem_calloc((size_t)argc, sizeof *before.items)};

    complete_before(c, argc, argv, &before);
    const char *argument = c->place != NULL ? c->place(&before) : c->usage;
    struct complete_place p = complete_place(o != NULL ? o->value : argument);
    if (o == NULL && last[0] == '-')
        complete_options(c, last, out);
    else
        complete_add(out, &p, value);
    free(before.items);
}

static int complete_raw(int argc, char **argv)
{
    static const struct complete_place all = {COMPLETE_COMMANDS, NULL};
    struct buf out;

    argc -= 1; // the command's own name
    argv += 1;
    buf_init(&out, BUF_MAX_REPLY);
    if (argc > 0) complete_read_home(argc, argv);
    bool bare = argc > 0 && argv[0][0] == '-';
    const struct command *c = argc > 1 && !bare ? command_find(argv[0]) : NULL;
    if (bare)
        complete_argument(&cmd_bare, argc, argv, &out);
    else if (argc <= 1)
        complete_add(&out, &all, argc == 1 ? argv[0] : "");
    else if (c != NULL && c->raw == NULL)
        complete_argument(c, argc - 1, argv + 1, &out);
    output_text(out.data, out.len);
    output_flush();
    buf_release(&out);
    return EXIT_WHOLE;
}

const struct command cmd_complete = {.name = "complete", .raw = complete_raw};
