// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Tables: see table.h. A column that is empty in every row is not shown.
#include "cli/table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/utf8.h"

enum { BETWEEN = 2, LAST_LEAST = 16 };

struct table_layout {
    size_t widths[TABLE_COLUMNS_MOST]; // 0: left out
    size_t last;                       // the most of the last column; 0: no limit
};

void table_init(struct table *t, const struct table_column *columns, size_t count)
{
    *t = (struct table){.columns = columns, .columns_count = count};
}

void table_release(struct table *t)
{
    for (size_t i = 0; i < t->count; i++) free(t->cells[i].text);
    free(t->cells);
    *t = (struct table){0};
}

void table_add(struct table *t, enum looks_color color, const char *text)
{
    struct buf shown;

    buf_init(&shown, BUF_MAX_PIECE);
    utf8_terminal(&shown, text, strlen(text), true);
    mem_grow(&t->cells, &t->cap, t->count + 1, sizeof *t->cells);
    t->cells[t->count++] = (struct table_cell){.text = mem_strndup(shown.data, shown.len), .color = color};
    buf_release(&shown);
}

static size_t table_columns_of(const char *text)
{
    return utf8_columns(text, strlen(text));
}

static size_t table_width(const struct table *t, size_t column)
{
    size_t width = 0;

    for (size_t i = column; i < t->count; i += t->columns_count) {
        size_t cell = table_columns_of(t->cells[i].text);
        if (cell > width) width = cell;
    }
    size_t head = table_columns_of(t->columns[column].head);
    return width > 0 && head > width ? head : width;
}

// What stands before the last column.
static size_t table_used(const struct table *t, const struct table_layout *y)
{
    size_t used = 0;

    for (size_t i = 0; i + 1 < t->columns_count; i++)
        if (y->widths[i] > 0) used += y->widths[i] + BETWEEN;
    return used;
}

static bool table_leave_out(const struct table *t, struct table_layout *y)
{
    size_t first = t->columns_count;

    for (size_t i = 0; i < t->columns_count; i++) {
        bool goes = y->widths[i] > 0 && t->columns[i].goes > 0;
        if (goes && (first == t->columns_count || t->columns[i].goes < t->columns[first].goes)) first = i;
    }
    if (first == t->columns_count) return false;
    y->widths[first] = 0;
    return true;
}

static void table_lay_out(const struct table *t, size_t columns, struct table_layout *y)
{
    size_t last = t->columns_count - 1;

    for (size_t i = 0; i < t->columns_count; i++) y->widths[i] = table_width(t, i);
    y->last = 0;
    if (columns == 0) return;
    size_t wanted = y->widths[last] < LAST_LEAST ? y->widths[last] : LAST_LEAST;
    while (table_used(t, y) + wanted > columns && table_leave_out(t, y)) continue;
    size_t used = table_used(t, y);
    y->last = columns > used ? columns - used : 1;
}

static void table_print_cell(const struct table *t, const struct looks *l, const struct table_layout *y,
                             size_t column, const char *text, enum looks_color color, struct buf *out)
{
    bool last = column + 1 == t->columns_count;
    size_t used = table_columns_of(text), width = y->widths[column];
    struct buf shown;

    buf_init(&shown, BUF_MAX_PIECE);
    looks_outside(l, &shown, text, last ? y->last : 0);
    if (t->columns[column].right) looks_pad(out, used, width);
    looks_paint(l, color, out, shown.data);
    if (!last) looks_pad(out, t->columns[column].right ? width : used, width + BETWEEN);
    buf_release(&shown);
}

void table_print(const struct table *t, const struct looks *l, size_t columns, struct buf *out)
{
    const size_t across = t->columns_count;
    struct table_layout y;

    assert(across > 0);
    table_lay_out(t, columns, &y);
    for (size_t i = 0; i < across; i++)
        if (y.widths[i] > 0) table_print_cell(t, l, &y, i, t->columns[i].head, LOOKS_PLAIN, out);
    buf_adds(out, "\n");
    for (size_t i = 0; i < t->count; i++) {
        size_t column = i % across;
        if (y.widths[column] > 0) table_print_cell(t, l, &y, column, t->cells[i].text, t->cells[i].color, out);
        if (column + 1 == across) buf_adds(out, "\n");
    }
}
