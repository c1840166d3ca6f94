// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// content.opf: what the book is, which files it has (manifest), in which order they are read (spine).
#include "out/epub.h"

#include <string.h>

#include "out/typeset.h"
#include "text/xml.h"

static void add_meta(struct buf *out, const char *refines, const char *property, const char *value)
{
    if (!value || !*value) return;
    if (refines)
        buf_addf(out, "<meta refines=\"#%s\" property=\"%s\">", refines, property);
    else
        buf_addf(out, "<meta property=\"%s\">", property);
    xml_escape(out, value, strlen(value));
    buf_adds(out, "</meta>\n");
}

// The same line as it is printed on the title page.
static void add_printed(struct buf *out, const struct epub *b, const char *open, const char *text)
{
    struct buf line;
    buf_init(&line, BUF_MAX_PIECE);
    typeset_line(&line, b->m, text);
    xml_element(out, open, line.data);
    buf_release(&line);
}

static void add_titles(struct buf *out, const struct epub *b)
{
    xml_element(out, "dc:title id=\"title\"", b->title.data);
    add_meta(out, "title", "title-type", "main");
    if (!b->m->subtitle || !*b->m->subtitle) return;
    add_printed(out, b, "dc:title id=\"subtitle\"", b->m->subtitle);
    add_meta(out, "subtitle", "title-type", "subtitle");
}

static void add_people(struct buf *out, const struct epub *b)
{
    if (!b->m->author || !*b->m->author) return;
    xml_element(out, "dc:creator id=\"author\"", b->m->author);
    buf_adds(out, "<meta refines=\"#author\" property=\"role\" scheme=\"marc:relators\">aut</meta>\n");
}

static void add_series(struct buf *out, const struct epub *b)
{
    if (!b->m->series || !*b->m->series) return;
    xml_element(out, "meta property=\"belongs-to-collection\" id=\"series\"", b->m->series);
    add_meta(out, "series", "collection-type", "series");
}

static void add_dates(struct buf *out, const struct epub *b)
{
    char date[TYPESET_DATE_SIZE];
    typeset_date(date, b->m);
    buf_addf(out, "<dc:date>%.10s</dc:date>\n", date);
    add_meta(out, NULL, "dcterms:modified", date);
}

static void add_accessibility(struct buf *out, const struct epub *b)
{
    static const char *const features[] = {"tableOfContents", "readingOrder", "structuralNavigation"};
    bool cover = epub_cover_name(b) != NULL;
    add_meta(out, NULL, "schema:accessMode", "textual");
    if (cover) add_meta(out, NULL, "schema:accessMode", "visual");
    add_meta(out, NULL, "schema:accessModeSufficient", "textual");
    for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        add_meta(out, NULL, "schema:accessibilityFeature", features[i]);
    if (cover) add_meta(out, NULL, "schema:accessibilityFeature", "alternativeText");
    add_meta(out, NULL, "schema:accessibilityHazard", "none");
    add_meta(
        out, NULL, "schema:accessibilitySummary",
        cover ? "The book is text with headings, a table of contents and a logical reading order. Its only picture, "
                "the cover, has an alternative text."
              : "The book is text with headings, a table of contents and a logical reading order. It has no "
                "pictures.");
}

static void add_metadata(struct buf *out, const struct epub *b)
{
    buf_adds(out, "<metadata xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n");
    xml_element(out, "dc:identifier id=\"uid\"", b->id.data);
    add_titles(out, b);
    add_people(out, b);
    xml_element(out, "dc:language", b->language);
    xml_element(out, "dc:description", b->m->description);
    xml_element(out, "dc:rights", b->m->rights);
    add_dates(out, b);
    add_series(out, b);
    add_accessibility(out, b);
    // Readers of EPUB 2 find the cover by this one.
    if (epub_cover_name(b)) buf_adds(out, "<meta name=\"cover\" content=\"cover-image\"/>\n");
    buf_adds(out, "</metadata>\n");
}

static void add_item(struct buf *out, const char *id, const char *href, const char *type, const char *properties)
{
    buf_addf(out, "<item id=\"%s\" href=\"%s\" media-type=\"%s\"", id, href, type);
    if (properties) buf_addf(out, " properties=\"%s\"", properties);
    buf_adds(out, "/>\n");
}

static void add_manifest(struct buf *out, const struct epub *b)
{
    static const char page[] = "application/xhtml+xml";
    const char *cover = epub_cover_name(b);
    buf_adds(out, "<manifest>\n");
    add_item(out, "nav", EPUB_CONTENTS_PAGE, page, "nav");
    add_item(out, "ncx", EPUB_NCX, "application/x-dtbncx+xml", NULL);
    add_item(out, "style", EPUB_STYLE, "text/css", NULL);
    if (cover) add_item(out, "cover-image", cover, b->m->cover.media_type, "cover-image");
    if (cover) add_item(out, "cover", EPUB_COVER_PAGE, page, NULL);
    add_item(out, "title-page", EPUB_TITLE_PAGE, page, NULL);
    for (size_t i = 0; i < b->m->chapters_count; i++) {
        char id[EPUB_NAME_SIZE], name[EPUB_NAME_SIZE];
        epub_chapter_name(name, b, i);
        (void)snprintf(id, sizeof id, "chapter-%zu", i + 1);
        add_item(out, id, name, page, NULL);
    }
    buf_adds(out, "</manifest>\n");
}

static void add_spine(struct buf *out, const struct epub *b)
{
    buf_addf(out, "<spine toc=\"ncx\" page-progression-direction=\"%s\">\n", b->direction);
    if (epub_cover_name(b)) buf_adds(out, "<itemref idref=\"cover\"/>\n");
    buf_adds(out, "<itemref idref=\"title-page\"/>\n<itemref idref=\"nav\"/>\n");
    for (size_t i = 0; i < b->m->chapters_count; i++) buf_addf(out, "<itemref idref=\"chapter-%zu\"/>\n", i + 1);
    buf_adds(out, "</spine>\n");
}

void epub_package(struct buf *out, const struct epub *b)
{
    buf_addf(out,
             "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
             "<package xmlns=\"http://www.idpf.org/2007/opf\" version=\"3.0\" unique-identifier=\"uid\" "
             "xml:lang=\"%s\" dir=\"%s\">\n",
             b->language, b->direction);
    add_metadata(out, b);
    add_manifest(out, b);
    add_spine(out, b);
    buf_adds(out, "</package>\n");
}
