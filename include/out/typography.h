// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Quotation marks, apostrophes and dashes as the book's language prints them: "…" to „…”, '…' to ’…’, -- and " - " to
// a dash, ... to an ellipsis. Text that is typeset already stays as it is. Only for exports: the store keeps what came.
// What has been polished once comes out of a second time unchanged.
#ifndef OUT_TYPOGRAPHY_H
#define OUT_TYPOGRAPHY_H

#include <stdbool.h>

#include "io/markdown.h"
#include "model/language.h"

// Remembers across the pieces of a paragraph (emphasis splits them) what came last, and which marks are open.
struct typography {
    const struct language *language;
    int before;  // enum glyph of the last character
    int solid;   // of the last that was no blank
    bool opened; // it is a quotation mark that opens
    int open_double, open_single;
};
void typography_init(struct typography *t, const struct language *l);
// As struct markdown_polish wants it; `t` is its arg.
void typography_polish(void *t, struct buf *out, const char *text, size_t len, bool begins);

#endif
