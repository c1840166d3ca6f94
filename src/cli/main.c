// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen: from a request for a book to the book. The map (docs/ARCHITECTURE.md has the drawings of each part):
//
//   main ── commands.c ── cmd_*.c            one command each; options.c parses by its tables, settings.c holds what
//    │                     │                 they share, invoke.c opens what they need, exit.c and
//    │                     │                 output.c how the program ends
//    │  write: submit, resume, run, and those that set a book going again: approve, redo, extend, sync, import
//    │         follow.c ── progress.c, outlook.c, lines.c, verdict.c, supervisor.c     --detach: follow_detached.c
//    │                     ▼
//    │              app/session.c            a foreground run: messages, signals, rows
//    │               ├─ app/role.c           who writes; standing by, handing over
//    │               │    └─ engine/engine.c     the one writer of a home
//    │               │         ├─ engine/inbox.c     messages become rows: inbox_*.c, a verb each
//    │               │         ├─ engine/hooks.c     the user's own commands
//    │               │         └─ engine/pool.c      which job on which backend: routes.c
//    │               │           └─ engine/worker.c    one request in flight; worker_*.c
//    │               │              ├─ engine/next.c        what next? from rows
//    │               │              ├─ engine/step_*.c      what to ask: story.c, chunk_turn.c; judging the answer: gate.c
//    │               │              ├─ engine/link.c        the way to the server: server.c, backend/keeper.c, scan.c, probe.c
//    │               │              ├─ engine/worker_prove.c   what it really does: backend/proof.c
//    │               │              ├─ engine/flight.c      text is committed as it streams, under guard.c: backend/generation.c
//    │               │              └─ engine/publish.c     files from rows: pages.c, out/prose.c, publish_exports.c
//    │               └─ app/observer.c       reading along: store/*.c over io/db.c
//    │         beside a spec: own_templates.c, own_cover.c, due.c, app/same_spec.c     --dry-run: dry_run.c, engine/forecast.c
//    │  leave a message, and wait for its answer: app/order.c
//    │         pause, cancel, priority: demand.c     note     rm: confirm.c, app/own_files.c     verify --repair
//    │  watch: list: table.c     status, watch: overview.c ── page.c, app/status.c, app/current.c, app/lately.c
//    │         tail: app/reading.c     events     stats: page_stats.c, app/stats.c     nothing typed: cmd_bare.c
//    │         prompt: exchange.c, app/transcript.c (what was sent, what came back)
//    │  steer: outline: page_outline.c, outline_edit.c, editor.c, model/outline.c ── engine/inbox_outline.c
//    │         show, diff: app/versions.c, text/diff.c     sync: app/own_edits.c, app/own_chapter.c
//    │  book:  export: engine/edition.c ── out/export.c: epub.c, docx.c, export_*.c; app/exported.c, app/opener.c
//    │         archives: include/app/archive.h ── store/transfer_*.c, io/archive.c     import: archive_import.c ── engine/inbox_import.c
//    │         verify: app/verify.c ── verify_*.c
//    │  house: doctor: app/doctor.c ── doctor_*.c     backends: app/backends.c, backend/scan.c     backup: store/backup.c
//    │         config, init: model/keys.c     help, completion: complete.c     man: roff.c
//    │  what all of it looks like: looks.c, when.c, amount.c; which job is meant: target.c
//    └── output_close                        stdout is checked
//
// Below all of it: base (errors, files, locks), text, wire, io (one library a file), model (pure rules).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/invoke.h"
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

// How many words the option takes that this one names; 0: it is none of the bare command's.
static int main_option_words(const char *word)
{
    for (const struct option *o = settings_home; o->name != NULL; o++) {
        size_t len = strlen(o->name);
        if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, o->name, len) != 0) continue;
        if (word[2 + len] == '=') return 1;
        if (word[2 + len] == '\0') return 2;
    }
    return 0;
}

// The first word that is neither an option of the bare command nor the value of one; `argc`: there is none.
static int main_bare_end(int argc, char **argv)
{
    int at = 1;

    for (int words = 1; at < argc && words > 0; at += words) words = main_option_words(argv[at]);
    if (at > 1 && at < argc && (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)) return argc;
    return at < argc ? at : argc;
}

static int main_misplaced(const char *option, const char *word)
{
    struct err e = ERR_INIT;

    err_set(&e, ERR_USAGE, "'%s' stands before '%s'; options come behind a command, see: novelgen help", option,
            word);
    return exit_fail(&e);
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
    if (!help) return invoke_command(c, &args);
    options_help(c, stdout);
    return EXIT_WHOLE;
}

// An environment variable, not an option: what runs in the background inherits it, and writes it to run.log.
static void main_set_talk(void)
{
    const char *debug = getenv("NOVELGEN_DEBUG"); // NOLINT(concurrency-mt-unsafe): nobody calls setenv

    if (debug != NULL && debug[0] != '\0') log_set_level(LOG_DEBUG);
}

static int main_command(int argc, char **argv)
{
    int end = main_bare_end(argc, argv);

    if (end == argc) return main_run(&cmd_bare, argc > 1 ? argc - 1 : 0, argv + (argc > 1 ? 1 : argc));
    if (end > 1) return main_misplaced(argv[1], argv[end]);
    const char *name = main_command_name(argv);
    const struct command *c = command_find(name);
    return c != NULL ? main_run(c, argc - 2, argv + 2) : main_unknown(name);
}

int main(int argc, char **argv)
{
    output_open();
    main_set_talk();
    return output_close(main_command(argc, argv));
}
