// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One chapter as a page: its heading, then its Markdown with headings one level below.
#include "out/epub.h"

#include <string.h>

#include "out/typeset.h"
#include "text/xml.h"

// Number and name are two lines to the eye and one heading to whoever listens.
static void add_heading(struct buf *out, const struct epub *b, const struct manuscript_chapter *c, const char *whole)
{
    struct buf number, name;
    buf_init(&number, BUF_MAX_LINE);
    buf_init(&name, BUF_MAX_PIECE);
    typeset_number(&number, b->m, c);
    typeset_line(&name, b->m, c->title);
    if (!number.len || !name.len) {
        xml_element(out, "h1", whole);
    } else {
        buf_adds(out, "<h1>\n");
        xml_element(out, "span class=\"number\"", number.data);
        xml_element(out, "span class=\"name\"", name.data);
        buf_adds(out, "</h1>\n");
    }
    buf_release(&number);
    buf_release(&name);
}

// "<p><em>[…]</em></p>", a paragraph in brackets and emphasis, is the mark of a missing part.
static const char *find_gap(const char *s, const char **end)
{
    static const char begin[] = "<p><em>[", close[] = "]</em></p>";
    for (; (s = strstr(s, begin)); s++) {
        *end = strchr(s + strlen(begin), '<');
        if (*end && strncmp(*end - 1, close, strlen(close)) == 0) return s;
    }
    return NULL;
}

static void add_marking_gaps(struct buf *out, const char *xhtml)
{
    const char *end = xhtml;
    for (const char *gap; (gap = find_gap(xhtml, &end)); xhtml = end) {
        buf_add(out, xhtml, (size_t)(gap - xhtml));
        buf_adds(out, "<p class=\"gap\">");
        buf_add(out, gap + strlen("<p>"), (size_t)(end - gap) - strlen("<p>"));
    }
    buf_adds(out, xhtml);
}

static void add_text(struct buf *out, const struct epub *b, const struct manuscript_chapter *c)
{
    struct buf markdown, xhtml;
    struct typeset t;
    buf_init(&markdown, BUF_MAX_BOOK);
    buf_init(&xhtml, BUF_MAX_BOOK);
    typeset_init(&t, b->m);
    typeset_prose(&markdown, b->m, c);
    markdown_xhtml(&xhtml, markdown.data, markdown.len, 1, &t.polish);
    add_marking_gaps(out, xhtml.data);
    buf_release(&xhtml);
    buf_release(&markdown);
}

void epub_chapter(struct buf *out, const struct epub *b, size_t i)
{
    const struct manuscript_chapter *c = &b->m->chapters[i];
    struct buf heading;
    buf_init(&heading, BUF_MAX_PIECE);
    typeset_heading(&heading, b->m, c);
    epub_page_begin(out, b, heading.data, "bodymatter");
    buf_adds(out, "<section epub:type=\"chapter\" role=\"doc-chapter\">\n");
    add_heading(out, b, c, heading.data);
    add_text(out, b, c);
    buf_adds(out, "</section>\n");
    epub_page_end(out);
    buf_release(&heading);
}
