// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The cover: a picture in the line of one paragraph (DrawingML), as large as its page lets it be. The paragraph ends a
// section of its own, which has narrow margins and no page number.
#include "out/docx.h"

#include <string.h>

#include "out/typeset.h"
#include "text/xml.h"

#define DRAWING "http://schemas.openxmlformats.org/drawingml/2006/"

// A4 in twentieths of a point, and in it the room for the picture, less a little for the line that it stands in.
enum { PAGE_WIDTH = 11906, PAGE_HEIGHT = 16838, MARGIN = 720, LINE = 240, EMU_PER_TWENTIETH = 635 };

static const struct {
    int64_t width, height; // in EMU
} room = {(PAGE_WIDTH - 2 * MARGIN) * (int64_t)EMU_PER_TWENTIETH,
          (PAGE_HEIGHT - 2 * MARGIN - LINE) * (int64_t)EMU_PER_TWENTIETH};

const char *docx_cover_name(const struct manuscript *m)
{
    if (!m->cover.data.len) return NULL;
    return strcmp(m->cover.media_type, "image/png") == 0 ? "cover.png" : "cover.jpg";
}

static void fit(const struct manuscript_cover *c, int64_t *width, int64_t *height)
{
    int64_t w = c->width > 0 ? c->width : 1, h = c->height > 0 ? c->height : 1;
    bool wide = w * room.height > h * room.width;
    *width = wide ? room.width : w * room.height / h;
    *height = wide ? h * room.width / w : room.height;
    if (*width < 1) *width = 1;
    if (*height < 1) *height = 1;
}

static void add_description(struct buf *out, const struct manuscript *m)
{
    const char *word = language_word(m->language, LANGUAGE_COVER);
    struct buf title;
    buf_init(&title, BUF_MAX_PIECE);
    typeset_title(&title, m);
    xml_escape(out, word, strlen(word));
    buf_adds(out, ": ");
    xml_escape(out, title.data, title.len);
    buf_release(&title);
}

static void add_picture(struct buf *out, const struct manuscript *m)
{
    int64_t w, h;
    fit(&m->cover, &w, &h);
    buf_addf(out,
             "<pic:pic xmlns:pic=\"" DRAWING "picture\"><pic:nvPicPr><pic:cNvPr id=\"0\" name=\"%s\"/><pic:cNvPicPr/>"
             "</pic:nvPicPr><pic:blipFill><a:blip r:embed=\"" DOCX_COVER_ID
             "\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
             "<pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"%lld\" cy=\"%lld\"/></a:xfrm>"
             "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>",
             docx_cover_name(m), (long long)w, (long long)h);
}

static void add_drawing(struct buf *out, const struct manuscript *m)
{
    int64_t w, h;
    fit(&m->cover, &w, &h);
    buf_addf(out,
             "<w:r><w:drawing><wp:inline xmlns:wp=\"" DRAWING "wordprocessingDrawing\" distT=\"0\" distB=\"0\" "
             "distL=\"0\" distR=\"0\"><wp:extent cx=\"%lld\" cy=\"%lld\"/><wp:docPr id=\"1\" name=\"%s\" descr=\"",
             (long long)w, (long long)h, docx_cover_name(m));
    add_description(out, m);
    buf_adds(out, "\"/><a:graphic xmlns:a=\"" DRAWING "main\"><a:graphicData uri=\"" DRAWING "picture\">");
    add_picture(out, m);
    buf_adds(out, "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>");
}

void docx_cover(struct buf *out, const struct manuscript *m)
{
    char section[400];
    if (!docx_cover_name(m)) return;
    (void)snprintf(
        section, sizeof section,
        "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/><w:sectPr>"
        "<w:pgSz w:w=\"%d\" w:h=\"%d\"/><w:pgMar w:top=\"%d\" w:right=\"%d\" w:bottom=\"%d\" w:left=\"%d\" "
        "w:header=\"0\" w:footer=\"0\" w:gutter=\"0\"/><w:vAlign w:val=\"center\"/></w:sectPr>",
        PAGE_WIDTH, PAGE_HEIGHT, MARGIN, MARGIN, MARGIN, MARGIN);
    docx_paragraph_begin(out, m, "TitlePage", section);
    add_drawing(out, m);
    docx_paragraph_end(out);
}
