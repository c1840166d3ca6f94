// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Directions are appended by code, behind the filled template: templates of a user's own know of no such variable.
#include "engine/directions.h"

#include <string.h>

#include "text/template.h"

enum { BYTES_PER_TOKEN = 4, CONTEXT_PART = 4 };

bool directions_hold(const struct direction_row *row, int from, int to)
{
    return row->first <= to && (row->last == 0 || from <= row->last);
}

// ---- room ----------------------------------------------------------------------------------------------------------

struct measuring {
    int from, to, count, seen, unsaid;
    size_t bytes, most;
};

static bool add_bytes(void *arg, const struct direction_row *row)
{
    struct measuring *m = arg;
    if (!directions_hold(row, m->from, m->to)) return true;
    m->bytes += strlen(row->text);
    m->count++;
    return true;
}

static bool leave_unsaid(void *arg, const struct direction_row *row)
{
    struct measuring *m = arg;
    if (!directions_hold(row, m->from, m->to)) return true;
    m->seen++;
    if (m->bytes <= m->most || m->seen == m->count) return true;
    m->bytes -= strlen(row->text);
    m->unsaid++;
    return true;
}

bool directions_unsaid(const struct desk *d, int from, int to, int *count, struct err *e)
{
    struct measuring m = {.from = from, .to = to, .most = (size_t)d->n_ctx_tokens / CONTEXT_PART * BYTES_PER_TOKEN};
    bool ok = store_directions_each(d->store, d->job->id, add_bytes, &m, e) &&
              store_directions_each(d->store, d->job->id, leave_unsaid, &m, e);
    *count = m.unsaid;
    return ok;
}

// ---- text ----------------------------------------------------------------------------------------------------------

struct writing {
    struct buf *out;
    int chapter, unsaid;
    bool lasting, any; // those for all that follows; else those for this chapter alone
};

static bool add(void *arg, const struct direction_row *row)
{
    struct writing *w = arg;
    if (!directions_hold(row, w->chapter, w->chapter) || w->unsaid-- > 0 || (row->last == 0) != w->lasting)
        return true;
    if (!w->any)
        buf_addf(w->out, "The author's directions for this chapter%s:\n",
                 w->lasting ? " and those that follow" : " alone");
    w->any = true;
    buf_adds(w->out, "- ");
    template_neutral(w->out, row->text);
    buf_addc(w->out, '\n');
    return true;
}

bool directions_write(struct buf *out, const struct desk *d, int chapter, struct err *e)
{
    int unsaid;
    if (!directions_unsaid(d, chapter, chapter, &unsaid, e)) return false;
    struct writing lasting = {.out = out, .chapter = chapter, .unsaid = unsaid, .lasting = true},
                   alone = {.out = out, .chapter = chapter, .unsaid = unsaid};
    return store_directions_each(d->store, d->job->id, add, &lasting, e) &&
           store_directions_each(d->store, d->job->id, add, &alone, e);
}
