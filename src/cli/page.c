// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Pages and tables. Titles and reasons come from outside: they pass the terminal filter.
#include "cli/page.h"

#include <string.h>
#include <time.h>

#include "app/status.h"
#include "base/clock.h"
#include "cli/amount.h"
#include "cli/settings.h"
#include "text/utf8.h"

enum { STATE_COLUMNS = 9, TITLE_COLUMNS = 44, GAPS_MOST = 5 };

// Green: well; yellow: waits; red: needs somebody.
static const char *const page_colors[] = {
    [JOB_QUEUED] = "",         [JOB_PLANNING] = "\033[36m", [JOB_WRITING] = "\033[36m",  [JOB_WAITING] = "\033[33m",
    [JOB_PAUSED] = "\033[31m", [JOB_DONE] = "\033[32m",     [JOB_CANCELLED] = "\033[2m",
    [JOB_APPROVAL] = "\033[31m",
};

static void page_state(enum job_state s, bool color, int width, struct buf *out)
{
    if (color) buf_adds(out, page_colors[s]);
    buf_addf(out, "%-*s", width, job_state_name(s));
    if (color) buf_adds(out, "\033[0m");
}

static void page_outside(struct buf *out, const char *text)
{
    utf8_terminal(out, text, strlen(text), true);
}

static const char *page_title(const struct job *j)
{
    return j->title[0] != '\0' ? j->title : j->slug;
}

static void page_eta(const struct job *j, int64_t words, struct buf *out)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t eta_ms = status_eta_ms(j, words);

    if (eta_ms >= 0) clock_duration(text, eta_ms);
    buf_adds(out, eta_ms >= 0 ? text : "unknown");
}

// ---- one job ----------------------------------------------------------------------------------------------------

// Where they are, as far as a line can say it.
static void page_gaps(const struct job *j, const struct book *b, struct buf *out)
{
    int shown = 0;

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

static void page_words(const struct page_view *v, struct buf *out)
{
    char done[AMOUNT_SIZE], aim[AMOUNT_SIZE], target[AMOUNT_SIZE];
    const struct job *j = v->job;
    int64_t words = j->words_done + (v->current != NULL ? v->current->words : 0);

    buf_addf(out, "  words     %s of %s (%d%%)", amount_text(done, words), amount_text(aim, status_words_aim(j)),
             amount_percent(words, status_words_aim(j)));
    if (status_words_aim(j) != j->words_target)
        buf_addf(out, ", %s were asked for", amount_text(target, j->words_target));
    buf_adds(out, "\n");
    buf_addf(out, "  chapters  %d of %d", j->chapters_done, j->chapters_total);
    if (v->current != NULL && v->current->in_flight && v->current->chapter > 0)
        buf_addf(out, ", now chapter %d, %s", v->current->chapter,
                 strcmp(v->current->kind, "chunk") == 0 ? "prose" : v->current->kind);
    buf_adds(out, "\n");
    if (j->gaps > 0) page_gaps(j, v->book, out);
}

static void page_work(const struct job *j, struct buf *out)
{
    char prompt[AMOUNT_SIZE], cached[AMOUNT_SIZE], output[AMOUNT_SIZE];
    double tokens_per_s = status_tokens_per_s(j);

    buf_addf(out, "  requests  %lld, %lld of them failed or were refused\n", (long long)j->requests,
             (long long)j->retries);
    buf_addf(out, "  tokens    %s in (%s cached), %s out", amount_text(prompt, j->prompt_tokens),
             amount_text(cached, j->cached_tokens), amount_text(output, j->output_tokens));
    if (tokens_per_s >= 0) buf_addf(out, ", %.1f a second", tokens_per_s);
    buf_adds(out, "\n");
    if (status_cached_share(j) >= 0)
        buf_addf(out, "  cache     %d %% of prompts\n", amount_percent(j->cached_tokens, j->prompt_tokens));
}

// On the clock on the wall, as it was given.
static void page_deadline(const struct job *j, struct buf *out)
{
    char left[CLOCK_TEXT_SIZE], text[CLOCK_TEXT_SIZE] = "";
    int64_t left_ms = j->deadline_ms - clock_wall_ms();
    time_t seconds = (time_t)(j->deadline_ms / 1000);
    struct tm tm;

    if (localtime_r(&seconds, &tm) == NULL || strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm) == 0)
        clock_rfc3339(text, j->deadline_ms);
    clock_duration(left, left_ms);
    buf_addf(out, "  deadline  %s", text);
    if (!job_state_ended(j->state) && left_ms > 0) buf_addf(out, ", in %s", left);
    buf_adds(out, "\n");
}

static void page_time(const struct page_view *v, struct buf *out)
{
    const struct job *j = v->job;
    char text[CLOCK_TEXT_SIZE];

    if (j->state == JOB_DONE) {
        clock_duration(text, j->ended_ms - j->begun_ms);
        buf_addf(out, "  time      %s\n", text);
    } else if (j->state != JOB_CANCELLED) {
        buf_adds(out, "  left      ");
        page_eta(j, j->words_done + (v->current != NULL ? v->current->words : 0), out);
        buf_adds(out, "\n");
    }
    if (j->deadline_ms > 0) page_deadline(j, out);
}

static void page_next(const struct page_view *v, struct buf *out)
{
    const struct job *j = v->job;
    long long id = (long long)j->id;
    const char *home = settings_home_hint();

    if (j->state == JOB_DONE)
        buf_addf(out, "  read it   %s/book.md\n", j->out_dir);
    else if (j->state == JOB_PAUSED || j->state == JOB_CANCELLED)
        buf_addf(out, "  go on     novelgen resume %lld%s\n", id, home);
    else if (!v->written)
        buf_addf(out, "  go on     novelgen run%s   (nobody is writing now)\n", home);
    else
        buf_addf(out, "  read it   novelgen tail %lld -f%s\n", id, home);
}

void page_job(const struct page_view *v, bool color, struct buf *out)
{
    const struct job *j = v->job;

    buf_addf(out, "job %lld  ", (long long)j->id);
    page_outside(out, page_title(j));
    buf_adds(out, "\n  state     ");
    page_state(j->state, color, 0, out);
    if (j->reason[0] != '\0') {
        buf_adds(out, ": ");
        page_outside(out, j->reason);
    }
    if (j->state == JOB_QUEUED) buf_addf(out, ", %d job%s before it", v->jobs_before, v->jobs_before == 1 ? "" : "s");
    buf_adds(out, "\n");
    page_words(v, out);
    page_work(j, out);
    page_time(v, out);
    buf_adds(out, "  server    ");
    page_outside(out, j->backend);
    if (j->model[0] != '\0') {
        buf_adds(out, ", ");
        page_outside(out, j->model);
    }
    buf_addf(out, "\n  folder    %s\n", j->out_dir);
    page_next(v, out);
}

// ---- many -------------------------------------------------------------------------------------------------------

void page_head(struct buf *out)
{
    buf_addf(out, "%5s  %-*s  %5s  %11s  %9s  %s\n", "ID", STATE_COLUMNS, "STATE", "DONE", "WORDS", "LEFT", "TITLE");
}

void page_row(const struct job *j, bool color, struct buf *out)
{
    char words[AMOUNT_SIZE];
    struct buf title, left;

    buf_init(&title, BUF_MAX_LINE);
    buf_init(&left, BUF_MAX_LINE);
    page_outside(&title, page_title(j));
    buf_cut(&title, utf8_fit(title.data, title.len, TITLE_COLUMNS));
    if (job_state_ended(j->state))
        buf_adds(&left, "-");
    else
        page_eta(j, j->words_done, &left);
    buf_addf(out, "%5lld  ", (long long)j->id);
    page_state(j->state, color, STATE_COLUMNS, out);
    int percent =
        j->state == JOB_DONE ? 100 : amount_percent(j->words_done, status_words_aim(j)); // 1,488 of 1,500 is done
    buf_addf(out, "  %4d%%  %11s  %9s  %s", percent, amount_text(words, j->words_done), left.data, title.data);
    if (j->gaps > 0) buf_addf(out, "  (%d gap%s)", j->gaps, j->gaps == 1 ? "" : "s");
    if (j->reason[0] != '\0') {
        buf_adds(out, "  ");
        page_outside(out, j->reason);
    }
    buf_adds(out, "\n");
    buf_release(&title);
    buf_release(&left);
}
