// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The files of a DOCX that hold no text of the book.
#include "out/docx.h"

#include <string.h>

#include "out/typeset.h"
#include "text/xml.h"

#define HEAD      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define RELATIONS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE   "http://schemas.openxmlformats.org/package/2006/"
#define WORD_TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml."

void docx_types(struct buf *out, const struct manuscript *m)
{
    const char *cover = docx_cover_name(m);
    buf_adds(
        out, HEAD
        "<Types xmlns=\"" PACKAGE "content-types\">\n"
        "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\n"
        "<Default Extension=\"xml\" ContentType=\"application/xml\"/>\n"
        "<Override PartName=\"/word/document.xml\" ContentType=\"" WORD_TYPE "document.main+xml\"/>\n"
        "<Override PartName=\"/word/styles.xml\" ContentType=\"" WORD_TYPE "styles+xml\"/>\n"
        "<Override PartName=\"/word/settings.xml\" ContentType=\"" WORD_TYPE "settings+xml\"/>\n"
        "<Override PartName=\"/word/footer1.xml\" ContentType=\"" WORD_TYPE "footer+xml\"/>\n"
        "<Override PartName=\"/docProps/core.xml\" "
        "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>\n"
        "<Override PartName=\"/docProps/app.xml\" "
        "ContentType=\"application/vnd.openxmlformats-officedocument.extended-properties+xml\"/>\n");
    if (cover)
        buf_addf(out, "<Default Extension=\"%s\" ContentType=\"%s\"/>\n", strrchr(cover, '.') + 1,
                 m->cover.media_type);
    buf_adds(out, "</Types>\n");
}

void docx_relations(struct buf *out, const struct manuscript *m)
{
    (void)m;
    buf_adds(out, HEAD
             "<Relationships xmlns=\"" PACKAGE "relationships\">\n"
             "<Relationship Id=\"rId1\" Type=\"" RELATIONS "/officeDocument\" Target=\"word/document.xml\"/>\n"
             "<Relationship Id=\"rId2\" Type=\"" PACKAGE "relationships/metadata/core-properties\" "
             "Target=\"docProps/core.xml\"/>\n"
             "<Relationship Id=\"rId3\" Type=\"" RELATIONS "/extended-properties\" Target=\"docProps/app.xml\"/>\n"
             "</Relationships>\n");
}

void docx_part_relations(struct buf *out, const struct manuscript *m)
{
    const char *cover = docx_cover_name(m);
    buf_adds(out, HEAD "<Relationships xmlns=\"" PACKAGE "relationships\">\n"
                       "<Relationship Id=\"rId1\" Type=\"" RELATIONS "/styles\" Target=\"styles.xml\"/>\n"
                       "<Relationship Id=\"rId2\" Type=\"" RELATIONS "/settings\" Target=\"settings.xml\"/>\n"
                       "<Relationship Id=\"rId3\" Type=\"" RELATIONS "/footer\" Target=\"footer1.xml\"/>\n");
    if (cover)
        buf_addf(out, "<Relationship Id=\"" DOCX_COVER_ID "\" Type=\"" RELATIONS "/image\" Target=\"media/%s\"/>\n",
                 cover);
    buf_adds(out, "</Relationships>\n");
}

void docx_core(struct buf *out, const struct manuscript *m)
{
    struct buf title;
    char date[TYPESET_DATE_SIZE];
    buf_init(&title, BUF_MAX_PIECE);
    typeset_title(&title, m);
    typeset_date(date, m);
    buf_adds(out, HEAD "<cp:coreProperties xmlns:cp=\"" PACKAGE "metadata/core-properties\" "
                       "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
                       "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n");
    xml_element(out, "dc:title", title.data);
    xml_element(out, "dc:subject", m->subtitle);
    xml_element(out, "dc:creator", m->author);
    xml_element(out, "dc:description", m->description);
    xml_element(out, "dc:language", typeset_language(m));
    xml_element(out, "dc:identifier", m->uuid);
    xml_element(out, "dcterms:created xsi:type=\"dcterms:W3CDTF\"", date);
    xml_element(out, "dcterms:modified xsi:type=\"dcterms:W3CDTF\"", date);
    buf_adds(out, "</cp:coreProperties>\n");
    buf_release(&title);
}

void docx_app(struct buf *out, const struct manuscript *m)
{
    (void)m;
    buf_adds(out,
             HEAD "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">\n"
                  "<Application>novelgen</Application>\n"
                  "</Properties>\n");
}

void docx_settings(struct buf *out, const struct manuscript *m)
{
    (void)m;
    // Without this Word takes the file for one of Word 2007 and says "compatibility mode".
    buf_adds(out, HEAD "<w:settings xmlns:w=\"" DOCX_NAMESPACE "\">\n"
                       "<w:defaultTabStop w:val=\"720\"/>\n"
                       "<w:characterSpacingControl w:val=\"doNotCompress\"/>\n"
                       "<w:compat><w:compatSetting w:name=\"compatibilityMode\" "
                       "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\n"
                       "</w:settings>\n");
}

void docx_footer(struct buf *out, const struct manuscript *m)
{
    buf_adds(out, HEAD "<w:ftr xmlns:w=\"" DOCX_NAMESPACE "\">\n");
    docx_paragraph_begin(out, m, "Footer", NULL);
    buf_adds(out, "<w:fldSimple w:instr=\" PAGE \"/>");
    docx_paragraph_end(out);
    buf_adds(out, "</w:ftr>\n");
}
