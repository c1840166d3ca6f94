// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// DOCX, the least that Word, LibreOffice and python-docx take for a whole document:
//
//   [Content_Types].xml, _rels/.rels          what is what                      docx_package.c
//   docProps/core.xml, app.xml                title, author, dates              docx_package.c
//   word/styles.xml                           Title, Heading 1, Quote, …        docx_styles.c
//   word/settings.xml, footer1.xml            page numbers                      docx_package.c
//   word/document.xml                         title page, contents, chapters    docx_document.c, docx_chapter.c
//   word/media/cover.jpg                      only if a picture was given       docx_cover.c
//
// The contents are a field with its entries in it already, each a link to its heading, so that they can be read at once;
// Word puts page numbers there when the field is updated (F9). The settings do not ask for that when the file is opened
// (w:updateFields): Word would greet the reader with a question about "fields that may refer to other files".
#include "out/docx.h"

#include "base/mem.h"
#include "io/zip.h"

static const struct {
    const char *name;
    void (*write)(struct buf *out, const struct manuscript *m);
} parts[] = {
    {"[Content_Types].xml", docx_types},
    {"_rels/.rels", docx_relations},
    {"docProps/core.xml", docx_core},
    {"docProps/app.xml", docx_app},
    {"word/_rels/document.xml.rels", docx_part_relations},
    {"word/styles.xml", docx_styles},
    {"word/settings.xml", docx_settings},
    {"word/footer1.xml", docx_footer},
    {"word/document.xml", docx_document},
};

static bool add_parts(struct zip_out *z, const struct manuscript *m, struct err *e)
{
    struct buf text;
    bool ok = true;
    buf_init(&text, BUF_MAX_BOOK);
    for (size_t i = 0; ok && i < ARRAY_LEN(parts); i++) {
        buf_clear(&text);
        parts[i].write(&text, m);
        ok = !text.full || err_set(e, ERR_CEILING, "the book is longer than %d bytes", BUF_MAX_BOOK);
        ok = ok && zip_out_add(z, parts[i].name, text.data, text.len, false, e);
    }
    buf_release(&text);
    return ok;
}

static bool add_cover(struct zip_out *z, const struct manuscript *m, struct err *e)
{
    char path[64];
    const char *name = docx_cover_name(m);
    if (!name) return true;
    (void)snprintf(path, sizeof path, "word/media/%s", name);
    return zip_out_add(z, path, m->cover.data.data, m->cover.data.len, false, e);
}

bool export_docx(const struct manuscript *m, struct buf *out, struct err *e)
{
    struct zip_out *z = zip_out_new(m->modified_s, e);
    if (!z) return false;
    if (add_parts(z, m, e) && add_cover(z, m, e)) return zip_out_finish(z, out, e);
    zip_out_drop(z);
    return false;
}
