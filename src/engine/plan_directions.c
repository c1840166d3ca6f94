// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// See plan_directions.h. They stand behind the filled template: a user's own templates have no place for them.
#include "engine/plan_directions.h"

#include "engine/directions.h"
#include "text/template.h"

struct planned {
    struct buf *out;
    int from, to, unsaid;
    bool any;
};

static bool add(void *arg, const struct direction_row *row)
{
    struct planned *p = arg;
    if (!directions_hold(row, p->from, p->to) || p->unsaid-- > 0) return true;
    if (!p->any) buf_adds(p->out, "\nThe author's directions for these chapters:\n");
    p->any = true;
    buf_adds(p->out, "- ");
    template_neutral(p->out, row->text);
    buf_addc(p->out, '\n');
    return true;
}

bool plan_directions(struct buf *out, const struct desk *d, int from, int to, struct err *e)
{
    struct planned p = {.out = out, .from = from, .to = to};
    return directions_unsaid(d, from, to, &p.unsaid, e) && store_directions_each(d->store, d->job->id, add, &p, e);
}
