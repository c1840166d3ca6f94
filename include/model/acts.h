// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Acts: stretches of at most ACT_CHAPTERS chapters that are outlined when the stretch before them is written, and whose
// recaps may later be merged. A book of few chapters is one act and has no rows of them. Pure.
#ifndef MODEL_ACTS_H
#define MODEL_ACTS_H

#include "model/book.h"

enum { ACT_CHAPTERS = 13, ACT_BATCH = 8 };

struct act_range {
    int number, from, to; // chapters
};

// How many acts the book has in all: those that stand, and those that the remaining chapters need.
int acts_total(const struct book *b);
// The act that would follow `before` acts (rows, and what this function gave for those in between).
struct act_range acts_range(const struct book *b, int number);
// The act that holds a chapter; its number is 0 where it is not planned yet.
struct act_range acts_of_chapter(const struct book *b, int chapter);

#endif
