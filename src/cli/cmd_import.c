// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen import: an archive is read and tried here; the engine, which may be this process, takes it in.
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

#include "app/archive.h"
#include "app/home.h"
#include "base/file.h"
#include "base/log.h"
#include "cli/due.h"
#include "cli/exit.h"
#include "cli/follow.h"
#include "cli/settings.h"
#include "cli/typed.h"
#include "io/json.h"

enum { PATH_SIZE = 1024 };

static struct {
    const char *out, *backend, *model;
    struct due due;
    bool no_deadline, detach;
    char parent[PATH_SIZE]; // --out, absolute
    int64_t deadline_ms;    // what the others come to; 0: none, -1: as it is
} import_options;

static const struct option import_own[] = {
    {"out", 'o', OPTION_TEXT, &import_options.out, "DIR", 0, 0, "where books/ is made (the current directory)"},
    {"backend", 0, OPTION_TEXT, &import_options.backend, "URL|NAME", 0, 0, "go on with another server than before"},
    {"model", 0, OPTION_TEXT, &import_options.model, "NAME", 0, 0, "go on with another model than before"},
    {"by", 0, OPTION_TEXT, &import_options.due.by, "TIME", 0, 0, "be done by then, with a shorter book if need be"},
    {"within", 0, OPTION_TEXT, &import_options.due.within, "DURATION", 0, 0,
     "the same from now on, such as 6h or 90m"},
    {"no-deadline", 0, OPTION_FLAG, &import_options.no_deadline, NULL, 0, 0,
     "the book has all the time it needs again"},
    {"detach", 0, OPTION_FLAG, &import_options.detach, NULL, 0, 0, "let it be written in the background"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static bool import_prepare(const struct args *a, struct err *e)
{
    const struct due *due = &import_options.due;

    if (a->count == 0) return err_set(e, ERR_USAGE, "give the archive; usage: novelgen import FILE");
    import_options.deadline_ms = import_options.no_deadline ? 0 : -1;
    if (import_options.no_deadline && (due->by != NULL || due->within != NULL))
        return err_set(e, ERR_USAGE, "give --no-deadline or a deadline, not both");
    return typed_line("--model", import_options.model, TYPED_MODEL_BYTES, e) &&
           due_read(due, &import_options.deadline_ms, e) &&
           typed_out(import_options.parent, sizeof import_options.parent, import_options.out, e);
}

// What is finished needs no server.
static bool import_check_server(const struct home *h, const struct archive_stage *s, struct err *e)
{
    if (import_options.backend != NULL && !home_check_backend(h, import_options.backend, e)) return false;
    const char *model = import_options.model != NULL ? import_options.model : s->model;
    return s->ended || home_check_model(h, model, e);
}

static void import_tell_lost(const struct archive_stage *s)
{
    if (s->lost == NULL || import_options.backend != NULL || settings.quiet || s->ended) return;
    log_line(LOG_WARN, "your config has no backend '%s': the book goes on with '%s'", s->lost, s->backend);
}

static struct json *import_message(const struct archive_stage *s)
{
    struct json *o = json_new_object();
    const char *backend = import_options.backend != NULL ? import_options.backend : s->backend;

    json_set_str(o, "stage", s->key);
    json_set_str(o, "uuid", s->uuid);
    json_set_str(o, "out", import_options.parent);
    json_set_bool(o, "detached", import_options.detach);
    if (backend != NULL) json_set_str(o, "backend", backend);
    if (import_options.model != NULL) json_set_str(o, "model", import_options.model);
    if (s->fallback != NULL) json_set_str(o, "fallback", s->fallback);
    if (import_options.deadline_ms >= 0) json_set_int(o, "deadline_ms", import_options.deadline_ms);
    return o;
}

static bool import_post(const struct home *h, const struct archive_stage *s, char key[MESSAGE_KEY_SIZE],
                        struct err *e)
{
    struct json *more = import_message(s);
    const struct message_change change = {.more = more, .deadline_ms = -1};
    bool ok = message_post(h->path, MESSAGE_IMPORT, 0, &change, key, e);

    json_free(more);
    return ok;
}

// The stage is needed until the message has its answer; one that has none yet is taken in later.
static int import_staged(const struct home *h, const struct archive_stage *s)
{
    struct session_job job = {.id = 0};
    struct follow_start start;
    struct err e = ERR_INIT;

    if (!follow_begin(&start, h, &job, 1, &e) || !import_check_server(h, s, &e) || !import_post(h, s, job.key, &e)) {
        archive_unstage(s, h);
        return exit_fail(&e);
    }
    import_tell_lost(s);
    int code = follow_go(&start, import_options.detach);
    if (job.id != 0 || job.refused.code != ERR_NONE) archive_unstage(s, h);
    return code;
}

static int import_home(const struct home *h, const struct args *a)
{
    struct archive_stage stage;
    struct err e = ERR_INIT;

    if (!archive_stage(&stage, h, a->items[0], &e)) return exit_fail(&e);
    int code = import_staged(h, &stage);
    archive_stage_release(&stage);
    return code;
}

static const struct option *const import_tables[] = {import_own, settings_talk, settings_home, NULL};

const struct command cmd_import = {
    .name = "import",
    .usage = "FILE [OPTION]...",
    .summary = "take in a book from another machine, and go on with it",
    .help = "Takes in what `novelgen export --format archive` has written, as a new job with all that belongs to it, "
            "and goes on with it as resume does, even in the middle of a sentence. A book that was paused, cancelled "
            "or done stays so; files that you had edited stay as you left them. The archive is read to its end and "
            "tried before anything is stored.\n\n"
            "A backend that your config does not know is replaced by its default; --backend and --model choose "
            "another.\n\n"
            "Example: novelgen import the-salt-engine.tar.zst --backend http://127.0.0.1:8080",
    .tables = import_tables,
    .args_most = 1,
    .prepare = import_prepare,
    .run_home = import_home,
};
