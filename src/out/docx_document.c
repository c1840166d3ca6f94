// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// word/document.xml: the cover, the title page, the contents, the chapters, each on a new page (its heading's style
// begins one).
#include "out/docx.h"

#include <string.h>

#include "out/typeset.h"

static void add_line(struct buf *out, const struct manuscript *m, const char *style, const char *text)
{
    struct buf line;
    buf_init(&line, BUF_MAX_PIECE);
    typeset_line(&line, m, text);
    docx_line(out, m, style, line.data);
    buf_release(&line);
}

static void add_title_page(struct buf *out, const struct manuscript *m)
{
    struct buf title;
    buf_init(&title, BUF_MAX_PIECE);
    typeset_title(&title, m);
    docx_line(out, m, "Title", title.data);
    add_line(out, m, "Subtitle", m->subtitle);
    add_line(out, m, "TitlePage", m->author);
    add_line(out, m, "TitlePage", m->series);
    if (!m->complete) docx_line(out, m, "TitlePage", language_word(m->language, LANGUAGE_UNFINISHED));
    add_line(out, m, "TitlePage", m->rights);
    buf_release(&title);
}

// ---- contents: a field from its begin in the first entry to its end in the last one ---------------------------------

static void field_mark(struct buf *out, const char *type)
{
    buf_addf(out, "<w:r><w:fldChar w:fldCharType=\"%s\"/></w:r>", type);
}

static void add_entry(struct buf *out, const struct manuscript *m, size_t i)
{
    struct buf title;
    buf_init(&title, BUF_MAX_PIECE);
    typeset_heading(&title, m, &m->chapters[i]);
    docx_paragraph_begin(out, m, "TOC1", NULL);
    if (i == 0) {
        field_mark(out, "begin");
        buf_adds(out, "<w:r><w:instrText xml:space=\"preserve\"> TOC \\o \"1-1\" \\h \\z \\u </w:instrText></w:r>");
        field_mark(out, "separate");
    }
    buf_addf(out, "<w:hyperlink w:anchor=\"_Toc%08zu\" w:history=\"1\">", i + 1);
    docx_run(out, m, title.data, title.len, 0);
    buf_adds(out, "</w:hyperlink>");
    if (i + 1 == m->chapters_count) field_mark(out, "end");
    docx_paragraph_end(out);
    buf_release(&title);
}

static void add_contents(struct buf *out, const struct manuscript *m)
{
    if (!m->chapters_count) return;
    docx_line(out, m, "TOCHeading", language_word(m->language, LANGUAGE_CONTENTS));
    for (size_t i = 0; i < m->chapters_count; i++) add_entry(out, m, i);
}

// ---- chapters -------------------------------------------------------------------------------------------------------

static void add_heading(struct buf *out, const struct manuscript *m, size_t i)
{
    struct buf title;
    buf_init(&title, BUF_MAX_PIECE);
    typeset_heading(&title, m, &m->chapters[i]);
    docx_paragraph_begin(out, m, "Heading1", NULL);
    buf_addf(out, "<w:bookmarkStart w:id=\"%zu\" w:name=\"_Toc%08zu\"/>", i + 1, i + 1);
    docx_run(out, m, title.data, title.len, 0);
    buf_addf(out, "<w:bookmarkEnd w:id=\"%zu\"/>", i + 1);
    docx_paragraph_end(out);
    buf_release(&title);
}

// A4, margins of an inch; no page number on the title page, which is the first, cover or not.
static void add_section(struct buf *out, const struct manuscript *m)
{
    buf_addf(out,
             "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId3\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>"
             "<w:pgMar w:top=\"1440\" w:right=\"1440\" w:bottom=\"1440\" w:left=\"1440\" w:header=\"720\" "
             "w:footer=\"720\" w:gutter=\"0\"/><w:pgNumType w:start=\"1\"/><w:titlePg/>%s</w:sectPr>\n",
             language_rtl(m->language) ? "<w:bidi/>" : "");
}

void docx_document(struct buf *out, const struct manuscript *m)
{
    buf_adds(out,
             "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document xmlns:w=\"" DOCX_NAMESPACE
             "\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">\n<w:body>\n");
    docx_cover(out, m);
    add_title_page(out, m);
    add_contents(out, m);
    for (size_t i = 0; i < m->chapters_count; i++) {
        add_heading(out, m, i);
        docx_chapter(out, m, &m->chapters[i]);
    }
    add_section(out, m);
    buf_adds(out, "</w:body>\n</w:document>\n");
}
