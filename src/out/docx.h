// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The parts of a DOCX (WordprocessingML, ECMA-376): each function appends one whole file to `out`.
#ifndef OUT_DOCX_H
#define OUT_DOCX_H

#include <stdbool.h>

#include "base/buf.h"
#include "io/markdown.h"
#include "out/manuscript.h"

#define DOCX_NAMESPACE "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

void docx_types(struct buf *out, const struct manuscript *m);          // [Content_Types].xml
void docx_relations(struct buf *out, const struct manuscript *m);      // _rels/.rels
void docx_core(struct buf *out, const struct manuscript *m);           // docProps/core.xml
void docx_app(struct buf *out, const struct manuscript *m);            // docProps/app.xml
void docx_part_relations(struct buf *out, const struct manuscript *m); // word/_rels/document.xml.rels
void docx_styles(struct buf *out, const struct manuscript *m);         // word/styles.xml
void docx_settings(struct buf *out, const struct manuscript *m);       // word/settings.xml
void docx_footer(struct buf *out, const struct manuscript *m);         // word/footer1.xml
void docx_document(struct buf *out, const struct manuscript *m);       // word/document.xml

// The cover, on a page before all others, if there is one; the name and the relation of its file in word/media.
#define DOCX_COVER_ID "rId4"
const char *docx_cover_name(const struct manuscript *m); // NULL: there is none
void docx_cover(struct buf *out, const struct manuscript *m);

// A chapter's blocks; `rtl`: the language is written from right to left.
void docx_chapter(struct buf *out, const struct manuscript *m, const struct manuscript_chapter *c);

// ---- paragraphs -----------------------------------------------------------------------------------------------------
// <w:p> of a style. `extra` are more paragraph properties as XML, in the schema's order behind w:bidi, or NULL.
void docx_paragraph_begin(struct buf *out, const struct manuscript *m, const char *style, const char *extra);
void docx_paragraph_end(struct buf *out);
// One run; `style` is MARKDOWN_EMPHASIS and so on. Newlines and tabs become what Word has for them.
void docx_run(struct buf *out, const struct manuscript *m, const char *text, size_t len, unsigned style);
// A whole paragraph of one run, nothing if the text is NULL or "".
void docx_line(struct buf *out, const struct manuscript *m, const char *style, const char *text);

#endif
