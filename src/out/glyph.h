// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What kind of character stands beside a quotation mark or a dash.
#ifndef OUT_GLYPH_H
#define OUT_GLYPH_H

#include <stddef.h>

enum glyph {
    GLYPH_START, // of a paragraph or a line: nothing stands before
    GLYPH_END,   // of a piece: what follows is not known
    GLYPH_SPACE,
    GLYPH_OPEN,  // an opening bracket
    GLYPH_POINT, // other punctuation, and what belongs to the word before it
    GLYPH_DASH,
    GLYPH_QUOTE,
    GLYPH_DIGIT,
    GLYPH_LETTER,
    GLYPH_WIDE // of scripts that put no blanks between words
};

// The character at text[0..len), and how many bytes it has (at least 1). GLYPH_END where len is 0.
enum glyph glyph_at(const char *text, size_t len, size_t *bytes);

#endif
