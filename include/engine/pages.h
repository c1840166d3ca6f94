// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: the novelgen authors
//
// The files of a book as bytes, made from its rows: the same rows give the same bytes. The engine writes them
// (publish.c), whoever checks a book compares them. Only report.json tells the time.
#ifndef ENGINE_PAGES_H
#define ENGINE_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/job.h"
#include "out/prose.h"
#include "store/store.h"

struct pages {
    struct store *store;
    const struct job *job; // must live as long
    int digits_for;        // chapters as the spec asks for: their numbers have digits for all, however many there are
    char **titles;         // by chapter number - 1, as far as the outline goes
    size_t titles_count, titles_cap;
};

bool pages_open(struct pages *p, struct store *s, const struct job *job, struct err *e);
void pages_release(struct pages *p); // also after a failed open

const char *pages_title(const struct pages *p, int chapter); // "" where the outline does not go
enum { PAGES_PATH_SIZE = 240 };
// "chapters/03-the-door.md", within the book's folder.
void pages_chapter_path(const struct pages *p, int chapter, char out[PAGES_PATH_SIZE]);
int pages_path_chapter(const char *path);                  // the number in such a path; 0: it is no chapter's
struct prose_chunk pages_prose(const struct chunk_row *c); // what of a row is prose; lives as long as the row
// A chapter's whole file, and its name as of pages_chapter_path.
bool pages_chapter(const struct pages *p, int chapter, char name[PAGES_PATH_SIZE], struct buf *out, struct err *e);
// Its heading and what stands before chunk `seq` (0: all), without the newline at the end: the chapter while that chunk
// is written. `chunks` counts those that stand.
bool pages_chapter_before(const struct pages *p, int chapter, int seq, struct buf *out, int64_t *chunks,
                          struct err *e);
// The same of an older version of it.
bool pages_chapter_version(const struct pages *p, int chapter, int version, struct buf *out, int64_t *chunks,
                           struct err *e);
// live.md is all that was ever accepted, in that order: text that was replaced stays, what was written in its place comes
// behind it, marked.
struct pages_live_end { // all 0: of nothing
    int64_t id;         // the last chunk that it holds
    int chapter, seq;   // of that chunk
};
// What comes after `end`, which moves on.
bool pages_live(const struct pages *p, struct pages_live_end *end, struct buf *out, struct err *e);
bool pages_book(const struct pages *p, struct buf *out, struct err *e);
bool pages_outline(const struct pages *p, struct buf *md, struct buf *json, struct err *e);
bool pages_report(const struct pages *p, struct buf *out, struct err *e);

#endif
