// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A table that fits a line: columns are as wide as their widest cell; where the line is too short for the last one,
// those that may go are left out, and the last one is cut.
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/looks.h"

enum { TABLE_COLUMNS_MOST = 12 };

struct table_column {
    const char *head;
    bool right;
    int goes; // 1: the first to be left out; 0: it always stays
};

struct table_cell {
    char *text;
    enum looks_color color;
};

struct table {
    const struct table_column *columns;
    size_t columns_count;
    struct table_cell *cells; // row by row
    size_t count, cap;
};

void table_init(struct table *t, const struct table_column *columns, size_t count);
void table_release(struct table *t);
// The next cell of the row, or the first of the next one; the text is copied, and passes the terminal filter.
void table_add(struct table *t, enum looks_color color, const char *text);
// `columns` of the line; 0: as long as it takes.
void table_print(const struct table *t, const struct looks *l, size_t columns, struct buf *out);

#endif
