// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The styles, under the names that Word itself uses: its navigation pane and its contents know "heading 1", and a user's
// template replaces their looks.
#include "out/docx.h"

#include "base/mem.h"
#include "out/typeset.h"

// Paragraph properties (in the schema's order) and run properties as XML. Twentieths of a point; sizes in half points.
static const struct style {
    const char *id, *name, *based, *next, *paragraph, *run;
} styles[] = {
    {"Normal", "Normal", NULL, NULL, "<w:spacing w:line=\"276\" w:lineRule=\"auto\"/>", NULL},
    {"Title", "Title", "Normal", "Normal", "<w:spacing w:before=\"3600\" w:after=\"240\"/><w:jc w:val=\"center\"/>",
     "<w:sz w:val=\"56\"/><w:szCs w:val=\"56\"/>"},
    {"Subtitle", "Subtitle", "Normal", "Normal", "<w:spacing w:after=\"480\"/><w:jc w:val=\"center\"/>",
     "<w:sz w:val=\"32\"/><w:szCs w:val=\"32\"/>"},
    {"TitlePage", "Title Page", "Normal", NULL, "<w:spacing w:after=\"240\"/><w:jc w:val=\"center\"/>", NULL},
    {"Heading1", "heading 1", "Normal", "FirstParagraph",
     "<w:keepNext/><w:keepLines/><w:pageBreakBefore/><w:spacing w:before=\"1200\" w:after=\"600\"/>"
     "<w:jc w:val=\"center\"/><w:outlineLvl w:val=\"0\"/>",
     "<w:b/><w:bCs/><w:sz w:val=\"36\"/><w:szCs w:val=\"36\"/>"},
    {"Heading2", "heading 2", "Normal", "FirstParagraph",
     "<w:keepNext/><w:keepLines/><w:spacing w:before=\"360\" w:after=\"180\"/><w:outlineLvl w:val=\"1\"/>",
     "<w:b/><w:bCs/><w:sz w:val=\"28\"/><w:szCs w:val=\"28\"/>"},
    {"Heading3", "heading 3", "Heading2", "FirstParagraph", "<w:outlineLvl w:val=\"2\"/>",
     "<w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>"},
    {"Heading4", "heading 4", "Heading3", "FirstParagraph", "<w:outlineLvl w:val=\"3\"/>", "<w:i/><w:iCs/>"},
    {"Heading5", "heading 5", "Heading4", "FirstParagraph", "<w:outlineLvl w:val=\"4\"/>", NULL},
    {"Heading6", "heading 6", "Heading4", "FirstParagraph", "<w:outlineLvl w:val=\"5\"/>", NULL},
    {"TOCHeading", "TOC Heading", "Normal", "Normal",
     "<w:pageBreakBefore/><w:spacing w:before=\"1200\" w:after=\"600\"/><w:jc w:val=\"center\"/>",
     "<w:b/><w:bCs/><w:sz w:val=\"36\"/><w:szCs w:val=\"36\"/>"},
    {"TOC1", "toc 1", "Normal", "Normal",
     "<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"9026\"/></w:tabs><w:spacing w:after=\"100\"/>", NULL},
    {"BodyText", "Body Text", "Normal", NULL, "<w:ind w:firstLine=\"360\"/>", NULL},
    {"FirstParagraph", "First Paragraph", "Normal", "BodyText", NULL, NULL},
    {"Lines", "Lines", "Normal", "BodyText", "<w:spacing w:before=\"120\" w:after=\"120\"/>", NULL},
    {"Quote", "Quote", "Normal", NULL,
     "<w:spacing w:before=\"120\" w:after=\"120\"/><w:ind w:left=\"720\" w:right=\"720\"/>", NULL},
    {"Code", "HTML Preformatted", "Normal", NULL,
     "<w:spacing w:before=\"120\" w:after=\"120\" w:line=\"240\" "
     "w:lineRule=\"auto\"/>",
     "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\"/><w:sz w:val=\"20\"/>"
     "<w:szCs w:val=\"20\"/>"},
    {"ListParagraph", "List Paragraph", "Normal", NULL, "<w:ind w:left=\"720\" w:hanging=\"360\"/>", NULL},
    {"SceneBreak", "Scene Break", "Normal", "FirstParagraph",
     "<w:spacing w:before=\"240\" w:after=\"240\"/><w:jc w:val=\"center\"/>", NULL},
    {"Footer", "footer", "Normal", NULL, "<w:jc w:val=\"center\"/>", NULL},
};

static void add_style(struct buf *out, const struct style *s)
{
    buf_addf(out, "<w:style w:type=\"paragraph\"%s w:styleId=\"%s\"><w:name w:val=\"%s\"/>",
             s->based ? "" : " w:default=\"1\"", s->id, s->name);
    if (s->based) buf_addf(out, "<w:basedOn w:val=\"%s\"/>", s->based);
    if (s->next) buf_addf(out, "<w:next w:val=\"%s\"/>", s->next);
    buf_adds(out, "<w:qFormat/>");
    if (s->paragraph) buf_addf(out, "<w:pPr>%s</w:pPr>", s->paragraph);
    if (s->run) buf_addf(out, "<w:rPr>%s</w:rPr>", s->run);
    buf_adds(out, "</w:style>\n");
}

void docx_styles(struct buf *out, const struct manuscript *m)
{
    const char *tag = typeset_language(m);
    buf_addf(out,
             "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:styles xmlns:w=\"" DOCX_NAMESPACE
             "\">\n"
             "<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>"
             "<w:lang w:val=\"%s\" w:eastAsia=\"%s\" w:bidi=\"%s\"/></w:rPr></w:rPrDefault>"
             "<w:pPrDefault/></w:docDefaults>\n",
             tag, tag, tag);
    for (size_t i = 0; i < ARRAY_LEN(styles); i++) add_style(out, &styles[i]);
    buf_adds(out, "</w:styles>\n");
}
