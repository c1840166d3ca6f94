// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// One file of Markdown, as it was written: no typography. A finished book that names no author is byte for byte its
// book.md.
#include "out/manuscript.h"
#include "out/prose.h"

static void add_paragraph(struct buf *out, const char *before, const char *text, const char *after)
{
    if (text) buf_addf(out, "%s%s%s\n\n", before, text, after);
}

bool export_md(const struct manuscript *m, struct buf *out, struct err *e)
{
    (void)e;
    prose_heading(out, 1, m->title, true);
    add_paragraph(out, "*", m->subtitle, "*");
    add_paragraph(out, "", m->author, "");
    add_paragraph(out, "", m->series, "");
    add_paragraph(out, "", m->rights, "");
    for (size_t i = 0; i < m->chapters_count; i++) {
        prose_heading(out, 2, m->chapters[i].title, false);
        buf_add(out, m->chapters[i].text.data, m->chapters[i].text.len);
    }
    if (!m->complete) buf_addf(out, "\n\n*%s*", language_word(m->language, LANGUAGE_UNFINISHED));
    prose_end(out);
    return true;
}
