// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Markdown (CommonMark) by libcmark, for exports. Raw HTML is dropped (text/html.h says what
// that is, and what was only typed); a picture becomes its alternative text; a link
// that is neither http(s) nor mailto, or is no proper URL, becomes its text. Control characters that XML forbids are
// dropped. A line's end inside a paragraph is a blank, the paragraph's end, or a line break, as the whole text suggests
// (text/lines.h); in headings and lists always a blank. What is hostile takes time in proportion to its length.
#ifndef IO_MARKDOWN_H
#define IO_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

// What the text of the document (not code) goes through before it is written: typography. `out` gets what replaces
// text[0..len). Called in reading order; `begins` says that a block begins with this piece. A hard line break is
// shown as "\n", code within a line as MARKDOWN_OBJECT; both stay what they are, whatever they are replaced by.
#define MARKDOWN_OBJECT "\uFFFC"
struct markdown_polish {
    void (*text)(void *arg, struct buf *out, const char *text, size_t len, bool begins);
    void *arg;
};

// As XHTML fragments (also valid HTML): <p>, <h2>, <ul>, <blockquote>, <hr />, … Headings are shifted down by
// `heading_shift` levels (at most to 6). `polish` NULL: as it is.
#define MARKDOWN_LINES_CLASS "lines" // of a <p> with line breaks in it
void markdown_xhtml(struct buf *out, const char *text, size_t len, int heading_shift,
                    const struct markdown_polish *polish);

// The same document as a walk, for formats that are no HTML.
enum markdown_block {
    MARKDOWN_PARAGRAPH,
    MARKDOWN_LINES,   // a paragraph with line breaks in it
    MARKDOWN_HEADING, // `level` 1 to 6
    MARKDOWN_ITEM,    // a paragraph of a list's item; `level` is its depth, `number` its number, 0 for a bullet, or
                      // MARKDOWN_FURTHER for what is not the item's first paragraph
    MARKDOWN_CODE,    // one line after the other, with newlines
    MARKDOWN_BREAK    // a thematic break, without text
};
enum { MARKDOWN_FURTHER = -1 };
enum { MARKDOWN_EMPHASIS = 1, MARKDOWN_STRONG = 2, MARKDOWN_MONO = 4 };
struct markdown_visitor {
    void (*begin)(void *arg, enum markdown_block kind, int level, int number, bool quoted);
    void (*run)(void *arg, const char *text, size_t len, unsigned style); // polished; a line break is "\n"
    void (*end)(void *arg);
    void *arg;
};
void markdown_walk(const char *text, size_t len, const struct markdown_polish *polish,
                   const struct markdown_visitor *v);

struct library;
void markdown_library(struct library *out); // see base/library.h

#endif
