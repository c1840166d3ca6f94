// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What the printed formats do alike with a manuscript: the language's typography, prose that is not mistaken for
// Markdown, and what stands over a chapter.
#ifndef OUT_TYPESET_H
#define OUT_TYPESET_H

#include "base/buf.h"
#include "io/markdown.h"
#include "out/manuscript.h"
#include "out/typography.h"

// The polish of one chapter. `polish` points into the struct, which must stay where it is.
struct typeset {
    struct typography typography;
    struct markdown_polish polish;
};
void typeset_init(struct typeset *t, const struct manuscript *m);

// One line of plain text (a title, a name) with the language's typography; NULL adds nothing.
void typeset_line(struct buf *out, const struct manuscript *m, const char *line);

// The chapter's Markdown. In a kind without markup, what happens to look like the begin of a list ("- No," said in
// Polish; "1984. A year"), or of a heading, a quotation or code without being set like one, is escaped.
void typeset_prose(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c);

// "Chapter 3", in the language; nothing if the title says it, or is a "Prologue".
void typeset_number(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c);
// Number and title in a line: "Chapter 3. The Flood". Never empty.
void typeset_heading(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c);

// The book's title, or its uuid if the title has no character that may be printed.
void typeset_title(struct buf *out, const struct manuscript *m);

// The tag if it is well-formed (BCP 47), else "und".
const char *typeset_language(const struct manuscript *m);

// "2026-01-31T09:00:00Z"
enum { TYPESET_DATE_SIZE = 24 };
void typeset_date(char out[TYPESET_DATE_SIZE], const struct manuscript *m);

#endif
