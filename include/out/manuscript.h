// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// A book as it is exported: its data and its chapters in Markdown, all in memory (a 150,000-word book is one megabyte).
// engine/edition.h makes one from rows; the exporters of this folder only read it. The same manuscript gives the same
// bytes, whenever and wherever it is exported.
#ifndef OUT_MANUSCRIPT_H
#define OUT_MANUSCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/language.h"

struct manuscript_chapter {
    int number;
    char *title;
    // Markdown without the chapter's heading. A missing part stands in it as a paragraph of its own that is the gap's
    // mark in the book's language (manuscript_gap_mark).
    struct buf text;
    bool complete; // false: as far as it is written
};

struct manuscript {
    char *uuid, *title;                                      // never NULL
    char *subtitle, *author, *series, *description, *rights; // NULL: not given
    const struct language *language;
    int64_t modified_s; // UTC: $SOURCE_DATE_EPOCH if it is set, else when the book's text changed last
    bool complete;      // false: chapters are missing or being written
    bool markup;        // of a kind whose prose has headings, lists and code of its own
    struct manuscript_chapter *chapters;
    size_t chapters_count;
    struct manuscript_cover {
        struct buf data;        // empty: none
        const char *media_type; // "image/jpeg", "image/png"
        int width, height;      // pixels
    } cover;
};
void manuscript_release(struct manuscript *m);

// "*[…]*" in the book's language: what stands where part `part` of `chapter` could not be written.
void manuscript_gap_mark(struct buf *out, const struct language *l, int chapter, int part);

// The picture must be a whole JPEG or PNG by its own bytes. `name` is for the message.
enum { MANUSCRIPT_COVER_BYTES = 5 * 1000 * 1000, MANUSCRIPT_COVER_SIDE = 10000 };
bool manuscript_set_cover(struct manuscript *m, const void *data, size_t len, const char *name, struct err *e);

// ---- the formats -------------------------------------------------------------------------------------------------
// Each appends the whole file to `out`.
bool export_md(const struct manuscript *m, struct buf *out, struct err *e);   // out/export_md.c
bool export_txt(const struct manuscript *m, struct buf *out, struct err *e);  // out/export_txt.c
bool export_html(const struct manuscript *m, struct buf *out, struct err *e); // out/export_html.c
bool export_epub(const struct manuscript *m, struct buf *out, struct err *e); // out/epub.c
bool export_docx(const struct manuscript *m, struct buf *out, struct err *e); // out/docx.c

enum export_format { EXPORT_MD, EXPORT_TXT, EXPORT_HTML, EXPORT_EPUB, EXPORT_DOCX, EXPORT_FORMATS };
const char *export_name(enum export_format f); // "md": also the file's extension
bool export_is_text(enum export_format f);     // fit for a terminal
bool export_from_name(const char *name, enum export_format *f);
bool export_write(const struct manuscript *m, enum export_format f, struct buf *out, struct err *e); // out/export.c

#endif
