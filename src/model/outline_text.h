// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the text form of an outline and its reader both know: see the drawing in outline_text.c.
#ifndef MODEL_OUTLINE_TEXT_H
#define MODEL_OUTLINE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "model/outline.h"

#define OUTLINE_PLAN_MARK "// plan: " // the numbers of the text are of this plan

enum { OUTLINE_LABEL_SIZE = 16, OUTLINE_LABELS = 6 };

// What stands before a colon at a line's start.
struct outline_label {
    const char *name;
    enum outline_field field;
    bool words; // a number of them, and no field
};
extern const struct outline_label outline_labels[OUTLINE_LABELS];

// The label that a line begins with, and where what it says begins; NULL: none.
const struct outline_label *outline_label_find(const char *line, size_t len, size_t *value);
// In lower case, for a comparison; false: it is too long to be a label.
bool outline_label_lower(const char *s, size_t len, char out[OUTLINE_LABEL_SIZE]);

#endif
