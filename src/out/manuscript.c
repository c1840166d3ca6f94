// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// What belongs to a manuscript, and marks of what it lacks.
#include "out/manuscript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void manuscript_release(struct manuscript *m)
{
    char *const texts[] = {m->uuid, m->title, m->subtitle, m->author, m->series, m->description, m->rights};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) free(texts[i]);
    for (size_t i = 0; i < m->chapters_count; i++) {
        free(m->chapters[i].title);
        buf_release(&m->chapters[i].text);
    }
    free(m->chapters);
    buf_release(&m->cover.data);
    memset(m, 0, sizeof(*m));
}

static size_t add_number(struct buf *out, const char *at, const char *name, int value)
{
    size_t len = strlen(name);
    if (strncmp(at, name, len) != 0) return 0;
    buf_addf(out, "%d", value);
    return len;
}

void manuscript_gap_mark(struct buf *out, const struct language *l, int chapter, int part)
{
    buf_adds(out, "*[");
    for (const char *at = language_word(l, LANGUAGE_GAP); *at;) {
        size_t used = add_number(out, at, "{chapter}", chapter);
        if (used == 0) used = add_number(out, at, "{part}", part);
        if (used == 0) buf_addc(out, *at);
        at += used > 0 ? used : 1;
    }
    buf_adds(out, "]*");
}
