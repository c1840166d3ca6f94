// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading what a page shows: see overview.h.
#include "cli/overview.h"

#include "app/order.h"
#include "app/status.h"

enum { LOOK_AGAIN_MS = 60 * 1000 };

void overview_init(struct overview *o, const struct home *h, int64_t job)
{
    *o = (struct overview){.home = h};
    current_init(&o->current);
    look_read(&o->look, h->path, job);
}

static void overview_clear(struct overview *o)
{
    job_release(&o->job);
    book_release(&o->book);
    lately_release(&o->lately);
    own_edits_release(&o->edits);
    o->job = (struct job){0};
    o->book = (struct book){0};
}

void overview_release(struct overview *o)
{
    overview_clear(o);
    current_release(&o->current);
}

enum store_found overview_read(struct overview *o, struct store *s, int64_t job, int64_t now_ms, struct err *e)
{
    overview_clear(o);
    o->written = order_is_written(o->home);
    enum store_found found = store_job_get(s, job, &o->job, e);
    if (found != STORE_FOUND) return found;
    bool ok = status_jobs_before(s, &o->job, &o->jobs_before, e) && current_read(&o->current, s, job, e) &&
              store_book_load(s, job, &o->book, e) && lately_read(&o->lately, s, job, &o->look, now_ms, e) &&
              own_edits_find(&o->edits, s, &o->job, e);
    return ok ? STORE_FOUND : STORE_ERROR;
}

// An engine that ended its job while the rows were read has broken nothing off: it was there before them.
void overview_page(const struct overview *o, const struct home *h, const struct looks *l, int64_t now_ms,
                   struct buf *out)
{
    const struct page_view v = {.job = &o->job,
                                .current = o->job.state == JOB_DONE ? NULL : &o->current,
                                .book = &o->book,
                                .lately = &o->lately,
                                .look = &o->look,
                                .edits = &o->edits,
                                .jobs_before = o->jobs_before,
                                .written = o->written || order_is_written(h),
                                .now_ms = now_ms};

    page_job(&v, l, out);
}

// To the minute is near enough, and a file that is synced takes longer than all the rest.
void overview_looked(const struct overview *o, const struct home *h, int64_t now_ms)
{
    int64_t since_ms = now_ms - o->look.time_ms;

    if (since_ms < 0 || since_ms >= LOOK_AGAIN_MS) look_write(h->path, &o->job, o->lately.newest, now_ms);
}
