// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Chapters from "12 | title | point of view | what happens | ends on | weight".
//
// Also read: "Chapter 12: title | …", "12. title" (where no line has pipes), rows that lack fields at the end. Lines
// without a number are talk, a table's head, or its rule.
#include "model/plan.h"

#include "base/mem.h"
#include "model/plan_line.h"

#include <stdlib.h>
#include <string.h>

enum { TITLE_BYTES = 160, FIELD_BYTES = 400, PREFIX_BYTES = 12, FIELDS_MOST = 8 };

struct row {
    int number;
    size_t count; // fields: title, then what follows it
    struct plan_span fields[FIELDS_MOST];
};

// Takes "Chapter 12", "第12章" or "12." off the front.
static bool read_number(struct plan_span *s, int *number, bool *sign)
{
    struct plan_span at = *s;
    for (size_t i = 0; i < PREFIX_BYTES && at.len && !(*at.s >= '0' && *at.s <= '9') && *at.s != '|'; i++) {
        at.s++;
        at.len--;
    }
    if (!plan_number(&at, number, sign)) return false;
    if (at.len >= 3 && !memcmp(at.s, "章", 3)) {
        at = plan_trim((struct plan_span){at.s + 3, at.len - 3});
        *sign = true;
    }
    *s = at;
    return true;
}

static bool read_row(struct row *r, struct plan_span line, bool piped)
{
    struct plan_span field, rest = line;
    bool sign = false;
    *r = (struct row){0};
    if (piped && !memchr(line.s, '|', line.len)) return false;
    plan_field(&rest, &field);
    if (!read_number(&field, &r->number, &sign) || (!piped && !sign)) return false;
    if (field.len) r->fields[r->count++] = field; // the title stands behind the number, without a pipe
    while (r->count < FIELDS_MOST && plan_field(&rest, &field)) r->fields[r->count++] = field;
    if (r->count) r->fields[0] = plan_unquote(r->fields[0]);
    return r->count && r->fields[0].len;
}

// A field that is a number and nothing else, "1.2" or "1,2"; 0 if it is not.
static double read_weight(struct plan_span s)
{
    double value = 0, scale = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.s[i] >= '0' && s.s[i] <= '9') {
            value = value * 10 + (s.s[i] - '0');
            scale *= 10;
        } else if ((s.s[i] == '.' || s.s[i] == ',') && scale == 0) {
            scale = 1;
        } else {
            return 0;
        }
    }
    return scale > 0 ? value / scale : value;
}

static void take_weight(struct plan_chapter *c, struct row *r)
{
    c->weight = 1;
    while (r->count > 1 && !r->fields[r->count - 1].len) r->count--;
    if (r->count < 3) return;
    double weight = read_weight(r->fields[r->count - 1]);
    if (!(weight > 0)) return;
    c->weight = weight < 0.5 ? 0.5 : weight > 2 ? 2 : weight;
    r->count--;
}

// Title, then: the event; point of view and event; point of view, event and what it ends on.
static void fill_chapter(struct plan_chapter *c, struct row *r, int number)
{
    static const struct plan_span none = {"", 0};
    take_weight(c, r);
    struct plan_span *f = r->fields;
    struct plan_span pov = r->count > 2 ? f[1] : none;
    struct plan_span event = r->count > 2 ? f[2] : r->count > 1 ? f[1] : none;
    c->number = number;
    c->title = plan_dup(f[0], TITLE_BYTES);
    c->pov = plan_dup(pov, FIELD_BYTES);
    c->event = plan_dup(event.len ? event : f[0], FIELD_BYTES);
    c->ends_on = plan_dup(r->count > 3 ? f[3] : none, FIELD_BYTES);
}

struct survey {
    bool piped; // a row has pipes, so that lines without them are talk
    int first, greatest;
};

static struct survey survey_rows(const char *text, size_t len, bool cut)
{
    struct survey v = {0};
    struct plan_lines l;
    struct row r;
    for (int pass = 0; pass < 2; pass++) {
        plan_lines_init(&l, text, len, cut);
        while (plan_lines_next(&l)) {
            if (!read_row(&r, l.line, !pass || v.piped)) continue;
            v.piped = v.piped || !pass;
            if (!v.first) v.first = r.number;
            if (r.number > v.greatest) v.greatest = r.number;
        }
        plan_lines_release(&l);
        if (v.piped) break;
    }
    return v;
}

void plan_read_chapters(struct plan_chapters *out, const char *text, size_t len, bool cut, int from, int to)
{
    *out = (struct plan_chapters){0};
    struct survey v = survey_rows(text, len, cut);
    // A model that was asked for 6 to 10 may say 1 to 5 and mean them; one that says 1 to 10 means the numbers.
    int shift = v.first == 1 && v.greatest <= to - from + 1 ? from - 1 : 0;
    struct plan_lines l;
    struct row r;
    size_t cap = 0;
    plan_lines_init(&l, text, len, cut);
    for (int expected = from; expected <= to && plan_lines_next(&l);) {
        if (!read_row(&r, l.line, v.piped)) continue;
        int number = r.number + shift;
        if (number > expected) break;
        if (number < expected) continue;
        mem_grow(&out->items, &cap, out->count + 1, sizeof *out->items);
        fill_chapter(&out->items[out->count++], &r, expected++);
    }
    plan_lines_release(&l);
}

void plan_chapters_release(struct plan_chapters *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->items[i].title);
        free(p->items[i].pov);
        free(p->items[i].event);
        free(p->items[i].ends_on);
    }
    free(p->items);
    *p = (struct plan_chapters){0};
}
