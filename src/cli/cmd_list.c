// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen list. It only reads the store; where there is none yet, the list is empty.
#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/current.h"
#include "app/home.h"
#include "app/observer.h"
#include "app/order.h"
#include "app/status.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/amount.h"
#include "cli/exit.h"
#include "cli/output.h"
#include "cli/page.h"
#include "cli/settings.h"
#include "cli/table.h"
#include "cli/when.h"
#include "text/typo.h"

static struct {
    const char *state, *sort;
    bool wanted[JOB_APPROVAL + 1]; // by state: what they come to
    int (*order)(const void *a, const void *b);
} list_options = {.sort = "id"};

static const struct option list_own[] = {
    {"state", 0, OPTION_TEXT, &list_options.state, "STATE[,STATE]", 0, 0, "only jobs in these states"},
    {"sort", 0, OPTION_TEXT, &list_options.sort, "COLUMN", 0, 0, "id, state, progress, touched or words"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

struct list_item {
    struct job job;
    int64_t words; // with those that are streaming
};

struct list {
    struct list_item *items;
    size_t count, cap;
    bool any, unfinished;
};

static int list_percent(const struct list_item *i)
{
    return i->job.state == JOB_DONE ? 100
                                    : amount_percent(i->words, status_words_aim(&i->job)); // 1,488 of 1,500 is done
}

// ---- which, and in which order ----------------------------------------------------------------------------------

static bool list_unknown(const char *option, const char *word, const char *const *names, size_t count, struct err *e)
{
    const char *near = typo_nearest(word, names, count);
    struct buf all;

    buf_init(&all, BUF_MAX_LINE);
    for (size_t i = 0; i < count; i++) buf_addf(&all, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", names[i]);
    err_set(e, ERR_USAGE, "--%s is '%s', expected %s%s%s%s", option, word, all.data,
            near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
    buf_release(&all);
    return false;
}

static bool list_want_state(const char *word, struct err *e)
{
    const char *names[JOB_APPROVAL + 1];
    enum job_state state;

    if (job_state_from_name(word, &state)) {
        list_options.wanted[state] = true;
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) names[i] = job_state_name((enum job_state)i);
    return list_unknown("state", word, names, ARRAY_LEN(names), e);
}

static bool list_parse_states(struct err *e)
{
    const char *at = list_options.state;
    bool ok = true;

    for (size_t i = 0; at == NULL && i < ARRAY_LEN(list_options.wanted); i++) list_options.wanted[i] = true;
    while (ok && at != NULL) {
        char *word = mem_strndup(at, strcspn(at, ","));
        ok = list_want_state(word, e);
        at += strlen(word);
        at = *at == ',' ? at + 1 : NULL;
        free(word);
    }
    return ok;
}

static int list_compare(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int list_by_id(const void *a, const void *b)
{
    const struct list_item *x = a, *y = b;
    return list_compare(x->job.id, y->job.id);
}

// What is being worked on first, what is over last.
static int list_by_state(const void *a, const void *b)
{
    static const int order[] = {[JOB_WRITING] = 0, [JOB_PLANNING] = 1, [JOB_WAITING] = 2, [JOB_APPROVAL] = 3,
                                [JOB_PAUSED] = 4,  [JOB_QUEUED] = 5,   [JOB_DONE] = 6,    [JOB_CANCELLED] = 7};
    const struct list_item *x = a, *y = b;
    int by = list_compare(order[x->job.state], order[y->job.state]);
    return by != 0 ? by : list_by_id(a, b);
}

static int list_by_progress(const void *a, const void *b)
{
    int by = list_compare(list_percent(b), list_percent(a));
    return by != 0 ? by : list_by_id(a, b);
}

static int list_by_touched(const void *a, const void *b)
{
    const struct list_item *x = a, *y = b;
    int by = list_compare(y->job.touched_ms, x->job.touched_ms);
    return by != 0 ? by : list_by_id(a, b);
}

static int list_by_words(const void *a, const void *b)
{
    const struct list_item *x = a, *y = b;
    int by = list_compare(y->words, x->words);
    return by != 0 ? by : list_by_id(a, b);
}

static const char *const list_keys[] = {"id", "state", "progress", "touched", "words"};
static int (*const list_orders[])(const void *a, const void *b) = {list_by_id, list_by_state, list_by_progress,
                                                                   list_by_touched, list_by_words};

static bool list_find_order(struct err *e)
{
    for (size_t i = 0; i < ARRAY_LEN(list_keys); i++)
        if (strcmp(list_options.sort, list_keys[i]) == 0) {
            list_options.order = list_orders[i];
            return true;
        }
    return list_unknown("sort", list_options.sort, list_keys, ARRAY_LEN(list_keys), e);
}

// ---- reading ----------------------------------------------------------------------------------------------------

static bool list_on_job(void *arg, const struct job *j)
{
    struct list *l = arg;

    l->any = true;
    l->unfinished = l->unfinished || job_state_runnable(j->state);
    if (!list_options.wanted[j->state]) return true;
    mem_grow(&l->items, &l->cap, l->count + 1, sizeof *l->items);
    l->items[l->count++] = (struct list_item){.job = job_copy(j), .words = j->words_done};
    return true;
}

// A job whose first words stream, or that waits in the middle of them, has more than nothing.
static bool list_add_streamed(struct list *l, struct store *s, struct err *e)
{
    struct current c;
    bool ok = true;

    current_init(&c);
    for (size_t i = 0; ok && i < l->count; i++) {
        struct list_item *item = &l->items[i];
        if (!current_counts(item->job.state)) continue;
        ok = current_read(&c, s, item->job.id, e);
        item->words += c.words;
    }
    current_release(&c);
    return ok;
}

static bool list_read(struct list *l, const struct home *h, struct err *e)
{
    struct observer o;
    bool ok = observer_open_once(&o, h->path, e) &&
              (o.store == NULL ||
               (store_jobs_each(o.store, list_on_job, l, e) && (settings.json || list_add_streamed(l, o.store, e))));

    observer_release(&o);
    return ok;
}

static void list_release(struct list *l)
{
    for (size_t i = 0; i < l->count; i++) job_release(&l->items[i].job);
    free(l->items);
}

// ---- showing ----------------------------------------------------------------------------------------------------

static const struct table_column list_columns[] = {
    {"ID", true, 0},    {"STATE", false, 0}, {"PRI", true, 4},     {"DONE", true, 0},
    {"WORDS", true, 3}, {"LEFT", true, 2},   {"TOUCHED", true, 1}, {"TITLE", false, 0},
};

static void list_add_left(struct table *t, const struct list_item *i)
{
    int64_t eta_ms = status_eta_ms(&i->job, i->words);
    char text[CLOCK_TEXT_SIZE];

    if (eta_ms >= 0) clock_duration(text, eta_ms);
    table_add(t, LOOKS_PLAIN, job_state_ended(i->job.state) ? "-" : eta_ms >= 0 ? text : "unknown");
}

static void list_add_title(struct table *t, const struct job *j)
{
    struct buf text;

    buf_init(&text, BUF_MAX_LINE);
    buf_adds(&text, page_title(j));
    if (j->gaps > 0) buf_addf(&text, "  (%d gap%s)", j->gaps, j->gaps == 1 ? "" : "s");
    if (j->reason[0] != '\0') buf_addf(&text, "  %s", j->reason);
    table_add(t, LOOKS_PLAIN, text.data);
    buf_release(&text);
}

static void list_add_row(struct table *t, const struct list_item *i, int64_t now_ms)
{
    const struct job *j = &i->job;
    char number[24], words[AMOUNT_SIZE], ago[WHEN_SIZE];

    (void)snprintf(number, sizeof number, "%lld", (long long)j->id);
    table_add(t, LOOKS_PLAIN, number);
    table_add(t, page_color(j->state), job_state_name(j->state));
    (void)snprintf(number, sizeof number, "%d", j->priority);
    table_add(t, LOOKS_PLAIN, j->priority != 0 ? number : "");
    (void)snprintf(number, sizeof number, "%d%%", list_percent(i));
    table_add(t, LOOKS_PLAIN, number);
    table_add(t, LOOKS_PLAIN, amount_text(words, i->words));
    list_add_left(t, i);
    table_add(t, LOOKS_DIM, when_ago(ago, j->touched_ms, now_ms));
    list_add_title(t, j);
}

// What goes into a pipe is as long as it takes.
static void list_print_table(const struct list *l)
{
    struct looks looks = looks_of(STDOUT_FILENO);
    int64_t now_ms = clock_wall_ms();
    struct table t;
    struct buf page;

    if (l->count == 0) return;
    buf_init(&page, BUF_MAX_REPLY);
    table_init(&t, list_columns, ARRAY_LEN(list_columns));
    for (size_t i = 0; i < l->count; i++) list_add_row(&t, &l->items[i], now_ms);
    table_print(&t, &looks, looks.terminal ? looks.columns : 0, &page);
    output_text(page.data, page.len);
    table_release(&t);
    buf_release(&page);
}

static void list_print_json(const struct list *l)
{
    struct json *array = json_new_array();

    for (size_t i = 0; i < l->count; i++) json_push(array, status_json(&l->items[i].job));
    output_json(array, false);
    json_free(array);
}

static void list_print(const struct list *l, const struct home *h)
{
    if (settings.json) {
        list_print_json(l);
        return;
    }
    list_print_table(l);
    output_flush();
    if (!l->any)
        log_line(LOG_INFO, "there is no job yet in '%s'; begin one with: novelgen submit SPEC", h->path);
    else if (l->count == 0)
        log_line(LOG_INFO, "no job is in such a state; all of them: novelgen list%s", settings_home_hint());
    else if (l->unfinished && !order_is_written(h))
        log_line(LOG_INFO, "nobody is writing now; go on with: novelgen run%s", settings_home_hint());
}

static bool list_prepare(const struct args *a, struct err *e)
{
    (void)a;
    return list_parse_states(e) && list_find_order(e);
}

static int list_home(const struct home *h, const struct args *a)
{
    struct err e = ERR_INIT;
    struct list l = {0};

    (void)a;
    bool ok = list_read(&l, h, &e);
    if (ok && l.count > 0) qsort(l.items, l.count, sizeof *l.items, list_options.order);
    if (ok) list_print(&l, h);
    list_release(&l);
    return ok ? EXIT_WHOLE : exit_fail(&e);
}

static const struct option *const list_tables[] = {list_own, settings_home, settings_page, NULL};

const struct command cmd_list = {
    .name = "list",
    .usage = "[OPTION]...",
    .summary = "all jobs, one a line",
    .help = "Lists the jobs of the home: state, share of the words that stand, time left, when something happened "
            "last, title, and why a job waits or is paused. On a terminal a line is cut to its width, in a pipe it "
            "is whole. States: queued, planning, approval, writing, waiting, paused, done, cancelled.\n\n"
            "Example: novelgen list --state paused,waiting --sort touched",
    .tables = list_tables,
    .prepare = list_prepare,
    .run_home = list_home,
};
