// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Paragraphs and runs. A run in a language that is written from right to left says so itself (w:rtl): only then does
// Word take the font, and bold and italics (w:bCs, w:iCs), of complex scripts.
#include "out/docx.h"

#include <string.h>

#include "text/xml.h"

void docx_paragraph_begin(struct buf *out, const struct manuscript *m, const char *style, const char *extra)
{
    buf_addf(out, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>%s%s</w:pPr>", style,
             language_rtl(m->language) ? "<w:bidi/>" : "", extra ? extra : "");
}

void docx_paragraph_end(struct buf *out)
{
    buf_adds(out, "</w:p>\n");
}

static void add_properties(struct buf *out, const struct manuscript *m, unsigned style)
{
    bool rtl = language_rtl(m->language);
    if (!style && !rtl) return;
    buf_adds(out, "<w:rPr>");
    if (style & MARKDOWN_MONO)
        buf_adds(out, "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\"/>");
    if (style & MARKDOWN_STRONG) buf_adds(out, "<w:b/><w:bCs/>");
    if (style & MARKDOWN_EMPHASIS) buf_adds(out, "<w:i/><w:iCs/>");
    if (rtl) buf_adds(out, "<w:rtl/>");
    buf_adds(out, "</w:rPr>");
}

static void add_text(struct buf *out, const char *text, size_t len)
{
    if (!len) return;
    buf_adds(out, "<w:t xml:space=\"preserve\">");
    xml_escape(out, text, len);
    buf_adds(out, "</w:t>");
}

void docx_run(struct buf *out, const struct manuscript *m, const char *text, size_t len, unsigned style)
{
    const char *end = text + len;
    if (!len) return;
    buf_adds(out, "<w:r>");
    add_properties(out, m, style);
    while (text < end) {
        const char *stop = text;
        while (stop < end && *stop != '\n' && *stop != '\t') stop++;
        add_text(out, text, (size_t)(stop - text));
        if (stop < end) buf_adds(out, *stop == '\n' ? "<w:br/>" : "<w:tab/>");
        text = stop + 1;
    }
    buf_adds(out, "</w:r>");
}

void docx_line(struct buf *out, const struct manuscript *m, const char *style, const char *text)
{
    if (!text || !*text) return;
    docx_paragraph_begin(out, m, style, NULL);
    docx_run(out, m, text, strlen(text), 0);
    docx_paragraph_end(out);
}
