// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Cards from "CARD 2 | where, when, who | event; event | stops at", or the same without the word CARD.
#include "model/plan.h"

#include "base/mem.h"
#include "model/plan_line.h"

#include <stdlib.h>
#include <string.h>

enum { CARD_BYTES = 600 };

// What stands behind "CARD n |"; false if the line is no card.
static bool read_card(struct plan_span line, struct plan_span *card)
{
    bool named = plan_word(line, "card"), sign;
    int number;
    *card = named ? plan_trim((struct plan_span){line.s + 4, line.len - 4}) : line;
    bool numbered = plan_number(card, &number, &sign);
    bool bar = card->len && *card->s == '|';
    while (card->len && (*card->s == '|' || *card->s == ':')) {
        card->s++;
        card->len--;
    }
    *card = plan_trim(*card);
    if (!card->len) return false;
    if (named) return numbered || bar; // "CARD number | …" is our own words, given back
    return numbered && memchr(card->s, '|', card->len);
}

// Adds the fields with the same bars between them, whatever the model's spacing was.
static char *clean_card(struct plan_span card)
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
    char *item = mem_strndup(b.data, b.len);
    buf_release(&b);
    return item;
}

void plan_read_cards(struct plan_cards *out, const char *text, size_t len, bool cut, size_t most)
{
    *out = (struct plan_cards){0};
    struct plan_lines l;
    struct plan_span card;
    size_t cap = 0;
    plan_lines_init(&l, text, len, cut);
    while (out->count < most && plan_lines_next(&l)) {
        if (!read_card(l.line, &card)) continue;
        char *item = clean_card(card);
        if (!*item) {
            free(item);
            continue;
        }
        mem_grow(&out->items, &cap, out->count + 1, sizeof *out->items);
        out->items[out->count++] = item;
    }
    plan_lines_release(&l);
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
