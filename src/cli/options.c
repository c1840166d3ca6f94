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
#include "cli/looks.h"
#include "text/typo.h"

enum { HELP_COLUMN = 31, USAGE_COLUMN = 7, HELP_COLUMNS_MOST = 100, OPTIONS_MOST = 64 };

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
    return err_set(e, ERR_USAGE, "unexpected argument '%s'; usage: novelgen %s%s%s", args->items[c->args_most],
                   c->name, c->usage[0] != '\0' ? " " : "", c->usage);
}

// ---- help -------------------------------------------------------------------------------------------------------

// As wide as the reader's window, but no wider than one likes to read.
static struct looks options_looks(FILE *out)
{
    size_t columns = looks_columns(fileno(out));

    return (struct looks){.terminal = true, .columns = columns < HELP_COLUMNS_MOST ? columns : HELP_COLUMNS_MOST};
}

// One line, and what follows of it below `indent`.
static void options_add_line(const struct looks *l, const char *line, size_t len, size_t indent, struct buf *out)
{
    size_t from = out->len;

    buf_add(out, line, len);
    looks_fold(l, out, from, indent);
    buf_addc(out, '\n');
}

// Paragraphs are filled anew, but for the examples.
static void options_add_text(const struct looks *l, const char *text, struct buf *out)
{
    struct buf paragraph;

    buf_init(&paragraph, BUF_MAX_PIECE);
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t len = end != NULL ? (size_t)(end - text) : strlen(text);
        bool filled = strncmp(text, "Example:", 8) != 0;
        buf_clear(&paragraph);
        for (size_t i = 0; i < len; i++) buf_addc(&paragraph, filled && text[i] == '\n' ? ' ' : text[i]);
        if (filled)
            options_add_line(l, paragraph.data, paragraph.len, 0, out);
        else
            buf_addf(out, "%s\n", paragraph.data);
        buf_addc(out, '\n');
        text += len + (end != NULL ? 2 : 0);
    }
    buf_release(&paragraph);
}

static void options_add(const struct looks *l, const struct option *o, struct buf *out)
{
    struct buf line;

    buf_init(&line, BUF_MAX_LINE);
    buf_addf(&line, "  %c%c%s--%s%s%s", o->letter != '\0' ? '-' : ' ', o->letter != '\0' ? o->letter : ' ',
             o->letter != '\0' ? ", " : "  ", o->name, o->value != NULL ? " " : "", o->value != NULL ? o->value : "");
    looks_pad(&line, line.len, HELP_COLUMN - 1);
    buf_addf(&line, " %s", o->help);
    options_add_line(l, line.data, line.len, HELP_COLUMN, out);
    buf_release(&line);
}

void options_help(const struct command *c, FILE *out)
{
    static const struct option help = {"help", 'h', OPTION_FLAG, NULL, NULL, 0, 0, "this text"};
    const struct looks l = options_looks(out);
    struct buf page;

    buf_init(&page, BUF_MAX_PIECE);
    buf_addf(&page, "usage: novelgen%s%s%s%s", c->name[0] != '\0' ? " " : "", c->name, c->usage[0] != '\0' ? " " : "",
             c->usage);
    looks_fold(&l, &page, 0, USAGE_COLUMN);
    buf_adds(&page, "\n\n");
    options_add_text(&l, c->help, &page);
    buf_adds(&page, "Options:\n");
    for (size_t t = 0; c->tables[t] != NULL; t++)
        for (const struct option *o = c->tables[t]; o->name != NULL; o++) options_add(&l, o, &page);
    options_add(&l, &help, &page);
    (void)fputs(page.data, out);
    buf_release(&page);
}
