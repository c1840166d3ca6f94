// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen outline. It reads the plan in one view of the rows, and prints it; a change goes through outline_edit.c to
// the engine, as a message.
#include "cli/command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/observer.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/looks.h"
#include "cli/outline_edit.h"
#include "cli/output.h"
#include "cli/page_outline.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "engine/outline.h"

static struct {
    const char *set;
    bool edit;
} outline_options;

static const struct option outline_own[] = {
    {"edit", 'e', OPTION_FLAG, &outline_options.edit, NULL, 0, 0, "change it in your editor ($VISUAL, $EDITOR, vi)"},
    {"set", 0, OPTION_TEXT, &outline_options.set, "FILE|-", 0, 0,
     "change it to what the file says: as --json prints it, or as --edit shows it"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

// One view of the rows.
static bool outline_read(const struct home *h, int64_t id, struct job *job, struct outline *o, struct err *e)
{
    struct observer reader;

    bool ok = observer_open_once(&reader, h->path, e) && store_begin(reader.store, e) &&
              target_read(reader.store, id, job, e) && outline_load(o, reader.store, job, e);
    observer_release(&reader);
    return ok;
}

static void outline_print(const struct outline *o)
{
    const struct page_outline_view view = {.utf8 = looks_unicode(),
                                           .columns = isatty(STDOUT_FILENO) ? looks_columns(STDOUT_FILENO) : 0};
    struct buf page;

    buf_init(&page, BUF_MAX_PROMPT);
    page_outline(o, &view, &page);
    output_text(page.data, page.len);
    output_flush();
    buf_release(&page);
}

static void outline_say_next(const struct job *j)
{
    long long id = (long long)j->id;
    const char *home = settings_home_hint();

    if (j->state == JOB_APPROVAL)
        log_line(LOG_INFO,
                 "change it with: novelgen outline %lld --edit%s; have it written with: novelgen approve %lld%s", id,
                 home, id, home);
}

static int outline_do(const struct home *h, const struct job *j, const struct outline *o)
{
    bool approval = j->state == JOB_APPROVAL;

    if (o->bible == NULL) {
        struct err e = ERR_INIT;
        err_set(&e, ERR_USAGE, "job %" PRId64 " is %s and has no outline yet; see: novelgen status %" PRId64 "%s",
                j->id, job_state_name(j->state), j->id, settings_home_hint());
        return exit_fail(&e);
    }
    if (outline_options.edit) return outline_edit(h, o, approval);
    if (outline_options.set != NULL) return outline_take(h, o, approval, outline_options.set);
    if (settings.json) {
        struct json *document = outline_json(o);
        output_json(document, false);
        json_free(document);
    } else {
        outline_print(o);
        outline_say_next(j);
    }
    return EXIT_WHOLE;
}

static int outline_job(const struct home *h, int64_t id)
{
    struct err e = ERR_INIT;
    struct job job = {0};
    struct outline outline;

    outline_init(&outline);
    int code = outline_read(h, id, &job, &outline, &e) ? outline_do(h, &job, &outline) : exit_fail(&e);
    outline_release(&outline);
    job_release(&job);
    return code;
}

// vi without a terminal waits for keys that never come; an editor that was named may be a program.
static bool outline_check_editor(struct err *e)
{
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR"); // NOLINT(concurrency-mt-unsafe)
    bool named = (visual != NULL && *visual != '\0') || (editor != NULL && *editor != '\0');

    if (!outline_options.edit || named || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))) return true;
    return err_set(e, ERR_USAGE,
                   "there is no terminal to edit on: set EDITOR to a program, or give the outline with "
                   "--set FILE");
}

static bool outline_prepare(const struct args *a, struct err *e)
{
    (void)a;
    if (outline_options.edit && outline_options.set != NULL)
        return err_set(e, ERR_USAGE, "give --edit or --set, not both");
    return outline_check_editor(e);
}

static const struct option *const outline_tables[] = {outline_own, settings_page, settings_home, NULL};

const struct command cmd_outline = {
    .name = "outline",
    .usage = "[ID] [--edit | --set FILE|-] [OPTION]...",
    .summary = "the plan of a book, to see and to change",
    .help = "Prints the plan as a tree: what the book is, and its chapters with what happens in each. With --edit it "
            "comes into your editor: chapters that have not begun can be changed, added, removed and moved, also "
            "while the book is being written. The book keeps its length. A mistake is told with its line, and your "
            "text is kept. With --json: one document, which --set takes back. Without an ID: the job being written, "
            "else the last one touched.\n\n"
            "Example: novelgen outline 3 --edit\n"
            "         novelgen outline 3 --json > plan.json; novelgen outline 3 --set plan.json",
    .tables = outline_tables,
    .args_most = 1,
    .prepare = outline_prepare,
    .run_job = outline_job,
};
