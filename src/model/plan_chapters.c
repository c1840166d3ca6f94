// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Chapters: all that the answer lists, from JSON (model/plan_chapters_json.c) or lines (model/plan_rows.c); of these, the
// consecutive ones that were asked for.
#include "model/plan.h"

#include "base/mem.h"
#include "model/plan_chapters.h"

#include <stdlib.h>

// A list that holds more is no list of chapters.
enum { ROWS_MOST = 4096 };

static void release(struct plan_chapter *c)
{
    char *const all[] = {c->title, c->pov, c->event, c->purpose, c->opens, c->closes, c->ends_on};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) free(all[i]);
}

void plan_chapters_release(struct plan_chapters *p)
{
    for (size_t i = 0; i < p->count; i++) release(&p->items[i]);
    free(p->items);
    *p = (struct plan_chapters){0};
}

struct plan_chapter *plan_chapters_add(struct plan_chapter_list *l)
{
    if (l->all.count == ROWS_MOST) return NULL;
    mem_grow(&l->all.items, &l->cap, l->all.count + 1, sizeof(*l->all.items));
    struct plan_chapter *c = &l->all.items[l->all.count++];
    *c = (struct plan_chapter){.weight = 1};
    return c;
}

// Only a number in the place of a weight is one.
double plan_chapter_weight(double weight)
{
    if (!(weight > 0)) return 1;
    return weight < 0.5 ? 0.5 : weight > 2 ? 2 : weight;
}

static int greatest(const struct plan_chapters *p)
{
    int most = 0;
    for (size_t i = 0; i < p->count; i++) {
        if (p->items[i].number > most) most = p->items[i].number;
    }
    return most;
}

static void swap(struct plan_chapter *a, struct plan_chapter *b)
{
    struct plan_chapter kept = *a;
    *a = *b;
    *b = kept;
}

// Moves the consecutive chapters to the front. How many they are.
static size_t choose(struct plan_chapters *p, int from, int to)
{
    int shift = p->count ? plan_number_shift(p->items[0].number, greatest(p), from, to) : 0;
    size_t kept = 0;
    int expected = from;
    for (size_t i = 0; i < p->count && expected <= to; i++) {
        int number = p->items[i].number + shift;
        if (number > expected) break;
        if (number < expected) continue;
        p->items[i].number = expected++;
        swap(&p->items[i], &p->items[kept++]);
    }
    return kept;
}

void plan_read_chapters(struct plan_chapters *out, const char *text, size_t len, bool cut, int from, int to)
{
    struct plan_chapter_list l = {.from = from};
    plan_chapters_from_json(&l, text, len);
    if (!l.all.count) plan_chapters_from_lines(&l, text, len, cut);
    size_t kept = choose(&l.all, from, to);
    while (l.all.count > kept) release(&l.all.items[--l.all.count]);
    *out = l.all;
    if (!kept) plan_chapters_release(out);
}
