// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen diff. It only reads the store, two versions of a chapter in one view of the rows, and prints when that is
// over.
#include "cli/command.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/home.h"
#include "app/observer.h"
#include "app/versions.h"
#include "base/log.h"
#include "cli/amount.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "io/json.h"
#include "text/diff.h"
#include "text/utf8.h"

enum { ARGS_MOST = 3 };

static struct {
    int64_t chapter;
    int64_t first, second; // the versions; 0: not given
} diff_options;

static const struct option diff_own[] = {
    {"chapter", 0, OPTION_NUMBER, &diff_options.chapter, "N", 1, INT_MAX, "of this chapter"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

// ---- lines --------------------------------------------------------------------------------------------------------

// A stretch that both have is shown by its first and its last sentence, beside what differs.
struct diff_page {
    struct buf out;
    bool color, differs;
    const char *held;           // the last common sentence that is not shown yet
    size_t held_len, held_back; // and how many there are before it
    bool follows;               // what comes stands right behind something that differs
};

static void diff_line(struct diff_page *p, char mark, const char *text, size_t len)
{
    const char *color = mark == '-' ? "\033[31m" : mark == '+' ? "\033[32m" : NULL;

    if (p->color && color != NULL) buf_adds(&p->out, color);
    buf_addf(&p->out, "%c ", mark);
    utf8_terminal(&p->out, text, len, true);
    if (p->color && color != NULL) buf_adds(&p->out, "\033[0m");
    buf_addc(&p->out, '\n');
}

static void diff_same(struct diff_page *p, const char *text, size_t len)
{
    if (p->follows) {
        diff_line(p, ' ', text, len);
        p->follows = false;
        return;
    }
    if (p->held != NULL) p->held_back++;
    p->held = text;
    p->held_len = len;
}

static void diff_show_held(struct diff_page *p)
{
    if (p->held_back > 0) buf_adds(&p->out, "  …\n");
    if (p->held != NULL) diff_line(p, ' ', p->held, p->held_len);
    p->held = NULL;
    p->held_back = 0;
}

static void diff_on_page(void *arg, enum diff_op op, const char *text, size_t len)
{
    struct diff_page *p = arg;

    if (op == DIFF_SAME) {
        diff_same(p, text, len);
        return;
    }
    diff_show_held(p);
    diff_line(p, op == DIFF_REMOVED ? '-' : '+', text, len);
    p->follows = p->differs = true;
}

static void diff_print(const struct versions *all, const struct version *from, const struct version *to,
                       const struct buf *before, const struct buf *after)
{
    struct diff_page p = {.color = settings_paints(STDOUT_FILENO)};
    char then[AMOUNT_SIZE], now[AMOUNT_SIZE];

    buf_init(&p.out, BUF_MAX_BOOK);
    buf_addf(&p.out, "chapter %d: version %d (%s) against version %d (%s)\n", all->chapter, from->number,
             amount_words(then, from->words), to->number, amount_words(now, to->words));
    diff_sentences(before->data, before->len, after->data, after->len, diff_on_page, &p);
    if (p.differs && p.held != NULL) buf_adds(&p.out, "  …\n");
    output_text(p.out.data, p.out.len);
    output_flush();
    if (!p.differs) log_line(LOG_INFO, "the two versions say the same");
    buf_release(&p.out);
}

// ---- JSON ---------------------------------------------------------------------------------------------------------

static void diff_on_json(void *arg, enum diff_op op, const char *text, size_t len)
{
    static const char *const names[] = {[DIFF_SAME] = "same", [DIFF_REMOVED] = "removed", [DIFF_ADDED] = "added"};
    struct json *o = json_new_object();

    json_set_str(o, "op", names[op]);
    json_set_strn(o, "text", text, len);
    json_push(arg, o);
}

static void diff_json(const struct versions *all, int64_t job, const struct version *from, const struct version *to,
                      const struct buf *before, const struct buf *after)
{
    struct json *o = json_new_object(), *changes = json_new_array();

    json_set_int(o, "job", job);
    json_set_int(o, "chapter", all->chapter);
    json_set_int(o, "from", from->number);
    json_set_int(o, "to", to->number);
    diff_sentences(before->data, before->len, after->data, after->len, diff_on_json, changes);
    json_set(o, "changes", changes);
    output_json(o, false);
    json_free(o);
}

// ---- the command --------------------------------------------------------------------------------------------------

static bool diff_number(const char *text, int64_t *out, struct err *e)
{
    char *end;

    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n < 1 || n > INT_MAX)
        return err_set(e, ERR_USAGE,
                       "a version is a number from 1, not '%s'; see: novelgen show ID --chapter %lld "
                       "--versions",
                       text, (long long)diff_options.chapter);
    *out = n;
    return true;
}

// V1 and V2 stand behind the ID.
static bool diff_prepare(const struct args *a, struct err *e)
{
    if (diff_options.chapter == 0) return err_set(e, ERR_USAGE, "nothing says of which chapter: give --chapter N");
    return (a->count < 2 || diff_number(a->items[1], &diff_options.first, e)) &&
           (a->count < 3 || diff_number(a->items[2], &diff_options.second, e));
}

// Without versions the last two, or the given one against the last.
static bool diff_choose(const struct versions *all, const struct version **from, const struct version **to,
                        struct err *e)
{
    int64_t first = diff_options.first, second = diff_options.second;

    if (first == 0 && all->count < 2)
        return err_set(e, ERR_USAGE, "chapter %d has one version only, there is nothing to compare", all->chapter);
    *from = first > 0 ? versions_find(all, first, e) : &all->items[all->count - 2];
    *to = second > 0 ? versions_find(all, second, e) : &all->items[all->count - 1];
    return *from != NULL && *to != NULL;
}

struct diff_pair {
    struct versions all;
    const struct version *from, *to;
    struct buf before, after;
};

static bool diff_load(struct diff_pair *d, struct store *s, int64_t job, struct err *e)
{
    int chapter = (int)diff_options.chapter;

    return versions_load(&d->all, s, job, chapter, e) && diff_choose(&d->all, &d->from, &d->to, e) &&
           versions_text(s, job, chapter, d->from->number, &d->before, e) &&
           versions_text(s, job, chapter, d->to->number, &d->after, e);
}

// In one view of the rows, which is over before the first byte is printed: a pager takes its time.
static bool diff_read(struct diff_pair *d, const struct home *h, int64_t id, struct err *e)
{
    struct observer o;

    if (!observer_open_once(&o, h->path, e)) return false;
    bool ok = store_begin(o.store, e) && diff_load(d, o.store, id, e);
    store_rollback(o.store);
    observer_release(&o);
    return ok;
}

static int diff_job(const struct home *h, int64_t id)
{
    struct err e = ERR_INIT;
    struct diff_pair d = {0};

    buf_init(&d.before, BUF_MAX_BOOK);
    buf_init(&d.after, BUF_MAX_BOOK);
    bool ok = diff_read(&d, h, id, &e);
    if (ok && settings.json)
        diff_json(&d.all, id, d.from, d.to, &d.before, &d.after);
    else if (ok)
        diff_print(&d.all, d.from, d.to, &d.before, &d.after);
    versions_release(&d.all);
    buf_release(&d.before);
    buf_release(&d.after);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}

static const struct option *const diff_tables[] = {diff_own, settings_page, settings_home, NULL};

const struct command cmd_diff = {
    .name = "diff",
    .usage = "[ID [V1 [V2]]] --chapter N [OPTION]...",
    .summary = "what a redo has changed in a chapter",
    .help = "Compares two versions of a chapter sentence by sentence: '-' was there, '+' is there now. Without "
            "versions the last one before against the one that stands; with V1 that one against it. With --json: "
            "every sentence with what became of it. Without an ID: the job being written, else the last one "
            "touched.\n\n"
            "Example: novelgen diff 3 1 2 --chapter 7",
    .tables = diff_tables,
    .args_most = ARGS_MOST,
    .prepare = diff_prepare,
    .run_job = diff_job,
};
