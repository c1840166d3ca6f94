// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Acts from JSON, or from "ACT 2 | where it starts | what turns it | what is unsolved". Also read: "Act II: …", "2. …",
// and an act's parts on lines of their own below its number ("Start: …").
#include "model/plan.h"

#include "base/mem.h"
#include "model/plan_json.h"
#include "model/plan_line.h"
#include "model/plan_talk.h"

#include <stdlib.h>
#include <string.h>

enum { ACTS_MOST = 1024, PART_BYTES = 400, PARTS = 3, ROMAN_BYTES = 5 };

struct reading {
    struct plan_acts all; // numbers as given
    size_t cap;
    int from;
};

static char **part_of(struct plan_act *a, size_t part)
{
    return part == 0 ? &a->start : part == 1 ? &a->turn : &a->open;
}

static void release(struct plan_act *a)
{
    for (size_t i = 0; i < PARTS; i++) free(*part_of(a, i));
}

void plan_acts_release(struct plan_acts *p)
{
    for (size_t i = 0; i < p->count; i++) release(&p->items[i]);
    free(p->items);
    *p = (struct plan_acts){0};
}

static struct plan_act *add_act(struct reading *r, int number)
{
    if (r->all.count == ACTS_MOST) return NULL;
    mem_grow(&r->all.items, &r->cap, r->all.count + 1, sizeof(*r->all.items));
    struct plan_act *a = &r->all.items[r->all.count++];
    a->number = number;
    for (size_t i = 0; i < PARTS; i++) *part_of(a, i) = mem_strdup("");
    return a;
}

static void set_part(struct plan_act *a, size_t part, struct plan_span s)
{
    char **text = part_of(a, part);
    if (plan_is_none(s)) return;
    free(*text);
    *text = plan_dup(s, PART_BYTES);
}

// ---- JSON -------------------------------------------------------------------------------------------------------

static const char *const part_keys[PARTS][8] = {
    {"start", "starts", "startswith", "begin", "beginning", "summary", "description", NULL},
    {"turn", "turns", "turnson", "turningpoint", "climax", "change", NULL},
    {"open", "unsolved", "unresolved", "stillunsolved", "openattheend", "end", "ending", NULL},
};

static bool take(void *arg, const struct json *item, bool sure)
{
    static const char *const numbers[] = {"number", "act", "actnumber", "no", "index", "id", NULL};
    struct reading *r = arg;
    int number;
    bool numbered = plan_json_number(plan_json_get(item, numbers), &number), some = false;
    for (size_t i = 0; i < PARTS; i++) some = some || plan_json_get(item, part_keys[i]);
    if (!some || (!numbered && !sure)) return false;
    if (!numbered) number = r->all.count ? r->all.items[r->all.count - 1].number + 1 : r->from;
    struct plan_act *a = add_act(r, number);
    struct buf b;
    buf_init(&b, BUF_MAX_PIECE);
    for (size_t i = 0; a && i < PARTS; i++) {
        buf_clear(&b);
        plan_json_add(&b, plan_json_get(item, part_keys[i]), "; ");
        set_part(a, i, (struct plan_span){b.data, b.len});
    }
    buf_release(&b);
    return true;
}

// ---- lines ------------------------------------------------------------------------------------------------------

static int roman_digit(char c)
{
    static const char digits[] = "ivxl";
    static const int values[] = {1, 5, 10, 50};
    const char *at = strchr(digits, c | 0x20);
    return at && *at ? values[at - digits] : 0;
}

// "II:" or "IV |"; a letter behind it makes it a word.
static bool take_roman(struct plan_span *s, int *number)
{
    size_t n = 0;
    *number = 0;
    for (; n < s->len && n < ROMAN_BYTES && roman_digit(s->s[n]); n++) {
        int value = roman_digit(s->s[n]), next = n + 1 < s->len ? roman_digit(s->s[n + 1]) : 0;
        *number += value < next ? -value : value;
    }
    struct plan_span rest = plan_trim((struct plan_span){s->s + n, s->len - n});
    if (!n || *number <= 0 || (rest.len && !strchr(".:|)-", *rest.s))) return false;
    while (rest.len && strchr(".:)-", *rest.s)) rest = (struct plan_span){rest.s + 1, rest.len - 1};
    *s = plan_trim(rest);
    return true;
}

// Takes "ACT 2", "Act II:" or "2." off the front.
static bool take_number(struct plan_span *s, int *number)
{
    struct plan_span rest = *s;
    bool named = plan_word(rest, "act"), sign = false;
    if (named) rest = plan_trim((struct plan_span){rest.s + 3, rest.len - 3});
    bool found = plan_number(&rest, number, &sign) || (named && take_roman(&rest, number));
    bool bar = rest.len && *rest.s == '|';
    if (!found || (!named && !sign && !bar)) return false;
    if (bar) rest = plan_trim((struct plan_span){rest.s + 1, rest.len - 1});
    *s = rest;
    return true;
}

static bool add_line(struct reading *r, struct plan_span line)
{
    struct plan_span field;
    int number;
    if (plan_is_member(line) || !take_number(&line, &number)) return false;
    struct plan_act *a = add_act(r, number);
    for (size_t i = 0; a && i < PARTS && plan_field(&line, &field); i++) set_part(a, i, field);
    return true;
}

// A line below an act's number: one of its parts, or, if nothing stands in it yet, where it starts.
static void add_below(struct plan_act *a, struct plan_span line)
{
    static const struct {
        const char *label;
        size_t part;
    } labels[] = {{"start", 0},    {"starts", 0}, {"starts with", 0},    {"turn", 1},
                  {"turns on", 1}, {"open", 2},   {"still unsolved", 2}, {"unsolved", 2}};
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        if (!plan_label(&line, labels[i].label)) continue;
        set_part(a, labels[i].part, line);
        return;
    }
    if (!*a->start && !plan_is_chat(line) && !plan_is_member(line)) set_part(a, 0, line);
}

static void read_lines(struct reading *r, const char *text, size_t len, bool cut)
{
    struct plan_lines l;
    if (plan_is_refusal(text, len)) return;
    plan_lines_init(&l, text, len, cut);
    while (plan_lines_next(&l)) {
        if (!add_line(r, l.line) && r->all.count) add_below(&r->all.items[r->all.count - 1], l.line);
    }
    plan_lines_release(&l);
}

// ---- what was asked for -----------------------------------------------------------------------------------------

static bool says_something(const struct plan_act *a)
{
    return *a->start || *a->turn || *a->open;
}

// Moves the consecutive acts to the front. How many they are.
static size_t choose(struct plan_acts *p, int from, int to)
{
    int most = 0, expected = from;
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++) most = p->items[i].number > most ? p->items[i].number : most;
    int shift = p->count ? plan_number_shift(p->items[0].number, most, from, to) : 0;
    for (size_t i = 0; i < p->count && expected <= to; i++) {
        struct plan_act act = p->items[i];
        if (act.number + shift > expected) break;
        if (act.number + shift < expected || !says_something(&act)) continue;
        act.number = expected++;
        p->items[i] = p->items[kept];
        p->items[kept++] = act;
    }
    return kept;
}

void plan_read_acts(struct plan_acts *out, const char *text, size_t len, bool cut, int from, int to)
{
    static const char *const lists[] = {"acts", "skeleton", "plan", "list", NULL};
    struct reading r = {.from = from};
    const struct plan_json_want want = {.lists = lists, .take = take, .arg = &r};
    plan_json_items(text, len, &want);
    if (!r.all.count) read_lines(&r, text, len, cut);
    size_t kept = choose(&r.all, from, to);
    while (r.all.count > kept) release(&r.all.items[--r.all.count]);
    *out = r.all;
    if (!kept) plan_acts_release(out);
}
