// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The two readers of chapters, which list all that the answer has; model/plan_chapters.c takes what was asked for.
#ifndef MODEL_PLAN_CHAPTERS_H
#define MODEL_PLAN_CHAPTERS_H

#include "model/plan.h"
#include "model/plan_line.h"

enum { CHAPTER_TITLE_BYTES = 160, CHAPTER_FIELD_BYTES = 400, CHAPTER_EVENT_BYTES = 600 };

struct plan_chapter_list {
    struct plan_chapters all; // numbers as given
    size_t cap;
    int from; // the number of a first chapter that has none
};

// A new chapter at the end, without texts; the caller sets them all. NULL: there are too many.
struct plan_chapter *plan_chapters_add(struct plan_chapter_list *l);
// Within the bounds; 1 if it is not above 0.
double plan_chapter_weight(double weight);

void plan_chapters_from_json(struct plan_chapter_list *l, const char *text, size_t len);
void plan_chapters_from_lines(struct plan_chapter_list *l, const char *text, size_t len, bool cut);

#endif
