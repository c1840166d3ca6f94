// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the forms of an outline share.
#ifndef MODEL_OUTLINE_PARTS_H
#define MODEL_OUTLINE_PARTS_H

#include "model/outline.h"

// One line of a bible that is new or changed: its key and its length.
void outline_bible_line(const char *line, size_t len, int place, struct outline_faults *f);
// From words to weights, where an edit has no faults.
void outline_weigh(struct outline *edit, const struct outline *now);

#endif
