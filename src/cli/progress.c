// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The progress line. Titles and reasons come from outside: all of it passes the terminal filter.
#include "cli/progress.h"

#include <string.h>
#include <unistd.h>

#include "app/status.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/amount.h"
#include "cli/looks.h"
#include "cli/settings.h"
#include "text/utf8.h"

enum {
    DRAW_MS = 250,
    BAR_CELLS = 16,
    BAR_CELLS_FEW = 8,
    PROMPT_MS = 5000,   // a prompt that takes longer than that to read is worth a word
    SILENCE_MS = 10000, // and so is a stream that has brought nothing for so long
};

// log_set_before takes a function without an argument, so whether a line stands on the terminal is known here.
static bool progress_is_drawn;

void progress_init(struct progress *p)
{
    *p = (struct progress){.drawn_ms = 0};
    current_init(&p->current);
    log_set_before(progress_wipe);
}

void progress_release(struct progress *p)
{
    progress_wipe();
    log_set_before(NULL);
    job_release(&p->job);
    current_release(&p->current);
}

static bool progress_is_begun(enum job_state s)
{
    return s == JOB_PLANNING || s == JOB_WRITING;
}

bool progress_read(struct progress *p, struct store *s, int64_t job, struct err *e)
{
    job_release(&p->job);
    if (store_job_get(s, job, &p->job, e) != STORE_FOUND) return e->code == ERR_NONE;
    if (!status_jobs_before(s, &p->job, &p->jobs_before, e)) return false;
    p->current.in_flight = false;
    p->current.words = 0;
    if (current_counts(p->job.state) && !current_read(&p->current, s, job, e)) return false;
    if (p->current.attempt != p->attempt || p->current.bytes != p->bytes) p->changed_ms = clock_mono_ms();
    p->attempt = p->current.attempt;
    p->bytes = p->current.bytes;
    p->moved = true;
    return true;
}

// ---- the line ---------------------------------------------------------------------------------------------------

static void progress_bar(struct buf *out, int percent, int cells)
{
    const struct looks plain = {.unicode = looks_unicode()};

    buf_addc(out, '[');
    looks_bar(&plain, out, percent, 100, (size_t)cells);
    buf_addf(out, "] %d%%  ", percent);
}

static int64_t progress_words(const struct progress *p)
{
    return p->job.words_done + p->current.words;
}

static void progress_place(const struct progress *p, struct buf *out, enum progress_width width)
{
    const struct current *c = &p->current;
    bool chunk = strcmp(c->kind, "chunk") == 0, known = c->in_flight && c->chapter > 0;

    if (p->job.state == JOB_PLANNING) {
        buf_adds(out, "planning  ");
        return;
    }
    buf_addf(out, "%s %d/%d", width >= PROGRESS_NARROW ? "ch" : "chapter", known ? c->chapter : p->job.chapters_done,
             p->job.chapters_total);
    if (known && width < PROGRESS_NARROW && chunk) buf_addf(out, ", part %d", c->seq);
    if (known && width < PROGRESS_NARROW && !chunk) buf_addf(out, ", %s", c->kind);
    buf_adds(out, "  ");
}

static void progress_speed(const struct progress *p, struct buf *out, enum progress_width width)
{
    char text[CLOCK_TEXT_SIZE];
    double tokens_per_s = status_tokens_per_s(&p->job);
    int64_t eta_ms = status_eta_ms(&p->job, progress_words(p));

    if (eta_ms >= 0) clock_duration(text, eta_ms);
    buf_addf(out, "  ETA %s", eta_ms >= 0 ? text : "unknown");
    if (tokens_per_s >= 0 && width != PROGRESS_LEAST) buf_addf(out, "  %.1f tokens/s", tokens_per_s);
    if (p->job.retries > 0) buf_addf(out, "  retries %lld", (long long)p->job.retries);
    if (p->job.gaps > 0) buf_addf(out, "  gaps %d", p->job.gaps);
}

// A prompt of a long chapter takes a small machine minutes to read, and a line that stands still looks dead.
static bool progress_silence(const struct progress *p, struct buf *out)
{
    char text[CLOCK_TEXT_SIZE];
    int64_t since_start_ms = clock_wall_ms() - p->current.started_ms, silent_ms = clock_mono_ms() - p->changed_ms;

    if (!p->current.in_flight) return false;
    if (p->current.bytes == 0 && since_start_ms >= PROMPT_MS) {
        clock_duration(text, since_start_ms);
        buf_addf(out, "  the server reads the prompt, %s so far", text);
        return true;
    }
    if (p->current.bytes == 0 || silent_ms < SILENCE_MS) return false;
    clock_duration(text, silent_ms);
    buf_addf(out, "  no text for %s", text);
    return true;
}

static void progress_queue(const struct progress *p, struct buf *out)
{
    if (p->jobs_before == 0)
        buf_adds(out, "next in the queue");
    else if (p->jobs_before == 1)
        buf_adds(out, "in the queue: 1 job before it");
    else
        buf_addf(out, "in the queue: %d jobs before it", p->jobs_before);
}

void progress_line(const struct progress *p, struct buf *out, enum progress_width width)
{
    char done[AMOUNT_SIZE], target[AMOUNT_SIZE];
    int64_t words = progress_words(p);

    buf_addf(out, "job %lld: ", (long long)p->job.id);
    if (p->job.state == JOB_QUEUED) {
        progress_queue(p, out);
        return;
    }
    if (width == PROGRESS_WIDE || width == PROGRESS_NARROW)
        progress_bar(out, amount_percent(words, status_words_aim(&p->job)),
                     width == PROGRESS_WIDE ? BAR_CELLS : BAR_CELLS_FEW);
    if (!progress_is_begun(p->job.state)) {
        if (words > 0)
            buf_addf(out, "%s/%s words, ", amount_text(done, words), amount_text(target, status_words_aim(&p->job)));
        buf_addf(out, "%s%s%s", job_state_words(p->job.state), p->job.reason[0] != '\0' ? ": " : "", p->job.reason);
        return;
    }
    progress_place(p, out, width);
    buf_addf(out, "%s/%s words", amount_text(done, words), amount_text(target, status_words_aim(&p->job)));
    if (p->rests)
        buf_adds(out, ", broken off");
    else if (!progress_silence(p, out))
        progress_speed(p, out, width);
}

// ---- on the terminal --------------------------------------------------------------------------------------------

static void progress_write(const struct buf *text)
{
    if (write(STDERR_FILENO, text->data, text->len) < 0) progress_is_drawn = false; // talk has nowhere to complain
}

void progress_wipe(void)
{
    struct buf text;

    if (!progress_is_drawn) return;
    progress_is_drawn = false;
    buf_init(&text, BUF_MAX_LINE);
    buf_adds(&text, "\r\033[K");
    progress_write(&text);
    buf_release(&text);
}

// The fullest that has room; of the last, what has room.
static void progress_fit(const struct progress *p, struct buf *out, size_t columns)
{
    struct buf line;

    buf_init(&line, BUF_MAX_LINE);
    for (int width = PROGRESS_WIDE; width <= PROGRESS_LEAST; width++) {
        buf_clear(&line);
        buf_clear(out);
        progress_line(p, &line, (enum progress_width)width);
        utf8_terminal(out, line.data, line.len, true);
        if (utf8_columns(out->data, out->len) <= columns) break;
    }
    buf_cut(out, utf8_fit(out->data, out->len, columns));
    buf_release(&line);
}

void progress_draw(struct progress *p)
{
    struct buf line, shown;
    int64_t now_ms = clock_mono_ms();
    size_t columns = settings_columns();

    // Seconds of silence count on without news, so it is also drawn anew once a second.
    if (p->job.id == 0 || now_ms - p->drawn_ms < (p->moved ? DRAW_MS : 1000)) return;
    p->drawn_ms = now_ms;
    p->moved = false;
    buf_init(&line, BUF_MAX_LINE);
    buf_init(&shown, BUF_MAX_LINE);
    progress_fit(p, &line, columns - 1);
    buf_addf(&shown, "\r%s\033[K", line.data);
    progress_is_drawn = true;
    progress_write(&shown);
    buf_release(&line);
    buf_release(&shown);
}
