// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The frame of every page, the cover, the title page, and the style. The style says nothing about fonts, sizes or
// colours: those are the reader's.
#include "out/epub.h"

#include <string.h>

#include "out/typeset.h"
#include "text/xml.h"

void epub_page_begin(struct buf *out, const struct epub *b, const char *title, const char *kind)
{
    buf_addf(out,
             "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE html>\n"
             "<html xmlns=\"http://www.w3.org/1999/xhtml\" xmlns:epub=\"http://www.idpf.org/2007/ops\" "
             "xml:lang=\"%s\" lang=\"%s\" dir=\"%s\">\n<head>\n",
             b->language, b->language, b->direction);
    xml_element(out, "title", title);
    buf_addf(out,
             "<link rel=\"stylesheet\" type=\"text/css\" href=\"" EPUB_STYLE "\"/>\n"
             "</head>\n<body epub:type=\"%s\">\n",
             kind);
}

void epub_page_end(struct buf *out)
{
    buf_adds(out, "</body>\n</html>\n");
}

void epub_cover_page(struct buf *out, const struct epub *b)
{
    const char *cover = language_word(b->m->language, LANGUAGE_COVER);
    epub_page_begin(out, b, cover, "cover");
    buf_addf(out, "<div class=\"cover\"><img src=\"%s\" alt=\"", epub_cover_name(b));
    xml_escape(out, cover, strlen(cover));
    buf_adds(out, ": ");
    xml_escape(out, b->title.data, b->title.len);
    buf_adds(out, "\"/></div>\n");
    epub_page_end(out);
}

void epub_line(struct buf *out, const struct epub *b, const char *open, const char *text)
{
    struct buf line;
    buf_init(&line, BUF_MAX_PIECE);
    typeset_line(&line, b->m, text);
    xml_element(out, open, line.data);
    buf_release(&line);
}

void epub_title_page(struct buf *out, const struct epub *b)
{
    const struct manuscript *m = b->m;
    epub_page_begin(out, b, b->title.data, "frontmatter");
    buf_adds(out, "<section epub:type=\"titlepage\" class=\"title-page\">\n");
    xml_element(out, "h1", b->title.data);
    epub_line(out, b, "p class=\"subtitle\" role=\"doc-subtitle\"", m->subtitle);
    epub_line(out, b, "p class=\"author\"", m->author);
    epub_line(out, b, "p class=\"series\"", m->series);
    if (!m->complete) xml_element(out, "p class=\"unfinished\"", language_word(m->language, LANGUAGE_UNFINISHED));
    epub_line(out, b, "p class=\"rights\"", m->rights);
    buf_adds(out, "</section>\n");
    epub_page_end(out);
}

// A novel's paragraphs begin with an indent, but not the first ones; a textbook's stand apart.
void epub_style(struct buf *out, const struct epub *b)
{
    static const char common[] =
        "h1, h2, h3, h4, h5, h6 { text-align: center; page-break-after: avoid; break-after: avoid; }\n"
        "h1 { margin: 3em 0 2em 0; }\n"
        "h1 .number { display: block; margin-bottom: 0.6em; font-size: 0.7em; font-weight: normal; }\n"
        "h1 .name { display: block; }\n"
        "hr { width: 20%; margin: 1.5em auto; border: 0; border-top: 1px solid; }\n"
        "blockquote { margin: 1em 1.5em; }\n"
        "pre { margin: 1em 0; white-space: pre-wrap; }\n"
        "p.gap { margin: 1.5em 0; text-align: center; text-indent: 0; }\n"
        ".title-page, .cover { text-align: center; }\n"
        ".title-page p { margin: 1.2em 0; text-indent: 0; }\n"
        ".title-page .subtitle { margin-top: -1em; }\n"
        ".title-page .unfinished { font-style: italic; }\n"
        ".title-page .rights { margin-top: 6em; font-size: 0.8em; }\n"
        ".cover img { max-width: 100%; max-height: 100%; }\n"
        ".contents ol { padding: 0; list-style: none; }\n"
        ".contents li { margin: 0.5em 0; }\n";
    static const char novel[] =
        "p { margin: 0; text-indent: 1.2em; }\n"
        "h1 + p, h2 + p, h3 + p, h4 + p, h5 + p, h6 + p, hr + p, p.gap + p, blockquote > p:first-child"
        " { text-indent: 0; }\n"
        "p.lines { margin: 0.6em 0; text-indent: 0; }\n";
    static const char textbook[] = "p { margin: 0.8em 0; }\nh2, h3, h4, h5, h6 { text-align: start; }\n";
    buf_adds(out, b->m->markup ? textbook : novel);
    buf_adds(out, common);
}
