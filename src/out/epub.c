// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// EPUB 3, which readers of EPUB 2 open too (by the NCX):
//
//   mimetype                        first, stored, so that it lies at byte 38
//   META-INF/container.xml          where the package is
//   OEBPS/content.opf               data of the book, its files, their order       epub_package.c
//         nav.xhtml, toc.ncx        contents, for people and for readers           epub_contents.c
//         cover.xhtml, cover.jpg    only if a picture was given                    epub_page.c
//         title.xhtml, style.css                                                   epub_page.c
//         chapter-001.xhtml …       one a chapter                                  epub_chapter.c
//
// Nothing in it depends on the time, the place or the machine: the same manuscript gives the same bytes.
#include "out/epub.h"

#include <string.h>

#include "io/zip.h"
#include "out/typeset.h"

enum { FOLDER_LEN = sizeof "OEBPS/" };

static const char container[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
    "<container version=\"1.0\" xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\">\n"
    "<rootfiles>\n"
    "<rootfile full-path=\"OEBPS/content.opf\" "
    "media-type=\"application/oebps-package+xml\"/>\n"
    "</rootfiles>\n"
    "</container>\n";

void epub_chapter_name(char out[EPUB_NAME_SIZE], const struct epub *b, size_t i)
{
    (void)snprintf(out, EPUB_NAME_SIZE, "chapter-%0*zu.xhtml", b->m->chapters_count >= 1000 ? 4 : 3, i + 1);
}

const char *epub_cover_name(const struct epub *b)
{
    const struct manuscript_cover *cover = &b->m->cover;
    if (!cover->data.len) return NULL;
    return strcmp(cover->media_type, "image/png") == 0 ? "cover.png" : "cover.jpg";
}

static bool add_file(struct zip_out *z, const char *name, const void *data, size_t len, struct err *e)
{
    char path[EPUB_NAME_SIZE + FOLDER_LEN];
    (void)snprintf(path, sizeof path, "OEBPS/%s", name);
    return zip_out_add(z, path, data, len, false, e);
}

// One file that `write` makes; `text` is only lent, so that its memory is used again.
static bool add_part(struct zip_out *z, const struct epub *b, const char *name,
                     void (*write)(struct buf *out, const struct epub *b), struct buf *text, struct err *e)
{
    buf_clear(text);
    write(text, b);
    return add_file(z, name, text->data, text->len, e);
}

static bool add_cover(struct zip_out *z, const struct epub *b, struct buf *text, struct err *e)
{
    const struct buf *picture = &b->m->cover.data;
    const char *name = epub_cover_name(b);
    if (!name) return true;
    return add_part(z, b, EPUB_COVER_PAGE, epub_cover_page, text, e) &&
           add_file(z, name, picture->data, picture->len, e);
}

static bool add_chapters(struct zip_out *z, const struct epub *b, struct buf *text, struct err *e)
{
    for (size_t i = 0; i < b->m->chapters_count; i++) {
        char name[EPUB_NAME_SIZE];
        epub_chapter_name(name, b, i);
        buf_clear(text);
        epub_chapter(text, b, i);
        if (text->full) return err_set(e, ERR_CEILING, "chapter %zu is longer than %d bytes", i + 1, BUF_MAX_BOOK);
        if (!add_file(z, name, text->data, text->len, e)) return false;
    }
    return true;
}

static bool add_all(struct zip_out *z, const struct epub *b, struct buf *text, struct err *e)
{
    static const char mimetype[] = "application/epub+zip";
    return zip_out_add(z, "mimetype", mimetype, strlen(mimetype), true, e) &&
           zip_out_add(z, "META-INF/container.xml", container, strlen(container), false, e) &&
           add_part(z, b, "content.opf", epub_package, text, e) &&
           add_part(z, b, EPUB_CONTENTS_PAGE, epub_contents, text, e) &&
           add_part(z, b, EPUB_NCX, epub_ncx, text, e) && add_part(z, b, EPUB_STYLE, epub_style, text, e) &&
           add_cover(z, b, text, e) && add_part(z, b, EPUB_TITLE_PAGE, epub_title_page, text, e) &&
           add_chapters(z, b, text, e);
}

static void book_init(struct epub *b, const struct manuscript *m)
{
    *b = (struct epub){
        .m = m, .language = typeset_language(m), .direction = language_rtl(m->language) ? "rtl" : "ltr"};
    buf_init(&b->id, BUF_MAX_LINE);
    buf_init(&b->title, BUF_MAX_PIECE);
    buf_addf(&b->id, "urn:uuid:%s", m->uuid);
    typeset_title(&b->title, m);
}

bool export_epub(const struct manuscript *m, struct buf *out, struct err *e)
{
    struct epub b;
    struct buf text;
    struct zip_out *z = zip_out_new(m->modified_s, e);
    if (!z) return false;
    book_init(&b, m);
    buf_init(&text, BUF_MAX_BOOK);
    bool ok = add_all(z, &b, &text, e);
    if (ok)
        ok = zip_out_finish(z, out, e);
    else
        zip_out_drop(z);
    buf_release(&text);
    buf_release(&b.title);
    buf_release(&b.id);
    return ok;
}
