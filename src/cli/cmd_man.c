// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen man PAGE: the manual pages, from the tables of commands, options and keys; `make` writes them to files.
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/roff.h"
#include "cli/settings.h"
#include "model/config.h"
#include "model/keys.h"

// ---- novelgen(1) ------------------------------------------------------------------------------------------------

static void man_option(const struct option *o, struct buf *out)
{
    char term[80];

    if (o->letter != '\0')
        (void)snprintf(term, sizeof term, "-%c, --%s", o->letter, o->name);
    else
        (void)snprintf(term, sizeof term, "--%s", o->name);
    roff_item(out, term, o->value, o->help);
}

// Its further lines stand below the first, behind blanks.
static void man_example(const char *example, struct buf *out)
{
    struct buf lines;

    buf_init(&lines, BUF_MAX_LINE);
    while (*example != '\0') {
        size_t len = strcspn(example, "\n");
        buf_add(&lines, example, len);
        example += len;
        if (*example == '\n') buf_addc(&lines, '\n');
        example += strspn(example, "\n ");
    }
    roff_example(out, lines.data);
    buf_release(&lines);
}

// The help as it is, and its example line for line.
static void man_help(const char *help, struct buf *out)
{
    const char *example = strstr(help, "Example: ");
    char *text = mem_strndup(help, example != NULL ? (size_t)(example - help) : strlen(help));
    size_t len = strlen(text);

    while (len > 0 && text[len - 1] == '\n') text[--len] = '\0';
    roff_text(out, text);
    free(text);
    if (example != NULL) man_example(example + strlen("Example: "), out);
}

// What several commands share is said once.
static const struct option *const man_shared[] = {settings_page, settings_talk, settings_home};

static bool man_is_common(const struct option *table)
{
    for (size_t i = 0; i < ARRAY_LEN(man_shared); i++)
        if (table == man_shared[i]) return true;
    return false;
}

static void man_command(const struct command *c, struct buf *out)
{
    char *title = mem_printf("%s %s", c->name, c->usage);

    roff_subsection(out, title);
    free(title);
    man_help(c->help, out);
    for (size_t t = 0; c->tables[t] != NULL; t++)
        for (const struct option *o = c->tables[t]; o->name != NULL && !man_is_common(c->tables[t]); o++)
            man_option(o, out);
}

static void man_common(struct buf *out)
{
    roff_text(out, "Commands that need a home, that print a page, or that follow a job, take these too.\n");
    for (size_t t = 0; t < ARRAY_LEN(man_shared); t++)
        for (const struct option *o = man_shared[t]; o->name != NULL; o++)
            if (t == 0 || (strcmp(o->name, "json") != 0 && strcmp(o->name, "color") != 0)) man_option(o, out);
}

static void man_range(const struct key *k, char *out, size_t size)
{
    out[0] = '\0';
    if (k->type == KEY_INT || k->type == KEY_INT64) (void)snprintf(out, size, "%.0f to %.0f", k->least, k->most);
    if (k->type == KEY_REAL) (void)snprintf(out, size, "%g to %g", k->least, k->most);
    if (k->required) (void)snprintf(out + strlen(out), size - strlen(out), "%srequired", *out != '\0' ? ", " : "");
}

static void man_list(struct buf *out, const char *list, const struct key_table *t, const char *or_else)
{
    char *intro = mem_printf("\nEach of the list %s is an object%s:\n", list, or_else), range[80];

    roff_text(out, intro);
    free(intro);
    for (size_t i = 0; i < t->count; i++) {
        man_range(&t->keys[i], range, sizeof range);
        roff_item(out, t->keys[i].path, range, t->keys[i].help);
    }
}

static const char man_or_name[] = ", or the name or URL alone";

static void man_config(struct buf *out)
{
    roff_text(out, "Keys of the config file. Each may also be set in the environment (NOVELGEN_QUEUE_MAX for "
                   "queue.max) and with\n--set KEY=VALUE. `novelgen config` shows what holds and why.\n");
    for (size_t i = 0; i < config_keys.count; i++)
        if (config_keys.keys[i].type != KEY_IGNORED)
            roff_item(out, config_keys.keys[i].path, "", config_keys.keys[i].help);
    man_list(out, "backends", &backend_keys, "");
    man_list(out, "fallback", &fallback_keys, man_or_name);
}

static void man_exit(struct buf *out)
{
    static const struct {
        const char *code, *what;
    } codes[] = {{"0", "whole: the book is written"},
                 {"1", "done with gaps; verify found something"},
                 {"2", "wrong usage, or a wrong spec"},
                 {"3", "no backend"},
                 {"4", "the store or the disk failed"},
                 {"5", "the queue is full"},
                 {"6", "paused, or waiting for approval: it needs somebody"},
                 {"7", "no such job"},
                 {"8", "cancelled"},
                 {"130, 143", "interrupted by SIGINT, SIGTERM"}};

    for (size_t i = 0; i < ARRAY_LEN(codes); i++) roff_item(out, codes[i].code, "", codes[i].what);
}

static void man_files(struct buf *out)
{
    roff_item(out, "~/.local/share/novelgen", "", "the home: the database, the inbox and the logs");
    roff_item(out, "~/.config/novelgen/config.json", "", "your config");
    roff_item(out, "./novelgen.json", "", "a project's config: chunk.words and limits only");
    roff_item(out, "books/ID-TITLE/", "",
              "a book: live.md, chapters/, outline.md, book.md and what else it is exported to");
}

static void man_environment(struct buf *out)
{
    roff_item(out, "NOVELGEN_HOME", "", "the home, unless --home is given");
    roff_item(out, "NOVELGEN_DEBUG", "",
              "not empty: each step of the job and of its server is said too; in the background, in run.log");
    roff_item(out, "XDG_DATA_HOME, XDG_CONFIG_HOME", "",
              "where the home and the config are, instead of ~/.local/share and ~/.config");
    roff_item(out, "VISUAL, EDITOR", "", "what outline --edit opens");
    roff_item(out, "NO_COLOR", "", "not empty: no colours");
    roff_item(out, "SOURCE_DATE_EPOCH", "",
              "the date in exports, in seconds since 1970, so that they are the same every time");
}

static void man_program(struct buf *out)
{
    roff_title(out, "novelgen", 1, "write whole books with the inference server on your own machine");
    roff_section(out, "SYNOPSIS");
    roff_item(out, "novelgen", "COMMAND [ARGUMENT]...", "");
    roff_section(out, "DESCRIPTION");
    roff_text(out,
              "Turns one request into an outline, chapters and parts, and drives a local inference server through "
              "them, one request\nat a time. Text is committed as it streams in; after a crash or a reboot "
              "`novelgen resume` goes on in the middle\nof the sentence. A book is asked for by a spec, see "
              "novelgen-spec(5).\n");
    roff_section(out, "COMMANDS");
    for (size_t i = 0; commands[i] != NULL; i++)
        if (commands[i]->raw == NULL) man_command(commands[i], out);
    roff_section(out, "COMMON OPTIONS");
    man_common(out);
    roff_section(out, "CONFIGURATION");
    man_config(out);
    roff_section(out, "EXIT STATUS");
    man_exit(out);
    roff_section(out, "ENVIRONMENT");
    man_environment(out);
    roff_section(out, "FILES");
    man_files(out);
    roff_section(out, "SEE ALSO");
    roff_text(out, "novelgen-spec(5)\n");
}

// ---- novelgen-spec(5) -------------------------------------------------------------------------------------------

static void man_spec(struct buf *out)
{
    char range[80];

    roff_title(out, "novelgen-spec", 5, "what a book is to be");
    roff_section(out, "DESCRIPTION");
    roff_text(out,
              "A JSON object in a file, given to `novelgen submit`. It may hold // comments. `novelgen init` writes "
              "one to begin with.\nOnly premise and words are required. A key that is not known is refused.\n");
    roff_section(out, "KEYS");
    for (size_t i = 0; i < spec_keys.count; i++) {
        const struct key *k = &spec_keys.keys[i];
        man_range(k, range, sizeof range);
        roff_item(out, k->path, range, k->help);
    }
    man_list(out, "characters", &spec_character_keys, "");
    man_list(out, "outline", &spec_chapter_keys, "");
    man_list(out, "opening", &spec_opening_keys, "");
    man_list(out, "fallback", &fallback_keys, man_or_name);
    roff_section(out, "EXAMPLE");
    roff_example(
        out, "{\n  // a story of an evening\n  \"premise\": \"A lighthouse keeper finds a door under the stairs.\",\n"
             "  \"words\": 3000,\n  \"export\": [\"md\", \"epub\"]\n}");
    roff_section(out, "SEE ALSO");
    roff_text(out, "novelgen(1)\n");
}

static int man_raw(int argc, char **argv)
{
    struct err e = ERR_INIT;
    struct buf out;
    const char *page = argc > 1 ? argv[1] : "";

    buf_init(&out, BUF_MAX_PIECE);
    if (strcmp(page, "novelgen.1") == 0)
        man_program(&out);
    else if (strcmp(page, "novelgen-spec.5") == 0)
        man_spec(&out);
    else
        err_set(&e, ERR_USAGE, "unknown manual page '%s', expected novelgen.1 or novelgen-spec.5", page);
    output_text(out.data, out.len);
    output_flush();
    buf_release(&out);
    return e.code == ERR_NONE ? EXIT_WHOLE : exit_fail(&e);
}

const struct command cmd_man = {.name = "man", .raw = man_raw};
