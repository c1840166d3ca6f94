// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Cards of answers that are a list or plain prose: what happens is in them, only not in the form that was asked for. A
// refusal, and a few words, are no plan.
#include "model/plan_cards.h"

#include "base/mem.h"
#include "model/plan_talk.h"
#include "text/words.h"

#include <stdlib.h>
#include <string.h>

enum { PIECES_MOST = 256, WORDS_LEAST = 8, PROSE_BYTES = 16 * 1024 };

struct pieces {
    struct buf text; // one after the other
    struct plan_piece {
        size_t from, len;
    } items[PIECES_MOST];
    size_t count;
};

static void add_piece(struct pieces *p, struct plan_span s)
{
    s = plan_trim(s);
    if (!s.len || p->count == PIECES_MOST) return;
    size_t from = p->text.len;
    if (buf_add(&p->text, s.s, s.len)) p->items[p->count++] = (struct plan_piece){from, s.len};
}

// Divides the pieces evenly, in order.
static void add_cards(struct plan_card_list *l, const struct pieces *p, const char *separator)
{
    size_t cards = p->count < l->most ? p->count : l->most;
    struct buf card;
    buf_init(&card, BUF_MAX_PIECE);
    if (words_count(p->text.data, p->text.len) < WORDS_LEAST) cards = 0;
    for (size_t i = 0; i < cards; i++) {
        buf_clear(&card);
        for (size_t k = i * p->count / cards; k < (i + 1) * p->count / cards; k++) {
            if (card.len) buf_adds(&card, separator);
            buf_add(&card, p->text.data + p->items[k].from, p->items[k].len);
        }
        plan_cards_add(l, (struct plan_span){card.data, card.len});
    }
    buf_release(&card);
}

void plan_cards_from_list(struct plan_card_list *l, const struct plan_answer *a)
{
    struct plan_lines lines;
    struct pieces *p = mem_calloc(1, sizeof(*p));
    int number;
    bool sign;
    if (plan_is_refusal(a->text, a->len)) goto done;
    buf_init(&p->text, BUF_MAX_PIECE);
    plan_lines_init(&lines, a->text, a->len, a->cut);
    while (p->count < PIECES_MOST && plan_lines_next(&lines)) {
        struct plan_span s = lines.line;
        if (!lines.bullet || plan_is_member(s) || plan_is_chat(s)) continue;
        plan_number(&s, &number, &sign);
        add_piece(p, s);
    }
    plan_lines_release(&lines);
    add_cards(l, p, "; ");
    buf_release(&p->text);
done:
    free(p);
}

struct ends {
    size_t *list; // the last one first
    size_t count, cap;
};

static void find_ends(struct ends *e, struct plan_span line)
{
    for (size_t at = line.len; at > 0 && (at = sentence_whole(line.s, at)) > 0; at--) {
        mem_grow(&e->list, &e->cap, e->count + 1, sizeof(*e->list));
        e->list[e->count++] = at;
    }
}

static void add_sentences(struct pieces *p, struct plan_span line)
{
    struct ends e = {.list = NULL};
    size_t from = 0;
    find_ends(&e, line);
    while (from < line.len && p->count < PIECES_MOST) {
        size_t to = e.count ? e.list[--e.count] : line.len;
        struct plan_span sentence = plan_trim((struct plan_span){line.s + from, to - from});
        if (words_count(sentence.s, sentence.len) > 0 && !plan_is_chat(sentence)) add_piece(p, sentence);
        from = to;
    }
    free(e.list);
}

void plan_cards_from_prose(struct plan_card_list *l, const struct plan_answer *a)
{
    struct plan_lines lines;
    size_t len = a->len < PROSE_BYTES ? a->len : PROSE_BYTES;
    if (plan_is_refusal(a->text, a->len)) return;
    if (a->cut) len = sentence_whole(a->text, len); // the last line may be all there is
    struct pieces *p = mem_calloc(1, sizeof(*p));
    buf_init(&p->text, BUF_MAX_PIECE);
    plan_lines_init(&lines, a->text, len, false);
    while (p->count < PIECES_MOST && plan_lines_next(&lines)) {
        if (!plan_is_member(lines.line)) add_sentences(p, lines.line);
    }
    plan_lines_release(&lines);
    add_cards(l, p, " ");
    buf_release(&p->text);
    free(p);
}
