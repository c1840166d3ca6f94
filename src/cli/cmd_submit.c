// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen submit. The spec is checked before the home is touched: a wrong one leaves nothing behind.
#include "cli/command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/home.h"
#include "app/same_spec.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/dry_run.h"
#include "cli/due.h"
#include "cli/exit.h"
#include "cli/follow.h"
#include "cli/own_cover.h"
#include "cli/own_templates.h"
#include "cli/settings.h"
#include "cli/typed.h"
#include "io/json.h"
#include "model/spec.h"

enum { WORDS_LEAST = 100, WORDS_MOST = 5000000, PATH_SIZE = 1024 };

static struct {
    const char *premise, *title, *language, *backend, *model, *out;
    struct due due;
    int64_t words;
    bool approve_outline, once, dry_run, detach;
} submit_options;

static const struct option submit_own[] = {
    {"premise", 0, OPTION_TEXT, &submit_options.premise, "TEXT", 0, 0, "what the book is about, instead of a SPEC"},
    {"words", 0, OPTION_NUMBER, &submit_options.words, "N", WORDS_LEAST, WORDS_MOST,
     "how long it is to be, with --premise"},
    {"title", 0, OPTION_TEXT, &submit_options.title, "TEXT", 0, 0, "its title, with --premise"},
    {"language", 0, OPTION_TEXT, &submit_options.language, "TAG", 0, 0,
     "its language, with --premise: en (the default), pl, ja, ..."},
    {"backend", 0, OPTION_TEXT, &submit_options.backend, "URL|NAME", 0, 0,
     "the server; auto (the default) looks for it, sim needs none"},
    {"model", 0, OPTION_TEXT, &submit_options.model, "NAME", 0, 0, "the model, instead of the spec's"},
    {"out", 'o', OPTION_TEXT, &submit_options.out, "DIR", 0, 0, "where books/ is made (the current directory)"},
    {"by", 0, OPTION_TEXT, &submit_options.due.by, "TIME", 0, 0, "be done by then, with a shorter book if need be"},
    {"within", 0, OPTION_TEXT, &submit_options.due.within, "DURATION", 0, 0,
     "the same from now on, such as 6h or 90m"},
    {"once", 0, OPTION_FLAG, &submit_options.once, NULL, 0, 0,
     "if a job with the same spec is unfinished, go on with that one"},
    {"dry-run", 0, OPTION_FLAG, &submit_options.dry_run, NULL, 0, 0,
     "only show the plan of work: requests, tokens, time at the measured speed"},
    {"approve-outline", 0, OPTION_FLAG, &submit_options.approve_outline, NULL, 0, 0,
     "write nothing before you have seen the outline and said: novelgen approve"},
    {"detach", 0, OPTION_FLAG, &submit_options.detach, NULL, 0, 0, "let it be written in the background"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

// ---- the spec ---------------------------------------------------------------------------------------------------

static bool submit_read_file(const char *path, struct buf *text, struct err *e)
{
    if (strcmp(path, "-") == 0) return file_read_fd(STDIN_FILENO, "stdin", text, e);
    switch (file_read(path, text, e)) {
    case FILE_READ_OK:
        return true;
    case FILE_READ_MISSING:
        return err_set(e, ERR_USAGE, "cannot read spec '%s': there is no such file", path);
    case FILE_READ_ERROR:
        break;
    }
    return false;
}

static void submit_write_premise(struct buf *text)
{
    struct json *o = json_new_object();

    if (submit_options.title != NULL) json_set_str(o, "title", submit_options.title);
    if (submit_options.language != NULL) json_set_str(o, "language", submit_options.language);
    json_set_str(o, "premise", submit_options.premise);
    json_set_int(o, "words", submit_options.words);
    json_write(o, text, 0);
    json_free(o);
}

static bool submit_check_arguments(const struct args *a, struct err *e)
{
    bool has_parts = submit_options.premise != NULL || submit_options.words > 0 || submit_options.title != NULL ||
                     submit_options.language != NULL;

    if (a->count == 1 && !has_parts) return true;
    if (a->count == 1) return err_set(e, ERR_USAGE, "give a SPEC, or --premise and --words, not both");
    if (!has_parts)
        return err_set(e, ERR_USAGE, "give a SPEC, or --premise and --words; see: novelgen submit --help");
    if (submit_options.premise == NULL) return err_set(e, ERR_USAGE, "--premise is missing: what is the book about?");
    if (submit_options.words == 0) return err_set(e, ERR_USAGE, "--words is missing: how long is the book to be?");
    return true;
}

static const char *submit_name(const struct args *a)
{
    if (a->count == 0) return "command line";
    return strcmp(a->items[0], "-") == 0 ? "stdin" : a->items[0];
}

// What the spec names lies below its own folder; that of stdin is the current one.
static char *submit_folder(const struct args *a)
{
    const char *path = a->count == 1 ? a->items[0] : "", *slash = strrchr(path, '/');

    if (slash == NULL) return mem_strdup(".");
    return slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
}

static bool submit_parse(struct spec *spec, const struct buf *text, const char *folder, const char *name,
                         struct err *e)
{
    if (!spec_parse(spec, text->data, text->len, name, e)) return false;
    if (spec_read_files(spec, folder, name, e)) return true;
    spec_release(spec);
    return false;
}

static void submit_model(struct spec *spec)
{
    free(spec->model);
    spec->model = mem_strdup(submit_options.model);
}

// Whatever is wrong with a spec is wrong usage, also where the file system said so.
static bool submit_spec(struct spec *spec, const struct args *a, const char *folder, struct err *e)
{
    const char *name = submit_name(a);
    struct buf text;

    buf_init(&text, BUF_MAX_SPEC);
    bool ok = true;
    if (a->count == 1)
        ok = submit_read_file(a->items[0], &text, e);
    else
        submit_write_premise(&text);
    if (ok && text.len == 0) ok = err_set(e, ERR_USAGE, "spec '%s' is empty", name);
    ok = ok && submit_parse(spec, &text, folder, name, e);
    if (ok && submit_options.model != NULL) submit_model(spec);
    if (ok && submit_options.approve_outline) spec->approve_outline = true;
    if (!ok) e->code = ERR_USAGE;
    buf_release(&text);
    return ok;
}

// ---- where to, and by whom --------------------------------------------------------------------------------------

static bool submit_backend(const struct home *h, const struct spec *spec, const struct program *p, const char **out,
                           struct err *e)
{
    *out = submit_options.backend;
    if (*out == NULL) *out = spec->backend;
    if (*out == NULL) *out = h->config.backend;
    if (*out == NULL) *out = "auto";
    bool own = spec->fallback_count > 0;
    if (!home_check_backend(h, *out, e) || !home_check_model(h, spec->model, e) ||
        !home_check_fallback(h, own ? spec->fallback : h->config.fallback,
                             own ? spec->fallback_count : h->config.fallback_count, e))
        return false;
    if (strcmp(*out, "sim") == 0 && p->simulator[0] == '\0')
        return err_set(e, ERR_BACKEND, "the built-in simulator (novelgen-sim) is not installed beside '%s'", p->path);
    return true;
}

// What goes with the spec: when it is due, the user's own templates, where they are and what they say now, and the cover.
struct submit_extras {
    int64_t deadline_ms; // 0: none
    char dir[PATH_SIZE];
    char *packed; // NULL: none
    struct buf cover;
};

static bool submit_templates(struct submit_extras *x, const struct spec *spec, const char *folder, const char *name,
                             struct err *e)
{
    if (spec->kind_dir == NULL) return true;
    const char *below = spec->kind_dir + (strncmp(spec->kind_dir, "./", 2) == 0 ? 2 : 0);
    char *path = mem_printf("%s/%s", folder, below);
    x->packed = own_templates_read(path, e);
    bool ok =
        x->packed != NULL ? file_absolute(x->dir, sizeof x->dir, path, e) : err_prefix(e, "spec '%s': $.kind", name);
    free(path);
    return ok;
}

static void submit_warn_simulator(const struct spec *spec, const char *backend)
{
    bool known = strcmp(spec->language, "en") == 0 || strcmp(spec->language, "pl") == 0;

    if (strcmp(backend, "sim") == 0 && !known && !settings.quiet)
        log_line(LOG_WARN,
                 "the built-in simulator makes up English and Polish only: a book in %s will be nothing but gaps",
                 language_name(spec->language));
}

// An unfinished job with the very same spec is gone on with, or named. False: it is to be submitted.
static bool submit_again(const struct home *h, const struct spec *spec, const struct follow_start *start, int *code)
{
    const struct message_change change = {.deadline_ms = -1, .backend = submit_options.backend};
    struct err e = ERR_INIT;
    int64_t twin = 0;

    if (!same_spec_find(h, spec, &twin, &e)) {
        *code = exit_fail(&e);
        return true;
    }
    if (twin != 0 && !submit_options.once && !settings.quiet)
        log_line(LOG_INFO,
                 "job %" PRId64
                 " has the same spec and is unfinished; this is another book of it (to go on with that "
                 "one: novelgen resume %" PRId64 "%s, or submit --once)",
                 twin, twin, settings_home_hint());
    if (twin == 0 || !submit_options.once) return false;
    if (!message_post(h->path, MESSAGE_RESUME, twin, &change, start->options.jobs->key, &e))
        *code = exit_fail(&e);
    else
        *code = follow_go(start, submit_options.detach);
    return true;
}

static int submit_job(const struct home *h, const struct spec *spec, const struct submit_extras *x)
{
    int code;
    struct message_submit message = {.spec = spec, .detached = submit_options.detach};
    struct err e = ERR_INIT;
    struct session_job job = {.id = 0};
    struct follow_start start;
    char out[PATH_SIZE];

    if (!typed_out(out, sizeof out, submit_options.out, &e) || !follow_begin(&start, h, &job, 1, &e) ||
        !submit_backend(h, spec, &start.program, &message.backend, &e))
        return exit_fail(&e);
    submit_warn_simulator(spec, message.backend);
    if (submit_options.dry_run) return dry_run_show(h, spec, message.backend, x->deadline_ms);
    if (submit_again(h, spec, &start, &code)) return code;
    message.fallback = h->config.fallback;
    message.fallback_count = h->config.fallback_count;
    message.deadline_ms = x->deadline_ms;
    message.out_parent = out;
    message.cover = &x->cover;
    message.templates = x->packed;
    message.templates_dir = x->packed != NULL ? x->dir : NULL;
    if (!message_post_submit(h->path, &message, job.key, &e)) return exit_fail(&e);
    return follow_go(&start, submit_options.detach);
}

static int submit_checked(const struct spec *spec, const struct submit_extras *x)
{
    struct err e = ERR_INIT;
    struct home home;

    if (!settings_open_home(&home, &e)) return exit_fail(&e);
    int code = submit_job(&home, spec, x);
    home_release(&home);
    return code;
}

static int submit_from(const struct args *a, const char *folder)
{
    struct err e = ERR_INIT;
    struct submit_extras x = {.packed = NULL};
    struct spec spec;

    if (!due_read(&submit_options.due, &x.deadline_ms, &e) || !submit_spec(&spec, a, folder, &e))
        return exit_fail(&e);
    const char *name = submit_name(a);
    bool ok = submit_templates(&x, &spec, folder, name, &e) && own_cover_read(&x.cover, &spec, folder, name, &e);
    int code = ok ? submit_checked(&spec, &x) : exit_fail(&e);
    buf_release(&x.cover);
    free(x.packed);
    spec_release(&spec);
    return code;
}

static int submit_run(const struct args *a)
{
    struct err e = ERR_INIT;

    if (!submit_check_arguments(a, &e)) return exit_fail(&e);
    char *folder = submit_folder(a);
    int code = submit_from(a, folder);
    free(folder);
    return code;
}

static const struct option *const submit_tables[] = {submit_own, settings_talk, settings_home, NULL};

const struct command cmd_submit = {
    .name = "submit",
    .usage = "SPEC|- [OPTION]...  |  submit --premise TEXT --words N [OPTION]...",
    .summary = "write a book",
    .help = "Puts a book into the queue and writes it; if another novelgen of this home is writing, it waits for its "
            "turn and stands by. SPEC is a JSON file, or - for stdin. Prints the job's id and folder to stdout, "
            "talks to stderr, and ends with the book. Ctrl-C pauses the job; `novelgen resume` goes on.\n\n"
            "--by takes 07:00 (the next time it is that o'clock) or 2026-11-22 07:00. What the speed does not allow "
            "by then is left out of the plan, so that the book has an end.\n\n"
            "Example: novelgen submit jobs/story-short.json --backend sim\n"
            "         novelgen submit --premise \"A lighthouse keeper finds a door under the stairs\" --words 3000",
    .tables = submit_tables,
    .args_most = 1,
    .run = submit_run,
};
