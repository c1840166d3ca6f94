// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen show. It only reads the store, in one view of the rows, and prints when that is over: a pager takes its
// time.
#include "cli/command.h"

#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

#include "app/observer.h"
#include "app/versions.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/amount.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/when.h"
#include "engine/pages.h"
#include "io/json.h"
#include "text/utf8.h"

static struct {
    int64_t chapter, version;
    bool versions;
} show_options;

static const struct option show_own[] = {
    {"chapter", 0, OPTION_NUMBER, &show_options.chapter, "N", 1, INT_MAX, "one chapter instead of the book"},
    {"version", 0, OPTION_NUMBER, &show_options.version, "V", 1, INT_MAX, "the chapter as it was in this version"},
    {"versions", 0, OPTION_FLAG, &show_options.versions, NULL, 0, 0, "which versions the chapter has"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

struct show {
    struct store *store;
    struct job job;
    struct pages pages;
    struct buf out;        // what is to be shown, once the reading has ended
    struct json *document; // or this
    bool prose;
};

// ---- the prose ----------------------------------------------------------------------------------------------------

static void show_print(const struct show *w)
{
    struct buf shown;

    buf_init(&shown, BUF_MAX_BOOK);
    if (w->document != NULL)
        output_json(w->document, false);
    else if (w->prose && isatty(STDOUT_FILENO))
        utf8_terminal(&shown, w->out.data, w->out.len, false);
    else
        output_text(w->out.data, w->out.len);
    output_text(shown.data, shown.len);
    output_flush();
    buf_release(&shown);
}

static bool show_on_chunk(void *arg, const struct chunk_row *c)
{
    struct json *part = json_new_object();

    json_set_int(part, "part", c->seq);
    json_set_int(part, "version", c->version);
    json_set_int(part, "words", c->words);
    json_set_bool(part, "gap", c->gap);
    json_set_strn(part, "text", c->text + c->skip, c->len - c->skip);
    json_push(arg, part);
    return true;
}

static struct json *show_object(const struct show *w, int chapter)
{
    struct json *o = json_new_object();

    json_set_int(o, "job", w->job.id);
    json_set_int(o, "chapter", chapter);
    json_set_str(o, "title", pages_title(&w->pages, chapter));
    return o;
}

static bool show_chapter_json(struct show *w, const struct version *v, int chapter, struct err *e)
{
    struct json *o = show_object(w, chapter), *parts = json_new_array();
    bool ok = store_chunks_of_version(w->store, w->job.id, chapter, v->number, show_on_chunk, parts, e);

    json_set_int(o, "version", v->number);
    json_set_int(o, "words", v->words);
    json_set_int(o, "gaps", v->gaps);
    json_set(o, "parts", parts);
    w->document = o;
    return ok;
}

// Where the newest version is an old one, the chapter is being written anew and nothing of that stands yet.
static bool show_chapter(struct show *w, const struct versions *all, struct err *e)
{
    const struct version *v = &all->items[all->count - 1];
    int64_t chunks;

    if (show_options.version > 0) v = versions_find(all, show_options.version, e);
    if (v == NULL) return false;
    if (v->replaced_ms > 0 && show_options.version == 0)
        log_line(LOG_INFO, "chapter %d is being written anew; this is version %d", all->chapter, v->number);
    if (settings.json) return show_chapter_json(w, v, all->chapter, e);
    if (!pages_chapter_version(&w->pages, all->chapter, v->number, &w->out, &chunks, e)) return false;
    buf_addc(&w->out, '\n');
    w->prose = true;
    return true;
}

static bool show_book_json(struct show *w, struct err *e)
{
    struct json *o = json_new_object(), *chapters = json_new_array();
    bool ok = true;

    json_set_int(o, "job", w->job.id);
    json_set_str(o, "title", w->job.title);
    for (int n = 1; ok && n <= (int)w->pages.titles_count; n++) {
        struct json *chapter = show_object(w, n), *parts = json_new_array();
        ok = store_chunks_each(w->store, w->job.id, n, STORE_BY_PLACE, show_on_chunk, parts, e);
        json_set(chapter, "parts", parts);
        json_push(chapters, chapter);
    }
    json_set(o, "chapters", chapters);
    w->document = o;
    return ok;
}

static bool show_book(struct show *w, struct err *e)
{
    if (settings.json) return show_book_json(w, e);
    if (!pages_book(&w->pages, &w->out, e)) return false;
    w->prose = true;
    if (w->job.words_done == 0) log_line(LOG_INFO, "no part of job %" PRId64 " is finished yet", w->job.id);
    return true;
}

// ---- versions -----------------------------------------------------------------------------------------------------

static struct json *show_version_json(const struct version *v)
{
    struct json *o = json_new_object();
    char time[CLOCK_TEXT_SIZE];

    clock_rfc3339(time, v->replaced_ms);
    json_set_int(o, "version", v->number);
    json_set_int(o, "words", v->words);
    json_set_int(o, "parts", v->parts);
    json_set_int(o, "gaps", v->gaps);
    json_set_str(o, "replaced", v->replaced_ms > 0 ? time : NULL);
    json_set_str(o, "reason", v->reason);
    return o;
}

static void show_versions_json(struct show *w, const struct versions *all)
{
    struct json *o = show_object(w, all->chapter), *list = json_new_array();

    for (size_t i = 0; i < all->count; i++) json_push(list, show_version_json(&all->items[i]));
    json_set(o, "versions", list);
    w->document = o;
}

static void show_versions(struct show *w, const struct versions *all)
{
    struct buf line;

    if (settings.json) {
        show_versions_json(w, all);
        return;
    }
    buf_init(&line, BUF_MAX_LINE);
    buf_addf(&w->out, "%-9s%10s  %-17s%s\n", "VERSION", "WORDS", "REPLACED", "REASON");
    for (size_t i = 0; i < all->count; i++) {
        const struct version *v = &all->items[i];
        char time[WHEN_SIZE], words[AMOUNT_SIZE];
        buf_clear(&line);
        buf_addf(&line, "%-9d%10s  ", v->number, amount_text(words, v->words));
        if (v->replaced_ms > 0)
            buf_addf(&line, "%-17s%s", when_stamp(time, v->replaced_ms), v->reason);
        else
            buf_adds(&line, "it stands");
        utf8_terminal(&w->out, line.data, line.len, true);
        buf_addc(&w->out, '\n');
    }
    buf_release(&line);
}

// ---- the command --------------------------------------------------------------------------------------------------

static bool show_wished(struct show *w, struct err *e)
{
    struct versions all = {0};

    if (show_options.chapter == 0) return show_book(w, e);
    bool ok = versions_load(&all, w->store, w->job.id, (int)show_options.chapter, e);
    if (ok && show_options.versions)
        show_versions(w, &all);
    else if (ok)
        ok = show_chapter(w, &all, e);
    versions_release(&all);
    return ok;
}

// In one view of the rows, since a chapter may be replaced meanwhile; it is over before the first byte is printed, since a
// pager takes its time.
static int show_job(const struct home *h, int64_t id)
{
    struct err e = ERR_INIT;
    struct observer o;
    struct show w = {0};

    buf_init(&w.out, BUF_MAX_BOOK);
    if (!observer_open_once(&o, h->path, &e)) return exit_fail(&e);
    w.store = o.store;
    bool ok = store_begin(o.store, &e) && target_read(o.store, id, &w.job, &e) &&
              pages_open(&w.pages, o.store, &w.job, &e) && show_wished(&w, &e);
    store_rollback(o.store);
    pages_release(&w.pages);
    job_release(&w.job);
    observer_release(&o);
    if (ok) show_print(&w);
    json_free(w.document);
    buf_release(&w.out);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}

static bool show_prepare(const struct args *a, struct err *e)
{
    (void)a;
    if (show_options.chapter > 0) return true;
    if (show_options.version > 0) return err_set(e, ERR_USAGE, "--version needs --chapter: each chapter has its own");
    if (show_options.versions) return err_set(e, ERR_USAGE, "--versions needs --chapter: each chapter has its own");
    return true;
}

static const struct option *const show_tables[] = {show_own, settings_page, settings_home, NULL};

const struct command cmd_show = {
    .name = "show",
    .usage = "[ID] [--chapter N [--version V | --versions]] [OPTION]...",
    .summary = "the prose as it stands, or as it was",
    .help = "Prints the book as far as it stands, or one chapter; with --version as it was before a redo replaced "
            "it. --versions lists what there is: words, when it was replaced, and why. With --json: the text part by "
            "part. Without an ID: the job being written, else the last one touched.\n\n"
            "Example: novelgen show 3 --chapter 7 --version 1",
    .tables = show_tables,
    .args_most = 1,
    .prepare = show_prepare,
    .run_job = show_job,
};
