// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Cards of an answer that has no card lines (model/plan_prose.c).
#ifndef MODEL_PLAN_CARDS_H
#define MODEL_PLAN_CARDS_H

#include "model/plan.h"
#include "model/plan_line.h"

struct plan_answer {
    const char *text;
    size_t len;
    bool cut;
};

struct plan_card_list {
    struct plan_cards *out;
    size_t cap, most;
};

// False: there is nothing in it, or there are enough.
bool plan_cards_add(struct plan_card_list *l, struct plan_span card);

// Numbered or bulleted lines, or sentences, divided evenly over the cards that were asked for.
void plan_cards_from_list(struct plan_card_list *l, const struct plan_answer *a);
void plan_cards_from_prose(struct plan_card_list *l, const struct plan_answer *a);

#endif
