// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// How things look: colours, bars, widths. What a stream can show is found out once (looks_of) and handed on, so that
// what draws depends on nothing else. Columns are those of the display: a wide character takes two, a combining one none.
#ifndef CLI_LOOKS_H
#define CLI_LOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct looks {
    bool color;
    bool unicode;   // bars of blocks, else of ASCII
    bool terminal;  // somebody looks at it now
    size_t columns; // of a line
};

// Of a descriptor: --color, NO_COLOR, TERM, the locale, $COLUMNS, else the terminal's width, else 80.
struct looks looks_of(int fd);
size_t looks_columns(int fd);
bool looks_unicode(void); // whether the locale's characters are UTF-8

enum looks_color { LOOKS_PLAIN, LOOKS_GOOD, LOOKS_BUSY, LOOKS_WAITS, LOOKS_BAD, LOOKS_DIM, LOOKS_BOLD };
void looks_paint(const struct looks *l, enum looks_color color, struct buf *out, const char *text);

// Text from outside on one line; cut to `columns` (0: not cut), with a sign that it is.
void looks_outside(const struct looks *l, struct buf *out, const char *text, size_t columns);
// Blanks up to `columns`, behind a text that takes `used` of them.
void looks_pad(struct buf *out, size_t used, size_t columns);

// A bar of `cells`: how much of it is full. Full only when it is whole, empty only when it is nothing.
void looks_bar(const struct looks *l, struct buf *out, int64_t part, int64_t whole, size_t cells);
// A bar of stretches (chapters), one cell or more of each; where there are more of them than cells, a cell shows the
// first in this order that is among its own.
enum looks_cell { LOOKS_GAP, LOOKS_NOW, LOOKS_TO_COME, LOOKS_DONE };
void looks_stretches(const struct looks *l, struct buf *out, const enum looks_cell *stretches, size_t count,
                     size_t cells);

// The line that begins at `from` and is not ended yet goes over to the next ones between its words, below its own column
// `indent`, where a terminal is narrower. In a pipe a line stays one.
void looks_fold(const struct looks *l, struct buf *out, size_t from, size_t indent);

// Appends one line (without its line feed) cut to the columns that there are, with a sign that it is; colours take none,
// and end with it.
void looks_clip(const struct looks *l, struct buf *out, const char *line, size_t len);

#endif
