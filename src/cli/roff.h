// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Manual pages: the few man(7) macros that ours need, with what they hold escaped.
#ifndef CLI_ROFF_H
#define CLI_ROFF_H

#include "base/buf.h"

void roff_title(struct buf *out, const char *name, int section, const char *what);
void roff_section(struct buf *out, const char *title);
void roff_subsection(struct buf *out, const char *title);
void roff_text(struct buf *out, const char *text);    // paragraphs between blank lines, else filled
void roff_example(struct buf *out, const char *text); // line for line
// A term in bold, what follows it in italics ("" or NULL: nothing), and its text indented below.
void roff_item(struct buf *out, const char *term, const char *value, const char *text);

#endif
