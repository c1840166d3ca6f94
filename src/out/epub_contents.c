// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The contents twice: nav.xhtml, which is also a page of the book, and toc.ncx for readers of EPUB 2. A list must not be
// empty, so a book without chapters lists its title page.
#include "out/epub.h"

#include <string.h>

#include "out/typeset.h"
#include "text/xml.h"

static const char *word(const struct epub *b, enum language_word w)
{
    return language_word(b->m->language, w);
}

// Calls `each` with the name and heading of every chapter.
static void for_each_entry(struct buf *out, const struct epub *b,
                           void (*each)(struct buf *out, const char *href, const char *title, size_t i))
{
    struct buf title;
    if (!b->m->chapters_count) each(out, EPUB_TITLE_PAGE, word(b, LANGUAGE_TITLE_PAGE), 0);
    buf_init(&title, BUF_MAX_PIECE);
    for (size_t i = 0; i < b->m->chapters_count; i++) {
        char name[EPUB_NAME_SIZE];
        epub_chapter_name(name, b, i);
        buf_clear(&title);
        typeset_heading(&title, b->m, &b->m->chapters[i]);
        each(out, name, title.data, i);
    }
    buf_release(&title);
}

static void add_line(struct buf *out, const char *href, const char *title, size_t i)
{
    (void)i;
    buf_addf(out, "<li><a href=\"%s\">", href);
    xml_escape(out, title, strlen(title));
    buf_adds(out, "</a></li>\n");
}

static void add_landmark(struct buf *out, const char *kind, const char *href, const char *title)
{
    buf_addf(out, "<li><a epub:type=\"%s\" href=\"%s\">", kind, href);
    xml_escape(out, title, strlen(title));
    buf_adds(out, "</a></li>\n");
}

static void add_landmarks(struct buf *out, const struct epub *b)
{
    char first[EPUB_NAME_SIZE];
    buf_adds(out, "<nav epub:type=\"landmarks\" hidden=\"hidden\">\n<ol>\n");
    if (epub_cover_name(b)) add_landmark(out, "cover", EPUB_COVER_PAGE, word(b, LANGUAGE_COVER));
    add_landmark(out, "titlepage", EPUB_TITLE_PAGE, word(b, LANGUAGE_TITLE_PAGE));
    add_landmark(out, "toc", EPUB_CONTENTS_PAGE "#toc", word(b, LANGUAGE_CONTENTS));
    epub_chapter_name(first, b, 0);
    if (b->m->chapters_count) add_landmark(out, "bodymatter", first, b->title.data);
    buf_adds(out, "</ol>\n</nav>\n");
}

void epub_contents(struct buf *out, const struct epub *b)
{
    const char *contents = word(b, LANGUAGE_CONTENTS);
    epub_page_begin(out, b, contents, "frontmatter");
    buf_adds(out, "<nav epub:type=\"toc\" id=\"toc\" role=\"doc-toc\" class=\"contents\">\n");
    xml_element(out, "h1", contents);
    buf_adds(out, "<ol>\n");
    for_each_entry(out, b, add_line);
    buf_adds(out, "</ol>\n</nav>\n");
    add_landmarks(out, b);
    epub_page_end(out);
}

// ---- toc.ncx ------------------------------------------------------------------------------------------------------

static void add_point(struct buf *out, const char *href, const char *title, size_t i)
{
    buf_addf(out, "<navPoint id=\"point-%zu\" playOrder=\"%zu\">\n<navLabel>", i + 1, i + 1);
    xml_element(out, "text", title);
    buf_addf(out, "</navLabel>\n<content src=\"%s\"/>\n</navPoint>\n", href);
}

void epub_ncx(struct buf *out, const struct epub *b)
{
    buf_addf(out,
             "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
             "<ncx xmlns=\"http://www.daisy.org/z3986/2005/ncx/\" version=\"2005-1\" xml:lang=\"%s\" dir=\"%s\">\n"
             "<head>\n<meta name=\"dtb:uid\" content=\"",
             b->language, b->direction);
    xml_escape(out, b->id.data, b->id.len);
    buf_adds(out,
             "\"/>\n<meta name=\"dtb:depth\" content=\"1\"/>\n"
             "<meta name=\"dtb:totalPageCount\" content=\"0\"/>\n<meta name=\"dtb:maxPageNumber\" content=\"0\"/>\n"
             "</head>\n<docTitle>");
    xml_element(out, "text", b->title.data);
    buf_adds(out, "</docTitle>\n<navMap>\n");
    for_each_entry(out, b, add_point);
    buf_adds(out, "</navMap>\n</ncx>\n");
}
