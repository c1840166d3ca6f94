// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What single line feeds mean in prose. Some writers part paragraphs by one, some wrap their lines at a width, and both
// set verse and letters line by line; the text itself has to tell which it is.
#ifndef TEXT_LINES_H
#define TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>

enum lines_break {
    LINES_JOIN,  // a wrapped line: a blank
    LINES_APART, // a paragraph ends
    LINES_KEEP   // verse, an address: the next line belongs to it, but stays a line
};

// Judges each line feed of s that has text on both of its sides (a blank line parts paragraphs anyway), in order. `out`
// has room for `most`; returns how many were judged.
size_t lines_judge(enum lines_break *out, size_t most, const char *s, size_t len);

// Whether the lines are a table: each begins with "|", and the second is a rule ("|---|:--|").
bool lines_are_table(const char *s, size_t len);

#endif
