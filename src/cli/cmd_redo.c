// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen redo. It leaves a message and follows its job; the engine says no where there is nothing of the kind to
// write anew.
#include "cli/command.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "app/observer.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/follow.h"
#include "cli/lines.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/typed.h"
#include "engine/message.h"
#include "io/json.h"

enum { NOTE_BYTES = 4000 };

static struct {
    int64_t chapter, chunk;
    const char *note;
    bool onward, gaps, detach;
} redo_options;

static const struct option redo_own[] = {
    {"chapter", 0, OPTION_NUMBER, &redo_options.chapter, "N", 1, INT_MAX, "this chapter"},
    {"chunk", 0, OPTION_NUMBER, &redo_options.chunk, "K", 1, INT_MAX, "of it only this part"},
    {"onward", 0, OPTION_FLAG, &redo_options.onward, NULL, 0, 0, "this chapter and all behind it"},
    {"gaps", 0, OPTION_FLAG, &redo_options.gaps, NULL, 0, 0, "every part that could not be written"},
    {"note", 0, OPTION_TEXT, &redo_options.note, "TEXT", 0, 0, "what it is to be like this time"},
    {"detach", 0, OPTION_FLAG, &redo_options.detach, NULL, 0, 0, "let it be written in the background"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static bool redo_prepare(const struct args *a, struct err *e)
{
    bool chapter = redo_options.chapter > 0;

    (void)a;
    if (chapter && redo_options.gaps) return err_set(e, ERR_USAGE, "give --chapter or --gaps, not both");
    if (redo_options.chunk > 0 && redo_options.onward)
        return err_set(e, ERR_USAGE, "give --chunk or --onward, not both: --onward writes whole chapters anew");
    if (!chapter && redo_options.gaps && (redo_options.chunk > 0 || redo_options.onward))
        return err_set(e, ERR_USAGE, "--gaps stands alone: it fills all of them");
    if (!chapter && (redo_options.chunk > 0 || redo_options.onward))
        return err_set(e, ERR_USAGE, "%s needs --chapter N", redo_options.chunk > 0 ? "--chunk" : "--onward");
    if (!chapter && !redo_options.gaps)
        return err_set(e, ERR_USAGE,
                       "nothing says what to write anew: give --chapter N, --chapter N --chunk K, or --gaps");
    return typed_text("--note", redo_options.note, NOTE_BYTES, e);
}

// *none: there is nothing to fill.
static bool redo_look_for_gaps(const struct home *h, int64_t id, bool *none, struct err *e)
{
    struct observer o;
    struct job j;

    if (!observer_open_once(&o, h->path, e)) return false;
    bool ok = target_read(o.store, id, &j, e);
    *none = ok && j.gaps == 0;
    if (ok) job_release(&j);
    observer_release(&o);
    return ok;
}

static bool redo_post(const struct home *h, int64_t id, char key[MESSAGE_KEY_SIZE], struct err *e)
{
    struct json *more = json_new_object();
    const struct message_change change = {.deadline_ms = -1, .more = more};

    if (redo_options.chapter > 0) json_set_int(more, "chapter", redo_options.chapter);
    if (redo_options.chunk > 0) json_set_int(more, "chunk", redo_options.chunk);
    if (redo_options.onward) json_set_bool(more, "onward", true);
    if (redo_options.gaps) json_set_bool(more, "gaps", true);
    if (redo_options.note != NULL) json_set_str(more, "note", redo_options.note);
    bool ok = message_post(h->path, MESSAGE_REDO, id, &change, key, e);
    json_free(more);
    return ok;
}

static int redo_job(const struct home *h, int64_t id)
{
    struct session_job job = {0};
    struct err e = ERR_INIT;
    struct follow_start start;
    bool none = false;

    if (redo_options.gaps && !redo_look_for_gaps(h, id, &none, &e)) return exit_fail(&e);
    if (none) {
        log_line(LOG_INFO, "nothing to redo: the book of job %" PRId64 " has no gaps", id);
        return lines_over(EXIT_WHOLE);
    }
    if (!follow_begin(&start, h, &job, 1, &e) || !redo_post(h, id, job.key, &e)) return exit_fail(&e);
    return follow_go(&start, redo_options.detach);
}

static const struct option *const redo_tables[] = {redo_own, settings_talk, settings_home, NULL};

const struct command cmd_redo = {
    .name = "redo",
    .usage = "[ID] --chapter N [--chunk K | --onward] [--note TEXT] | [ID] --gaps [OPTION]...",
    .summary = "write a chapter, a part of one, or the gaps anew",
    .help = "Writes a chapter anew, or one part of it so that it joins what stands around it, and follows the job to "
            "its end as resume does. What comes behind keeps its text, unless --onward says otherwise. --gaps fills "
            "the parts that no attempt could write. A part that cannot be written anew stays as it was. Old text is "
            "kept: see `novelgen show --chapter N --versions` and `novelgen diff`. A job that is being written goes "
            "on with it at once; a chapter's file stays as it was until the new one is whole. Without an ID: the job "
            "being written, else the last one touched.\n\n"
            "Example: novelgen redo 3 --chapter 7 --note \"she must not forgive him yet\"",
    .tables = redo_tables,
    .args_most = 1,
    .prepare = redo_prepare,
    .run_job = redo_job,
};
