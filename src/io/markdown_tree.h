// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The steps of src/io/markdown.c that work on the parsed tree, in this order. They own nothing: what they take out of the
// tree they free.
#ifndef IO_MARKDOWN_TREE_H
#define IO_MARKDOWN_TREE_H

#include <stdbool.h>

#include <cmark.h>

#include "io/markdown.h"

// markdown_settle.c: what was only typed becomes text, tables keep their lines, and each line feed is a blank, a break or
// a paragraph's end.
void markdown_settle(cmark_node *root);
// markdown_clean.c: what must not be in the document leaves it, and its text is polished. Adjacent texts have been joined,
// so that whoever polishes sees a quotation mark between its neighbours.
void markdown_clean(cmark_node *root, int heading_shift, const struct markdown_polish *polish);
// A text of blanks alone.
bool markdown_is_blank(cmark_node *node);

#endif
