// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What is behind a job, and what is ahead of it. See outlook.h.
#include "cli/outlook.h"

#include <string.h>
#include <time.h>

#include "app/status.h"
#include "base/clock.h"
#include "cli/amount.h"
#include "engine/forecast.h"
#include "engine/gate_join.h"
#include "model/book.h"
#include "text/words.h"

enum { TAIL_WORDS = 9, CLOCK_SIZE = 32, DAY_MS = 24 * 60 * 60 * 1000 };

// ---- behind -----------------------------------------------------------------------------------------------------

struct outlook_place {
    int chapter, seq; // of the text below
    bool open;        // it is a part that was broken off
    struct buf text;
};

struct outlook_attempt {
    int chapter, seq;
    bool open;
};

static bool outlook_on_attempt(void *arg, const struct attempt_row *a)
{
    struct outlook_attempt *last = arg;

    *last = (struct outlook_attempt){a->chapter, a->seq,
                                     strcmp(a->kind, "chunk") == 0 && strcmp(a->verdict, "accepted") != 0};
    return true;
}

// The part that was broken off, if anything came of it.
static bool outlook_broken(struct store *s, int64_t job, struct outlook_place *p, struct err *e)
{
    struct outlook_attempt last = {0};
    struct attempt a = {0};

    if (!store_attempts_each(s, job, outlook_on_attempt, &last, e)) return false;
    if (!last.open) return true;
    const struct task_key key = {.job = job, .kind = "chunk", .chapter = last.chapter, .seq = last.seq};
    enum store_found found = store_attempt_last(s, &key, &a, e);
    if (found == STORE_FOUND) gate_join(&p->text, &a.prefix, &a.text, NULL, false);
    attempt_release(&a);
    p->open = p->text.len > 0;
    p->chapter = last.chapter;
    p->seq = last.seq;
    return found != STORE_ERROR;
}

static bool outlook_on_chunk(void *arg, const struct chunk_row *c)
{
    struct outlook_place *p = arg;

    if (c->gap) return true;
    p->chapter = c->chapter;
    p->seq = c->seq;
    buf_clear(&p->text);
    buf_add(&p->text, c->text + c->skip, c->len - c->skip);
    return true;
}

// What is done to a book that has its end, or to a part that stands, does not go on behind anything.
static bool outlook_is_mending(const struct book *b)
{
    const struct book_chapter *last = book_chapter_at(b, b->chapters_total);

    if (last != NULL && last->has_recap) return true;
    for (size_t i = 0; i < b->chapters_count; i++)
        if (book_stale(&b->chapters[i]) != NULL) return true;
    return false;
}

// The last chunk that was accepted; chapters without one are passed over from the end.
static bool outlook_accepted(struct store *s, int64_t job, struct outlook_place *p, struct err *e)
{
    struct book b;

    if (!store_book_load(s, job, &b, e)) return false;
    bool ok = true;
    for (size_t i = outlook_is_mending(&b) ? 0 : b.chapters_count; ok && i-- > 0 && p->text.len == 0;)
        if (b.chapters[i].chunks_count > 0)
            ok = store_chunks_each(s, job, b.chapters[i].number, STORE_BY_PLACE, outlook_on_chunk, p, e);
    book_release(&b);
    return ok;
}

static void outlook_quote(const struct buf *text, struct buf *out)
{
    size_t from = words_tail(text->data, text->len, TAIL_WORDS);

    buf_adds(out, "“…");
    for (size_t i = from; i < text->len; i++) buf_addc(out, text->data[i] == '\n' ? ' ' : text->data[i]);
    while (out->data[out->len - 1] == ' ') buf_cut(out, out->len - 1);
    buf_adds(out, "”");
}

bool outlook_behind(struct store *s, const struct job *j, struct buf *out, struct err *e)
{
    struct outlook_place p = {0};

    buf_init(&p.text, BUF_MAX_PROMPT);
    bool ok = outlook_broken(s, j->id, &p, e) && (p.text.len > 0 || outlook_accepted(s, j->id, &p, e));
    if (ok && p.text.len > 0) {
        buf_addf(out, "job %lld goes on in chapter %d, %s part %d, behind ", (long long)j->id, p.chapter,
                 p.open ? "within" : "after", p.seq);
        outlook_quote(&p.text, out);
    }
    buf_release(&p.text);
    return ok;
}

// ---- ahead ------------------------------------------------------------------------------------------------------

// What it costs is counted as it went so far: a part is as long as those that stand.
static int outlook_part_words(const struct book *b)
{
    int64_t words = 0, parts = 0;

    for (size_t i = 0; i < b->chapters_count; i++) {
        if (b->chapters[i].given) continue;
        words += book_chapter_words(&b->chapters[i]);
        parts += (int64_t)b->chapters[i].chunks_count;
    }
    return parts > 0 ? (int)(words / parts) : 0;
}

static void outlook_clock(char out[CLOCK_SIZE], int64_t eta_ms)
{
    time_t at = (time_t)((clock_wall_ms() + eta_ms) / 1000);
    struct tm tm;

    if (localtime_r(&at, &tm) == NULL ||
        strftime(out, CLOCK_SIZE, eta_ms < DAY_MS ? "%H:%M" : "%a %d %b %H:%M", &tm) == 0)
        out[0] = '\0';
}

bool outlook_ahead(struct store *s, const struct job *j, struct buf *out, struct err *e)
{
    char requests[AMOUNT_SIZE], left[CLOCK_TEXT_SIZE], clock[CLOCK_SIZE];
    double tokens_per_s = status_tokens_per_s(j);
    int64_t eta_ms = status_eta_ms(j, j->words_done);
    struct book b;

    if (tokens_per_s < 0 || eta_ms < 0 || j->words_done == 0) return true;
    if (!store_book_load(s, j->id, &b, e)) return false;
    int part_words = outlook_part_words(&b);
    if (part_words > 0) {
        clock_duration(left, eta_ms);
        outlook_clock(clock, eta_ms);
        buf_addf(out, "job %lld: %.1f tokens a second; about %s requests to come, done about %s (in %s)",
                 (long long)j->id, tokens_per_s, amount_text(requests, forecast_rest(&b, part_words)), clock, left);
    }
    book_release(&b);
    return true;
}
