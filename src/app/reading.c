// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Reading along: see include/app/reading.h.
#include "app/reading.h"

#include <ctype.h>
#include <string.h>

#include "app/current.h"
#include "base/mem.h"
#include "out/prose.h"
#include "text/words.h"

enum { ALIGN_BYTES = 40 };

void reading_init(struct reading *r, int64_t job)
{
    *r = (struct reading){.job = job};
    buf_init(&r->ahead, BUF_MAX_PROMPT);
    buf_init(&r->out, BUF_MAX_BOOK);
}

void reading_release(struct reading *r)
{
    buf_release(&r->ahead);
    buf_release(&r->out);
}

// ---- what was accepted ------------------------------------------------------------------------------------------

struct reading_titles {
    char **items; // by chapter number - 1
    size_t count, cap;
};

static bool reading_add_title(void *arg, const struct chapter_row *c)
{
    struct reading_titles *t = arg;

    mem_grow(&t->items, &t->cap, t->count + 1, sizeof *t->items);
    t->items[t->count++] = mem_strdup(c->title);
    return true;
}

static void reading_titles_release(struct reading_titles *t)
{
    for (size_t i = 0; i < t->count; i++) free(t->items[i]);
    free(t->items);
}

static void reading_begin_chapter(struct reading *r, const struct reading_titles *t, int chapter)
{
    prose_heading(&r->out, 1, chapter >= 1 && (size_t)chapter <= t->count ? t->items[chapter - 1] : "", !r->any);
}

static size_t reading_lead(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len && isspace((unsigned char)text[n])) n++;
    return n;
}

// How much of an accepted chunk was handed out while it streamed. The gate may have dropped something at its head.
static size_t reading_common(const struct reading *r, const char *text, size_t len)
{
    size_t need = len < ALIGN_BYTES ? len : ALIGN_BYTES, from = 0, n = 0;
    const char *shown = r->ahead.data, *found = r->ahead.len >= need ? memmem(shown, r->ahead.len, text, need) : NULL;

    if (found != NULL) from = (size_t)(found - shown);
    while (n < len && from + n < r->ahead.len && text[n] == shown[from + n]) n++;
    while (n > 0 && n < len && ((unsigned char)text[n] & 0xc0) == 0x80) n--; // whole characters
    return n;
}

struct reading_pass {
    struct reading *r;
    const struct reading_titles *titles;
};

static void reading_go_on(struct reading *r, const struct chunk_row *c)
{
    const char *text = c->text + c->skip;
    size_t len = c->len - c->skip, lead = reading_lead(text, len);

    text += lead;
    len -= lead;
    size_t common = reading_common(r, text, len);
    buf_add(&r->out, text + common, len - common);
}

static bool reading_on_chunk(void *arg, const struct chunk_row *c)
{
    struct reading_pass *p = arg;
    struct reading *r = p->r;

    if (c->chapter < r->chapter || (c->chapter == r->chapter && c->seq <= r->seq)) return true;
    bool begun = r->ahead_chapter == c->chapter && r->ahead_seq == c->seq;
    if (begun && !c->gap) {
        reading_go_on(r, c);
    } else {
        if (c->seq == 1 && !begun) reading_begin_chapter(r, p->titles, c->chapter);
        const struct prose_chunk chunk = {.chapter = c->chapter,
                                          .seq = c->seq,
                                          .glue = c->glue,
                                          .text = c->text + c->skip,
                                          .len = c->len - c->skip,
                                          .gap = c->gap};
        prose_add(&r->out, &chunk);
    }
    r->chapter = c->chapter;
    r->seq = c->seq;
    r->ahead_chapter = r->ahead_seq = 0;
    buf_clear(&r->ahead);
    return true;
}

// ---- what is streaming ------------------------------------------------------------------------------------------

// The last sentence may still be cut off or rewritten, and a heading at the head is none of the book's.
static size_t reading_sure(const char *text, size_t len)
{
    return len > 0 && text[0] == '#' ? 0 : sentence_whole(text, len);
}

static bool reading_is_next(const struct reading *r, const struct current *c)
{
    if (!c->in_flight || strcmp(c->kind, "chunk") != 0) return false;
    return (c->chapter == r->chapter && c->seq == r->seq + 1) || (c->chapter > r->chapter && c->seq == 1);
}

static void reading_stream(struct reading *r, const struct reading_titles *t, const struct current *c)
{
    const char *text = c->text.data;
    size_t lead = reading_lead(text, c->text.len), len = c->text.len - lead;

    text += lead;
    size_t sure = reading_sure(text, len);
    bool begun = r->ahead_chapter == c->chapter && r->ahead_seq == c->seq;
    if (sure <= r->ahead.len) return;
    if (begun) {
        // Another attempt that writes something else: its text waits until it is accepted.
        if (memcmp(text, r->ahead.data, r->ahead.len) != 0) return;
        buf_add(&r->out, text + r->ahead.len, sure - r->ahead.len);
    } else {
        if (c->seq == 1) reading_begin_chapter(r, t, c->chapter);
        prose_add_partial(&r->out, c->text.data, lead + sure, c->seq == 1);
    }
    r->ahead_chapter = c->chapter;
    r->ahead_seq = c->seq;
    buf_clear(&r->ahead);
    buf_add(&r->ahead, text, sure);
}

// Chapters that were read are not read again: only the one at hand and those behind it.
static bool reading_accepted(struct reading *r, struct store *s, const struct reading_titles *t, struct err *e)
{
    struct reading_pass p = {.r = r, .titles = t};
    int last = (int)t->count, from = r->chapter > 0 ? r->chapter : 1;
    bool ok = true;

    for (int chapter = from; ok && chapter <= last; chapter++) {
        int seq = r->chapter == chapter ? r->seq : 0;
        ok = store_chunks_each(s, r->job, chapter, STORE_BY_PLACE, reading_on_chunk, &p, e);
        if (ok && r->chapter < chapter && seq == 0) break; // it has not begun, so nor have those behind it
    }
    return ok;
}

bool reading_next(struct reading *r, struct store *s, bool streaming, struct err *e)
{
    struct reading_titles t = {0};
    struct current c;

    buf_clear(&r->out);
    current_init(&c);
    bool ok = store_chapters_each(s, r->job, reading_add_title, &t, e) && reading_accepted(r, s, &t, e);
    if (ok && streaming) ok = current_read(&c, s, r->job, e);
    if (ok && streaming && reading_is_next(r, &c)) reading_stream(r, &t, &c);
    if (r->out.len > 0) r->any = true;
    current_release(&c);
    reading_titles_release(&t);
    return ok;
}
