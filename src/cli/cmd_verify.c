// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen verify. It only reads the store and the files, and says what it finds: exit code 1. With --repair the
// engine, told by a message, makes the files anew first.
#include "cli/command.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "app/book_folder.h"
#include "app/observer.h"
#include "app/order.h"
#include "app/verify.h"
#include "base/log.h"
#include "cli/amount.h"
#include "cli/exit.h"
#include "cli/looks.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "engine/message.h"
#include "io/json.h"
#include "text/utf8.h"

enum { INDENT = 4, TARGETS_MOST = 1000, REPAIR_WAIT_MS = 30 * 1000 };

static bool verify_repairs;

static const struct option verify_own[] = {
    {"repair", 0, OPTION_FLAG, &verify_repairs, NULL, 0, 0,
     "make the files anew from the store; what was edited is kept as NAME.mine"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

// ---- what was found, for people ----------------------------------------------------------------------------------

static void verify_add(struct buf *out, const char *text)
{
    utf8_terminal(out, text, strlen(text), true);
}

static void verify_place(struct buf *out, const struct verify_finding *f)
{
    if (f->chapter > 0) buf_addf(out, "chapter %d", f->chapter);
    if (f->chapter > 0 && f->part > 0) buf_addf(out, ", part %d", f->part);
    if (f->chapter == 0 && f->file == NULL) buf_adds(out, "the book");
    if (f->chapter == 0 && f->file != NULL) verify_add(out, f->file);
}

static void verify_finding(const struct verify_finding *f, const struct looks *l, struct buf *out)
{
    size_t from = out->len;

    buf_adds(out, "  ");
    verify_place(out, f);
    buf_adds(out, l->color ? ": \033[31m" : ": ");
    verify_add(out, f->text);
    buf_adds(out, l->color ? "\033[0m" : "");
    looks_fold(l, out, from, INDENT);
    buf_adds(out, "\n");
    if (f->advice[0] == '\0') return;
    from = out->len;
    buf_adds(out, "    ");
    verify_add(out, f->advice);
    looks_fold(l, out, from, INDENT);
    buf_adds(out, "\n");
}

static void verify_page(const struct job *j, const struct verify *v, const struct looks *l, struct buf *out)
{
    char words[AMOUNT_SIZE];

    buf_addf(out, "job %" PRId64 " ", j->id);
    verify_add(out, j->title[0] != '\0' ? j->title : j->slug);
    buf_addf(out, ": %d chapter%s, %d part%s, %s, %d file%s: ", v->chapters, v->chapters == 1 ? "" : "s", v->parts,
             v->parts == 1 ? "" : "s", amount_words(words, v->words), v->files, v->files == 1 ? "" : "s");
    if (v->count == 0)
        looks_paint(l, LOOKS_GOOD, out, "whole");
    else
        buf_addf(out, "%zu finding%s", v->count + v->more, v->count + v->more == 1 ? "" : "s");
    looks_fold(l, out, 0, INDENT);
    buf_adds(out, "\n");
    for (size_t i = 0; i < v->count; i++) verify_finding(&v->items[i], l, out);
    if (v->more > 0) buf_addf(out, "  and %zu more\n", v->more);
}

static void verify_show(const struct job *j, const struct verify *v)
{
    const struct looks l = looks_of(STDOUT_FILENO);
    struct buf page;

    buf_init(&page, BUF_MAX_PROMPT);
    verify_page(j, v, &l, &page);
    output_text(page.data, page.len);
    output_flush();
    buf_release(&page);
}

// ---- repairing ---------------------------------------------------------------------------------------------------

// The engine may run elsewhere: what is found from here is told to it.
static void verify_find_folder(const struct home *h, int64_t id, struct json *more)
{
    struct err ignored = ERR_INIT;
    char found[BOOK_FOLDER_SIZE];
    struct observer o;
    struct job j;

    if (observer_open_once(&o, h->path, &ignored) && target_read(o.store, id, &j, &ignored)) {
        if (book_folder_find(&j, found)) json_set_str(more, "folder", found);
        job_release(&j);
    }
    observer_release(&o);
}

static bool verify_post(const struct home *h, int64_t id, char key[MESSAGE_KEY_SIZE], struct err *e)
{
    struct json *more = json_new_object();
    const struct message_change change = {.deadline_ms = -1, .more = more};

    verify_find_folder(h, id, more);
    bool ok = message_post(h->path, MESSAGE_PUBLISH, id, &change, key, e);
    json_free(more);
    return ok;
}

static int verify_repair(const struct home *h, int64_t id)
{
    char key[MESSAGE_KEY_SIZE];
    struct inbox_answer answer;
    struct err e = ERR_INIT;

    if (!verify_post(h, id, key, &e)) return exit_fail(&e);
    switch (order_await(h, key, REPAIR_WAIT_MS, &answer, &e)) {
    case ORDER_FAILED:
        return exit_fail(&e);
    case ORDER_SILENT:
        err_set(&e, ERR_BUSY,
                "the novelgen that is writing has not answered yet; it repairs job %" PRId64
                " when it does: look again with: novelgen verify %" PRId64 "%s",
                id, id, settings_home_hint());
        return exit_fail(&e);
    case ORDER_ANSWERED:
        break;
    }
    if (answer.code == 0 && answer.text[0] != '\0') log_line(LOG_INFO, "job %" PRId64 ": %s", id, answer.text);
    if (answer.code == 0) return EXIT_WHOLE;
    err_set(&e, (enum err_code)answer.code, "job %" PRId64 " could not be repaired: %s", id, answer.text);
    return exit_fail(&e);
}

// ---- the command -------------------------------------------------------------------------------------------------

static int verify_one(const struct home *h, int64_t id, struct json *array)
{
    struct err e = ERR_INIT;
    struct observer o;
    struct verify v = {0};
    struct job j;
    int code = EXIT_NO_JOB;

    // One view: what the row says must hold of the text.
    bool ok = observer_open_once(&o, h->path, &e) && (o.store == NULL || store_begin(o.store, &e));
    if (ok && target_read(o.store, id, &j, &e)) {
        ok = verify_job(&v, o.store, &j, order_is_written(h), settings_home_hint(), &e);
        store_rollback(o.store);
        if (ok && array != NULL) json_push(array, verify_json(&v));
        if (ok && array == NULL) verify_show(&j, &v);
        code = v.count > 0 ? EXIT_GAPS : EXIT_WHOLE;
        verify_release(&v);
        job_release(&j);
    }
    observer_release(&o);
    return e.code != ERR_NONE ? exit_fail(&e) : code;
}

static int verify_all(const struct home *h, const struct targets *t)
{
    struct json *array = settings.json ? json_new_array() : NULL;
    int code = EXIT_WHOLE;

    for (size_t i = 0; i < t->count; i++) {
        if (verify_repairs) code = exit_worse(code, verify_repair(h, t->ids[i]));
        code = exit_worse(code, verify_one(h, t->ids[i], array));
    }
    if (array != NULL && json_count(array) > 0)
        output_json(json_count(array) == 1 ? json_at(array, 0) : array, false);
    json_free(array);
    return code;
}

static const struct option *const verify_tables[] = {verify_own, settings_home, settings_page, NULL};

const struct command cmd_verify = {
    .name = "verify",
    .usage = "[ID]... [OPTION]...",
    .summary = "whether a book is whole",
    .help = "Looks at all of a book: its text against the hashes taken when it was accepted, chapters and parts that "
            "are missing, sentences cut or doubled where parts join, passages said twice, placeholders, refusals and "
            "talk of the model, and every file against the store. Each finding says where it is and what to do about "
            "it. Nothing is changed without --repair. Exits with 0 only if the book is finished and nothing was "
            "found, else with 1. Without an ID: the job being written, else the last one touched.\n\n"
            "Example: novelgen verify 3 --repair",
    .tables = verify_tables,
    .args_most = TARGETS_MOST,
    .run_jobs = verify_all,
};
