// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen sync
//
//   published files ──other bytes than their rows say──▶ read and checked, all of them ──▶ a message for each chapter
//
// A file that cannot be taken in refuses the whole call, before anything is changed.
#include "cli/command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/home.h"
#include "app/observer.h"
#include "app/order.h"
#include "app/own_chapter.h"
#include "app/own_edits.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "cli/follow.h"
#include "cli/lines.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "engine/pages.h"
#include "io/json.h"

enum { SYNC_WAIT_MS = 10000 };

static struct {
    int64_t chapter;
    bool detach;
} sync_options;

static const struct option sync_own[] = {
    {"chapter", 0, OPTION_NUMBER, &sync_options.chapter, "N", 1, 100000, "only this chapter"},
    {"detach", 0, OPTION_FLAG, &sync_options.detach, NULL, 0, 0, "let the rest be done in the background"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

struct sync {
    const struct home *home;
    struct job job;
    struct own_edits edits;
    struct own_chapter *chapters; // one for each of edits
    char key[MESSAGE_KEY_SIZE];   // of the last message
};

static bool sync_is_wanted(const struct own_edit *x)
{
    return x->chapter > 0 && (sync_options.chapter == 0 || x->chapter == sync_options.chapter);
}

// ---- what was changed -------------------------------------------------------------------------------------------

struct sync_search {
    char *path;
};

static bool sync_on_file(void *arg, const struct file_row *f)
{
    struct sync_search *s = arg;

    if (pages_path_chapter(f->path) != sync_options.chapter) return true;
    s->path = mem_strdup(f->path);
    return false;
}

// Why a chapter that was named is not among the changed ones.
static bool sync_refuse_chapter(struct sync *s, struct store *store, struct err *e)
{
    struct sync_search found = {0};
    bool listed = store_files_each(store, s->job.id, sync_on_file, &found, e);
    char *path = found.path != NULL ? own_file_path(&s->job, found.path) : NULL;

    if (!listed && path == NULL) return false;
    if (path == NULL && s->job.chapters_total > 0 && sync_options.chapter > s->job.chapters_total)
        err_set(e, ERR_USAGE, "there is no chapter %" PRId64 ": the book has %d", sync_options.chapter,
                s->job.chapters_total);
    else if (path == NULL)
        err_set(e, ERR_USAGE, "chapter %" PRId64 " has no file yet: it is not written, or its file could not be made",
                sync_options.chapter);
    else {
        struct own_chapter probe;
        bool there = own_chapter_read(&probe, path, e);
        if (there) own_chapter_release(&probe);
        if (there) err_set(e, ERR_USAGE, "'%s' was not changed by hand: there is nothing to take in", path);
    }
    free(path);
    free(found.path);
    return false;
}

static bool sync_find(struct sync *s, int64_t id, size_t *wanted, struct err *e)
{
    struct observer o;

    *wanted = 0;
    bool ok = observer_open_once(&o, s->home->path, e) && target_read(o.store, id, &s->job, e) &&
              own_edits_find(&s->edits, o.store, &s->job, e);
    for (size_t i = 0; ok && i < s->edits.count; i++) *wanted += sync_is_wanted(&s->edits.items[i]);
    if (ok && *wanted == 0 && sync_options.chapter > 0) ok = sync_refuse_chapter(s, o.store, e);
    observer_release(&o);
    return ok;
}

// Said last: the line about a book that is done names its file, and this may be it.
static void sync_say_others(const struct sync *s)
{
    for (size_t i = 0; i < s->edits.count; i++)
        if (s->edits.items[i].chapter == 0)
            log_line(
                LOG_INFO,
                "%s/%s was changed by hand too, and is left as it is: only chapters are taken in; to have it made "
                "anew, with yours kept under another name: novelgen verify %" PRId64 " --repair%s",
                s->job.out_dir, s->edits.items[i].path, s->job.id, settings_home_hint());
}

static bool sync_read(struct sync *s, struct err *e)
{
    bool ok = true;

    s->chapters = mem_calloc(s->edits.count + 1, sizeof *s->chapters);
    for (size_t i = 0; ok && i < s->edits.count; i++) {
        if (!sync_is_wanted(&s->edits.items[i])) continue;
        char *path = own_file_path(&s->job, s->edits.items[i].path);
        ok = own_chapter_read(&s->chapters[i], path, e);
        free(path);
    }
    return ok;
}

// ---- messages ---------------------------------------------------------------------------------------------------

static struct json *sync_object(const struct own_edit *x, const struct own_chapter *c)
{
    struct json *o = json_new_object();
    char hash[HASH_TEXT_SIZE];

    hash_text(hash, c->hash);
    json_set_int(o, "chapter", x->chapter);
    json_set_str(o, "path", x->path);
    json_set_str(o, "hash", hash);
    json_set_int(o, "len", (int64_t)c->len);
    if (c->title != NULL) json_set_str(o, "title", c->title);
    json_set_str(o, "text", c->text.data);
    return o;
}

static bool sync_give(struct sync *s, const struct message_change *change, struct err *e)
{
    struct inbox_answer answer;
    enum order_end end = order_give(s->home, MESSAGE_SYNC, s->job.id, change, SYNC_WAIT_MS, s->key, &answer, e);

    if (end == ORDER_SILENT)
        err_set(e, ERR_STORE,
                "the novelgen that is writing has not answered; the request is kept, see: novelgen list%s",
                settings_home_hint());
    // The line ends with a command.
    if (end == ORDER_ANSWERED)
        log_line(LOG_INFO, "job %" PRId64 ": %s%s", s->job.id, answer.text, settings_home_hint());
    return end == ORDER_ANSWERED;
}

static bool sync_post(struct sync *s, struct err *e)
{
    bool ok = true;

    for (size_t i = 0; ok && i < s->edits.count; i++) {
        if (!sync_is_wanted(&s->edits.items[i])) continue;
        struct json *more = sync_object(&s->edits.items[i], &s->chapters[i]);
        const struct message_change change = {.more = more};
        ok = sync_give(s, &change, e);
        json_free(more);
    }
    return ok;
}

// ---- then -------------------------------------------------------------------------------------------------------

// A book that was done has work to do again, which is done at once; any other does it when it goes on.
static int sync_go_on(const struct sync *s)
{
    struct session_job job = {0};
    struct follow_start start;
    struct err e = ERR_INIT;

    if (s->job.state == JOB_DONE) {
        if (!follow_begin(&start, s->home, &job, 1, &e)) return exit_fail(&e);
        memcpy(job.key, s->key, sizeof job.key);
        return follow_go(&start, sync_options.detach);
    }
    if (job_state_runnable(s->job.state))
        log_line(LOG_INFO, "job %" PRId64 " goes on with it; see: novelgen status %" PRId64 "%s", s->job.id,
                 s->job.id, settings_home_hint());
    else
        log_line(LOG_INFO,
                 "job %" PRId64 " is %s; the rest of the book hears of it when it goes on: novelgen resume %" PRId64
                 "%s",
                 s->job.id, job_state_is(s->job.state), s->job.id, settings_home_hint());
    return lines_over(EXIT_WHOLE);
}

static int sync_take(struct sync *s, int64_t id)
{
    struct err e = ERR_INIT;
    size_t wanted;

    if (!sync_find(s, id, &wanted, &e)) return exit_fail(&e);
    if (wanted == 0) {
        log_line(LOG_INFO, "no chapter of job %" PRId64 " was changed by hand: there is nothing to take in", id);
        sync_say_others(s);
        return lines_over(EXIT_WHOLE);
    }
    if (!sync_read(s, &e) || !sync_post(s, &e)) return exit_fail(&e);
    int code = sync_go_on(s);
    sync_say_others(s);
    return code;
}

static int sync_job(const struct home *h, int64_t id)
{
    struct sync s = {.home = h};

    int code = sync_take(&s, id);
    for (size_t i = 0; s.chapters != NULL && i < s.edits.count; i++) own_chapter_release(&s.chapters[i]);
    free(s.chapters);
    own_edits_release(&s.edits);
    job_release(&s.job);
    return code;
}

static const struct option *const sync_tables[] = {sync_own, settings_talk, settings_home, NULL};

const struct command cmd_sync = {
    .name = "sync",
    .usage = "[ID] [OPTION]...",
    .summary = "take chapters that you have edited into the book",
    .help = "Takes the chapter files that were changed by hand into the store, as the book's text: the heading on "
            "the first line is the title, the rest the prose. The text before is kept as an older version, the "
            "chapter's recap is asked for again, and book.md is made anew. Without an ID: the job being written, "
            "else the last one touched.\n\n"
            "Example: novelgen sync 3 --chapter 7",
    .tables = sync_tables,
    .args_most = 1,
    .run_job = sync_job,
};
