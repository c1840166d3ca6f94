// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The plan of a book as a tree.
#ifndef CLI_PAGE_OUTLINE_H
#define CLI_PAGE_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "model/outline.h"

struct page_outline_view {
    bool utf8;      // branches of lines, else of ASCII
    size_t columns; // longer lines are cut; 0: none is
};

void page_outline(const struct outline *o, const struct page_outline_view *v, struct buf *out);

#endif
