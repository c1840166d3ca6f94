// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// outline.md and outline.json.
#include "engine/pages.h"

#include "io/json.h"

struct outline {
    struct buf *md;
    struct json *acts, *chapters;
};

static bool add_act(void *arg, const struct act_row *a)
{
    struct outline *o = arg;
    if (json_count(o->acts) == 0) buf_adds(o->md, "\n## Acts\n\n");
    buf_addf(o->md, "%d. Chapters %d to %d: %s. Turns on: %s. Unsolved at its end: %s.\n", a->number, a->from, a->to,
             a->start, a->turn, a->open);
    struct json *item = json_new_object();
    json_set_int(item, "number", a->number);
    json_set_int(item, "from", a->from);
    json_set_int(item, "to", a->to);
    json_set_str(item, "start", a->start);
    json_set_str(item, "turn", a->turn);
    json_set_str(item, "open", a->open);
    json_push(o->acts, item);
    return true;
}

static bool add_outline(void *arg, const struct chapter_row *c)
{
    struct outline *o = arg;
    buf_addf(o->md, "\n## %d. %s\n\n%s\n", c->number, c->title, c->event);
    if (c->pov && *c->pov) buf_addf(o->md, "\nPoint of view: %s\n", c->pov);
    if (c->ends_on && *c->ends_on) buf_addf(o->md, "\nEnds on: %s\n", c->ends_on);
    struct json *item = json_new_object();
    json_set_int(item, "number", c->number);
    json_set_str(item, "title", c->title);
    json_set_str(item, "pov", c->pov);
    json_set_str(item, "summary", c->event);
    json_set_str(item, "purpose", c->purpose);
    json_set_str(item, "opens", c->opens);
    json_set_str(item, "closes", c->closes);
    json_set_str(item, "ends_on", c->ends_on);
    json_set_num(item, "weight", c->weight);
    json_push(o->chapters, item);
    return true;
}

bool pages_outline(const struct pages *p, struct buf *md, struct buf *json, struct err *e)
{
    struct buf bible;
    struct outline o = {.md = md, .acts = json_new_array(), .chapters = json_new_array()};
    buf_init(&bible, BUF_MAX_PIECE);
    bool ok = store_bible_get(p->store, p->job->id, &bible, e);
    buf_addf(md, "# %s\n\n```\n%s```\n", p->job->title, bible.data);
    ok = ok && store_acts_each(p->store, p->job->id, add_act, &o, e) &&
         store_chapters_each(p->store, p->job->id, add_outline, &o, e);

    struct json *root = json_new_object();
    json_set_str(root, "title", p->job->title);
    json_set_str(root, "bible", bible.data);
    json_set(root, "acts", o.acts);
    json_set(root, "chapters", o.chapters);
    json_write(root, json, 2);
    buf_addc(json, '\n');
    json_free(root);
    buf_release(&bible);
    return ok;
}
