// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Which attempts somebody wishes to see: see wish.h.
#include "app/wish.h"

#include <inttypes.h>
#include <stdio.h>

bool wish_is_met(const struct transcript_wish *w, const struct attempt_row *a)
{
    if (w->attempt > 0 && a->number != w->attempt) return false;
    if (w->chapter == 0) return transcript_is_plan(a->kind);
    if (transcript_is_plan(a->kind) || a->chapter != w->chapter) return false;
    return w->chunk == 0 || (history_is_chunk(a) && a->seq == w->chunk);
}

// ---- what there is, when there is not what was wished for -----------------------------------------------------------

struct wish_range {
    int from, to; // 0: nothing
};

static void wish_extend(struct wish_range *r, int n)
{
    if (r->from == 0 || n < r->from) r->from = n;
    if (n > r->to) r->to = n;
}

// ", only for chapters 1 to 3"
static const char *wish_only(char out[64], const char *as, const struct wish_range *r, const char *what)
{
    if (r->from == 0)
        (void)snprintf(out, 64, ", nor %sany other", as);
    else if (r->from == r->to)
        (void)snprintf(out, 64, ", only %s%s %d", as, what, r->from);
    else
        (void)snprintf(out, 64, ", only %s%ss %d to %d", as, what, r->from, r->to);
    return out;
}

struct wish_there { // of what was wished for, with the last part of the wish left open
    bool chapter, any;
    struct wish_range chapters, chunks, attempts;
};

static void wish_look_around(const struct transcript_wish *w, const struct history *h, struct wish_there *there)
{
    const struct transcript_wish any_attempt = {.chapter = w->chapter, .chunk = w->chunk};

    there->chapter = w->chapter == 0;
    for (size_t i = 0; i < h->count; i++) {
        const struct attempt_row *a = &h->rows[i].a;
        if (wish_is_met(w, a)) there->any = true;
        if (wish_is_met(&any_attempt, a)) wish_extend(&there->attempts, a->number);
        if (transcript_is_plan(a->kind)) continue;
        wish_extend(&there->chapters, a->chapter);
        if (a->chapter != w->chapter) continue;
        there->chapter = true;
        if (history_is_chunk(a)) wish_extend(&there->chunks, a->seq);
    }
}

bool wish_check(const struct transcript_wish *w, const struct history *h, struct err *e)
{
    struct wish_there there = {0};
    char only[64];

    wish_look_around(w, h, &there);
    if (there.any || (w->chapter == 0 && w->attempt == 0)) return true;
    if (!there.chapter)
        return err_set(e, ERR_USAGE, "nothing was sent for chapter %d of job %" PRId64 "%s", w->chapter, w->job,
                       wish_only(only, "for ", &there.chapters, "chapter"));
    if (w->chunk > 0 && there.attempts.from == 0)
        return err_set(e, ERR_USAGE, "nothing was sent for part %d of chapter %d of job %" PRId64 "%s", w->chunk,
                       w->chapter, w->job, wish_only(only, "for ", &there.chunks, "part"));
    return err_set(e, ERR_USAGE, "there was no attempt %d%s", w->attempt,
                   wish_only(only, "", &there.attempts, "attempt"));
}
