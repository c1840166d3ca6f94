// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen, without anything behind it: what is going on here, and what to type next. It makes and changes nothing.
//
//   a job is being written ─▶ how far it is, how to watch it
//   jobs are unfinished ────▶ which, how to go on
//   all are done ───────────▶ the last one, where it is
//   none yet ───────────────▶ which server answers, and a first line to type
#include "cli/command.h"

#include <string.h>

#include "app/backends.h"
#include "app/home.h"
#include "app/observer.h"
#include "app/order.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "text/utf8.h"

enum { SHOWN_MOST = 3 };

struct bare {
    struct home *home;
    struct buf page;
    bool written;    // an engine runs now
    int64_t writing; // the job that is being worked on; 0: none
    int64_t ids[SHOWN_MOST];
    int64_t approval; // whose outline waits; 0: none
    int unfinished, done, cancelled;
    int64_t last_done, last_done_ms;
    int gaps;             // of the last one
    char *folder, *title; // of the last one too
};

static void bare_outside(struct bare *v, const char *text)
{
    utf8_terminal(&v->page, text, strlen(text), true);
}

// ---- jobs -------------------------------------------------------------------------------------------------------

static void bare_keep_done(struct bare *v, const struct job *j)
{
    v->done++;
    if (j->ended_ms < v->last_done_ms) return;
    v->last_done = j->id;
    v->last_done_ms = j->ended_ms;
    v->gaps = j->gaps;
    free(v->folder);
    free(v->title);
    v->folder = mem_strdup(j->out_dir);
    v->title = mem_strdup(j->title[0] != '\0' ? j->title : j->slug);
}

static bool bare_on_job(void *arg, const struct job *j)
{
    struct bare *v = arg;
    bool begun = j->state == JOB_PLANNING || j->state == JOB_WRITING || j->state == JOB_WAITING;

    if (j->state == JOB_DONE) bare_keep_done(v, j);
    if (j->state == JOB_CANCELLED) v->cancelled++;
    if (job_state_ended(j->state)) return true;
    if (j->state == JOB_APPROVAL) v->approval = j->id;
    if (begun && v->writing == 0) v->writing = j->id;
    if (v->unfinished < SHOWN_MOST) v->ids[v->unfinished] = j->id;
    v->unfinished++;
    return true;
}

static bool bare_line(struct bare *v, struct store *s, int64_t id, struct err *e)
{
    struct progress p;
    struct buf line;

    progress_init(&p);
    p.rests = !v->written;
    buf_init(&line, BUF_MAX_LINE);
    bool ok = progress_read(&p, s, id, e);
    if (ok) progress_line(&p, &line, PROGRESS_PLAIN);
    bare_outside(v, line.data);
    if (ok && p.job.title[0] != '\0') {
        buf_adds(&v->page, "  (");
        bare_outside(v, p.job.title);
        buf_addc(&v->page, ')');
    }
    buf_addc(&v->page, '\n');
    buf_release(&line);
    progress_release(&p);
    return ok;
}

static bool bare_unfinished(struct bare *v, struct store *s, struct err *e)
{
    const char *hint = settings_home_hint();
    bool ok = true;

    for (int i = 0; ok && i < v->unfinished && i < SHOWN_MOST; i++) ok = bare_line(v, s, v->ids[i], e);
    if (v->unfinished > SHOWN_MOST)
        buf_addf(&v->page, "and %d more: novelgen list%s\n", v->unfinished - SHOWN_MOST, hint);
    if (v->written && v->writing != 0)
        buf_addf(&v->page, "\nwatch it:      novelgen watch%s\nread along:    novelgen tail -f%s\n", hint, hint);
    else if (v->approval != 0 && v->unfinished == 1)
        buf_addf(&v->page, "\nthe plan:      novelgen outline%s\nwrite it:      novelgen approve%s\n", hint, hint);
    else
        buf_addf(&v->page,
                 "\nnobody is writing now\ngo on:         novelgen resume%s\nlook closer:   novelgen status%s\n",
                 hint, hint);
    return ok;
}

static void bare_done(struct bare *v)
{
    long long id = (long long)v->last_done;
    const char *hint = settings_home_hint();

    buf_addf(&v->page, "%d book%s written, nothing in the queue. The last one is job %lld: ", v->done,
             v->done == 1 ? " is" : "s are", id);
    bare_outside(v, v->title);
    if (v->gaps > 0) buf_addf(&v->page, ", with %d gap%s", v->gaps, v->gaps == 1 ? "" : "s");
    buf_addf(&v->page, "\n\nread it:       ");
    bare_outside(v, v->folder);
    buf_adds(&v->page, "/book.md\n");
    if (v->gaps > 0) buf_addf(&v->page, "fill the gaps: novelgen redo %lld --gaps%s\n", id, hint);
    buf_addf(&v->page,
             "as an e-book:  novelgen export %lld --format epub%s\nthe next one:  novelgen init; "
             "novelgen submit novel.json%s\n",
             id, hint, hint);
}

// ---- the first time ---------------------------------------------------------------------------------------------

static const struct backends_item *bare_ready(const struct backends *b)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->items[i].state == BACKENDS_READY || b->items[i].state == BACKENDS_MANAGED) return &b->items[i];
    return NULL;
}

static void bare_server(struct bare *v, const struct backends_item *i)
{
    const char *name = backends_name(i), *model = backends_model(i), *hint = settings_home_hint();

    buf_adds(&v->page, "a server is ready: ");
    bare_outside(v, dialect_title((enum dialect_kind)i->facts.dialect));
    buf_adds(&v->page, " at ");
    bare_outside(v, name != NULL ? name : i->url);
    if (*model != '\0') buf_adds(&v->page, " with ");
    bare_outside(v, model);
    buf_addf(&v->page,
             "\n\nwrite a story: novelgen submit --premise \"A lighthouse keeper finds a door under the "
             "stairs\" --words 3000%s\n"
             "or a novel:    novelgen init, change novel.json, novelgen submit novel.json%s\n",
             hint, hint);
}

static void bare_first(struct bare *v)
{
    struct backends b;
    struct err ignored = ERR_INIT;
    bool looked = backends_look(&b, v->home, NULL, &ignored);
    const struct backends_item *ready = looked ? bare_ready(&b) : NULL;

    if (v->cancelled > 0)
        buf_addf(&v->page, "no book is written or in the queue, %d %s cancelled (see: novelgen list%s); ",
                 v->cancelled, v->cancelled == 1 ? "was" : "were", settings_home_hint());
    else
        buf_adds(&v->page, "no book yet; ");
    if (ready != NULL && ready->facts.dialect != DIALECT_UNKNOWN)
        bare_server(v, ready);
    else
        buf_addf(&v->page,
                 "no inference server answers on the usual local ports (see: novelgen backends%s)\n\n"
                 "start one:     llama-server -m model.gguf -c 32768 -np 1\n"
                 "or try it out: novelgen submit --premise \"A lighthouse keeper finds a door under the stairs\" "
                 "--words 3000 --backend sim%s\n",
                 settings_home_hint(), settings_home_hint());
    backends_release(&b);
}

static bool bare_fill(struct bare *v, struct err *e)
{
    struct observer o = {0};
    bool ok = v->home->path[0] == '\0' || observer_open_once(&o, v->home->path, e);

    v->written = ok && o.store != NULL && order_is_written(v->home); // before the rows: who ends a job was there
    if (ok && o.store != NULL) ok = store_jobs_each(o.store, bare_on_job, v, e);
    if (ok && v->unfinished > 0)
        ok = bare_unfinished(v, o.store, e);
    else if (ok && v->done > 0)
        bare_done(v);
    else if (ok)
        bare_first(v);
    observer_release(&o);
    buf_adds(&v->page, "all commands:  novelgen help\n");
    return ok;
}

static int bare_run(const struct args *a)
{
    struct err e = ERR_INIT;
    struct home home;
    struct bare v = {.home = &home};

    (void)a;
    if (!home_locate(&home, settings.home, &e)) return exit_fail(&e);
    buf_init(&v.page, BUF_MAX_PIECE);
    bool ok = home_configure(&home, &e) && home_read_sets(&home, settings.sets.items, settings.sets.count, &e) &&
              bare_fill(&v, &e);
    if (ok) output_text(v.page.data, v.page.len);
    output_flush();
    buf_release(&v.page);
    free(v.folder);
    free(v.title);
    home_release(&home);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}

static const struct option *const bare_tables[] = {settings_home, NULL};

const struct command cmd_bare = {
    .name = "",
    .usage = "[OPTION]...",
    .help = "Without a command: what is going on, and what to type next. Nothing is made or changed.\n\n"
            "Example: novelgen --home /mnt/books/home",
    .tables = bare_tables,
    .run = bare_run,
};
