// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One piece of text being typeset. Each of the functions looks at the character at hand, and where it is one of its
// own writes what is printed instead and returns how many bytes that stands for; else it writes nothing and returns 0.
#ifndef OUT_PEN_H
#define OUT_PEN_H

#include "out/glyph.h"
#include "out/typography.h"

struct pen {
    struct typography *t;
    struct buf *out;
    const char *text; // the rest of the piece, from the character at hand on
    size_t len;
};

size_t pen_quote(struct pen *p); // typography_quote.c
size_t pen_dash(struct pen *p);  // typography_dash.c

// What came last is now this.
void pen_passed(struct typography *t, enum glyph g);
// The character `bytes` further on.
enum glyph pen_next(const struct pen *p, size_t bytes);
// Takes the blanks back that end what this piece has given so far; false: there are none.
bool pen_take_blanks(struct pen *p);

#endif
