// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Counting the habits of the last chapters.
#include "engine/habits.h"

#include "text/style.h"

enum { HABITS_MOST = 6, HABITS_CHAPTERS = 2 };

void habits_init(struct habits *h)
{
    h->chapter = 0;
    buf_init(&h->text, BUF_MAX_PIECE);
}

void habits_release(struct habits *h)
{
    buf_release(&h->text);
}

static bool add_prose(void *arg, const struct chunk_row *c)
{
    struct buf *prose = arg;
    buf_adds(prose, c->glue);
    buf_add(prose, c->text + c->skip, c->len - c->skip);
    return true;
}

bool habits_read(struct habits *h, struct store *s, int64_t job, int chapter, struct err *e)
{
    if (h->chapter == chapter) return true;
    struct buf prose;
    bool ok = true;
    buf_init(&prose, BUF_MAX_BOOK);
    for (int n = chapter - HABITS_CHAPTERS; ok && n < chapter; n++) {
        if (n < 1) continue;
        ok = store_chunks_each(s, job, n, STORE_BY_PLACE, add_prose, &prose, e);
        buf_adds(&prose, "\n\n");
    }
    buf_clear(&h->text);
    if (ok) style_habits(&h->text, prose.data, prose.len, HABITS_MOST);
    h->chapter = ok ? chapter : 0;
    buf_release(&prose);
    return ok;
}
