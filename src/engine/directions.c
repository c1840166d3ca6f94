// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Directions are appended by code, behind the filled template: templates of a user's own know of no such variable.
#include "engine/directions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "io/json.h"
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

static bool measure(struct measuring *m, const struct desk *d, int from, int to, struct err *e)
{
    *m = (struct measuring){.from = from, .to = to, .most = (size_t)d->n_ctx_tokens / CONTEXT_PART * BYTES_PER_TOKEN};
    return store_directions_each(d->store, d->job->id, add_bytes, m, e) &&
           store_directions_each(d->store, d->job->id, leave_unsaid, m, e);
}

bool directions_unsaid(const struct desk *d, int from, int to, int *count, struct err *e)
{
    struct measuring m;
    bool ok = measure(&m, d, from, to, e);
    *count = m.unsaid;
    return ok;
}

// ---- what is left out is said --------------------------------------------------------------------------------------

static bool read_told(void *arg, const struct event_row *row)
{
    struct err ignored = ERR_INIT;
    if (strcmp(row->type, "directions") != 0) return true;
    struct json *data = json_read(row->data, strlen(row->data), &ignored);
    *(int64_t *)arg = json_int(json_get(data, "unsaid"), 0);
    json_free(data);
    return true;
}

static bool tell(const struct desk *d, int chapter, const struct measuring *m, struct err *e)
{
    char text[500], data[80], oldest[32] = "";
    if (m->unsaid > 1) (void)snprintf(oldest, sizeof(oldest), "%d ", m->unsaid);
    if (m->unsaid == 0)
        (void)snprintf(text, sizeof(text), "from chapter %d on every note is told again", chapter);
    else
        (void)snprintf(
            text, sizeof(text),
            "from chapter %d on the %soldest of %d notes %s left out: together they would take more than a quarter "
            "of the server's context of %d tokens; what of them is still to hold, say in one short note: "
            "novelgen note %" PRId64 " \"TEXT\", or give the server a larger context",
            chapter, oldest, m->count, m->unsaid == 1 ? "is" : "are", d->n_ctx_tokens, d->job->id);
    (void)snprintf(data, sizeof(data), "{\"chapter\":%d,\"unsaid\":%d,\"of\":%d}", chapter, m->unsaid, m->count);
    return store_event_add(d->store, d->job->id, "directions", text, data, e);
}

bool directions_tell(const struct desk *d, int chapter, struct err *e)
{
    struct measuring m;
    int64_t told = 0;
    if (!measure(&m, d, chapter, chapter, e)) return false;
    return store_events_each(d->store, d->job->id, 0, read_told, &told, e) &&
           (told == m.unsaid || tell(d, chapter, &m, e));
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
