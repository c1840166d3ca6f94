// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// novelgen tail. It only reads: with -f ten times a second, and only when something was committed. The engine commits
// text once a second at the latest, and the word at its end may go on: so a word is shown about a second after it came.
#include "cli/command.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/current.h"
#include "app/observer.h"
#include "app/order.h"
#include "app/reading.h"
#include "base/log.h"
#include "cli/exit.h"
#include "cli/lines.h"
#include "cli/nap.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/target.h"
#include "cli/verdict.h"
#include "text/utf8.h"

enum { LOOK_MS = 100, UNWRITTEN_LOOKS = 50 };

struct tail_place {
    int chapter, seq; // 0, 0: the start
    bool now;
};

static struct {
    bool follow;
    const char *from;
    struct tail_place place; // what it comes to
} tail_options;

static const struct option tail_own[] = {
    {"follow", 'f', OPTION_FLAG, &tail_options.follow, NULL, 0, 0, "go on as it is written, until the job ends"},
    {"from", 0, OPTION_TEXT, &tail_options.from, "PLACE", 0, 0,
     "start (as without it), CHAPTER, CHAPTER.PART, or now: the chapter at hand"},
    {NULL, 0, OPTION_FLAG, NULL, NULL, 0, 0, NULL},
};

struct tail {
    const struct home *home;
    struct observer observer;
    struct reading reading;
    struct tail_place from;
    bool placed; // the reading is where it is to begin
    struct job job;
    char last;     // byte that was printed
    int unwritten; // looks at which nobody was writing, in a row
    bool removed, unread;
};

// ---- where it begins --------------------------------------------------------------------------------------------

static bool tail_number(const char **at, int *out)
{
    char *end;

    errno = 0;
    long n = **at >= '0' && **at <= '9' ? strtol(*at, &end, 10) : 0;
    if (errno != 0 || n < 1 || n > INT_MAX) return false;
    *out = (int)n;
    *at = end;
    return true;
}

static bool tail_prepare(const struct args *a, struct err *e)
{
    struct tail_place *p = &tail_options.place;
    const char *text = tail_options.from, *at = text;

    (void)a;
    if (text == NULL || strcmp(text, "start") == 0) return true;
    p->now = strcmp(text, "now") == 0;
    p->seq = 1;
    if (p->now || (tail_number(&at, &p->chapter) &&
                   (*at == '\0' || (*at == '.' && (at++, tail_number(&at, &p->seq)) && *at == '\0'))))
        return true;
    return err_set(e, ERR_USAGE, "--from is '%s', expected start, now, a chapter such as 12, or a part of it: 12.3",
                   text);
}

static bool tail_on_place(void *arg, const struct chunk_place *p)
{
    int *chapter = arg;

    if (p->chapter > *chapter) *chapter = p->chapter;
    return true;
}

// The one being written, which may stand before others if it is written anew; else the furthest one that has text.
static bool tail_find_now(struct tail *t, struct store *s, struct err *e)
{
    struct current c;

    current_init(&c);
    bool ok = store_chunks_newer(s, t->reading.job, 0, tail_on_place, &t->from.chapter, e) &&
              current_read(&c, s, t->reading.job, e);
    bool prose = strcmp(c.kind, "chunk") == 0 || strcmp(c.kind, "beats") == 0;
    if (ok && c.in_flight && prose && c.chapter > 0) t->from.chapter = c.chapter;
    current_release(&c);
    return ok;
}

struct tail_extent {
    int chapter, parts, last; // what there is of the chapter; the furthest chapter with text
};

static bool tail_on_extent(void *arg, const struct chunk_place *p)
{
    struct tail_extent *x = arg;

    if (p->chapter == x->chapter && p->seq > x->parts) x->parts = p->seq;
    if (p->chapter > x->last) x->last = p->chapter;
    return true;
}

// A part that a chapter does not have yet may still come, but not once the writing has gone past it.
static bool tail_check_part(const struct tail *t, struct store *s, struct err *e)
{
    struct tail_extent x = {.chapter = t->from.chapter};

    if (t->from.seq <= 1) return true;
    if (!store_chunks_newer(s, t->job.id, 0, tail_on_extent, &x, e)) return false;
    bool past = t->job.state == JOB_DONE || x.last > x.chapter;
    if (x.parts == 0 || x.parts >= t->from.seq || !past) return true;
    return err_set(e, ERR_USAGE, "--from is part %d, but chapter %d has %d part%s", t->from.seq, x.chapter, x.parts,
                   x.parts == 1 ? "" : "s");
}

static bool tail_begin(struct tail *t, struct store *s, struct err *e)
{
    if (t->placed) return true;
    if (t->from.now && !tail_find_now(t, s, e)) return false;
    int most = t->job.chapters_total;
    if (t->from.chapter > most)
        return err_set(e, ERR_USAGE, "--from is chapter %d, but job %" PRId64 " has %d chapter%s", t->from.chapter,
                       t->job.id, most, most == 1 ? "" : "s");
    if (!tail_check_part(t, s, e)) return false;
    if (t->from.chapter > 0) reading_start_at(&t->reading, t->from.chapter, t->from.seq);
    t->placed = true;
    return true;
}

// ---- printing ---------------------------------------------------------------------------------------------------

static void tail_write(struct tail *t, const char *text, size_t len)
{
    struct buf shown;

    if (len == 0) return;
    t->last = text[len - 1];
    if (settings.json) {
        lines_text(t->job.id, text, len);
        return;
    }
    buf_init(&shown, BUF_MAX_BOOK);
    if (isatty(STDOUT_FILENO))
        utf8_terminal(&shown, text, len, false);
    else
        buf_add(&shown, text, len);
    output_text(shown.data, shown.len);
    buf_release(&shown);
}

static void tail_say(const struct reading_mark *m, struct buf *out)
{
    switch (m->news) {
    case READING_REWRITTEN:
        buf_adds(out, "[… rewritten from here]");
        return;
    case READING_AGAIN:
        buf_addf(out, "[… chapter %d", m->chapter);
        if (m->seq > 1) buf_addf(out, ", part %d,", m->seq);
        buf_adds(out, " is written anew]");
        return;
    case READING_ONWARD:
        break;
    }
    buf_addf(out, "[… on with chapter %d, part %d]", m->chapter, m->seq);
}

static void tail_mark(struct tail *t, const struct reading_mark *m)
{
    static const char *const names[] = {
        [READING_REWRITTEN] = "rewritten", [READING_AGAIN] = "again", [READING_ONWARD] = "onward"};
    struct buf line;

    if (settings.json) {
        lines_mark(t->job.id, names[m->news], m->chapter, m->seq);
        return;
    }
    buf_init(&line, BUF_MAX_LINE);
    if (t->last != '\0') buf_adds(&line, t->last == '\n' ? "\n" : "\n\n");
    tail_say(m, &line);
    buf_adds(&line, "\n\n");
    tail_write(t, line.data, line.len);
    buf_release(&line);
}

static void tail_print(struct tail *t)
{
    const struct reading *r = &t->reading;
    size_t at = 0;

    for (size_t i = 0; i < r->marks_count; i++) {
        tail_write(t, r->out.data + at, r->marks[i].at - at);
        at = r->marks[i].at;
        tail_mark(t, &r->marks[i]);
    }
    tail_write(t, r->out.data + at, r->out.len - at);
    output_flush();
}

// ---- looking ----------------------------------------------------------------------------------------------------

// The job's row first: a job that is at rest then has no text that would come later.
static bool tail_read_rows(struct tail *t, struct store *s, struct err *e)
{
    struct job row;
    enum store_found found = store_job_get(s, t->reading.job, &row, e);

    if (found == STORE_ERROR) return false;
    t->removed = found != STORE_FOUND;
    if (t->removed) return true;
    job_release(&t->job);
    t->job = row;
    return tail_begin(t, s, e) &&
           reading_next(&t->reading, s, tail_options.follow && job_state_runnable(t->job.state), e);
}

static bool tail_read(struct tail *t, struct err *e)
{
    struct store *s = t->observer.store;

    if (!store_begin(s, e)) return false;
    bool ok = tail_read_rows(t, s, e);
    store_rollback(s);
    if (ok && !t->removed) tail_print(t);
    return ok;
}

static bool tail_is_over(const struct tail *t)
{
    if (output_is_broken() || t->unread || t->removed) return true;
    return t->job.id > 0 && (!tail_options.follow || !job_state_runnable(t->job.state));
}

// Talk does not stand behind half a line of prose; where stdout is no terminal, nothing is added to the product.
static void tail_break_line(struct tail *t)
{
    if (settings.json || t->last == '\0' || t->last == '\n' || !isatty(STDOUT_FILENO)) return;
    output_text("\n", 1);
    output_flush();
    t->last = '\n';
}

static void tail_nap(struct tail *t)
{
    t->unread = !nap_while_read(LOOK_MS);
    t->unwritten = order_is_written(t->home) ? 0 : t->unwritten + 1;
    if (t->unwritten != UNWRITTEN_LOOKS || t->job.id == 0) return;
    tail_break_line(t);
    log_line(LOG_WARN, "nobody is writing job %" PRId64 " now; go on with: novelgen resume %" PRId64 "%s", t->job.id,
             t->job.id, settings_home_hint());
}

static bool tail_stumble(struct tail *t, const struct err *cause, struct err *e)
{
    if (cause->code == ERR_USAGE) return err_set(e, cause->code, "%s", cause->text);
    return observer_stumble(&t->observer, cause, e);
}

static bool tail_loop(struct tail *t, struct err *e)
{
    for (;;) {
        struct err cause = ERR_INIT;
        enum observed seen = observer_look(&t->observer, e);
        if (seen == OBSERVED_FAILED) return false;
        if (seen == OBSERVED_NEWS && !tail_read(t, &cause) && !tail_stumble(t, &cause, e)) return false;
        if (tail_is_over(t)) return true;
        tail_nap(t);
    }
}

// ---- the end ----------------------------------------------------------------------------------------------------

static void tail_say_nothing(const struct tail *t)
{
    if (t->from.chapter > 0)
        log_line(LOG_INFO, "no part of job %" PRId64 " from chapter %d on is finished yet", t->job.id,
                 t->from.chapter);
    else
        log_line(LOG_INFO, "no part of job %" PRId64 " is finished yet", t->job.id);
}

static int tail_end(struct tail *t)
{
    int code = tail_options.follow ? exit_of_job(&t->job) : EXIT_WHOLE;

    if (output_is_broken() || t->unread) return EXIT_WHOLE;
    if (t->removed) {
        tail_break_line(t);
        return lines_over(target_removed(t->reading.job));
    }
    if (settings.json)
        lines_summary(&t->job, code);
    else if (t->last != '\0' && t->last != '\n')
        output_text("\n", 1);
    output_flush();
    if (t->last == '\0' && !tail_options.follow) tail_say_nothing(t);
    verdict_say_folder(&t->job);
    if (code == EXIT_WHOLE || code == EXIT_GAPS) return code;
    verdict_say(&t->job);
    return code;
}

static int tail_job(const struct home *h, int64_t id)
{
    struct tail t = {.home = h, .from = tail_options.place};
    struct err e = ERR_INIT;

    reading_init(&t.reading, id);
    observer_init(&t.observer, h->path);
    int code = tail_loop(&t, &e) ? tail_end(&t) : lines_over(exit_fail(&e));
    observer_release(&t.observer);
    reading_release(&t.reading);
    job_release(&t.job);
    return code;
}

static const struct option *const tail_tables[] = {tail_own, settings_page, settings_home, NULL};

const struct command cmd_tail = {
    .name = "tail",
    .usage = "[ID] [-f] [OPTION]...",
    .summary = "the book as far as it is written",
    .help = "Prints the prose of a book in reading order, as far as it stands. With -f it goes on while the book is "
            "written, word by word, and ends with the job and its exit code. Where a part that was shown is written "
            "otherwise after all, a line in brackets says so. Without an ID: the job being written, else the last "
            "one touched.\n\n"
            "Example: novelgen tail -f --from now | fold -s -w 72",
    .tables = tail_tables,
    .args_most = 1,
    .prepare = tail_prepare,
    .run_job = tail_job,
};
