// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Chapters, live.md and book.md from rows; pages_outline.c and pages_report.c have the rest.
#include "engine/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/spec.h"
#include "out/prose.h"

static bool add_title(void *arg, const struct chapter_row *c)
{
    struct pages *p = arg;
    mem_grow(&p->titles, &p->titles_cap, p->titles_count + 1, sizeof(*p->titles));
    p->titles[p->titles_count++] = mem_strdup(c->title);
    return true;
}

static int chapters_asked(const struct job *j)
{
    struct err ignored = ERR_INIT;
    struct spec spec;
    if (!spec_parse(&spec, j->spec, strlen(j->spec), "job", &ignored)) return j->chapters_total;
    int asked = spec_chapters(&spec);
    spec_release(&spec);
    return asked;
}

bool pages_open(struct pages *p, struct store *s, const struct job *job, struct err *e)
{
    *p = (struct pages){.store = s, .job = job, .digits_for = chapters_asked(job)};
    return store_chapters_each(s, job->id, add_title, p, e);
}

void pages_release(struct pages *p)
{
    for (size_t i = 0; i < p->titles_count; i++) free(p->titles[i]);
    free(p->titles);
    p->titles = NULL;
    p->titles_count = p->titles_cap = 0;
}

const char *pages_title(const struct pages *p, int chapter)
{
    return chapter >= 1 && (size_t)chapter <= p->titles_count ? p->titles[chapter - 1] : "";
}

void pages_chapter_path(const struct pages *p, int chapter, char out[PAGES_PATH_SIZE])
{
    prose_chapter_path(out, PAGES_PATH_SIZE, chapter, p->digits_for, pages_title(p, chapter));
}

int pages_path_chapter(const char *path)
{
    int number = 0, end = 0;
    bool chapter = sscanf(path, "chapters/%4d-%n", &number, &end) == 1 && end > 0 && number > 0;
    size_t len = strlen(path);
    return chapter && len > 3 && strcmp(path + len - 3, ".md") == 0 ? number : 0;
}

struct rendering {
    struct buf *out;
    const struct pages *pages;
    int level;             // of chapter headings; 0: none
    int64_t chunks, after; // counts chunks; those up to `after` are passed over
    bool appends;          // `out` goes behind something
};

static bool render_chunk(void *arg, const struct chunk_row *c)
{
    struct rendering *r = arg;
    if (++r->chunks <= r->after) return true;
    const struct prose_chunk chunk = {.chapter = c->chapter,
                                      .seq = c->seq,
                                      .glue = c->glue,
                                      .text = c->text + c->skip,
                                      .len = c->len - c->skip,
                                      .gap = c->gap};
    if (r->level > 0 && c->seq == 1)
        prose_heading(r->out, r->level, pages_title(r->pages, c->chapter), !r->appends && r->out->len == 0);
    prose_add(r->out, &chunk);
    return true;
}

static bool render(struct rendering *r, int chapter, enum store_order order, struct err *e)
{
    const struct pages *p = r->pages;
    return store_chunks_each(p->store, p->job->id, chapter, order, render_chunk, r, e) &&
           (!r->out->full || err_set(e, ERR_CEILING, "the book is larger than a file of it may be"));
}

bool pages_chapter(const struct pages *p, int chapter, struct buf *out, int64_t *chunks, struct err *e)
{
    struct rendering r = {.out = out, .pages = p};
    prose_heading(out, 1, pages_title(p, chapter), true);
    bool ok = render(&r, chapter, STORE_BY_PLACE, e);
    *chunks = r.chunks;
    return ok;
}

bool pages_live(const struct pages *p, int chapter, int64_t after, bool appends, struct buf *out, int64_t *chunks,
                struct err *e)
{
    struct rendering r = {.out = out, .pages = p, .level = 1, .after = after, .appends = appends};
    bool ok = render(&r, chapter, STORE_BY_TIME, e);
    *chunks = r.chunks;
    return ok;
}

bool pages_book(const struct pages *p, struct buf *out, struct err *e)
{
    struct rendering r = {.out = out, .pages = p, .level = 2};
    prose_heading(out, 1, p->job->title, true);
    bool ok = render(&r, 0, STORE_BY_PLACE, e);
    prose_end(out);
    return ok;
}
