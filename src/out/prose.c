// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Markdown of chapters, of live.md, and of the whole book.
#include "out/prose.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/slug.h"

enum { SLUG_WORDS = 8 };

void prose_heading(struct buf *out, int level, const char *title, bool first)
{
    bool blank_line = out->len >= 2 && strcmp(out->data + out->len - 2, "\n\n") == 0;
    if (!first && !blank_line) buf_adds(out, "\n\n");
    for (int i = 0; i < level; i++) buf_addc(out, '#');
    buf_addf(out, " %s\n\n", title);
}

// As it is written, and as it is read back: what stands there then may come from anywhere, so its numbers have an end.
#define GAP_MARK(chapter, part) "*[A part is missing here: chapter " chapter ", part " part " could not be written.]*"
#define GAP_WRITTEN             GAP_MARK("%d", "%d")
#define GAP_READ                GAP_MARK("%*9[0-9]", "%9[0-9]") "%n"

void prose_add(struct buf *out, const struct prose_chunk *c)
{
    if (c->gap) {
        if (c->seq > 1) buf_adds(out, "\n\n");
        buf_addf(out, GAP_WRITTEN, c->chapter, c->seq);
        return;
    }
    // Behind nothing but gaps it was the first text of its chapter, and has no glue of its own.
    buf_adds(out, c->seq > 1 && *c->glue == '\0' ? "\n\n" : c->glue);
    buf_add(out, c->text, c->len);
}

const char *prose_find_gap(const char *text, size_t *len, int *seq)
{
    size_t head = strcspn(GAP_WRITTEN, "%");
    for (const char *at = text; (at = strchr(at, '*')) != NULL; at++) {
        char part[10];
        int end = 0;
        if (strncmp(at, GAP_WRITTEN, head) != 0) continue;
        if (sscanf(at, GAP_READ, part, &end) != 1 || end == 0) continue;
        *seq = (int)strtol(part, NULL, 10);
        *len = (size_t)end;
        return at;
    }
    return NULL;
}

void prose_add_partial(struct buf *out, const char *text, size_t len, bool first_of_chapter)
{
    size_t lead = 0;
    while (lead < len && isspace((unsigned char)text[lead])) lead++;
    if (lead == len) return;
    if (!first_of_chapter) buf_adds(out, lead == 0 || memchr(text, '\n', lead) ? "\n\n" : " ");
    buf_add(out, text + lead, len - lead);
}

void prose_end(struct buf *out)
{
    if (out->len > 0 && out->data[out->len - 1] != '\n') buf_addc(out, '\n');
}

void prose_chapter_path(char *out, size_t size, int number, int total, const char *title)
{
    int digits = total >= 1000 ? 4 : total >= 100 ? 3 : 2;
    char slug[SLUG_MAX + 1];
    slug_make(slug, title, SLUG_WORDS);
    (void)snprintf(out, size, "chapters/%0*d-%s.md", digits, number, slug);
}
