// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The formats.
#include "out/manuscript.h"

#include <string.h>

static const struct {
    const char *name;
    bool (*write)(const struct manuscript *m, struct buf *out, struct err *e);
    bool is_text;
} formats[EXPORT_FORMATS] = {
    [EXPORT_MD] = {"md", export_md, true},        [EXPORT_TXT] = {"txt", export_txt, true},
    [EXPORT_HTML] = {"html", export_html, true},  [EXPORT_EPUB] = {"epub", export_epub, false},
    [EXPORT_DOCX] = {"docx", export_docx, false},
};

const char *export_name(enum export_format f)
{
    return formats[f].name;
}

bool export_is_text(enum export_format f)
{
    return formats[f].is_text;
}

bool export_from_name(const char *name, enum export_format *f)
{
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        if (strcmp(formats[i].name, name) != 0) continue;
        *f = (enum export_format)i;
        return true;
    }
    return false;
}

bool export_write(const struct manuscript *m, enum export_format f, struct buf *out, struct err *e)
{
    if (!formats[f].write(m, out, e)) return false;
    return !out->full || err_set(e, ERR_CEILING, "the book is larger than a file of it may be");
}
