// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Parsing a command's arguments by its tables, and printing its help from the same tables.
#include "cli/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/typo.h"

enum { HELP_COLUMN = 28, OPTIONS_MOST = 64 };

// ---- finding an option ------------------------------------------------------------------------------------------

static const struct option *options_find(const struct command *c, const char *name, size_t len, char letter)
{
    for (size_t t = 0; c->tables[t] != NULL; t++) {
        for (const struct option *o = c->tables[t]; o->name != NULL; o++) {
            if (letter != '\0' && o->letter == letter) return o;
            if (letter == '\0' && strlen(o->name) == len && memcmp(o->name, name, len) == 0) return o;
        }
    }
    return NULL;
}

static bool options_unknown(const struct command *c, const char *word, struct err *e)
{
    const char *names[OPTIONS_MOST] = {"help"};
    size_t count = 1, len = strcspn(word, "=");
    char *name = mem_strndup(word, len);

    for (size_t t = 0; c->tables[t] != NULL; t++)
        for (const struct option *o = c->tables[t]; o->name != NULL && count < OPTIONS_MOST; o++)
            names[count++] = o->name;
    const char *near = len > 2 ? typo_nearest(name + 2, names, count) : NULL;
    if (near != NULL)
        err_set(e, ERR_USAGE, "unknown option '%s'; did you mean '--%s'?", name, near);
    else
        err_set(e, ERR_USAGE, "unknown option '%s'; see: novelgen %s --help", name, c->name);
    free(name);
    return false;
}

// ---- filling its variable ---------------------------------------------------------------------------------------

static bool options_fill_number(const struct option *o, const char *value, struct err *e)
{
    char *end;

    errno = 0;
    intmax_t n = strtoimax(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || n < o->least || n > o->most)
        return err_set(e, ERR_USAGE, "--%s is '%s', expected a whole number from %" PRId64 " to %" PRId64, o->name,
                       value, o->least, o->most);
    *(int64_t *)o->into = n;
    return true;
}

static bool options_fill_many(const struct option *o, const char *value, struct err *e)
{
    struct option_list *list = o->into;

    if (list->count == OPTION_LIST_MOST)
        return err_set(e, ERR_USAGE, "--%s is given more than %d times", o->name, OPTION_LIST_MOST);
    list->items[list->count++] = value;
    return true;
}

static bool options_fill(const struct option *o, const char *value, struct err *e)
{
    switch (o->type) {
    case OPTION_FLAG:
        *(bool *)o->into = true;
        return true;
    case OPTION_TEXT:
        *(const char **)o->into = value;
        return true;
    case OPTION_MANY:
        return options_fill_many(o, value, e);
    case OPTION_NUMBER:
        break;
    }
    return options_fill_number(o, value, e);
}

static bool options_take(const struct option *o, const char *inside, int argc, char **argv, int *at, struct err *e)
{
    if (o->type == OPTION_FLAG && inside != NULL) return err_set(e, ERR_USAGE, "--%s takes no value", o->name);
    if (o->type == OPTION_FLAG) return options_fill(o, NULL, e);
    if (inside == NULL && *at + 1 >= argc) return err_set(e, ERR_USAGE, "--%s needs a value: %s", o->name, o->value);
    return options_fill(o, inside != NULL ? inside : argv[++*at], e);
}

static bool options_long(const struct command *c, int argc, char **argv, int *at, struct err *e)
{
    const char *word = argv[*at];
    size_t len = strcspn(word + 2, "=");
    const struct option *o = options_find(c, word + 2, len, '\0');

    if (o == NULL) return options_unknown(c, word, e);
    return options_take(o, word[2 + len] == '=' ? word + 2 + len + 1 : NULL, argc, argv, at, e);
}

static bool options_short(const struct command *c, int argc, char **argv, int *at, struct err *e)
{
    const char *word = argv[*at];
    const struct option *o = options_find(c, NULL, 0, word[1]);

    if (o == NULL) return options_unknown(c, word, e);
    return options_take(o, word[2] != '\0' ? word + 2 : NULL, argc, argv, at, e);
}

static bool options_word(const struct command *c, int argc, char **argv, int *at, struct args *args, struct err *e)
{
    char *word = argv[*at];

    if (strncmp(word, "--", 2) == 0) return options_long(c, argc, argv, at, e);
    bool negative = word[0] == '-' && strchr("0123456789", word[1]) != NULL; // a number, where no option is called so
    if (word[0] == '-' && word[1] != '\0' && !(negative && options_find(c, NULL, 0, word[1]) == NULL))
        return options_short(c, argc, argv, at, e);
    args->items[args->count++] = word; // never behind the word that is being read
    return true;
}

bool options_parse(const struct command *c, int argc, char **argv, struct args *args, bool *help, struct err *e)
{
    *args = (struct args){.items = argv};
    *help = false;
    for (int at = 0; at < argc; at++) {
        if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
            *help = true;
            return true;
        }
        if (strcmp(argv[at], "--") == 0) {
            while (++at < argc) args->items[args->count++] = argv[at];
            break;
        }
        if (!options_word(c, argc, argv, &at, args, e)) return false;
    }
    if (args->count <= c->args_most) return true;
    return err_set(e, ERR_USAGE, "unexpected argument '%s'; usage: novelgen %s %s", args->items[c->args_most],
                   c->name, c->usage);
}

// ---- help -------------------------------------------------------------------------------------------------------

static void options_print(const struct option *o, FILE *out)
{
    char left[80];

    (void)snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter != '\0' ? '-' : ' ',
                   o->letter != '\0' ? o->letter : ' ', o->letter != '\0' ? ", " : "  ", o->name,
                   o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
    (void)fprintf(out, "  %-*s %s\n", HELP_COLUMN, left, o->help);
}

void options_help(const struct command *c, FILE *out)
{
    static const struct option help = {"help", 'h', OPTION_FLAG, NULL, NULL, 0, 0, "this text"};

    (void)fprintf(out, "usage: novelgen %s%s%s\n\n%s\n\nOptions:\n", c->name, c->usage[0] != '\0' ? " " : "",
                  c->usage, c->help);
    for (size_t t = 0; c->tables[t] != NULL; t++)
        for (const struct option *o = c->tables[t]; o->name != NULL; o++) options_print(o, out);
    options_print(&help, out);
}
