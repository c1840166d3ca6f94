// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Cards from "CARD 2 | where, when, who | event; event | stops at", or the same without the word CARD. What else models
// give: JSON; a heading for each card with lines below it; a list; plain sentences (model/plan_prose.c).
#include "model/plan.h"

#include "base/mem.h"
#include "model/plan_cards.h"
#include "model/plan_json.h"
#include "model/plan_line.h"
#include "model/plan_talk.h"

#include <stdlib.h>
#include <string.h>

enum { CARD_BYTES = 600 };

// Adds the fields with the same bars between them, whatever the model's spacing was.
bool plan_cards_add(struct plan_card_list *l, struct plan_span card)
{
    struct buf b;
    struct plan_span field;
    buf_init(&b, BUF_MAX_LINE);
    card = plan_shorten(card, CARD_BYTES);
    while (plan_field(&card, &field)) {
        if (!field.len) continue;
        if (b.len) buf_adds(&b, " | ");
        buf_add(&b, field.s, field.len);
    }
    bool add = b.len && l->out->count < l->most;
    if (add) {
        mem_grow(&l->out->items, &l->cap, l->out->count + 1, sizeof(*l->out->items));
        l->out->items[l->out->count++] = mem_strndup(b.data, b.len);
    }
    buf_release(&b);
    return add;
}

// ---- JSON -------------------------------------------------------------------------------------------------------

static bool add_part(struct buf *out, const struct json *item, const char *const *names, const char *separator)
{
    const struct json *v = plan_json_get(item, names);
    size_t before = out->len;
    if (before) buf_adds(out, " | ");
    bool added = plan_json_add(out, v, separator);
    for (size_t i = before ? before + 3 : 0; added && i < out->len; i++) {
        if (out->data[i] == '|') out->data[i] = '/';
    }
    if (!added) buf_cut(out, before);
    return added;
}

static bool take(void *arg, const struct json *item, bool sure)
{
    static const char *const where[] = {"where", "setting", "place", "location", "scene", NULL};
    static const char *const who[] = {"who", "characters", "when", NULL};
    static const char *const events[] = {"events",      "event",  "beats",   "what",
                                         "whathappens", "action", "summary", NULL};
    static const char *const stops[] = {"stopsat", "stop", "stops", "endson", "end", NULL};
    struct buf b;
    (void)sure;
    buf_init(&b, BUF_MAX_PIECE);
    add_part(&b, item, where, ", ");
    add_part(&b, item, who, ", ");
    bool some = add_part(&b, item, events, "; ");
    add_part(&b, item, stops, "; ");
    if (some) plan_cards_add(arg, (struct plan_span){b.data, b.len});
    buf_release(&b);
    return some;
}

// ---- lines ------------------------------------------------------------------------------------------------------

struct card_line {
    bool named, numbered, bar;
    struct plan_span rest; // what stands behind "CARD n |"
};

static struct card_line look(struct plan_span line)
{
    struct card_line c = {.named = plan_word(line, "card"), .rest = line};
    int number;
    bool sign;
    if (c.named) c.rest = plan_trim((struct plan_span){line.s + 4, line.len - 4});
    c.numbered = plan_number(&c.rest, &number, &sign);
    c.bar = c.rest.len && *c.rest.s == '|';
    while (c.rest.len && strchr("|:", *c.rest.s)) c.rest = (struct plan_span){c.rest.s + 1, c.rest.len - 1};
    c.rest = plan_trim(c.rest);
    return c;
}

static bool is_card(const struct card_line *c)
{
    if (c->named) return c->numbered || c->bar; // "CARD number | …" is our own words, given back
    return c->numbered && c->rest.len && memchr(c->rest.s, '|', c->rest.len);
}

// "Where: the dock" stands in the card without its label.
static struct plan_span without_label(struct plan_span s)
{
    static const char *const labels[] = {"where",  "when",     "who",  "where, when, who", "setting", "event",
                                         "events", "stops at", "stop", "stop at",          "ends on"};
    for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
        if (plan_label(&s, labels[i])) break;
    }
    return s;
}

// A card that has no bars goes on in the lines below it: "Card 2", "Where: …", "Events: …".
static void read_card_lines(struct plan_card_list *l, const struct plan_answer *a)
{
    struct plan_lines lines;
    struct buf card;
    bool open = false;
    buf_init(&card, BUF_MAX_LINE);
    plan_lines_init(&lines, a->text, a->len, a->cut);
    while (plan_lines_next(&lines)) {
        struct card_line c = look(lines.line);
        if (is_card(&c)) {
            plan_cards_add(l, (struct plan_span){card.data, card.len});
            buf_clear(&card);
            struct plan_span rest = plan_shorten(c.rest, CARD_BYTES);
            buf_add(&card, rest.s, rest.len);
            open = c.named && !strchr(card.data, '|');
        } else if (open && !plan_is_chat(lines.line) && !plan_is_member(lines.line)) {
            struct plan_span part = without_label(lines.line);
            if (card.len) buf_adds(&card, " | ");
            buf_add(&card, part.s, part.len);
        }
    }
    plan_cards_add(l, (struct plan_span){card.data, card.len});
    plan_lines_release(&lines);
    buf_release(&card);
}

void plan_read_cards(struct plan_cards *out, const char *text, size_t len, bool cut, size_t most)
{
    static const char *const lists[] = {"cards", "beats", "scenes", NULL};
    static void (*const readers[])(struct plan_card_list * l, const struct plan_answer *a) = {
        read_card_lines, plan_cards_from_list, plan_cards_from_prose};
    const struct plan_answer a = {text, len, cut};
    *out = (struct plan_cards){0};
    struct plan_card_list l = {.out = out, .most = most};
    const struct plan_json_want want = {.lists = lists, .take = take, .arg = &l};
    plan_json_items(text, len, &want);
    for (size_t i = 0; i < ARRAY_LEN(readers) && !out->count; i++) readers[i](&l, &a);
}

void plan_cards_release(struct plan_cards *p)
{
    for (size_t i = 0; i < p->count; i++) free(p->items[i]);
    free(p->items);
    *p = (struct plan_cards){0};
}

const char *plan_card_stop(const char *card)
{
    const char *bar = strrchr(card, '|');
    if (!bar) return "";
    return bar + 1 + strspn(bar + 1, " ");
}
