// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// Chapters, live.md and book.md from rows; pages_outline.c and pages_report.c have the rest.
#include "engine/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/spec.h"

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
    char number[5];
    int end = 0;
    bool chapter = sscanf(path, "chapters/%4[0-9]-%n", number, &end) == 1 && end > 0;
    size_t len = strlen(path);
    return chapter && len > 3 && strcmp(path + len - 3, ".md") == 0 ? (int)strtol(number, NULL, 10) : 0;
}

struct rendering {
    struct buf *out;
    const struct pages *pages;
    int level;      // of chapter headings; 0: none
    int before;     // chunks from this one on are passed over; 0: none
    int64_t chunks; // counts them
};

struct prose_chunk pages_prose(const struct chunk_row *c)
{
    return (struct prose_chunk){.chapter = c->chapter,
                                .seq = c->seq,
                                .glue = c->glue,
                                .text = c->text + c->skip,
                                .len = c->len - c->skip,
                                .gap = c->gap};
}

static bool render_chunk(void *arg, const struct chunk_row *c)
{
    struct rendering *r = arg;
    if (r->before > 0 && c->seq >= r->before) return true;
    const struct prose_chunk chunk = pages_prose(c);
    r->chunks++;
    if (r->level > 0 && c->seq == 1)
        prose_heading(r->out, r->level, pages_title(r->pages, c->chapter), r->out->len == 0);
    prose_add(r->out, &chunk);
    return true;
}

static bool fits(const struct buf *out, struct err *e)
{
    return !out->full || err_set(e, ERR_CEILING, "the book is larger than a file of it may be");
}

static bool render(struct rendering *r, int chapter, struct err *e)
{
    const struct pages *p = r->pages;
    return store_chunks_each(p->store, p->job->id, chapter, STORE_BY_PLACE, render_chunk, r, e) && fits(r->out, e);
}

bool pages_chapter_before(const struct pages *p, int chapter, int seq, struct buf *out, int64_t *chunks,
                          struct err *e)
{
    struct rendering r = {.out = out, .pages = p, .before = seq};
    prose_heading(out, 1, pages_title(p, chapter), true);
    bool ok = render(&r, chapter, e);
    *chunks = r.chunks;
    return ok;
}

bool pages_chapter(const struct pages *p, int chapter, char name[PAGES_PATH_SIZE], struct buf *out, struct err *e)
{
    int64_t chunks;
    bool ok = pages_chapter_before(p, chapter, 0, out, &chunks, e);
    prose_end(out);
    pages_chapter_path(p, chapter, name);
    return ok;
}

bool pages_chapter_version(const struct pages *p, int chapter, int version, struct buf *out, int64_t *chunks,
                           struct err *e)
{
    struct rendering r = {.out = out, .pages = p};
    prose_heading(out, 1, pages_title(p, chapter), true);
    bool ok = store_chunks_of_version(p->store, p->job->id, chapter, version, render_chunk, &r, e) && fits(out, e);
    *chunks = r.chunks;
    return ok;
}

// ---- live.md -------------------------------------------------------------------------------------------------------

struct live {
    struct buf *out;
    const struct pages *pages;
    struct pages_live_end *end;
};

static void mark(struct buf *out, const struct chunk_row *c)
{
    buf_addf(out, "\n\n*[Chapter %d, part %d%s:]*", c->chapter, c->seq, c->anew ? ", written anew" : "");
}

// What does not follow the text before it says where it belongs; in a chapter that is written anew from its start the
// first part says it for all.
static bool live_chunk(void *arg, const struct chunk_row *c)
{
    struct live *l = arg;
    struct prose_chunk chunk = pages_prose(c);
    bool follows = c->seq > 1 && c->chapter == l->end->chapter && c->seq == l->end->seq + 1;
    bool marked = !follows && (c->seq > 1 || c->anew);
    if (marked) mark(l->out, c);
    if (marked && c->seq > 1) chunk.glue = "\n\n";
    if (c->seq == 1) prose_heading(l->out, 1, pages_title(l->pages, c->chapter), l->end->id == 0);
    prose_add(l->out, &chunk);
    *l->end = (struct pages_live_end){.id = c->id, .chapter = c->chapter, .seq = c->seq};
    return true;
}

bool pages_live(const struct pages *p, struct pages_live_end *end, struct buf *out, struct err *e)
{
    struct live l = {.out = out, .pages = p, .end = end};
    return store_chunks_accepted(p->store, p->job->id, end->id, live_chunk, &l, e) && fits(out, e);
}

bool pages_book(const struct pages *p, struct buf *out, struct err *e)
{
    struct rendering r = {.out = out, .pages = p, .level = 2};
    prose_heading(out, 1, p->job->title, true);
    bool ok = render(&r, 0, e);
    prose_end(out);
    return ok;
}
