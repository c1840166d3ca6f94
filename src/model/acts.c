// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The borders of acts. An act that stands is a row; those to come share what chapters are left evenly, so that a book
// that has become shorter or longer meanwhile still has acts of about one size.
#include "model/acts.h"

static int acts_needed(int chapters)
{
    return (chapters + ACT_CHAPTERS - 1) / ACT_CHAPTERS;
}

static int chapters_planned(const struct book *b)
{
    return b->acts_count > 0 ? b->acts[b->acts_count - 1].to : 0;
}

int acts_total(const struct book *b)
{
    int left = b->chapters_total - chapters_planned(b);
    return (int)b->acts_count + (left > 0 ? acts_needed(left) : 0);
}

struct act_range acts_range(const struct book *b, int number)
{
    if (number <= (int)b->acts_count) {
        const struct book_act *a = &b->acts[number - 1];
        return (struct act_range){a->number, a->from, a->to};
    }
    int from = chapters_planned(b) + 1, left = b->chapters_total - from + 1, more = acts_needed(left);
    int k = number - (int)b->acts_count; // 1 is the first that does not stand
    return (struct act_range){number, from + left * (k - 1) / more, from + left * k / more - 1};
}

struct act_range acts_of_chapter(const struct book *b, int chapter)
{
    for (size_t i = 0; i < b->acts_count; i++)
        if (chapter >= b->acts[i].from && chapter <= b->acts[i].to) return acts_range(b, (int)i + 1);
    if (b->acts_count == 0 && b->chapters_total <= ACT_CHAPTERS) return (struct act_range){1, 1, b->chapters_total};
    return (struct act_range){0, chapter, chapter};
}
