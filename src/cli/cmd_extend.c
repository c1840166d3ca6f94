// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen extend. It leaves a message and follows its job; whether the book is finished, the engine judges.
#include "cli/command.h"

#include <string.h>

#include "app/home.h"
#include "cli/exit.h"
#include "cli/follow.h"
#include "cli/settings.h"
#include "cli/typed.h"
#include "io/json.h"

enum { WORDS_LEAST = 100, WORDS_MOST = 5000000, NOTE_BYTES = 4000 };

static struct {
    int64_t words;
    const char *note;
    bool detach;
} extend_options;

static const struct option extend_own[] = {
    {"words", 0, OPTION_NUMBER, &extend_options.words, "N", WORDS_LEAST, WORDS_MOST, "how many words more"},
    {"note", 0, OPTION_TEXT, &extend_options.note, "TEXT", 0, 0, "what is to happen, and how it is to end"},
    {"detach", 0, OPTION_FLAG, &extend_options.detach, NULL, 0, 0, "let it be written in the background"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

static bool extend_prepare(const struct args *a, struct err *e)
{
    (void)a;
    if (extend_options.words == 0)
        return err_set(e, ERR_USAGE,
                       "give the number of words by which the book is to be longer, such as --words 20000");
    return typed_text("--note", extend_options.note, NOTE_BYTES, e);
}

static bool extend_post(const struct home *h, int64_t id, struct session_job *job, struct err *e)
{
    struct json *more = json_new_object();
    const struct message_change change = {.more = more};

    json_set_int(more, "words", extend_options.words);
    if (extend_options.note != NULL) json_set_str(more, "note", extend_options.note);
    bool ok = message_post(h->path, MESSAGE_EXTEND, id, &change, job->key, e);
    json_free(more);
    return ok;
}

static int extend_job(const struct home *h, int64_t id)
{
    struct session_job job = {0};
    struct err e = ERR_INIT;
    struct follow_start start;

    if (!follow_begin(&start, h, &job, 1, &e) || !extend_post(h, id, &job, &e)) return exit_fail(&e);
    return follow_go(&start, extend_options.detach);
}

static const struct option *const extend_tables[] = {extend_own, settings_talk, settings_home, NULL};

const struct command cmd_extend = {
    .name = "extend",
    .usage = "[ID] --words N [OPTION]...",
    .summary = "make a finished book longer at its end",
    .help = "Makes a finished book longer: new chapters are planned from what has happened, and written behind the "
            "old end. What stands is not changed. It follows the job to its end as submit does. Without an ID: the "
            "job being written, else the last one touched.\n\n"
            "Example: novelgen extend 3 --words 20000 --note \"Mara goes back to the island and finds the letter.\"",
    .tables = extend_tables,
    .args_most = 1,
    .prepare = extend_prepare,
    .run_job = extend_job,
};
