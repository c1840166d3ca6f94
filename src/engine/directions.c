// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Directions are appended by code, behind the filled template: templates of a user's own know of no such variable.
#include "engine/directions.h"

#include "text/template.h"

struct writing {
    struct buf *out;
    int chapter;
    bool lasting, any; // those for all that follows; else those for this chapter alone
};

static bool add(void *arg, const struct direction_row *d)
{
    struct writing *w = arg;
    bool holds = d->first <= w->chapter && (d->last == 0 || w->chapter <= d->last);
    if (!holds || (d->last == 0) != w->lasting) return true;
    if (!w->any)
        buf_addf(w->out, "The author's directions for this chapter%s:\n",
                 w->lasting ? " and those that follow" : " alone");
    w->any = true;
    buf_adds(w->out, "- ");
    template_neutral(w->out, d->text);
    buf_addc(w->out, '\n');
    return true;
}

bool directions_write(struct buf *out, struct store *s, int64_t job, int chapter, struct err *e)
{
    struct writing lasting = {.out = out, .chapter = chapter, .lasting = true},
                   alone = {.out = out, .chapter = chapter};
    return store_directions_each(s, job, add, &lasting, e) && store_directions_each(s, job, add, &alone, e);
}
