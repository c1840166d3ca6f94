// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The parts of an EPUB: each function appends one whole file to `out`. What every part needs to know is in struct epub.
#ifndef OUT_EPUB_H
#define OUT_EPUB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "out/manuscript.h"

struct epub {
    const struct manuscript *m;
    const char *language;  // a well-formed tag
    const char *direction; // "ltr", "rtl"
    struct buf id;         // "urn:uuid:…"
    struct buf title;      // as it is printed, not escaped
};

// Names inside OEBPS/; chapters by their place in the book, from 0.
#define EPUB_COVER_PAGE    "cover.xhtml"
#define EPUB_TITLE_PAGE    "title.xhtml"
#define EPUB_CONTENTS_PAGE "nav.xhtml"
#define EPUB_NCX           "toc.ncx"
#define EPUB_STYLE         "style.css"
enum { EPUB_NAME_SIZE = 48 };
void epub_chapter_name(char out[EPUB_NAME_SIZE], const struct epub *b, size_t i); // "chapter-001.xhtml"
const char *epub_cover_name(const struct epub *b);                                // "cover.jpg"; NULL: no cover

void epub_package(struct buf *out, const struct epub *b);  // content.opf
void epub_contents(struct buf *out, const struct epub *b); // nav.xhtml
void epub_ncx(struct buf *out, const struct epub *b);      // toc.ncx
void epub_style(struct buf *out, const struct epub *b);
void epub_cover_page(struct buf *out, const struct epub *b);
void epub_title_page(struct buf *out, const struct epub *b);
void epub_chapter(struct buf *out, const struct epub *b, size_t i);

// What stands before and after the content of each page; `title` and `kind` (epub:type of the body) are not escaped.
void epub_page_begin(struct buf *out, const struct epub *b, const char *title, const char *kind);
void epub_page_end(struct buf *out);

#endif
