// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The page of one job: a label and a line each, bars below the figures that they show. Titles, reasons and events come
// from outside: they pass the terminal filter.
#include "cli/page.h"

#include <stdlib.h>
#include <string.h>

#include "app/book_folder.h"
#include "app/status.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/amount.h"
#include "cli/settings.h"
#include "cli/when.h"

enum {
    INDENT = 12,
    WIDE_FROM = 60,
    BAR_CELLS_LEAST = 8,
    BAR_CELLS_MOST = 60,
    GAPS_MOST = 5,
    UNSEEN_MS = 10 * 60 * 1000
};

// Green: well; yellow: waits; red: needs somebody.
enum looks_color page_color(enum job_state s)
{
    static const enum looks_color colors[] = {
        [JOB_QUEUED] = LOOKS_PLAIN,  [JOB_PLANNING] = LOOKS_BUSY, [JOB_WRITING] = LOOKS_BUSY,
        [JOB_WAITING] = LOOKS_WAITS, [JOB_PAUSED] = LOOKS_BAD,    [JOB_DONE] = LOOKS_GOOD,
        [JOB_CANCELLED] = LOOKS_DIM, [JOB_APPROVAL] = LOOKS_BAD,
    };

    return colors[s];
}

const char *page_title(const struct job *j)
{
    return j->title[0] != '\0' ? j->title : j->slug;
}

static int64_t page_words_now(const struct page_view *v)
{
    return v->job->words_done + (v->current != NULL ? v->current->words : 0);
}

// Of a job that rests, or whose writer was killed, the last request may look as if it were in flight still.
static bool page_is_now(const struct page_view *v)
{
    return v->current != NULL && v->written && job_state_runnable(v->job->state);
}

// Its row says what it was doing when its writer was killed.
static bool page_is_broken_off(const struct page_view *v)
{
    return !v->written && job_state_runnable(v->job->state) && v->job->state != JOB_QUEUED;
}

static const char *page_plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

// ---- who and how ------------------------------------------------------------------------------------------------

static void page_name(const struct page_view *v, const struct looks *l, struct buf *out)
{
    struct buf title;

    buf_init(&title, BUF_MAX_LINE);
    looks_outside(l, &title, page_title(v->job), 0);
    buf_addf(out, "job %lld  ", (long long)v->job->id);
    looks_paint(l, LOOKS_BOLD, out, title.data);
    buf_adds(out, "\n");
    buf_release(&title);
}

static void page_state_name(const struct page_view *v, const struct looks *l, struct buf *out)
{
    const struct job *j = v->job;

    if (page_is_broken_off(v)) {
        looks_paint(l, LOOKS_BAD, out, "broken off");
        buf_addf(out, "; nobody is writing now: novelgen resume %lld%s", (long long)j->id, settings_home_hint());
        return;
    }
    looks_paint(l, page_color(j->state), out, job_state_words(j->state));
    if (j->reason[0] == '\0') return;
    buf_adds(out, ": ");
    looks_outside(l, out, j->reason, 0);
}

static void page_state(const struct page_view *v, const struct looks *l, struct buf *out)
{
    const struct job *j = v->job;

    buf_adds(out, "  state     ");
    page_state_name(v, l, out);
    if (j->state == JOB_QUEUED) buf_addf(out, ", %d job%s before it", v->jobs_before, page_plural(v->jobs_before));
    if (j->priority != 0 && !job_state_ended(j->state)) buf_addf(out, ", priority %d", j->priority);
    buf_adds(out, "\n");
}

// ---- how far ----------------------------------------------------------------------------------------------------

static size_t page_cells(const struct looks *l)
{
    size_t room = l->columns > INDENT + BAR_CELLS_LEAST ? l->columns - INDENT : BAR_CELLS_LEAST;

    return room < BAR_CELLS_MOST ? room : BAR_CELLS_MOST;
}

static bool page_has_gap(const struct book_chapter *c)
{
    for (size_t i = 0; i < c->chunks_count; i++)
        if (c->chunks[i].gap) return true;
    return false;
}

static enum looks_cell page_chapter(const struct page_view *v, const struct book_chapter *c)
{
    bool now = page_is_now(v) && v->current->in_flight && v->current->chapter == c->number;

    if (page_has_gap(c)) return LOOKS_GAP;
    if (c->has_recap || (v->job->state == JOB_DONE && c->chunks_count > 0)) return LOOKS_DONE;
    return now || c->chunks_count > 0 ? LOOKS_NOW : LOOKS_TO_COME;
}

static void page_chapters_bar(const struct page_view *v, const struct looks *l, struct buf *out)
{
    size_t count = v->job->chapters_total > 0 ? (size_t)v->job->chapters_total : 0;

    if (v->book == NULL || count == 0) return;
    enum looks_cell *cells = mem_calloc(count, sizeof *cells);
    for (size_t i = 0; i < count; i++)
        cells[i] = i < v->book->chapters_count ? page_chapter(v, &v->book->chapters[i]) : LOOKS_TO_COME;
    looks_pad(out, 0, INDENT);
    looks_stretches(l, out, cells, count, page_cells(l));
    buf_adds(out, "\n");
    free(cells);
}

static void page_chapters(const struct page_view *v, const struct looks *l, struct buf *out)
{
    const struct job *j = v->job;
    const struct current *c = v->current;

    buf_addf(out, "  chapters  %d of %d", j->chapters_done, j->chapters_total);
    if (page_is_now(v) && c->in_flight && c->chapter > 0)
        buf_addf(out, ", now chapter %d, %s", c->chapter, strcmp(c->kind, "chunk") == 0 ? "prose" : c->kind);
    buf_adds(out, "\n");
    page_chapters_bar(v, l, out);
}

static void page_words(const struct page_view *v, const struct looks *l, struct buf *out)
{
    char done[AMOUNT_SIZE], aim[AMOUNT_SIZE], target[AMOUNT_SIZE];
    const struct job *j = v->job;
    int64_t words = page_words_now(v), aimed = status_words_aim(j);

    buf_addf(out, "  words     %s of %s (%d%%)", amount_text(done, words), amount_text(aim, aimed),
             amount_percent(words, aimed));
    if (aimed != j->words_target) buf_addf(out, ", %s were asked for", amount_text(target, j->words_target));
    buf_adds(out, "\n");
    if (v->book == NULL) return;
    looks_pad(out, 0, INDENT);
    looks_bar(l, out, j->state == JOB_DONE ? aimed : words, aimed, page_cells(l));
    buf_adds(out, "\n");
}

// Where they are, as far as a line can say it.
static void page_gaps(const struct job *j, const struct book *b, struct buf *out)
{
    int shown = 0;

    if (j->gaps == 0) return;
    buf_adds(out, "  gaps      ");
    for (size_t i = 0; b != NULL && i < b->chapters_count; i++) {
        const struct book_chapter *c = &b->chapters[i];
        for (size_t k = 0; k < c->chunks_count && shown < GAPS_MOST; k++) {
            if (!c->chunks[k].gap) continue;
            buf_addf(out, "%schapter %d part %d", shown > 0 ? ", " : "", c->number, c->chunks[k].seq);
            shown++;
        }
    }
    if (shown == 0)
        buf_addf(out, "%d\n", j->gaps);
    else if (j->gaps > shown)
        buf_addf(out, ", and %d more\n", j->gaps - shown);
    else
        buf_adds(out, "\n");
}

// ---- how fast ---------------------------------------------------------------------------------------------------

static void page_speed(const struct page_view *v, struct buf *out)
{
    const struct job *j = v->job;
    double mean = status_tokens_per_s(j), now = page_is_now(v) ? v->current->tokens_per_s : -1;
    int64_t words_per_min = status_words_per_min(j);
    char words[AMOUNT_SIZE];

    if (mean < 0 && words_per_min < 0) return;
    buf_adds(out, "  speed     ");
    if (mean >= 0 && now >= 0) buf_addf(out, "%.1f tokens/s now, ", now);
    if (mean >= 0) buf_addf(out, "%.1f%s over the book", mean, now >= 0 ? "" : " tokens/s");
    if (words_per_min >= 0) buf_addf(out, "%s%s a minute", mean >= 0 ? ", " : "", amount_words(words, words_per_min));
    buf_adds(out, "\n");
}

static void page_work(const struct page_view *v, struct buf *out)
{
    char requests[AMOUNT_SIZE], retries[AMOUNT_SIZE], prompt[AMOUNT_SIZE], output[AMOUNT_SIZE];
    const struct job *j = v->job;

    page_speed(v, out);
    if (j->requests == 0) return;
    buf_addf(out, "  requests  %s", amount_text(requests, j->requests));
    if (j->retries > 0) buf_addf(out, ", %s of them in vain", amount_text(retries, j->retries));
    buf_addf(out, "\n  tokens    %s read", amount_text(prompt, j->prompt_tokens));
    if (status_cached_share(j) >= 0)
        buf_addf(out, " (%d%% of them from the cache)", amount_percent(j->cached_tokens, j->prompt_tokens));
    buf_addf(out, ", %s written\n", amount_text(output, j->output_tokens));
}

// ---- how long ---------------------------------------------------------------------------------------------------

// On the clock on the wall, as it was given.
static void page_deadline(const struct page_view *v, struct buf *out)
{
    char left[CLOCK_TEXT_SIZE], text[WHEN_SIZE];
    int64_t left_ms = v->job->deadline_ms - v->now_ms;

    buf_addf(out, "  deadline  %s", when_date(text, v->job->deadline_ms));
    clock_duration(left, left_ms);
    if (!job_state_ended(v->job->state) && left_ms > 0) buf_addf(out, ", in %s", left);
    buf_adds(out, "\n");
}

// When it would be done only means something while somebody writes it.
static void page_left(const struct page_view *v, struct buf *out)
{
    const struct job *j = v->job;
    int64_t eta_ms = status_eta_ms(j, page_words_now(v));
    char text[CLOCK_TEXT_SIZE], clock[WHEN_SIZE];
    bool writes = v->written && (j->state == JOB_PLANNING || j->state == JOB_WRITING);

    if (eta_ms >= 0) clock_duration(text, eta_ms);
    buf_addf(out, "  left      %s", eta_ms >= 0 ? text : "not known yet");
    if (eta_ms >= 0 && writes) buf_addf(out, ", done about %s", when_clock(clock, v->now_ms + eta_ms, v->now_ms));
    buf_adds(out, "\n");
}

static void page_time(const struct page_view *v, struct buf *out)
{
    const struct job *j = v->job;
    char text[CLOCK_TEXT_SIZE], clock[WHEN_SIZE];

    if (j->state == JOB_DONE) {
        clock_duration(text, j->busy_ms);
        buf_addf(out, "  time      %s of writing, done %s\n", text, when_clock(clock, j->ended_ms, v->now_ms));
    } else if (j->state != JOB_CANCELLED) {
        page_left(v, out);
    }
    if (j->deadline_ms > 0) page_deadline(v, out);
}

// ---- where ------------------------------------------------------------------------------------------------------

static void page_place(const struct job *j, const struct looks *l, struct buf *out)
{
    buf_adds(out, "  server    ");
    looks_outside(l, out, j->backend, 0);
    if (j->model[0] != '\0') {
        buf_adds(out, ", ");
        looks_outside(l, out, j->model, 0);
    }
    buf_adds(out, "\n  folder    ");
    looks_outside(l, out, j->out_dir, 0);
    buf_adds(out, "\n");
}

static void page_folder(const struct job *j, const struct looks *l, struct buf *out)
{
    struct buf line;

    buf_init(&line, BUF_MAX_LINE);
    book_folder_text(j, settings_home_hint(), &line);
    if (line.len > 0) {
        buf_adds(out, "  moved     ");
        looks_outside(l, out, line.data, 0);
        buf_adds(out, "\n");
    }
    buf_release(&line);
}

static void page_edits(const struct page_view *v, const struct looks *l, struct buf *out)
{
    struct buf line;

    if (v->edits == NULL || v->edits->count == 0) return;
    buf_init(&line, BUF_MAX_LINE);
    own_edits_text(v->edits, v->job->id, settings_home_hint(), &line);
    buf_adds(out, "  files     ");
    looks_outside(l, out, line.data, 0);
    buf_adds(out, "\n");
    buf_release(&line);
}

static void page_notes(const struct page_view *v, const struct looks *l, struct buf *out)
{
    if (v->lately == NULL || v->lately->unsaid == NULL || v->job->state == JOB_DONE) return;
    buf_adds(out, "  notes     ");
    looks_outside(l, out, v->lately->unsaid, 0);
    buf_adds(out, "\n");
}

// ---- what happened ----------------------------------------------------------------------------------------------

static void page_lately(const struct page_view *v, const struct looks *l, struct buf *out)
{
    char ago[WHEN_SIZE];

    for (size_t i = 0; v->lately != NULL && i < v->lately->count; i++) {
        const struct lately_event *event = &v->lately->items[i];
        size_t from = out->len;
        buf_addf(out, "%s%-10s  ", i == 0 ? "  lately    " : "            ",
                 when_ago(ago, event->time_ms, v->now_ms));
        looks_outside(l, out, event->text, 0);
        looks_fold(l, out, from, l->columns < WIDE_FROM ? INDENT : (size_t)2 * INDENT);
        buf_adds(out, "\n");
    }
}

static void page_add_unseen(struct buf *list, int64_t n, const char *what)
{
    char amount[AMOUNT_SIZE];

    if (n > 0) buf_addf(list, "%s%s %s%s", list->len > 0 ? ", " : "", amount_text(amount, n), what, page_plural(n));
}

// For the one who comes back in the morning.
static void page_unseen(const struct page_view *v, const struct looks *l, struct buf *out)
{
    const struct look *k = v->look;
    char ago[WHEN_SIZE], time[CLOCK_TEXT_SIZE];
    struct buf list, line;

    if (k == NULL || v->lately == NULL || k->time_ms == 0 || v->now_ms - k->time_ms < UNSEEN_MS) return;
    buf_init(&list, BUF_MAX_LINE);
    buf_init(&line, BUF_MAX_LINE);
    page_add_unseen(&list, v->job->chapters_done - k->chapters, "chapter");
    page_add_unseen(&list, v->job->words_done - k->words, "word");
    page_add_unseen(&list, v->lately->outages, "outage");
    clock_duration(time, v->lately->outage_ms);
    if (v->lately->outages > 0) buf_addf(&list, " (%s)", time);
    page_add_unseen(&list, v->job->gaps - k->gaps, "gap");
    buf_addf(&line, "  since you last looked (%s): %s", when_ago(ago, k->time_ms, v->now_ms), list.data);
    if (list.len > 0) {
        looks_paint(l, LOOKS_BOLD, out, line.data);
        buf_adds(out, "\n");
    }
    buf_release(&list);
    buf_release(&line);
}

static void page_next(const struct page_view *v, const struct looks *l, struct buf *out)
{
    const struct job *j = v->job;
    long long id = (long long)j->id;
    const char *home = settings_home_hint();

    if (j->state == JOB_DONE && j->gaps > 0) buf_addf(out, "  fill it   novelgen redo %lld --gaps%s\n", id, home);
    if (j->state == JOB_DONE) {
        buf_adds(out, "  read it   ");
        looks_outside(l, out, j->out_dir, 0);
        buf_adds(out, "/book.md\n");
    } else if (j->state == JOB_PAUSED || j->state == JOB_CANCELLED)
        buf_addf(out, "  go on     novelgen resume %lld%s\n", id, home);
    else if (j->state == JOB_APPROVAL)
        buf_addf(out, "  look      novelgen outline %lld%s\n  go on     novelgen approve %lld%s\n", id, home, id,
                 home);
    else if (!v->written)
        buf_addf(out, "  go on     novelgen resume %lld%s%s\n", id, home,
                 page_is_broken_off(v) ? "" : "   (nobody is writing now)");
    else
        buf_addf(out, "  read it   novelgen tail %lld -f%s\n", id, home);
}

static void page_lines(const struct page_view *v, const struct looks *l, struct buf *out)
{
    page_name(v, l, out);
    page_state(v, l, out);
    page_chapters(v, l, out);
    page_words(v, l, out);
    page_gaps(v->job, v->book, out);
    page_work(v, out);
    page_time(v, out);
    page_place(v->job, l, out);
    page_folder(v->job, l, out);
    page_edits(v, l, out);
    page_notes(v, l, out);
    page_lately(v, l, out);
    page_unseen(v, l, out);
    page_next(v, l, out);
}

// Each line is folded; what was so already, below a column of its own, fits.
void page_job(const struct page_view *v, const struct looks *l, struct buf *out)
{
    struct buf lines;

    buf_init(&lines, BUF_MAX_PIECE);
    page_lines(v, l, &lines);
    for (size_t at = 0, len; at < lines.len; at += len + 1) {
        size_t from = out->len;
        len = strcspn(lines.data + at, "\n");
        buf_add(out, lines.data + at, len);
        looks_fold(l, out, from, INDENT);
        buf_adds(out, "\n");
    }
    buf_release(&lines);
}
