// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen events. It only reads: with -f ten times a second, and only when something was committed. Rows are kept
// until the reading has ended, and printed then.
#include "cli/command.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/lately.h"
#include "app/observer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/amount.h"
#include "cli/exit.h"
#include "cli/lines.h"
#include "cli/looks.h"
#include "cli/nap.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/verdict.h"
#include "cli/when.h"
#include "io/json.h"
#include "model/deadline.h"
#include "text/utf8.h"

static struct {
    bool follow;
    const char *since;
    int64_t since_ms; // what it comes to; 0: the beginning
    int64_t limit;
} events_options;

static const struct option events_own[] = {
    {"follow", 'f', OPTION_FLAG, &events_options.follow, NULL, 0, 0, "go on as they happen, until the job ends"},
    {"since", 0, OPTION_TEXT, &events_options.since, "TIME", 0, 0,
     "only what happened since then: 8h, 7d, 07:00, 2026-11-22"},
    {"limit", 0, OPTION_NUMBER, &events_options.limit, "N", 1, INT_MAX, "begin with the last N"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

enum { LOOK_MS = 100, WORD_COLUMNS = 9 };

// A row is kept until the reading has ended: whoever reads along with a pager would hold up the engine's checkpoints.
struct events_row {
    int64_t id, job, time_ms;
    char *type, *text, *data;
};

struct events {
    struct events_row *rows;
    size_t rows_count, rows_cap;
    struct observer observer;
    struct looks looks;
    int64_t id;
    int64_t last;    // event that was read
    int64_t skip;    // how many of those to come are not shown
    int64_t counted; // how many there are
    bool any, removed, unread;
    struct job job;
};

// ---- one line ---------------------------------------------------------------------------------------------------

// What the types are called here; one that is not in the list is called by its own name.
static const struct {
    const char *type, *word;
    enum looks_color color;
} events_words[] = {
    {"submitted", "submitted", LOOKS_PLAIN}, {"state", "state", LOOKS_BOLD},
    {"chunk", "text", LOOKS_PLAIN},          {"style", "style", LOOKS_DIM},
    {"retry", "retry", LOOKS_WAITS},         {"trim", "trimmed", LOOKS_DIM},
    {"backend", "server", LOOKS_BUSY},       {"prefix", "cache", LOOKS_DIM},
    {"file", "file", LOOKS_WAITS},           {"templates", "templates", LOOKS_PLAIN},
    {"deadline", "deadline", LOOKS_PLAIN},   {"model", "model", LOOKS_PLAIN},
    {"bible", "plan", LOOKS_PLAIN},          {"outline", "outline", LOOKS_PLAIN},
    {"titles", "titles", LOOKS_PLAIN},       {"note", "note", LOOKS_PLAIN},
    {"redo", "redo", LOOKS_PLAIN},           {"kept", "kept", LOOKS_WAITS},
    {"sync", "sync", LOOKS_PLAIN},           {"extend", "longer", LOOKS_PLAIN},
    {"priority", "priority", LOOKS_PLAIN},   {"imported", "imported", LOOKS_PLAIN},
    {"repair", "repair", LOOKS_WAITS},       {"directions", "notes", LOOKS_WAITS},
    {"folder", "folder", LOOKS_WAITS},
};

static void events_word(const struct events *v, const struct event_row *row, bool gap, struct buf *out)
{
    const char *word = row->type;
    enum looks_color color = LOOKS_PLAIN;
    struct buf shown;

    for (size_t i = 0; i < ARRAY_LEN(events_words); i++) {
        if (strcmp(row->type, events_words[i].type) != 0) continue;
        word = events_words[i].word;
        color = events_words[i].color;
    }
    if (gap) word = "gap";
    buf_init(&shown, BUF_MAX_LINE);
    looks_outside(&v->looks, &shown, word, 0); // a type of its own may have come with an archive
    looks_paint(&v->looks, gap ? LOOKS_BAD : color, out, shown.data);
    looks_pad(out, utf8_columns(shown.data, shown.len), WORD_COLUMNS);
    buf_release(&shown);
}

static void events_line(const struct events *v, const struct event_row *row, struct buf *out)
{
    struct err ignored = ERR_INIT;
    struct json *data = json_read(row->data, strlen(row->data), &ignored);
    int64_t words_done = json_int(json_get(data, "words_done"), -1);
    bool gap = json_bool(json_get(data, "gap"), false);
    char stamp[WHEN_SIZE], words[AMOUNT_SIZE];

    buf_addf(out, "%s  ", when_stamp(stamp, row->time_ms));
    events_word(v, row, gap, out);
    buf_adds(out, "  ");
    looks_outside(&v->looks, out, lately_text(row), 0);
    if (words_done >= 0 && strcmp(row->type, "chunk") == 0)
        buf_addf(out, ", %s in all", amount_text(words, words_done));
    looks_fold(&v->looks, out, 0, strlen(stamp) + WORD_COLUMNS + 4);
    buf_adds(out, "\n");
    json_free(data);
}

static void events_print(struct events *v, const struct event_row *row)
{
    struct buf line;

    v->any = true;
    if (settings.json) {
        lines_event(row);
        return;
    }
    buf_init(&line, BUF_MAX_PIECE);
    events_line(v, row, &line);
    output_text(line.data, line.len);
    buf_release(&line);
}

// ---- reading ----------------------------------------------------------------------------------------------------

static bool events_count(void *arg, const struct event_row *row)
{
    struct events *v = arg;

    if (row->time_ms >= events_options.since_ms) v->counted++;
    return true;
}

static void events_keep(struct events *v, const struct event_row *row)
{
    mem_grow(&v->rows, &v->rows_cap, v->rows_count + 1, sizeof *v->rows);
    v->rows[v->rows_count++] = (struct events_row){.id = row->id,
                                                   .job = row->job,
                                                   .time_ms = row->time_ms,
                                                   .type = mem_strdup(row->type),
                                                   .text = mem_strdup(row->text),
                                                   .data = mem_strdup(row->data)};
}

static void events_print_kept(struct events *v)
{
    for (size_t i = 0; i < v->rows_count; i++) {
        struct events_row *r = &v->rows[i];
        const struct event_row row = {
            .id = r->id, .job = r->job, .time_ms = r->time_ms, .type = r->type, .text = r->text, .data = r->data};
        if (!output_is_broken()) events_print(v, &row);
        free(r->type);
        free(r->text);
        free(r->data);
    }
    v->rows_count = 0;
    output_flush();
}

static bool events_on_row(void *arg, const struct event_row *row)
{
    struct events *v = arg;

    v->last = row->id;
    if (row->time_ms < events_options.since_ms) return true;
    if (v->skip > 0)
        v->skip--;
    else
        events_keep(v, row);
    return true;
}

static bool events_begin(struct events *v, struct store *s, struct err *e)
{
    if (v->job.id > 0 || events_options.limit == 0) return true;
    if (!store_events_each(s, v->id, 0, events_count, v, e)) return false;
    v->skip = v->counted > events_options.limit ? v->counted - events_options.limit : 0;
    return true;
}

// The job's row first: of a job that is at rest nothing comes later.
static bool events_read_rows(struct events *v, struct store *s, struct err *e)
{
    struct job row;

    if (!events_begin(v, s, e)) return false;
    enum store_found found = store_job_get(s, v->id, &row, e);
    if (found == STORE_ERROR) return false;
    v->removed = found != STORE_FOUND;
    if (v->removed) return true;
    job_release(&v->job);
    v->job = row;
    return store_events_each(s, v->id, v->last, events_on_row, v, e);
}

static bool events_read(struct events *v, struct err *e)
{
    struct store *s = v->observer.store;

    if (!store_begin(s, e)) return false;
    bool ok = events_read_rows(v, s, e);
    store_rollback(s);
    events_print_kept(v);
    return ok;
}

static bool events_are_over(const struct events *v)
{
    if (output_is_broken() || v->removed || v->unread) return true;
    return v->job.id > 0 && (!events_options.follow || !job_state_runnable(v->job.state));
}

static bool events_loop(struct events *v, struct err *e)
{
    for (;;) {
        struct err cause = ERR_INIT;
        enum observed seen = observer_look(&v->observer, e);
        if (seen == OBSERVED_FAILED) return false;
        if (seen == OBSERVED_NEWS && !events_read(v, &cause) && !observer_stumble(&v->observer, &cause, e))
            return false;
        if (events_are_over(v)) return true;
        v->unread = !nap_while_read(LOOK_MS);
    }
}

// ---- the end ----------------------------------------------------------------------------------------------------

// A list that is not followed has no end to tell of.
static int events_break(int code)
{
    return events_options.follow ? lines_over(code) : code;
}

static int events_end(const struct events *v)
{
    int code = events_options.follow ? exit_of_job(&v->job) : EXIT_WHOLE;

    if (output_is_broken() || v->unread) return EXIT_WHOLE;
    if (v->removed) return events_break(target_removed(v->id));
    if (events_options.follow && settings.json) lines_summary(&v->job, code);
    if (!v->any && !settings.json)
        log_line(LOG_INFO, "nothing happened to job %" PRId64 "%s", v->id,
                 events_options.since_ms > 0 ? " since then" : "");
    if (events_options.follow) verdict_say(&v->job);
    return code;
}

static int events_job(const struct home *h, int64_t id)
{
    struct events v = {.id = id, .looks = looks_of(STDOUT_FILENO)};
    struct err e = ERR_INIT;

    observer_init(&v.observer, h->path);
    int code = events_loop(&v, &e) ? events_end(&v) : events_break(exit_fail(&e));
    observer_release(&v.observer);
    job_release(&v.job);
    free(v.rows);
    return code;
}

static bool events_prepare(const struct args *a, struct err *e)
{
    const char *since = events_options.since;

    (void)a;
    return since == NULL || deadline_since(since, clock_wall_ms(), &events_options.since_ms, e) ||
           err_prefix(e, "--since");
}

static const struct option *const events_tables[] = {events_own, settings_page, settings_home, NULL};

const struct command cmd_events = {
    .name = "events",
    .usage = "[ID] [-f] [OPTION]...",
    .summary = "what happened to a job, and why",
    .help = "Lists what happened to a job, oldest first: when, what, and why: states, parts of the text with the "
            "words so far, refused answers, servers. With -f it goes on until the job ends, and ends with its exit "
            "code. With --json each is an object on a line. Without an ID: the job being written, else the last one "
            "touched.\n\n"
            "Example: novelgen events --since 8h",
    .tables = events_tables,
    .args_most = 1,
    .prepare = events_prepare,
    .run_job = events_job,
};
